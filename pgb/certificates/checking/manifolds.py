"""Minima on manifolds of zeros of the gradient.

Morse-Bott: if Q is C^2 near theta, grad Q = 0 on an r-dimensional manifold M through theta, and
T'HT is positive definite for a (p, p - r) matrix T, theta is a local minimum.
"""

from __future__ import annotations

from typing import Any

from flint import arb_mat

from .claims import Claim
from .hypotheses import precise, smooth_up_to
from .matrices import positive_definite
from .reading import listed, need, rational


def transversal(
    claim: Claim, columns: Any, dimension: int, precision: int, box: Any = (None, None)
) -> None:
    """Refuse unless Q is C^2 on point or box and T'HT positive definite, T (p, p - dimension)."""
    size = claim.P.size
    rows = [[rational(v) for v in listed(row, size - dimension)] for row in listed(columns, size)]
    precise(precision)
    at = claim.balls(2, *box)
    smooth_up_to(at, 2)
    if size > dimension:
        T = arb_mat(rows)
        M = (T.transpose() * arb_mat(at.hessian) * T).tolist()
        M = [[M[min(i, j)][max(i, j)] for j in range(len(M))] for i in range(len(M))]
        need(positive_definite(M), "the Hessian may not be positive definite on the complement")
