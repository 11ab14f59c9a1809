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

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: Twice the relative error of one rounded operation.
WIDER = 2.0**-52
#: Covers what underflow loses.
TINY = 1e-300

quiet = np.errstate(all="ignore")  # overflows show as end points that are not finite


def down(x: Floats) -> Floats:
    """Not above any real number that rounds to x."""
    step = np.abs(x)
    step *= WIDER
    step += TINY
    return np.subtract(x, step, out=step)


def up(x: Floats) -> Floats:
    """Not below any real number that rounds to x."""
    step = np.abs(x)
    step *= WIDER
    step += TINY
    return np.add(x, step, out=step)


class IntervalArray:
    """An array of intervals with the operations that formulas use.

    ``low`` and ``high`` are float64 arrays of one shape, never written to; one and the same object
    if every entry is a single double. Python integers mix in exactly; floats do not, since a
    literal such as 0.1 is not the number it looks like.
    """

    __slots__ = ("high", "low")
    __array_ufunc__ = None  # NumPy leaves mixed operations to the methods below

    def __init__(self, low: Any, high: Any) -> None:
        self.low: Floats = np.asarray(low, dtype=np.float64)
        self.high: Floats = self.low if high is low else np.asarray(high, dtype=np.float64)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("intervals do not convert to NumPy arrays: use `to_float`")

    def __bool__(self) -> bool:
        raise TypeError("the truth value of an enclosure is not defined: ask what is certain")

    def __eq__(self, other: object) -> bool:
        raise TypeError("equality of enclosures is not defined: ask what is certain")

    __hash__ = None  # type: ignore[assignment]

    @property
    def is_exact(self) -> bool:
        """Whether every entry is known to be a single double."""
        return self.high is self.low

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as of a NumPy array."""
        return self.low.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self.low.ndim

    @property
    def size(self) -> int:
        """The number of entries."""
        return self.low.size

    @property
    def T(self) -> IntervalArray:
        """The transpose."""
        return self._each(np.transpose)

    def __len__(self) -> int:
        return len(self.low)

    def __repr__(self) -> str:
        return f"IntervalArray({self.low!r}, {self.high!r})"

    def _each(self, view: Any) -> IntervalArray:
        low = view(self.low)
        return IntervalArray(low, low if self.is_exact else view(self.high))

    def __getitem__(self, key: Any) -> IntervalArray:
        return self._each(lambda x: x[key])

    def reshape(self, *shape: Any) -> IntervalArray:
        """The same entries in another shape."""
        wanted = shape[0] if len(shape) == 1 else shape
        return self._each(lambda x: _reshaped(x, wanted))

    def swapaxes(self, first: int, second: int) -> IntervalArray:
        """Two axes exchanged."""
        return self._each(lambda x: x.swapaxes(first, second))

    def ravel(self) -> IntervalArray:
        """The entries in one row."""
        return self._each(np.ravel)

    def __neg__(self) -> IntervalArray:
        low = -self.high
        return IntervalArray(low, low if self.is_exact else -self.low)

    def __add__(self, other: Any) -> IntervalArray:
        y = coerce(other)
        return NotImplemented if y is None else _sum(self, y)

    __radd__ = __add__

    def __sub__(self, other: Any) -> IntervalArray:
        y = coerce(other)
        return NotImplemented if y is None else _difference(self, y)

    def __rsub__(self, other: Any) -> IntervalArray:
        y = coerce(other)
        return NotImplemented if y is None else _difference(y, self)

    def __mul__(self, other: Any) -> IntervalArray:
        if other is self:
            return square(self)
        y = coerce(other)
        if y is None:
            return NotImplemented
        return _doubled(self, float(other)) if _is_power_of_two(other) else product(self, y)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> IntervalArray:
        y = coerce(other)
        return NotImplemented if y is None else _quotient(self, y)

    def __rtruediv__(self, other: Any) -> IntervalArray:
        y = coerce(other)
        return NotImplemented if y is None else _quotient(y, self)


def coerce(value: Any) -> IntervalArray | None:
    """Arrays of intervals and integers that are doubles; None for everything else."""
    if isinstance(value, IntervalArray):
        return value
    if isinstance(value, (int, np.integer)) and abs(int(value)) <= 2**53:
        number = np.float64(value)
        return IntervalArray(number, number)
    return None


def _reshaped(x: Floats, wanted: Any) -> Floats:
    """Reshape so that a leading axis that stays keeps its place in memory."""
    shape = (wanted,) if isinstance(wanted, (int, np.integer)) else tuple(wanted)
    if x.ndim < 2 or len(shape) < 2 or shape[0] != len(x) or x.size == 0:
        return x.reshape(shape)
    return np.moveaxis(np.moveaxis(x, 0, -1).reshape((*shape[1:], shape[0])), -1, 0)


def _is_power_of_two(value: Any) -> bool:
    if not isinstance(value, (int, np.integer)):
        return False
    size = abs(int(value))
    return size > 0 and size & (size - 1) == 0


@quiet
def _sum(x: IntervalArray, y: IntervalArray) -> IntervalArray:
    return IntervalArray(down(np.asarray(x.low + y.low)), up(np.asarray(x.high + y.high)))


@quiet
def _difference(x: IntervalArray, y: IntervalArray) -> IntervalArray:
    return IntervalArray(down(np.asarray(x.low - y.high)), up(np.asarray(x.high - y.low)))


@quiet
def _doubled(x: IntervalArray, factor: float) -> IntervalArray:
    """The product with a power of two, which is exact unless it overflows."""
    first, second = np.asarray(x.low * factor), np.asarray(x.high * factor)
    low, high = (first, second) if factor > 0 else (second, first)
    # An overflow has to leave the finite number outside.
    low = np.where(low == np.inf, np.nan, low) if np.isinf(low).any() else low
    high = np.where(high == -np.inf, np.nan, high) if np.isinf(high).any() else high
    return IntervalArray(low, high)


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


@quiet
def product(x: IntervalArray, y: IntervalArray) -> IntervalArray:
    """Products entry by entry, of two numbers that vary independently."""
    low, high = corners(x, y)
    return IntervalArray(down(np.asarray(low)), up(np.asarray(high)))


@quiet
def square(x: IntervalArray) -> IntervalArray:
    """Squares entry by entry: never negative."""
    if x.is_exact:
        exactly = np.asarray(x.low * x.low)
        return IntervalArray(np.maximum(down(exactly), 0), up(exactly))
    most = np.maximum(-x.low, x.high)
    least = np.maximum(np.maximum(x.low, -x.high), 0)
    return IntervalArray(np.maximum(down(least * least), 0), up(most * most))


@quiet
def _quotient(x: IntervalArray, y: IntervalArray) -> IntervalArray:
    """Quotients by intervals that exclude 0; unbounded elsewhere."""
    apart = (y.low > 0) | (y.high < 0)
    a, b = np.asarray(x.low / y.low), np.asarray(x.low / y.high)
    c, d = np.asarray(x.high / y.low), np.asarray(x.high / y.high)
    low = np.minimum(np.minimum(a, b), np.minimum(c, d))
    high = np.maximum(np.maximum(a, b), np.maximum(c, d))
    low, high = down(np.asarray(low)), up(np.asarray(high))
    if apart.all():
        return IntervalArray(low, high)
    # The ends one by one: the sum of those of the whole line is nan, too.
    unknown = np.isnan(x.low) | np.isnan(x.high) | np.isnan(y.low) | np.isnan(y.high)
    low, high = np.where(apart, low, -np.inf), np.where(apart, high, np.inf)
    return IntervalArray(np.where(unknown, np.nan, low), np.where(unknown, np.nan, high))
