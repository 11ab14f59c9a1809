"""Interval arithmetic in float64, batched: thousands of boxes of parameters at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pgb.numbers.enclosures import TINY, Enclosure, EnclosureArithmetic, Floats, quiet
from pgb.numbers.intervals_array import WIDER, IntervalArray, corners, down, up
from pgb.numbers.intervals_functions import FLINT, increasing, logarithm, sine, square_root
from pgb.numbers.midrad import MidRad

_INFINITY = float("inf")


class Intervals(EnclosureArithmetic):
    """``IntervalArray``s; leading axes are a batch of boxes, as in ``Float64``.

    Made for wide boxes and for speed; exact zeros do not stay exact. ``low`` and ``high`` of a
    result are its end points.

    Attributes:
        tested: names of the functions used so far whose accuracy in this NumPy is tested, not
            proved. What was enclosed while it is empty is rigorous without any assumption.

    Raises:
        ArithmeticError: if the processor does not round to nearest with gradual underflow, or a
            function of this NumPy fails its test against python-flint.
    """

    name: ClassVar[str] = "intervals"
    rigorous: ClassVar[bool] = True

    def __init__(self) -> None:
        self._stored = MidRad()
        self.tested: set[str] = set()

    @quiet
    def asarray(self, values: Any) -> Enclosure:
        """Stored values; doubles and small integers exactly."""
        if isinstance(values, IntervalArray):
            return values
        with FLINT:
            found = self._stored.asarray(values)
        if not found.rad.any():
            return IntervalArray(found.mid, found.mid)
        exact = found.rad == 0
        low, high = down(found.mid - found.rad), up(found.mid + found.rad)
        return IntervalArray(np.where(exact, found.mid, low), np.where(exact, found.mid, high))

    def between(self, low: Any, high: Any) -> Enclosure:
        """The intervals between doubles; ValueError unless all are finite and in order."""
        below, above = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
        if not bool(np.all(np.isfinite(below) & np.isfinite(above) & (below <= above))):
            raise ValueError(f"interval: found {low} and {high}, expected finite numbers in order")
        return IntervalArray(below, above)

    def zeros(self, shape: Sequence[int]) -> Enclosure:
        found = np.zeros(tuple(shape), order="F")
        return IntervalArray(found, found)

    def ones(self, shape: Sequence[int]) -> Enclosure:
        found = np.ones(tuple(shape), order="F")
        return IntervalArray(found, found)

    @quiet
    def matmul(self, a: Enclosure, b: Enclosure) -> Enclosure:
        """Matrix products, as sums over the inner axis of products of end points.

        The sum of K rounded products is off by at most gamma_K times the sum of the sizes.
        """
        count = a.shape[-1]
        if count != b.shape[-2]:
            raise ValueError(f"matmul: found the shapes {a.shape} and {b.shape}")
        low = high = size = np.zeros(())
        for k in range(count):
            least, most = corners(a[..., :, k, None], b[..., None, k, :])
            largest = np.maximum(-least, most)
            if k == 0:
                low, high, size = least, most, largest
            else:
                low, high, size = low + least, high + most, size + largest
        if count == 0:
            shape = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
            return self.zeros((*shape, a.shape[-2], b.shape[-1]))
        return _widened(low, high, size, count + 1)

    @quiet
    def sum(self, x: Enclosure, axis: int | tuple[int, ...] | None = None) -> Enclosure:
        """Sums; |error| <= gamma_{n-1} times the sum of the sizes in any order."""
        low, high = np.asarray(np.sum(x.low, axis=axis)), np.asarray(np.sum(x.high, axis=axis))
        count = x.size // max(low.size, 1)
        size = np.asarray(np.sum(np.maximum(-x.low, x.high), axis=axis))
        return _widened(low, high, size, count)

    def _increasing(self, name: str, x: Enclosure, least: float, most: float) -> Enclosure:
        self.tested.add(name)
        return increasing(name, x, least, most)

    def exp(self, x: Enclosure) -> Enclosure:
        return self._increasing("exp", x, 0.0, _INFINITY)

    def log(self, x: Enclosure) -> Enclosure:
        self.tested.add("log")
        return logarithm(x)

    def sqrt(self, x: Enclosure) -> Enclosure:
        return square_root(x)

    def tanh(self, x: Enclosure) -> Enclosure:
        return self._increasing("tanh", x, -1.0, 1.0)

    def sigmoid(self, x: Enclosure) -> Enclosure:
        return self._increasing("sigmoid", x, 0.0, 1.0)

    def softplus(self, x: Enclosure) -> Enclosure:
        return self._increasing("softplus", x, 0.0, _INFINITY)

    def erf(self, x: Enclosure) -> Enclosure:
        return self._increasing("erf", x, -1.0, 1.0)

    def arctan(self, x: Enclosure) -> Enclosure:
        return self._increasing("arctan", x, -_INFINITY, _INFINITY)

    def sin(self, x: Enclosure) -> Enclosure:
        self.tested.add("sin")
        return sine(x, 0)

    def cos(self, x: Enclosure) -> Enclosure:
        self.tested.add("cos")
        return sine(x, 1)

    def pi(self) -> Any:
        return IntervalArray(np.asarray(np.pi), np.nextafter(np.pi, 4.0))

    def where_nonnegative(self, x: Enclosure, above: Enclosure, below: Enclosure) -> Enclosure:
        positive, negative = self.certainly_positive(x), self.certainly_negative(x)
        low = np.where(negative, below.low, np.minimum(above.low, below.low))
        high = np.where(negative, below.high, np.maximum(above.high, below.high))
        low, high = np.where(positive, above.low, low), np.where(positive, above.high, high)
        unknown = np.isnan(x.low) | np.isnan(x.high)
        if unknown.any():
            low, high = np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)
        return IntervalArray(low, high)

    def positive_part(self, x: Enclosure) -> Enclosure:
        low = np.maximum(x.low, 0)
        return IntervalArray(low, low if x.is_exact else np.maximum(x.high, 0))

    def absolute(self, x: Enclosure) -> Enclosure:
        least = np.maximum(np.maximum(x.low, -x.high), 0)
        return IntervalArray(least, np.maximum(-x.low, x.high))

    def certainly_positive(self, x: Enclosure) -> npt.NDArray[np.bool_]:
        return np.asarray((x.low > 0) & (x.low <= x.high))  # False for nan

    def certainly_negative(self, x: Enclosure) -> npt.NDArray[np.bool_]:
        return np.asarray((x.high < 0) & (x.low <= x.high))

    def certainly_zero(self, x: Enclosure) -> npt.NDArray[np.bool_]:
        return np.asarray((x.low == 0) & (x.high == 0))

    def to_float(self, x: Enclosure) -> Floats:
        """Midpoints; nan where an entry is unbounded or not defined."""
        with np.errstate(all="ignore"):
            mid = x.low / 2 + x.high / 2
        return np.asarray(np.where(np.isfinite(x.low) & np.isfinite(x.high), mid, np.nan))


def _widened(low: Floats, high: Floats, size: Floats, terms: int) -> IntervalArray:
    """End points that are off by at most the rounding of a sum of terms of a total size."""
    margin = size * ((terms + 2) * WIDER) + terms * TINY
    return IntervalArray(low - margin, high + margin)
