"""Definiteness and inertia in rigorous arithmetic, spectra and solves in high precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import arb_mat

from pgb.errors import UndecidedError
from pgb.numbers import Arithmetic, Array, Balls, Exact, Symbolic

# Closed forms grow during the elimination; with more terms than this in a matrix it is given up.
_MOST_TERMS = 150


@dataclass(frozen=True)
class Inertia:
    """Numbers of positive, zero and negative eigenvalues of a symmetric matrix, exactly."""

    positive: int
    zero: int
    negative: int


def certainly_positive_definite(ar: Arithmetic, matrix: Array) -> bool:
    """True if every symmetric matrix in the enclosure (n, n) is positive definite.

    Symmetric elimination with every pivot certainly positive. False does not disprove.
    """
    rest = np.array(matrix, dtype=object)
    while rest.shape[0]:
        pivot = rest[0, 0]
        if not ar.certainly_positive(np.array([pivot], dtype=object))[0]:
            return False
        column = rest[1:, 0]
        rest = rest[1:, 1:] - column[:, None] * column[None, :] / pivot
    return True


def exact_inertia(matrix: Array) -> Inertia | None:
    """Inertia of a symmetric matrix (n, n) of exact numbers; None if undecided or too costly.

    By Sylvester's law of inertia: symmetric elimination with a nonzero diagonal pivot; where the
    diagonal is 0 and an entry off it is not, adding one row and column to the other makes one.
    Matrices of closed forms are tried in balls first.
    """
    rest = np.array(matrix, dtype=object)
    if closed_form_terms(rest):
        with Balls(256) as balls:
            found = inertia_in_balls(balls, balls.asarray(rest))
        if found is not None:
            return found
    return _inertia_by_elimination(Exact(), rest)


def inertia_in_balls(ar: Balls, matrix: Array) -> Inertia | None:
    """Inertia of every symmetric matrix in the enclosure (n, n), if each pivot is certainly not 0.

    Rows that are exactly 0 are set aside; None for any other singular matrix.
    """
    kept = np.flatnonzero(~np.all(ar.certainly_zero(matrix), axis=1))
    rest, zeros = matrix[np.ix_(kept, kept)], len(matrix) - len(kept)
    counts = {1: 0, -1: 0}
    while rest.shape[0]:
        pivots = np.diagonal(rest)
        sizes = np.where(ar.certainly_nonzero(pivots), np.abs(ar.to_float(pivots)), -1.0)
        index = int(np.argmax(sizes))
        if sizes[index] < 0:
            return None
        counts[1 if ar.certainly_positive(pivots[index : index + 1])[0] else -1] += 1
        rest = _eliminated(rest, index)
    return Inertia(counts[1], zeros, counts[-1])


def _inertia_by_elimination(ar: Exact, rest: Array) -> Inertia | None:
    counts = {1: 0, -1: 0}
    try:
        while rest.shape[0] and closed_form_terms(rest) <= _MOST_TERMS:
            index = _first_nonzero(ar, np.diagonal(rest))
            if index is None:
                if not _make_diagonal_pivot(ar, rest):
                    return Inertia(counts[1], rest.shape[0], counts[-1])
                continue
            counts[1 if ar.certainly_positive(rest[index, index : index + 1])[0] else -1] += 1
            rest = _eliminated(rest, index)
    except UndecidedError:
        return None
    return None if rest.shape[0] else Inertia(counts[1], 0, counts[-1])


def _eliminated(matrix: Array, index: int) -> Array:
    """The Schur complement (n - 1, n - 1) of a nonzero diagonal entry."""
    others = [i for i in range(matrix.shape[0]) if i != index]
    column = matrix[others, index]
    rest: Array = matrix[np.ix_(others, others)]
    return rest - column[:, None] * column[None, :] / matrix[index, index]


def closed_form_terms(matrix: Array) -> int:
    """Terms of all closed forms in an array; rationals are cheap and do not count."""
    forms = [v for v in matrix.flat if isinstance(v, Symbolic)]
    return sum(len(v.numerator) + sum(len(f.terms) for f in v.denominator) for v in forms)


def _first_nonzero(ar: Exact, values: Array) -> int | None:
    for i, value in enumerate(values):
        entry = np.array([value], dtype=object)
        if ar.certainly_nonzero(entry)[0]:
            return i
        if not ar.certainly_zero(entry)[0]:
            raise UndecidedError("a pivot of the exact elimination")
    return None


def _make_diagonal_pivot(ar: Exact, rest: Array) -> bool:
    for i in range(rest.shape[0]):
        j = _first_nonzero(ar, rest[i])
        if j is not None:
            rest[i, :] = rest[i, :] + rest[j, :]
            rest[:, i] = rest[:, i] + rest[:, j]
            return True
    return False


def midpoint_spectrum(matrix: Array, precision: int = 256) -> npt.NDArray[np.float64]:
    """Ascending eigenvalues of the midpoint of a symmetric matrix of balls: for reports only.

    Eigenvalues that cannot be told from rounding noise at this precision are given as 0.
    """
    if matrix.shape[0] == 0:
        return np.zeros(0)
    if matrix.shape[0] > 40:
        floats = Balls().to_float(matrix)
        return np.asarray(np.linalg.eigvalsh((floats + floats.T) / 2))
    with Balls(precision):
        values = arb_mat(_middle(matrix)).eig(algorithm="approx")
        parts = [v.real if hasattr(v, "real") else v for v in values]
        found = np.sort(np.array([float(v.mid()) for v in parts]))
    noise = 2.0 ** (24 - precision) * float(np.max(np.abs(found)))
    return np.where(np.abs(found) <= noise, 0.0, found)


def midpoint_newton_step(hessian: Array, gradient: Array) -> npt.NDArray[np.float64] | None:
    """-H^{-1} g (p,) with the midpoints in high precision, or None if H is singular."""
    with Balls(256) as ar:
        try:
            middle = arb_mat(_middle(hessian))
            right = arb_mat([[g.mid()] for g in gradient])
            solution = np.array(middle.solve(right).tolist(), dtype=object)[:, 0]
        except ZeroDivisionError:
            return None
        step = -ar.to_float(solution)
    return step if bool(np.all(np.isfinite(step))) else None


def _middle(matrix: Array) -> list[list[Any]]:
    return [[entry.mid() for entry in row] for row in matrix]
