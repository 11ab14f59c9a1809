"""The second-order sufficient condition along one sign pattern, with exact multipliers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
from flint import arb_mat, fmpq, fmpq_mat

from pgb.conditions.linear_algebra import certainly_positive_definite, exact_inertia
from pgb.conditions.pieces import Piece
from pgb.numbers import Array, Balls, Exact, Float64, Jet

_ZERO = fmpq(0)
# Bits of the enclosures, and the weight of the gradients of binding kinks beside the Hessian.
_PRECISION, _WEIGHT = 512, fmpq(2**96)
# As many multipliers as possible are to reach one of these sizes: a small one for many of
# them, large ones where the curvature of the kinks has to help.
_SIZES = (1e-3, 1.0, 1e3, 1e6)
_SMALL, _GRID, _COARSE = 1e-7, 2**30, 2**16

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Program:
    """Minimize Q^sigma subject to sigma_j s_j^sigma >= 0, at the point, in the coordinates moved.

    Attributes:
        piece: the functions.
        moved: the coordinates.
    """

    piece: Piece
    moved: tuple[int, ...]

    @cached_property
    def gradient(self) -> Array:
        """The gradient (n,) of Q^sigma."""
        return self._gradient(self.piece.value)

    @cached_property
    def columns(self) -> Array:
        """The gradients sigma_j grad s_j^sigma, (n, k)."""
        found = [kink.sign * self._gradient(kink.argument) for kink in self.piece.kinks]
        shape = (len(found), len(self.moved))
        return np.array(found, dtype=object).reshape(shape).T

    def _gradient(self, jet: Jet) -> Array:
        first = jet.first or {}
        found = np.empty(len(self.moved), dtype=object)
        found[:] = [first.get(j, _ZERO) for j in self.moved]
        return found

    def _hessian(self, jet: Jet) -> Array:
        """The Hessian (n, n) of a function, exact."""
        n = len(self.moved)
        found = np.full((n, n), _ZERO, dtype=object)
        for (row, column), _ in np.ndenumerate(found):
            j, k = sorted((self.moved[row], self.moved[column]))
            found[row, column] = jet.second.get((j, k), _ZERO)
        return found

    def proposals(self) -> Iterator[list[fmpq]]:
        """Nonnegative multipliers (k,), as many of them large as possible; nothing is certain."""
        floats = Float64()
        A, g = floats.asarray(self.columns), floats.asarray(self.gradient)
        if not (np.all(np.isfinite(A)) and np.all(np.isfinite(g))):
            return
        for size in _SIZES if A.shape[1] else (0.0,):
            guess = _large(A, g, size)
            if guess is None:
                return
            exact = _solved(self.columns, self.gradient, guess)
            if exact is not None:
                yield exact

    def descent(self) -> Array | None:
        """A rational direction (n,) along which Q^sigma may fall and all kinks may grow, or None.

        Only a proposal.
        """
        from scipy.optimize import linprog

        floats = Float64()
        A, g = floats.asarray(self.columns), floats.asarray(self.gradient)
        n, k = A.shape
        if n == 0 or not (np.all(np.isfinite(A)) and np.all(np.isfinite(g))):
            return None
        # The largest t with g.d <= -t and a_j.d >= t / 100 for all j.
        rows = np.vstack([np.append(g, 1.0), np.hstack([-A.T, np.full((k, 1), 0.01)])])
        cost = np.append(np.zeros(n), -1.0)
        bounds = [*[(-1, 1)] * n, (0, None)]
        found = linprog(cost, A_ub=rows, b_ub=np.zeros(k + 1), bounds=bounds)
        if found.status != 0 or found.x[-1] <= _SMALL:
            return None
        near = [Fraction(v).limit_denominator(_COARSE) for v in found.x[:-1]]
        return np.array([fmpq(v.numerator, v.denominator) for v in near], dtype=object)

    def is_sufficient(self, multipliers: Sequence[fmpq]) -> bool:
        """Whether multipliers near these certainly satisfy the second-order sufficient condition.

        With the rest of the gradient of the Lagrangian 0 identically these are the multipliers.
        Otherwise those of kinks whose gradients are 0 in all coordinates where that rest is 0, and
        of full rank in the others, are corrected; then they depend continuously on everything.
        """
        if len(multipliers) != self.columns.shape[1] or any(v < 0 for v in multipliers):
            return False
        binding = [n for n, v in enumerate(multipliers) if v > 0]
        columns = self.columns[:, binding]
        values = np.array([multipliers[n] for n in binding], dtype=object)
        rest = self.gradient - _times(columns, values)
        with Balls(_PRECISION) as ar:
            weights = _corrected(ar, columns, rest, values)
            if weights is None:
                return False
            lagrangian = ar.asarray(self._hessian(self.piece.value))
            for weight, n in zip(weights, binding, strict=True):
                kink = self.piece.kinks[n]
                bend = ar.asarray(self._hessian(kink.argument))
                lagrangian = lagrangian - kink.sign * weight * bend
            across = ar.asarray(columns)
            across = ar.matmul(across, across.T) * ar.asarray(_WEIGHT)
            return certainly_positive_definite(ar, lagrangian + across)

    def is_convex(self, multipliers: Sequence[fmpq]) -> bool:
        """Whether the Lagrangian is a convex quadratic function that is least at the point.

        It is a polynomial of at most second degree in the coordinates, identically, with gradient 0
        at the point and a Hessian without negative eigenvalues, all of this exactly.
        """
        if len(multipliers) != self.columns.shape[1] or any(v < 0 for v in multipliers):
            return False
        values = np.array(list(multipliers), dtype=object)
        rest = self.gradient - _times(self.columns, values)
        lagrangian = self.piece.value
        for value, kink in zip(values, self.piece.kinks, strict=True):
            lagrangian = lagrangian - value * kink.sign * kink.argument
        form = lagrangian.form
        if form is None or not all(_is_quadratic(key) for key in form.terms):
            return False
        inertia = exact_inertia(self._hessian(lagrangian))
        stationary = bool(np.all(Exact().certainly_zero(rest)))
        return stationary and inertia is not None and inertia.negative == 0


def _is_quadratic(monomial: Iterable[tuple[object, int]]) -> bool:
    """Whether a monomial is of at most second degree in coordinates, with no other atoms."""
    powers = list(monomial)
    plain = all(isinstance(atom, tuple) and atom[0] == "coordinate" for atom, _ in powers)
    return plain and sum(power for _, power in powers) <= 2


def _times(columns: Array, values: Array) -> Array:
    """The sum of columns times values, (n,), exact."""
    ar = Exact()
    return ar.matmul(columns, values[:, None])[:, 0]


def _large(A: Floats, g: Floats, size: float) -> Floats | None:
    """Nonnegative solutions of A lambda = g with the largest sum of min(lambda_j, size)."""
    from scipy.optimize import linprog

    n, k = A.shape
    if k == 0:
        return np.zeros(0)
    scale = size * max(1.0, float(np.max(np.abs(g), initial=0.0)))
    found = linprog(
        np.concatenate([np.zeros(k), -np.ones(k)]),
        A_ub=np.hstack([-np.eye(k), np.eye(k)]),
        b_ub=np.zeros(k),
        A_eq=np.hstack([A, np.zeros((n, k))]) if n else None,
        b_eq=g if n else None,
        bounds=[(0, None)] * k + [(0, scale)] * k,
    )
    return np.asarray(found.x[:k]) if found.status == 0 else None


def _solved(columns: Array, gradient: Array, guess: Floats) -> list[fmpq] | None:
    """Rational multipliers near the guess that solve all equations between rationals, or None."""
    support = [int(j) for j in np.argsort(-guess) if guess[j] > _SMALL * max(1.0, np.max(guess))]
    table = np.column_stack([columns[:, support], gradient])
    rows = [row.tolist() for row in table if all(isinstance(v, fmpq) for v in row)]
    values = [
        fmpq(*Fraction(guess[j]).limit_denominator(_GRID).as_integer_ratio()) for j in support
    ]
    if rows:
        reduced, rank = fmpq_mat(rows).rref()
        for row in reversed(reduced.tolist()[:rank]):
            pivot = next(place for place, v in enumerate(row) if v != 0)
            if pivot == len(support):
                return None
            known = sum((v * row[p] for p, v in enumerate(values) if p > pivot), _ZERO)
            values[pivot] = row[-1] - known
    if any(v < 0 for v in values):
        return None
    found = [_ZERO] * len(guess)
    for j, value in zip(support, values, strict=True):
        found[j] = value
    return found


def _corrected(ar: Balls, columns: Array, rest: Array, values: Array) -> Array | None:
    """Enclosures of positive multipliers with which the rest is 0; None if there may be none."""
    exact = Exact()
    weights = ar.asarray(values)
    wrong = ~np.asarray(exact.certainly_zero(rest), dtype=bool)
    if not wrong.any():
        return weights
    touched = ~np.asarray(exact.certainly_zero(columns), dtype=bool).reshape(columns.shape)
    for rows in (wrong, _connected(wrong, touched)):
        used = np.flatnonzero(~np.any(touched[~rows], axis=0))
        if len(used) >= rows.sum():
            break
    else:
        return None
    A = ar.asarray(columns[np.ix_(rows, used)])
    try:
        square = arb_mat(ar.matmul(A, A.T).tolist())
        solution = square.solve(arb_mat([[v] for v in ar.asarray(rest[rows])]))
    except ZeroDivisionError:
        return None
    steps = ar.matmul(A.T, np.array(solution.tolist(), dtype=object))
    weights[used] = weights[used] + steps[:, 0]
    return weights if bool(np.all(ar.certainly_positive(weights))) else None


def _connected(
    rows: npt.NDArray[np.bool_], touched: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """The rows that columns connect with these: two are connected where one column is not 0."""
    while True:
        joined = rows | touched[:, touched[rows].any(axis=0)].any(axis=1)
        if np.array_equal(joined, rows):
            return rows
        rows = joined
