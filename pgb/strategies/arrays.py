"""Small rationals and arrays of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pgb.numbers import Array

DENOMINATORS = (1, 2, 3, 4)


def rationals(
    limit: int = 3, *, denominators: Sequence[int] = DENOMINATORS, zero: bool = True
) -> SearchStrategy[fmpq]:
    """Rationals in [-limit, limit] with a small denominator; without 0 if ``zero`` is False."""

    def of_denominator(q: int) -> SearchStrategy[fmpq]:
        numerators = st.integers(-limit * q, limit * q)
        if not zero:
            numerators = st.one_of(st.integers(1, limit * q), st.integers(-limit * q, -1))
        return numerators.map(lambda p: fmpq(p, q))

    return st.sampled_from(list(denominators)).flatmap(of_denominator)


def positive_rationals(
    limit: int = 3, *, denominators: Sequence[int] = DENOMINATORS
) -> SearchStrategy[fmpq]:
    """Rationals in (0, limit] with a small denominator."""
    return st.sampled_from(list(denominators)).flatmap(
        lambda q: st.integers(1, limit * q).map(lambda p: fmpq(p, q))
    )


def exact_arrays(
    shape: Sequence[int], elements: SearchStrategy[Any] | None = None
) -> SearchStrategy[Array]:
    """Object arrays of exact numbers of the given shape; ``elements`` defaults to rationals."""
    chosen = rationals() if elements is None else elements
    count = prod(shape)
    return st.lists(chosen, min_size=count, max_size=count).map(lambda v: as_objects(v, shape))


def float_arrays(shape: Sequence[int], limit: float = 3.0) -> SearchStrategy[Array]:
    """Float64 arrays of the given shape with entries in [-limit, limit]."""
    count = prod(shape)
    entries = st.floats(-limit, limit, allow_nan=False, allow_subnormal=False)
    return st.lists(entries, min_size=count, max_size=count).map(
        lambda v: np.array(v, dtype=np.float64).reshape(tuple(shape))
    )


def as_objects(values: Sequence[Any], shape: Sequence[int]) -> Array:
    """The values, row by row, as an object array; integers become rationals."""
    result = np.empty(len(values), dtype=object)
    result[:] = [fmpq(v) if isinstance(v, int) else v for v in values]
    return result.reshape(tuple(shape))
