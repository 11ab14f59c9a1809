"""Evaluation along a curve: truncated power series with exact coefficients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.errors import UndecidedError
from pgb.numbers import elementary
from pgb.numbers.exact import Exact
from pgb.numbers.interface import Array
from pgb.numbers.object_arrays import ObjectArithmetic, elementwise
from pgb.numbers.symbolic import ExactNumber, Symbolic, exact_number, sign

__all__ = ["PowerSeries", "Series"]

_ZERO = fmpq(0)


class PowerSeries:
    """c_0 + c_1 s + ... + c_n s^n + O(s^(n+1)), with exact coefficients; immutable.

    A constant is the one coefficient that it has, whatever the degree.
    """

    __slots__ = ("coefficients",)

    def __init__(self, coefficients: Sequence[ExactNumber]) -> None:
        self.coefficients = tuple(coefficients)

    @property
    def degree(self) -> int:
        """The degree up to which the coefficients are given; 0 for a constant."""
        return len(self.coefficients) - 1

    def coefficient(self, k: int) -> ExactNumber:
        """The coefficient of s^k, k up to the degree of the arithmetic."""
        return self.coefficients[k] if k < len(self.coefficients) else _ZERO

    def __add__(self, other: Any) -> PowerSeries:
        if isinstance(other, np.ndarray):
            return NotImplemented
        b = _lifted(other)
        degrees = range(max(self.degree, b.degree) + 1)
        return PowerSeries([_plus(self.coefficient(k), b.coefficient(k)) for k in degrees])

    def __mul__(self, other: Any) -> PowerSeries:
        if isinstance(other, np.ndarray):
            return NotImplemented
        b = _lifted(other)
        degrees = range(max(self.degree, b.degree) + 1)
        return PowerSeries([_convolved(self, b, n) for n in degrees])

    def __neg__(self) -> PowerSeries:
        return self * -1

    def __sub__(self, other: Any) -> PowerSeries:
        return self + _lifted(other) * -1

    def __rsub__(self, other: Any) -> PowerSeries:
        return -self + other

    def __truediv__(self, other: Any) -> PowerSeries:
        return self * _inverse(_lifted(other))

    def __rtruediv__(self, other: Any) -> PowerSeries:
        return _inverse(self) * other

    __radd__, __rmul__ = __add__, __mul__


class Series(ObjectArithmetic):
    """Object arrays of ``PowerSeries`` in one variable s, up to a degree.

    Formulas evaluated along a polynomial curve give the Taylor coefficients of what they mean at
    s = 0, provided that no kink lies there: ``UndecidedError`` where the argument of
    ``where_nonnegative`` is 0 at s = 0, or where its sign or a closed form is out of reach.
    Comparisons are about the values at s = 0.
    """

    name: ClassVar[str] = "series"
    rigorous: ClassVar[bool] = True
    _zero: ClassVar[PowerSeries] = PowerSeries([_ZERO])

    def asarray(self, values: Any) -> Array:
        return elementwise(values, _lifted)

    def _product(self, a: Array, b: Array) -> Array:
        return np.asarray(np.matmul(a, b))

    def exp(self, x: Array) -> Array:
        return _solved(x, elementary.exp, lambda u, f: f)

    def log(self, x: Array) -> Array:
        return _solved(x, elementary.log, lambda u, f: 1 / u)

    def sqrt(self, x: Array) -> Array:
        return _solved(x, elementary.sqrt, lambda u, f: 1 / (2 * f))

    def tanh(self, x: Array) -> Array:
        return _solved(x, elementary.tanh, lambda u, f: 1 - f * f)

    def sigmoid(self, x: Array) -> Array:
        return _solved(x, elementary.sigmoid, lambda u, f: f - f * f)

    def softplus(self, x: Array) -> Array:
        return _solved(x, elementary.softplus, lambda u, f: self._one(self.sigmoid, u))

    def erf(self, x: Array) -> Array:
        factor = 2 / elementary.sqrt(elementary.pi())
        return _solved(x, elementary.erf, lambda u, f: factor * self._one(self.exp, -u * u))

    def arctan(self, x: Array) -> Array:
        return _solved(x, elementary.arctan, lambda u, f: 1 / (1 + u * u))

    def sin(self, x: Array) -> Array:
        return elementwise(x, lambda u: _turned(u)[0])

    def cos(self, x: Array) -> Array:
        return elementwise(x, lambda u: _turned(u)[1])

    @staticmethod
    def _one(function: Callable[[Array], Array], u: PowerSeries) -> Any:
        return function(elementwise(u, _lifted)).item()

    def pi(self) -> Any:
        return PowerSeries([elementary.pi()])

    @staticmethod
    def _choice(x: Any, above: Any, below: Any) -> Any:
        side = sign(x.coefficient(0))
        if side == 0 and x.degree > 0:
            raise UndecidedError("a kink lies on the curve")
        return above if side >= 0 else below

    def certainly_positive(self, x: Array) -> npt.NDArray[np.bool_]:
        return Exact().certainly_positive(_values(x))

    def certainly_zero(self, x: Array) -> npt.NDArray[np.bool_]:
        return Exact().certainly_zero(_values(x))

    def to_float(self, x: Array) -> npt.NDArray[np.float64]:
        return Exact().to_float(_values(x))


def _values(x: Array) -> Array:
    return elementwise(x, lambda u: u.coefficient(0))


def _lifted(value: Any) -> PowerSeries:
    return value if isinstance(value, PowerSeries) else PowerSeries([exact_number(value)])


def _vanishes(value: ExactNumber) -> bool:
    return not isinstance(value, Symbolic) and bool(value == 0)


def _plus(a: ExactNumber, b: ExactNumber) -> ExactNumber:
    return b if _vanishes(a) else a if _vanishes(b) else a + b


def _convolved(a: PowerSeries, b: PowerSeries, n: int) -> ExactNumber:
    """The coefficient of s^n of a product."""
    total: ExactNumber = _ZERO
    for k in range(max(0, n - b.degree), min(n, a.degree) + 1):
        left, right = a.coefficients[k], b.coefficients[n - k]
        if not (_vanishes(left) or _vanishes(right)):
            total = total + left * right
    return total


def _inverse(a: PowerSeries) -> PowerSeries:
    """1 / a, from a f = 1."""
    first = 1 / a.coefficient(0)
    found = [first]
    for n in range(1, a.degree + 1):
        rest = _convolved(PowerSeries([_ZERO, *a.coefficients[1:]]), PowerSeries(found), n)
        found.append(-first * rest)
    return PowerSeries(found)


def _solved(
    x: Array,
    value: Callable[[Any], ExactNumber],
    rate: Callable[[PowerSeries, PowerSeries], Any],
) -> Array:
    """f(u) for each entry u: f is known at u(0), and df/ds = rate(u, f) du/ds."""

    def one(u: PowerSeries) -> PowerSeries:
        found = [value(u.coefficient(0))]
        for n in range(1, u.degree + 1):
            padded = PowerSeries([*found, *[_ZERO] * (u.degree + 1 - n)])
            found.append(_step(u, _lifted(rate(u, padded)), n))
        return PowerSeries(found)

    return elementwise(x, one)


def _step(u: PowerSeries, rate: PowerSeries, n: int) -> ExactNumber:
    """The coefficient of s^n of the antiderivative of rate du/ds."""
    slopes = PowerSeries([k * c for k, c in enumerate(u.coefficients)])
    return _convolved(slopes, rate, n) / n


def _turned(u: PowerSeries) -> tuple[PowerSeries, PowerSeries]:
    """Sine and cosine."""
    start = u.coefficient(0)
    sine, cosine = [elementary.sin(start)], [elementary.cos(start)]
    for n in range(1, u.degree + 1):
        above, below = _step(u, PowerSeries(cosine), n), -_step(u, PowerSeries(sine), n)
        sine.append(above)
        cosine.append(below)
    return PowerSeries(sine), PowerSeries(cosine)
