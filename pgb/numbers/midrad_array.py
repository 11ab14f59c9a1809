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

from typing import Any

import numpy as np
from flint import arb

from pgb.numbers.midrad_functions import TINY, UP, Floats, U, enclose

# Within these bounds no product or quotient of two numbers underflows or overflows.
_SMALL, _LARGE = 2.0**-500, 2.0**500

quiet = np.errstate(all="ignore")  # overflows show as radii that are not finite


class MidRadArray:
    """An array of midpoint-radius numbers with the operations that formulas use.

    ``mid`` and ``rad`` are float64 arrays of one shape; they are never written to. Python integers
    mix in exactly; floats do not, since a literal such as 0.1 is not the number it looks like.
    """

    __slots__ = ("mid", "rad")
    __array_ufunc__ = None  # NumPy leaves mixed operations to the methods below

    def __init__(self, mid: Any, rad: Any) -> None:
        self.mid: Floats = np.asarray(mid, dtype=np.float64)
        self.rad: Floats = np.asarray(rad, dtype=np.float64)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("midpoint-radius numbers do not convert to NumPy arrays: use `to_float`")

    def __bool__(self) -> bool:
        raise TypeError("the truth value of an enclosure is not defined: ask what is certain")

    def __eq__(self, other: object) -> bool:
        raise TypeError("equality of enclosures is not defined: ask what is certain")

    __hash__ = None  # type: ignore[assignment]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as of a NumPy array."""
        return self.mid.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.mid.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.mid.size

    @property
    def T(self) -> MidRadArray:
        """The transpose."""
        return MidRadArray(self.mid.T, self.rad.T)

    def __len__(self) -> int:
        return len(self.mid)

    def __repr__(self) -> str:
        return f"MidRadArray({self.mid!r}, {self.rad!r})"

    def __getitem__(self, key: Any) -> MidRadArray:
        return MidRadArray(self.mid[key], self.rad[key])

    def reshape(self, *shape: Any) -> MidRadArray:
        """The same entries in another shape."""
        return MidRadArray(self.mid.reshape(*shape), self.rad.reshape(*shape))

    def swapaxes(self, first: int, second: int) -> MidRadArray:
        """Two axes exchanged."""
        return MidRadArray(self.mid.swapaxes(first, second), self.rad.swapaxes(first, second))

    def ravel(self) -> MidRadArray:
        """The entries in one row."""
        return MidRadArray(self.mid.ravel(), self.rad.ravel())

    def __neg__(self) -> MidRadArray:
        return MidRadArray(-self.mid, self.rad)

    def __add__(self, other: Any) -> MidRadArray:
        y = coerce(other)
        return NotImplemented if y is None else _sum(self, y)

    __radd__ = __add__

    def __sub__(self, other: Any) -> MidRadArray:
        y = coerce(other)
        return NotImplemented if y is None else _sum(self, -y)

    def __rsub__(self, other: Any) -> MidRadArray:
        y = coerce(other)
        return NotImplemented if y is None else _sum(y, -self)

    def __mul__(self, other: Any) -> MidRadArray:
        y = coerce(other)
        if y is None:
            return NotImplemented
        return _scaled(self, float(other)) if _is_power_of_two(other) else _product(self, y)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> MidRadArray:
        y = coerce(other)
        if y is None:
            return NotImplemented
        if _is_power_of_two(other):
            return _scaled(self, 1 / float(other))
        return _product(self, reciprocal(y))

    def __rtruediv__(self, other: Any) -> MidRadArray:
        y = coerce(other)
        if y is None:
            return NotImplemented
        inverse = reciprocal(self)
        return inverse if isinstance(other, int) and other == 1 else _product(y, inverse)


def coerce(value: Any) -> MidRadArray | None:
    """Midpoint-radius arrays and integers that are doubles; None for everything else."""
    if isinstance(value, MidRadArray):
        return value
    if isinstance(value, (int, np.integer)) and abs(int(value)) <= 2**53:
        return MidRadArray(float(value), 0.0)
    return None


def _is_power_of_two(value: Any) -> bool:
    if not isinstance(value, (int, np.integer)):
        return False
    size = abs(int(value))
    return size > 0 and size & (size - 1) == 0


@quiet
def _sum(x: MidRadArray, y: MidRadArray) -> MidRadArray:
    """The error of a sum is a double, which Knuth's TwoSum finds: exact sums stay exact."""
    mid = np.asarray(x.mid + y.mid)
    part = mid - x.mid
    error = (x.mid - (mid - part)) + (y.mid - part)
    # After an overflow the error is nan or infinite, and so is the radius.
    return MidRadArray(mid, (x.rad + y.rad + np.abs(error)) * UP)


@quiet
def _product(x: MidRadArray, y: MidRadArray) -> MidRadArray:
    mid = np.asarray(x.mid * y.mid)
    a, b = np.abs(x.mid), np.abs(y.mid)
    rad = (a * y.rad + x.rad * (b + y.rad) + U * np.abs(mid)) * UP + TINY
    # Exactly 0 times something finite is exactly 0; every other product may have underflowed.
    zero = ((a == 0) & (x.rad == 0)) | ((b == 0) & (y.rad == 0))
    finite = np.isfinite(x.rad) & np.isfinite(y.rad)
    return MidRadArray(mid, np.where(zero & finite, 0.0, rad))


@quiet
def _scaled(x: MidRadArray, factor: float) -> MidRadArray:
    """The product with a power of two, exact unless it underflows."""
    mid, rad = np.asarray(x.mid * factor), np.asarray(x.rad * factor)
    rad = np.where(np.isfinite(mid), rad, np.inf)
    if abs(factor) >= 1:
        return MidRadArray(mid, np.abs(rad))
    rad = np.abs(rad)
    lost = ((np.abs(mid) < TINY) & (x.mid != 0)) | ((rad < TINY) & (x.rad != 0))
    return MidRadArray(mid, np.where(lost, rad + TINY, rad))


@quiet
def reciprocal(x: MidRadArray) -> MidRadArray:
    """1 / x; unbounded where x may be 0."""
    size = np.abs(x.mid)
    low = (size - x.rad) * (1 - 4 * U)  # not above the least absolute value in x
    mid = np.asarray(1 / x.mid)
    # |1/t - 1/m| = |t - m| / |t m| <= rad / (|m| low) for t in x
    rad = (x.rad / (size * low) + U * np.abs(mid)) * UP + TINY
    usual = (low > _SMALL) & (size < _LARGE)
    if not usual.all():
        mid, rad = np.array(mid), np.array(rad)
        mid[~usual], rad[~usual] = enclose(_inverse, x.mid[~usual], x.rad[~usual])
    return MidRadArray(mid, rad)


def _inverse(x: arb) -> arb:
    return 1 / x
