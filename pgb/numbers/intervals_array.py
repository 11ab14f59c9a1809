"""Arrays of intervals with end points in float64: every entry is the set [low, high].

Rounding is to nearest with gradual underflow, and every rounded end point x is moved outward by
2u |x| + 1e-300 with u = 2^-53: that is at least one unit in the last place of x, where the rounding
was wrong by half of one at most, and 1e-300 covers whatever underflow loses.

End points may be infinite. Where one of them is nan the entry is not defined or overflowed, and
nothing is certain about it. Products keep the sign information that midpoint-radius numbers lose
on wide entries, and ``x * x`` is a square.

The memory of a batch, the leading axis, is kept contiguous where it came so: then a batch of small
matrices is as fast as large arrays are.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from pgb.numbers.enclosures import TINY, EnclosureArray, Floats, U, quiet

#: Twice the relative error of one rounded operation.
WIDER = 2 * U


def down(x: Floats) -> Floats:
    """Not above any real number that rounds to x."""
    step = np.asarray(np.abs(x))
    step *= WIDER
    step += TINY
    return np.subtract(x, step, out=step)


def up(x: Floats) -> Floats:
    """Not below any real number that rounds to x."""
    step = np.asarray(np.abs(x))
    step *= WIDER
    step += TINY
    return np.add(x, step, out=step)


class IntervalArray(EnclosureArray):
    """An array of intervals, by end points: one and the same object if all are single doubles."""

    __slots__ = ()

    # The slots of the base class under other names: as fast as slots of their own.
    low: Floats = vars(EnclosureArray)["first"]
    high: Floats = vars(EnclosureArray)["second"]

    @property
    def is_exact(self) -> bool:
        """Whether every entry is known to be a single double."""
        return self.high is self.low

    @classmethod
    def _exactly(cls, number: float) -> Self:
        return cls(number, number)

    def reshape(self, *shape: Any) -> Self:
        wanted = shape[0] if len(shape) == 1 else shape
        return self._each(lambda x: _reshaped(x, wanted))

    def __neg__(self) -> Self:
        low = -self.high
        return type(self)(low, low if self.is_exact else -self.low)

    @quiet
    def _plus(self, y: Self) -> Self:
        return type(self)(down(self.low + y.low), up(self.high + y.high))

    @quiet
    def _minus(self, y: Self) -> Self:
        return type(self)(down(self.low - y.high), up(self.high - y.low))

    @quiet
    def _times(self, y: Self) -> Self:
        """Products of numbers that vary independently, unless both are the same array."""
        if y is self:
            return self._squared()
        low, high = corners(self, y)
        return type(self)(down(low), up(high))

    def _squared(self) -> Self:
        """Squares entry by entry: never negative."""
        if self.is_exact:
            exactly = self.low * self.low
            return type(self)(np.maximum(down(exactly), 0), up(exactly))
        most = np.maximum(-self.low, self.high)
        least = np.maximum(np.maximum(self.low, -self.high), 0)
        return type(self)(np.maximum(down(least * least), 0), up(most * most))

    @quiet
    def _scaled(self, factor: float) -> Self:
        """The product with a power of two, which is exact unless it overflows."""
        first, second = self.low * factor, self.high * factor
        low, high = (first, second) if factor > 0 else (second, first)
        # An overflow has to leave the finite number outside.
        low = np.where(low == np.inf, np.nan, low) if np.isinf(low).any() else low
        high = np.where(high == -np.inf, np.nan, high) if np.isinf(high).any() else high
        return type(self)(low, high)

    @quiet
    def _over(self, y: Self) -> Self:
        """Quotients by intervals that exclude 0; unbounded elsewhere."""
        apart = (y.low > 0) | (y.high < 0)
        a, b, c, d = self.low / y.low, self.low / y.high, self.high / y.low, self.high / y.high
        low = down(np.minimum(np.minimum(a, b), np.minimum(c, d)))
        high = up(np.maximum(np.maximum(a, b), np.maximum(c, d)))
        if apart.all():
            return type(self)(low, high)
        # The ends one by one: the sum of those of the whole line is nan, too.
        unknown = np.isnan(self.low) | np.isnan(self.high) | np.isnan(y.low) | np.isnan(y.high)
        low, high = np.where(apart, low, -np.inf), np.where(apart, high, np.inf)
        return type(self)(np.where(unknown, np.nan, low), np.where(unknown, np.nan, high))


def _reshaped(x: Floats, wanted: Any) -> Floats:
    """Reshape so that a leading axis that stays keeps its place in memory."""
    shape = (wanted,) if isinstance(wanted, (int, np.integer)) else tuple(wanted)
    if x.ndim < 2 or len(shape) < 2 or shape[0] != len(x) or x.size == 0:
        return x.reshape(shape)
    return np.moveaxis(np.moveaxis(x, 0, -1).reshape((*shape[1:], shape[0])), -1, 0)


def corners(x: IntervalArray, y: IntervalArray) -> tuple[Floats, Floats]:
    """Least and largest product of end points, rounded to nearest."""
    if x.is_exact:
        x, y = y, x
    if y.is_exact:
        a, b = np.asarray(x.low * y.low), np.asarray(x.high * y.low)
        return np.minimum(a, b), np.maximum(a, b, out=np.asarray(b))
    a, b = np.asarray(x.low * y.low), np.asarray(x.low * y.high)
    low, high = np.minimum(a, b), np.maximum(a, b)
    for end in (y.low, y.high):
        corner = np.multiply(x.high, end, out=a)
        np.minimum(low, corner, out=low)
        np.maximum(high, corner, out=high)
    return low, high
