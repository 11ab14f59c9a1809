"""Small rationals and arrays of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
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
    """Rationals in [-limit, limit] with a small denominator; without 0 if ``zero`` is False.

    They shrink towards 0, then towards small denominators and numerators.
    """
    positive = _positive(limit, tuple(denominators))
    signed = [value for pair in ((p, -p) for p in positive) for value in pair]
    return st.sampled_from([fmpq(0), *signed] if zero else signed)


def positive_rationals(
    limit: int = 3, *, denominators: Sequence[int] = DENOMINATORS
) -> SearchStrategy[fmpq]:
    """Rationals in (0, limit] with a small denominator."""
    return st.sampled_from(_positive(limit, tuple(denominators)))


@lru_cache
def _positive(limit: int, denominators: tuple[int, ...]) -> list[fmpq]:
    """All of them, simplest first; one choice from a list is the cheapest draw there is."""
    quotients = {Fraction(p, q) for q in denominators for p in range(1, limit * q + 1)}
    simplest_first = sorted(quotients, key=lambda v: (v.denominator, v.numerator))
    return [fmpq(v.numerator, v.denominator) for v in simplest_first]


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
