"""Arrays of midpoint-radius numbers: every entry is the set [mid - rad, mid + rad].

Rounding is bounded a priori (S. M. Rump, *Verification methods: rigorous results using
floating-point arithmetic*, Acta Numerica 2010). With u = 2^-53 and rounding to nearest with
gradual underflow, a sum or a product z rounds to fl(z) with |z - fl(z)| <= u |fl(z)|, plus
2^-1075 for a product, and additions that underflow are exact. A sum of K products, in whatever
order and with or without fused multiply-add, is off by at most gamma_K = K u / (1 - K u) times the
sum of the absolute values, plus K 2^-1075.

An entry whose radius is not finite is unbounded or not defined: nothing is certain about it. Where
the midpoint is not finite, the radius is not finite either.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from flint import arb

from pgb.numbers.enclosures import TINY, EnclosureArray, Floats, U, is_power_of_two, quiet
from pgb.numbers.midrad_functions import UP, enclose

# Within these bounds no product or quotient of two numbers underflows or overflows.
_SMALL, _LARGE = 2.0**-500, 2.0**500


class MidRadArray(EnclosureArray):
    """An array of midpoint-radius numbers, by midpoints and radii."""

    __slots__ = ()

    # The slots of the base class under other names: as fast as slots of their own.
    mid: Floats = vars(EnclosureArray)["first"]
    rad: Floats = vars(EnclosureArray)["second"]

    @classmethod
    def _exactly(cls, number: float) -> Self:
        return cls(number, 0.0)

    def __neg__(self) -> Self:
        return type(self)(-self.mid, self.rad)

    @quiet
    def _plus(self, y: Self) -> Self:
        """The error of a sum is a double, which Knuth's TwoSum finds: exact sums stay exact."""
        mid = np.asarray(self.mid + y.mid)
        part = mid - self.mid
        error = (self.mid - (mid - part)) + (y.mid - part)
        # After an overflow the error is nan or infinite, and so is the radius.
        return type(self)(mid, (self.rad + y.rad + np.abs(error)) * UP)

    def _minus(self, y: Self) -> Self:
        return self._plus(-y)

    @quiet
    def _times(self, y: Self) -> Self:
        mid = np.asarray(self.mid * y.mid)
        a, b = np.abs(self.mid), np.abs(y.mid)
        rad = (a * y.rad + self.rad * (b + y.rad) + U * np.abs(mid)) * UP + TINY
        # Exactly 0 times something finite is exactly 0; every other product may have underflowed.
        zero = ((a == 0) & (self.rad == 0)) | ((b == 0) & (y.rad == 0))
        finite = np.isfinite(self.rad) & np.isfinite(y.rad)
        return type(self)(mid, np.where(zero & finite, 0.0, rad))

    @quiet
    def _scaled(self, factor: float) -> Self:
        """The product with a power of two, exact unless it underflows."""
        mid, rad = np.asarray(self.mid * factor), np.asarray(self.rad * factor)
        rad = np.where(np.isfinite(mid), rad, np.inf)
        if abs(factor) >= 1:
            return type(self)(mid, np.abs(rad))
        rad = np.abs(rad)
        lost = ((np.abs(mid) < TINY) & (self.mid != 0)) | ((rad < TINY) & (self.rad != 0))
        return type(self)(mid, np.where(lost, rad + TINY, rad))

    def _over(self, y: Self) -> Self:
        return self._times(y._reciprocal())

    def __truediv__(self, other: Any) -> Self:
        if is_power_of_two(other):
            return self._scaled(1 / float(other))
        return super().__truediv__(other)

    def __rtruediv__(self, other: Any) -> Self:
        if isinstance(other, int) and other == 1:
            return self._reciprocal()
        return super().__rtruediv__(other)

    @quiet
    def _reciprocal(self) -> Self:
        """1 / x; unbounded where x may be 0."""
        size = np.abs(self.mid)
        low = (size - self.rad) * (1 - 4 * U)  # not above the least absolute value in x
        mid = np.asarray(1 / self.mid)
        # |1/t - 1/m| = |t - m| / |t m| <= rad / (|m| low) for t in x
        rad = (self.rad / (size * low) + U * np.abs(mid)) * UP + TINY
        usual = (low > _SMALL) & (size < _LARGE)
        if not usual.all():
            mid, rad = np.array(mid), np.array(rad)
            mid[~usual], rad[~usual] = enclose(_inverse, self.mid[~usual], self.rad[~usual])
        return type(self)(mid, rad)


def _inverse(x: arb) -> arb:
    return 1 / x
