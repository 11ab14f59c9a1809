"""An oracle for enclosures; and every test has to leave python-flint's precision as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from flint import arb

from pgb.numbers import Balls, Intervals, MidRad
from pgb.numbers.intervals_array import IntervalArray

#: What the elementary functions of all arithmetics mean.
REFERENCES: dict[str, Callable[[Any], Any]] = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "erf": mpmath.erf,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "arctan": mpmath.atan,
}
#: Bits of the oracle: points such as 1 + 5e-324 must not be rounded.
BITS = 2200
# Numbers below 2^-5000 count as 0, which the slack allows; those beyond 2^200000 are not compared.
LARGEST = np.finfo(np.float64).max
_SMALL, _HUGE, _SLACK = -5000, 200_000, Fraction(1, 2**2000)


@pytest.fixture(autouse=True)
def precision_is_restored() -> Iterator[None]:
    before = flint.ctx.prec
    yield
    assert flint.ctx.prec == before


def _fraction(ball: arb) -> Fraction:
    mantissa, exponent = (int(part) for part in ball.man_exp())
    return _scaled(mantissa, exponent)


def _scaled(mantissa: int, exponent: int) -> Fraction:
    if mantissa == 0 or exponent + mantissa.bit_length() < _SMALL:
        return Fraction(0)
    return Fraction(mantissa) * Fraction(2) ** exponent


def _bounds(entry: Any) -> tuple[Fraction, Fraction] | None:
    """Midpoint and radius of a ball, or of an array of enclosures with one entry."""
    if isinstance(entry, arb):
        return (_fraction(entry.mid()), _fraction(entry.rad())) if entry.is_finite() else None
    if isinstance(entry, IntervalArray):
        low, high = float(entry.low), float(entry.high)
        if not (abs(low) < float("inf") and abs(high) < float("inf")):
            return None
        return (Fraction(low) + Fraction(high)) / 2, (Fraction(high) - Fraction(low)) / 2
    mid, rad = float(entry.mid), float(entry.rad)
    finite = abs(mid) < float("inf") and rad < float("inf")
    return (Fraction(mid), Fraction(rad)) if finite else None


@pytest.fixture(scope="session")
def encloses() -> Callable[[Any, Any], bool]:
    """False if an entry misses a Fraction, or certainly an mpf known to about ``BITS`` bits."""

    def check(entry: Any, truth: Any) -> bool:
        exact = isinstance(truth, Fraction)
        if not exact:
            sign, mantissa, exponent, length = truth._mpf_
            if mantissa and exponent + length > _HUGE:
                return isinstance(entry, arb) or _bounds(entry) is None
            truth = (-1) ** sign * _scaled(int(mantissa), int(exponent))
        bounds = _bounds(entry)
        if bounds is None:
            return True
        slack = 0 if exact else _SLACK * (1 + abs(truth))
        return bool(abs(truth - bounds[0]) <= bounds[1] + slack)

    return check


@pytest.fixture(scope="session")
def at() -> Callable[..., Any]:
    """The value of an mpmath function at Fractions, to about ``BITS`` bits."""

    def evaluate(function: Callable[..., Any], *points: Fraction) -> Any:
        with mpmath.workprec(BITS):
            return mpmath.mpf(function(*(mpmath.mpf(x.numerator) / x.denominator for x in points)))

    return evaluate


def around(ar: Intervals, centers: Any, radii: Any) -> Any:
    """Intervals that hold [center - radius, center + radius], and exact where the radius is 0."""
    c, r = (np.asarray(part, dtype=np.float64) for part in (centers, radii))
    low = np.where(r == 0, c, np.maximum(np.nextafter(c - r, -np.inf), -LARGEST))
    return ar.between(low, np.where(r == 0, c, np.minimum(np.nextafter(c + r, np.inf), LARGEST)))


@pytest.fixture(scope="session")
def enclosed() -> Callable[..., list[list[Any]]]:
    """The entries of a function of enclosures, in midpoint-radius numbers, balls and intervals.

    A function takes an arithmetic and enclosures, each of the shape of its centers and radii.
    """

    def evaluate(function: Callable[..., Any], *boxes: tuple[Any, Any]) -> list[list[Any]]:
        midrad = MidRad()
        found = function(midrad, *(midrad.interval(c, r) for c, r in boxes)).ravel()
        with Balls(53) as balls:
            others = function(balls, *(balls.ball(c, r) for c, r in boxes)).ravel()
        intervals = Intervals()
        third = function(intervals, *(around(intervals, c, r) for c, r in boxes)).ravel()
        return [list(found), list(others), list(third)]

    return evaluate
