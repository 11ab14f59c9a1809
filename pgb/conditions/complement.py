"""Positive definiteness across a critical manifold, the second half of a Morse-Bott argument."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.conditions.evaluation import PRECISIONS, Evaluation
from pgb.conditions.linear_algebra import certainly_positive_definite
from pgb.numbers import Array, Balls, Float64

# Denominator of the rational approximations of eigenvectors.
_GRID = 2**20


def positive_complement(at: Evaluation, dimension: int) -> tuple[Array, int] | None:
    """Rational T (p, p - dimension) with T'HT positive definite, and the precision; or None.

    H is the Hessian at an exact point. If Q is critical on a manifold of this dimension through
    the point, then H vanishes on its tangent space, so the columns of T span a complement of it.
    T is proposed from float eigenvectors of the largest eigenvalues.
    """
    normal = at.objective.size - dimension
    hessian = np.asarray(at.objective.hessian(Float64(), at.floats))
    if normal < 0 or not np.all(np.isfinite(hessian)):
        return None
    columns = rational_columns(np.linalg.eigh((hessian + hessian.T) / 2)[1][:, dimension:])
    for precision in PRECISIONS:
        enclosure = at.hessian(precision)
        with Balls(precision) as ar:
            basis = ar.asarray(columns)
            form = ar.matmul(ar.matmul(basis.T, enclosure), basis)
            if certainly_positive_definite(ar, form):
                return columns, precision
    return None


def rational_columns(vectors: npt.NDArray[np.float64]) -> Array:
    """A matrix of floats of size about 1, rounded to rationals."""
    rounded = np.rint(vectors * _GRID).astype(np.int64)
    columns = np.array([fmpq(int(v), _GRID) for v in rounded.ravel()], dtype=object)
    return columns.reshape(vectors.shape)


def rational_rows(matrix: Array) -> list[list[str]]:
    """A matrix of rationals as a witness holds it."""
    return [[str(entry) for entry in row] for row in matrix]
