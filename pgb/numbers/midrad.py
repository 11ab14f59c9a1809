"""Midpoint-radius arithmetic in float64: every rounding error is bounded, so BLAS does the work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from flint import arb

from pgb.numbers.ball_functions import sigmoid, softplus
from pgb.numbers.balls import Balls
from pgb.numbers.enclosures import TINY, Enclosure, EnclosureArithmetic, Floats, U, quiet
from pgb.numbers.midrad_array import MidRadArray
from pgb.numbers.midrad_functions import UP, Function, enclose, to_doubles

# Bits at which exact numbers are enclosed before they are rounded to doubles.
_PRECISION = 80
# Where |x| is below this, U |x| underflows.
_LEAST_NORMAL = 2.0**-1022


class MidRad(EnclosureArithmetic):
    """``MidRadArray``s: proofs for up to a few thousand parameters, at 53 bits.

    Results are enclosures as in ``Balls``; matrix products take two to three float products.
    Entries that overflow or are not defined have a radius that is not finite, and nothing is
    certain about them. ``rad`` and ``mid`` of a result are its radii and midpoints.

    Raises:
        ArithmeticError: if the processor does not round to nearest with gradual underflow.
    """

    name: ClassVar[str] = "midpoint-radius"
    rigorous: ClassVar[bool] = True

    def __init__(self) -> None:
        _check_rounding()

    def asarray(self, values: Any) -> Enclosure:
        if isinstance(values, MidRadArray):
            return values
        array = np.asarray(values)
        if _is_doubles(array):
            floats = array.astype(np.float64)
            finite = np.isfinite(floats)
            return _array(np.where(finite, floats, np.nan), np.where(finite, 0.0, np.inf))
        with Balls(_PRECISION) as balls:
            mid, rad = to_doubles(list(balls.asarray(array).ravel()))
        return _array(mid.reshape(array.shape), rad.reshape(array.shape))

    def from_balls(self, balls: Enclosure) -> Enclosure:
        """The smallest enclosures of an array from ``Balls`` that doubles allow."""
        with Balls(_PRECISION):
            mid, rad = to_doubles(list(np.ravel(balls)))
        return _array(mid.reshape(np.shape(balls)), rad.reshape(np.shape(balls)))

    @quiet
    def interval(self, centers: Any, radii: Any) -> Enclosure:
        """Numbers [center - radius, center + radius]; radii must be finite and not negative."""
        middle, radius = self.asarray(centers), self.asarray(radii)
        bound = self.upper(radius)
        if not bool(np.all(np.isfinite(radius.rad) & (radius.mid >= 0))):
            raise ValueError(f"radius: found {radii}, expected finite numbers >= 0")
        mid, bound, rad = np.broadcast_arrays(middle.mid, bound, middle.rad)
        total = np.where(rad == 0, bound, (bound + rad) * UP)
        return _array(mid, total)

    def zeros(self, shape: Sequence[int]) -> Enclosure:
        return _array(np.zeros(tuple(shape)), np.zeros(tuple(shape)))

    @quiet
    def matmul(self, a: Enclosure, b: Enclosure) -> Enclosure:
        """Matrix products; |error| <= gamma_K |A| |B| + K 2^-1075 in any order of summation."""
        k = a.shape[-1]
        gamma = _gamma(k)
        size_a, size_b = np.abs(a.mid), np.abs(b.mid)
        # gamma |B| must not underflow, since |A| may be large.
        rounding = np.where(size_b == 0, 0.0, np.maximum(gamma * size_b, _LEAST_NORMAL))
        if not b.rad.any():
            rounding_a = np.where(size_a == 0, 0.0, np.maximum(gamma * size_a, _LEAST_NORMAL))
            rad = np.matmul(a.rad + rounding_a, size_b)
        else:
            rad = np.matmul(size_a, b.rad + rounding)
            if a.rad.any():
                rad = rad + np.matmul(a.rad, size_b + b.rad)
        mid = np.matmul(a.mid, b.mid)
        bound = rad * (UP + 2 * gamma) + k * TINY
        bound = np.where(np.isfinite(mid), bound, np.inf)
        if np.any(rad == 0):
            bound = np.where((rad == 0) & _no_common_entry(a, b), 0.0, bound)
        return _array(mid, bound)

    @quiet
    def sum(self, x: Enclosure, axis: int | tuple[int, ...] | None = None) -> Enclosure:
        """Sums; |error| <= gamma_{n-1} sum |x| in any order, and nothing if all is tiny."""
        mid = np.asarray(np.sum(x.mid, axis=axis))
        count = x.size // max(mid.size, 1)
        if count == 1:
            return _array(mid, np.sum(x.rad, axis=axis))
        gamma = _gamma(count)
        rad = np.sum(x.rad, axis=axis) + gamma * np.sum(np.abs(x.mid), axis=axis)
        return _array(mid, np.where(np.isfinite(mid), rad * (UP + 2 * gamma), np.inf))

    def exp(self, x: Enclosure) -> Enclosure:
        return _increasing(arb.exp, x)

    def log(self, x: Enclosure) -> Enclosure:
        return _increasing(arb.log, x)

    def sqrt(self, x: Enclosure) -> Enclosure:
        return _increasing(arb.sqrt, x)

    def tanh(self, x: Enclosure) -> Enclosure:
        return _increasing(arb.tanh, x)

    def sigmoid(self, x: Enclosure) -> Enclosure:
        return _increasing(sigmoid, x)

    def softplus(self, x: Enclosure) -> Enclosure:
        return _increasing(softplus, x)

    def erf(self, x: Enclosure) -> Enclosure:
        return _increasing(arb.erf, x)

    def arctan(self, x: Enclosure) -> Enclosure:
        return _increasing(arb.atan, x)

    def sin(self, x: Enclosure) -> Enclosure:
        return _array(*enclose(arb.sin, x.mid, x.rad))

    def cos(self, x: Enclosure) -> Enclosure:
        return _array(*enclose(arb.cos, x.mid, x.rad))

    def pi(self) -> Any:
        return _array(np.pi, 2.0**-52)  # the double nearest to pi is within half an ulp, 2^-52

    @quiet
    def where_nonnegative(self, x: Enclosure, above: Enclosure, below: Enclosure) -> Enclosure:
        positive, negative = self.certainly_positive(x), self.certainly_negative(x)
        hull = _hull(above, below)
        known = np.isfinite(x.rad)
        mid = np.where(positive, above.mid, np.where(negative, below.mid, hull.mid))
        rad = np.where(positive, above.rad, np.where(negative, below.rad, hull.rad))
        return _array(np.where(known, mid, np.nan), np.where(known, rad, np.inf))

    @quiet
    def positive_part(self, x: Enclosure) -> Enclosure:
        high = (x.mid + x.rad) * (1 + 4 * U) / 2 + TINY
        mid = np.where(x.mid >= x.rad, x.mid, np.where(x.mid <= -x.rad, 0.0, high))
        rad = np.where(x.mid >= x.rad, x.rad, np.where(x.mid <= -x.rad, 0.0, high))
        return _array(mid, np.where(np.isfinite(x.rad), rad, np.inf))

    @quiet
    def absolute(self, x: Enclosure) -> Enclosure:
        size = np.abs(x.mid)
        high = (size + x.rad) * (1 + 4 * U) / 2 + TINY
        apart = size >= x.rad
        rad = np.where(apart, x.rad, high)
        return _array(np.where(apart, size, high), np.where(np.isfinite(x.rad), rad, np.inf))

    def certainly_positive(self, x: Enclosure) -> npt.NDArray[np.bool_]:
        return np.asarray((x.mid > x.rad) & np.isfinite(x.mid))  # False for nan

    def certainly_zero(self, x: Enclosure) -> npt.NDArray[np.bool_]:
        return np.asarray((x.mid == 0) & (x.rad == 0))

    def to_float(self, x: Enclosure) -> Floats:
        return np.asarray(np.where(np.isfinite(x.rad), x.mid, np.nan))

    @quiet
    def upper(self, x: Enclosure) -> Floats:
        """Doubles that bound |x| from above; infinite where it is unbounded."""
        exact = x.rad == 0
        bound = np.where(exact, np.abs(x.mid), (np.abs(x.mid) + x.rad) * UP)
        return np.where(np.isfinite(x.rad), bound, np.inf)


def _is_doubles(array: npt.NDArray[Any]) -> bool:
    if array.dtype.kind in "iu":
        return bool(np.all((array >= -(2**53)) & (array <= 2**53)))
    return array.dtype.kind == "b" or (array.dtype.kind == "f" and array.itemsize <= 8)


def _array(mid: Any, rad: Any) -> Enclosure:
    return MidRadArray(mid, rad)


def _gamma(count: int) -> float:
    """Not below gamma_n for n = count + 2, rounding included."""
    return (count + 4) * U / (1 - (count + 4) * U)


def _increasing(function: Function, x: Enclosure) -> Enclosure:
    return _array(*enclose(function, x.mid, x.rad, increasing=True))


def _no_common_entry(a: Enclosure, b: Enclosure) -> npt.NDArray[np.bool_]:
    """Where every product of an entry of a row of a and a column of b has an exact factor 0."""
    some_a = ((a.mid != 0) | (a.rad != 0)).astype(np.float64)
    some_b = ((b.mid != 0) | (b.rad != 0)).astype(np.float64)
    return np.asarray(np.matmul(some_a, some_b) == 0)


def _hull(x: Enclosure, y: Enclosure) -> MidRadArray:
    """Enclosures of the union of x and y; x where both are the same."""
    low = np.minimum(x.mid - x.rad, y.mid - y.rad)
    high = np.maximum(x.mid + x.rad, y.mid + y.rad)
    mid = (low + high) / 2
    rad = np.maximum(high - mid, mid - low) + 4 * U * (np.abs(low) + np.abs(high))
    same = (x.mid == y.mid) & (x.rad == y.rad)
    return MidRadArray(np.where(same, x.mid, mid), np.where(same, x.rad, rad * UP + TINY))


def _check_rounding() -> None:
    one, half_ulp = np.float64(1.0), np.float64(U)
    nearest = one + half_ulp == one and one + 3 * half_ulp == one + 4 * half_ulp
    nearest = nearest and -one - half_ulp == -one
    least = np.float64(2.0**-1022)
    if not (nearest and 0 < least / 8 < least and least / 8 * 8 == least):
        raise ArithmeticError("midpoint-radius arithmetic needs rounding to nearest with underflow")
