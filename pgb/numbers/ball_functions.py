"""Functions of one ball (python-flint ``arb``), at the precision that is now set."""

from __future__ import annotations

from collections.abc import Callable

from flint import arb


def increasing(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """Evaluate an increasing function at the end points, which is tight on wide balls."""

    def enclose(x: arb) -> arb:
        if x.is_exact() or not x.is_finite():
            return function(x)
        return function(x.lower()).union(function(x.upper()))

    return enclose


def sigmoid(x: arb) -> arb:
    """1 / (1 + exp(-x)) without overflow on either side."""
    if x > 0:
        return 1 / (1 + (-x).exp())
    grown = x.exp()
    return grown / (1 + grown)


def softplus(x: arb) -> arb:
    """log(1 + exp(x)) without overflow on either side."""
    if x > 0:
        return x + (-x).exp().log1p()
    return x.exp().log1p()


def positive_part(x: arb) -> arb:
    """max(x, 0)."""
    if x >= 0:
        return x
    if x <= 0:
        return arb(0)
    return x.nonnegative_part() if x.is_finite() else arb.nan()


def absolute(x: arb) -> arb:
    """|x|, not below 0 beyond rounding."""
    if x >= 0:
        return x
    if x <= 0:
        return -x
    return arb(0).union(x.abs_upper()) if x.is_finite() else arb.nan()
