"""Elementary functions of intervals: NumPy's at the end points, with a margin of 16 ulp.

The margin is no theorem about NumPy: ``self_test`` compares every function with python-flint at
thousands of points before the first use in a process, and refuses where the error is not within a
quarter of the margin. What is proposed with these intervals is proved again without them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from threading import RLock

import numpy as np
from flint import arb

from pgb.numbers import ball_functions
from pgb.numbers.enclosures import TINY, Floats, quiet
from pgb.numbers.float64 import Float64
from pgb.numbers.intervals_array import WIDER, IntervalArray
from pgb.numbers.midrad_functions import enclose

#: Relative margin of a function value: 16 units in the last place.
MARGIN = 16 * WIDER
# Beyond this the argument of sine and cosine is not reduced.
_FAR = 1e6
_FLOATS = Float64()
_POINTS = 400

#: Held while python-flint is used, whose precision belongs to the process: threads share it.
FLINT = RLock()

_TESTED: dict[str, tuple[Callable[[Floats], Floats], Callable[[arb], arb], float, float]] = {
    "exp": (_FLOATS.exp, arb.exp, -700.0, 700.0),
    "log": (_FLOATS.log, arb.log, 1e-300, 1e300),
    "tanh": (_FLOATS.tanh, arb.tanh, -25.0, 25.0),
    "sigmoid": (_FLOATS.sigmoid, ball_functions.sigmoid, -700.0, 700.0),
    "softplus": (_FLOATS.softplus, ball_functions.softplus, -700.0, 700.0),
    "erf": (_FLOATS.erf, arb.erf, -7.0, 7.0),
    "arctan": (_FLOATS.arctan, arb.atan, -1e6, 1e6),
    "sin": (_FLOATS.sin, arb.sin, -_FAR, _FAR),
    "cos": (_FLOATS.cos, arb.cos, -_FAR, _FAR),
}


@cache
def self_test(name: str) -> None:
    """Compare a function with python-flint at points spread over its range.

    Raises:
        ArithmeticError: where it is off by more than 4 units in the last place.
    """
    with FLINT:
        _compare(name)


def _compare(name: str) -> None:
    function, truth, low, high = _TESTED[name]
    rng = np.random.default_rng(0)
    uniform = rng.uniform(max(low, -50.0), min(high, 50.0), _POINTS)
    spread = 10.0 ** rng.uniform(-18, np.log10(high), _POINTS)
    points = np.concatenate([uniform, spread, -spread, [0.0, 1.0, -1.0, 0.5, low, high]])
    points = points[(points >= low) & (points <= high)]
    found = function(points)
    mid, rad = enclose(truth, points, np.zeros_like(points))
    far = np.abs(found - mid) > MARGIN / 4 * np.abs(mid) + rad + TINY
    if far.any() or not np.isfinite(found).all():
        place = points[far][0] if far.any() else "some points"
        raise ArithmeticError(f"{name} of this NumPy is not accurate to 4 ulp at {place}")


@quiet
def increasing(name: str, x: IntervalArray, least: float, most: float) -> IntervalArray:
    """An increasing function with values in [least, most], by its values at the end points."""
    self_test(name)
    function = _TESTED[name][0]
    at_low = function(x.low)
    at_high = at_low if x.is_exact else function(x.high)
    low = at_low - (np.abs(at_low) * MARGIN + TINY)
    high = at_high + (np.abs(at_high) * MARGIN + TINY)
    return IntervalArray(np.maximum(low, least), np.minimum(high, most))


@quiet
def logarithm(x: IntervalArray) -> IntervalArray:
    """The logarithm; not defined where the interval holds numbers that are not positive."""
    found = increasing("log", x, -np.inf, np.inf)
    # log(x) near 1 has a small value with an error relative to it, as for all other arguments.
    positive = x.low > 0
    return IntervalArray(
        np.where(positive, found.low, np.nan), np.where(positive, found.high, np.nan)
    )


@quiet
def square_root(x: IntervalArray) -> IntervalArray:
    """The square root, which IEEE 754 rounds correctly."""
    low, high = np.sqrt(x.low), np.sqrt(x.high)
    low = np.maximum(low * (1 - 2 * WIDER) - TINY, 0)
    return IntervalArray(low, high * (1 + 2 * WIDER) + TINY)


@quiet
def sine(x: IntervalArray, quarter: int) -> IntervalArray:
    """sin(x + quarter pi / 2) for quarter 0 (the sine) or 1 (the cosine)."""
    name = "cos" if quarter else "sin"
    self_test(name)
    function = _TESTED[name][0]
    a, b = function(x.low), function(x.high)
    low, high = np.minimum(a, b) - (MARGIN + TINY), np.maximum(a, b) + (MARGIN + TINY)
    # Units of a whole turn, the maxima at integers; slack makes up for rounding: |x| <= _FAR.
    turn, shift = 2 * np.pi, 0.25 * (1 - quarter)
    first, last = x.low / turn - shift - 1e-8, x.high / turn - shift + 1e-8
    high = np.where(np.floor(last) >= np.ceil(first), 1.0, np.minimum(high, 1.0))
    low = np.where(np.floor(last + 0.5) >= np.ceil(first + 0.5), -1.0, np.maximum(low, -1.0))
    near = (np.abs(x.low) <= _FAR) & (np.abs(x.high) <= _FAR)
    known = ~np.isnan(x.low + x.high)
    low = np.where(near, low, np.where(known, -1.0, np.nan))
    return IntervalArray(low, np.where(near, high, np.where(known, 1.0, np.nan)))
