"""Small formulas shared by losses, regularizers and objectives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pgb.numbers import Arithmetic, Array

#: Decorator: an overflow in float64 shows as inf or nan in the result, which is an answer.
overflow_is_an_answer = np.errstate(all="ignore")


def diagonal(ar: Arithmetic, x: Array) -> Array:
    """Diagonal matrices (..., n, n) with the entries of x (..., n); the rest is exactly 0."""
    *batch, n = x.shape
    # Rows (x_k, 0, ..., 0) of length n + 1, written one after another, shift x_k to column k.
    rows = ar.concatenate([x.reshape((*batch, n, 1)), ar.zeros((*batch, n, n))], axis=-1)
    return rows.reshape((*batch, n * (n + 1)))[..., : n * n].reshape((*batch, n, n))


def slope_at_kink(
    ar: Arithmetic, s: Array, ds: Array, above: Array, below: Array, at: Callable[[Array], Array]
) -> Array:
    """``above`` where s > 0, ``below`` where s < 0 and at(ds) where s = 0, entry by entry."""
    inner = ar.where_nonnegative(-s, at(ds), above)
    return ar.where_nonnegative(s, inner, below)


def keep_last(ar: Arithmetic, x: Array) -> Array:
    """The sum over the last axis, which is kept with length 1."""
    return ar.sum(x, axis=-1).reshape((*x.shape[:-1], 1))
