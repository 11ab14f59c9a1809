"""Functions of midpoint-radius entries, evaluated by python-flint: libm is not trusted."""

from __future__ import annotations

from collections.abc import Callable

import flint
import numpy as np
from flint import arb

from pgb.numbers.enclosures import TINY, Floats, U

Function = Callable[[arb], arb]

#: Covers the rounding of up to a dozen operations by which a radius is computed.
UP = 1 + 16 * U
# One limb of python-flint: midpoints are rounded to 53 bits in the end.
_PRECISION = 64


def enclose(
    function: Function, mid: Floats, rad: Floats, increasing: bool = False
) -> tuple[Floats, Floats]:
    """Midpoints and radii that enclose the function on every entry; of the shape of ``mid``.

    Increasing functions are evaluated at both end points, which is tight on wide entries.
    """
    points = zip(mid.ravel().tolist(), rad.ravel().tolist(), strict=True)
    outer = flint.ctx.prec
    flint.ctx.prec = _PRECISION
    try:
        balls = [_image(function, m, r, increasing) for m, r in points]
        new_mid, new_rad = to_doubles(balls)
    finally:
        flint.ctx.prec = outer
    return new_mid.reshape(mid.shape), new_rad.reshape(mid.shape)


def _image(function: Function, m: float, r: float, increasing: bool) -> arb:
    if r == 0.0:
        return function(arb(m))
    if not r < float("inf"):  # nan too
        return arb.nan()
    if increasing:
        middle, radius = arb(m), arb(r)
        return function(middle - radius).union(function(middle + radius))
    return function(arb(m, r))


def to_doubles(balls: list[arb]) -> tuple[Floats, Floats]:
    """Midpoints (nan where a ball is unbounded) and radii; exact where a ball is one double.

    The precision that is now set must be at least 53 bits.
    """
    mid = np.array([float(ball) for ball in balls], dtype=np.float64)
    rad = np.array([float(ball.rad()) for ball in balls], dtype=np.float64)
    with np.errstate(all="ignore"):
        # The midpoint is rounded once; radii have 30 bits, so only underflow changes them.
        bound = (rad + U * np.abs(mid)) * UP + TINY
    finite = np.isfinite(mid) & np.isfinite(bound)
    for place in np.flatnonzero(finite & (rad == 0)):
        if balls[place].is_exact() and (balls[place] - arb(mid[place])).is_zero():
            bound[place] = 0.0
    return np.where(finite, mid, np.nan), np.where(finite, bound, np.inf)
