"""Inertia of every symmetric matrix in an enclosure, by congruence to nearly a signature matrix.

If V^T H V is strictly diagonally dominant, V is nonsingular, and by Sylvester's law of inertia H
has as many negative eigenvalues as V^T H V has negative diagonal entries (Gershgorin). With V the
inverse Cholesky factor of the midpoint this succeeds on far wider boxes than interval elimination.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.numbers import Array

Floats = npt.NDArray[np.float64]


def inverse_cholesky(matrix: Floats) -> Floats | None:
    """S (n, n) with S^T A S nearly the identity, for A positive definite in floats; else None."""
    scale = _scale(matrix)
    if scale is None:
        return None
    try:
        factor = np.linalg.cholesky((matrix + matrix.T) / 2 * scale[:, None] * scale)
        inverse = np.linalg.solve(factor, np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        return None
    result = scale[:, None] * inverse.T
    return result if bool(np.all(np.isfinite(result))) else None


def signature_basis(matrix: Floats) -> Floats | None:
    """V (n, n) with V^T A V nearly diagonal with entries -1 and 1; None if A is singular."""
    found = inverse_cholesky(matrix)
    if found is not None:
        return found
    if not np.all(np.isfinite(matrix)):
        return None
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    if np.any(values == 0):
        return None
    return np.asarray(vectors / np.sqrt(np.abs(values)))


def certain_index(ar: Any, hessian: Array, basis: Floats) -> tuple[int | None, float]:
    """The number of negative eigenvalues of every symmetric matrix V^T H V, H (n, n), V (n, k).

    Of every H if V is square. None if V^T H V is not certainly diagonally dominant. The second
    result says how far from it: dominance is lost at about 1.
    """
    V = ar.asarray(basis)
    product = ar.matmul(ar.matmul(V.swapaxes(0, 1), hessian), V)
    n = basis.shape[1]
    if n == 0:
        return 0, 0.0
    diagonal = product[np.arange(n), np.arange(n)]
    sizes = ar.upper(product)
    np.fill_diagonal(sizes, 0.0)
    others = row_sums(sizes)
    bound = ar.asarray(others)
    negative, positive = (ar.certainly_positive(d - bound) for d in (-diagonal, diagonal))
    spread = ar.upper(diagonal * diagonal - 1)
    defect = float(np.max(others + spread, initial=0.0))
    if not bool(np.all(negative | positive)):
        return None, defect
    return int(np.sum(negative)), defect


def row_sums(sizes: Floats) -> Floats:
    """Upper bounds (n,) of the sums of the rows of nonnegative doubles (n, k)."""
    slack = 1 + 2 * (sizes.shape[-1] + 4) * 2.0**-53
    with np.errstate(all="ignore"):
        return np.asarray(np.sum(sizes, axis=-1) * slack)


def _scale(matrix: Floats) -> Floats | None:
    diagonal = np.diagonal(matrix)
    if not (np.all(np.isfinite(matrix)) and np.all(diagonal > 0)):
        return None
    return np.asarray(1 / np.sqrt(diagonal))
