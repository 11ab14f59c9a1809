"""Rational numbers: conversion, and factors of integers."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq, fmpz

from pgb.errors import InputError

_FULL_FACTOR_BITS = 80
_SMOOTH_BITS = 15


def rational(value: Any) -> fmpq | None:
    """An int, numpy integer, fmpz, Fraction or fmpq as an fmpq; None for everything else."""
    if isinstance(value, fmpq):
        return value
    if isinstance(value, (int, fmpz)):
        return fmpq(value)
    if isinstance(value, np.integer):
        return fmpq(int(value))
    if isinstance(value, Fraction):
        return fmpq(value.numerator, value.denominator)
    return None


def exact_rational(value: Any) -> fmpq:
    """Also floats, each meaning the double that it is; InputError for NaN and everything else."""
    found = rational(value)
    if found is not None:
        return found
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            raise InputError(f"number: found {value}, expected a finite number")
        return fmpq(*value.as_integer_ratio())
    if isinstance(value, np.bool_):
        return fmpq(bool(value))
    raise InputError(
        f"number: found {value!r} ({type(value).__name__}), expected an integer, a float, "
        "a fraction or an exact number"
    )


@lru_cache(maxsize=4096)
def factors(n: int) -> tuple[tuple[int, int], ...]:
    """The powers (base, e) with product n >= 1; all prime if n is small or has small factors."""
    if n == 1:
        return ()
    if n.bit_length() <= _FULL_FACTOR_BITS:
        return tuple((int(p), int(e)) for p, e in fmpz(n).factor())
    found: dict[int, int] = {}
    rest = n
    for p, e in fmpz(n).factor_smooth(_SMOOTH_BITS):
        if int(p).bit_length() <= _SMOOTH_BITS and fmpz(p).is_prime():
            found[int(p)] = int(e)
            rest //= int(p) ** int(e)
    if rest > 1:
        root, power = _perfect_power(rest)
        found[root] = found.get(root, 0) + power
    return tuple(sorted(found.items()))


def _perfect_power(n: int) -> tuple[int, int]:
    """The root and the largest power with n = root ** power; n has no small prime factors."""
    if fmpz(n).is_perfect_power():
        for power in range(n.bit_length() // _SMOOTH_BITS + 1, 1, -1):
            root = int(fmpz(n).root(power))
            if root**power == n:
                return root, power
    return n, 1
