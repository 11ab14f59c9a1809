"""Matrices of balls, and of exact numbers."""

from __future__ import annotations

from typing import Any

from flint import arb_mat

from .exact import is_zero, sign
from .reading import Refused


def dense_product(C: Any, rows: Any) -> Any:
    """C times rows, small."""
    if len(C) == 1:
        return [[C[0][0] * v for v in rows[0]]]
    return (arb_mat(C) * arb_mat(rows)).tolist() if rows[0] else rows


def middle_inverse(M: Any, sentence: str) -> list[list[Any]]:
    """An approximate inverse of the middle of a matrix of balls; refused with the sentence."""
    try:
        inverse = arb_mat([[v.mid() for v in row] for row in M]).inv()
    except ZeroDivisionError:
        raise Refused(sentence) from None
    return [[v.mid() for v in row] for row in inverse.tolist()]


def semidefinite(M: Any) -> bool:
    """Whether a symmetric matrix of exact numbers has no negative eigenvalue."""
    M = [list(row) for row in M]
    while M:
        signs = [sign(row[i]) for i, row in enumerate(M)]
        if min(signs) < 0:
            return False
        if max(signs) == 0:
            return all(is_zero(v) for row in M for v in row)
        p = signs.index(1)
        kept = [i for i in range(len(M)) if i != p]
        M = [[M[i][j] - M[i][p] * M[p][j] / M[p][p] for j in kept] for i in kept]
    return True


def positive_definite(M: Any) -> bool:
    """Whether all symmetric matrices in the enclosure (rows of balls) are positive definite."""
    n = len(M)
    if n <= 12:
        M = [list(row) for row in M]
        for k in range(n):
            if not M[k][k] > 0:
                return False
            for i in range(k + 1, n):
                f = M[k][i] / M[k][k]
                for j in range(i, n):
                    M[i][j] = M[i][j] - f * M[k][j]
        return True
    h = n // 2
    A, B, D = (
        [row[s] for row in M[t]]
        for t, s in ((slice(h), slice(h)), (slice(h), slice(h, n)), (slice(h, n), slice(h, n)))
    )
    if not positive_definite(A):
        return False
    rest = (arb_mat(D) - arb_mat(B).transpose() * arb_mat(A).solve(arb_mat(B))).tolist()
    return positive_definite(
        [[rest[min(i, j)][max(i, j)] for j in range(n - h)] for i in range(n - h)]
    )
