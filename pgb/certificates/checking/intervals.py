"""A ring of intervals between doubles: on wide boxes balls lose the signs of products.

Doubles are rounded to nearest (IEEE 754), so the next double outward bounds every sum, product and
quotient; functions are those of python-flint at the end points. An interval has low <= high, which
no nan satisfies: what is not defined is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nextafter
from types import SimpleNamespace
from typing import Any

import flint
from flint import arb, fmpq

from .exact import Form
from .reading import need
from .rings import BALLS

_FUNCTION_BITS = 64
_KNOWN: dict[fmpq, Interval] = {}


class Interval:
    """The numbers from ``low`` to ``high``; comparisons hold only if they are certain."""

    __hash__ = None  # type: ignore[assignment]
    __slots__ = ("high", "low")

    def __init__(self, low: float, high: float) -> None:
        if not low <= high:
            need(False, "a value is not defined or not finite")
        self.low, self.high = low, high

    def __add__(self, other: Any) -> Interval:
        y = other if type(other) is Interval else number(other)
        return Interval(nextafter(self.low + y.low, -inf), nextafter(self.high + y.high, inf))

    def __sub__(self, other: Any) -> Interval:
        y = other if type(other) is Interval else number(other)
        return Interval(nextafter(self.low - y.high, -inf), nextafter(self.high - y.low, inf))

    def __rsub__(self, other: Any) -> Interval:
        return number(other) - self

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __mul__(self, other: Any) -> Interval:
        y = other if type(other) is Interval else number(other)
        a, b, c, d = self.low, self.high, y.low, y.high
        if a >= 0 and c >= 0:
            low, high = a * c, b * d
        elif a >= 0 and d <= 0:
            low, high = b * c, a * d
        elif b <= 0 and c >= 0:
            low, high = a * d, b * c
        elif b <= 0 and d <= 0:
            low, high = b * d, a * c
        else:
            corners = (a * c, a * d, b * c, b * d)
            need(all(v == v for v in corners), "a value is not defined or not finite")
            low, high = min(corners), max(corners)
        return Interval(nextafter(low, -inf), nextafter(high, inf))

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other: Any) -> Interval:
        y = other if type(other) is Interval else number(other)
        need(y.low > 0 or y.high < 0, "found a division by what may be 0")
        return self * Interval(nextafter(1 / y.high, -inf), nextafter(1 / y.low, inf))

    def __rtruediv__(self, other: Any) -> Interval:
        return number(other) / self

    def __gt__(self, other: Any) -> bool:
        return bool(self.low > other)

    def __ge__(self, other: Any) -> bool:
        return bool(self.low >= other)

    def __lt__(self, other: Any) -> bool:
        return bool(self.high < other)

    def __le__(self, other: Any) -> bool:
        return bool(self.high <= other)

    def __eq__(self, other: object) -> bool:
        return bool(self.low == self.high == other)

    def __ne__(self, other: object) -> bool:
        return bool(self.low > other or self.high < other)  # type: ignore[operator]

    def is_finite(self) -> bool:
        """Whether both ends are finite."""
        return -inf < self.low and self.high < inf

    def size(self) -> float:
        """The largest absolute value."""
        return max(-self.low, self.high)

    def upper(self) -> Interval:
        """The upper end."""
        return Interval(self.high, self.high)

    def union(self, other: Any) -> Interval:
        """The least interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))


def below(x: arb) -> float:
    """A double below a ball."""
    return nextafter(float(x.lower()), -inf)


def above(x: arb) -> float:
    """A double above a ball."""
    return nextafter(float(x.upper()), inf)


def number(value: Any) -> Interval:
    """A number as an interval; doubles are exact."""
    if type(value) is Interval:
        return value
    if type(value) is int and abs(value) <= 2**53:
        return Interval(float(value), float(value))
    if isinstance(value, Form):
        return Interval(below(value.ball), above(value.ball))
    found = _KNOWN.get(value)
    if found is None:
        ball = arb(value)
        middle = float(ball)
        exact = abs(middle) < inf and bool(fmpq(*middle.as_integer_ratio()) == value)
        found = Interval(middle, middle) if exact else Interval(below(ball), above(ball))
        if len(_KNOWN) < 10_000:
            _KNOWN[value] = found
    return found


def increasing(function: Callable[[arb], arb]) -> Callable[[Interval], Interval]:
    """An increasing function, by its values at both ends."""

    def image(x: Interval) -> Interval:
        need(x.is_finite(), "a value is not defined or not finite")
        outer, flint.ctx.prec = flint.ctx.prec, _FUNCTION_BITS
        try:
            return Interval(below(function(arb(x.low))), above(function(arb(x.high))))
        finally:
            flint.ctx.prec = outer

    return image


def by_balls(function: Callable[[arb], arb]) -> Callable[[Interval], Interval]:
    """Another function, by its enclosure on one ball."""

    def image(x: Interval) -> Interval:
        need(x.is_finite(), "a value is not defined or not finite")
        found = function(arb(x.low).union(arb(x.high)))
        return Interval(below(found), above(found))

    return image


def square(x: Interval) -> Interval:
    """The square, without negative part."""
    least, most = max(x.low, -x.high, 0.0), x.size()
    return Interval(max(nextafter(least * least, -inf), 0.0), nextafter(most * most, inf))


def products(at: Any, size: int, zero: Any) -> Any:
    """The upper triangle of sum J_i^T C_i J_i, squares as squares."""
    H = [[zero] * size for _ in range(size)]
    for q, C in zip(at.q, at.curvatures, strict=True):
        for k, (_, left, _) in enumerate(q):
            for m, (_, right, _) in enumerate(q):
                if C[k][m] == 0:
                    continue
                for i, a in (left or {}).items():
                    for j, b in (right or {}).items():
                        if i <= j:
                            term = square(a) if (i, k) == (j, m) else a * b
                            H[i][j] = H[i][j] + C[k][m] * term
    return H


_NAMES = ("exp", "log", "sqrt", "sigmoid", "tanh", "softplus", "erf", "arctan")
INTERVALS: Any = SimpleNamespace(
    exact=False,
    number=number,
    **{name: increasing(getattr(BALLS, name)) for name in _NAMES},
    sin=by_balls(arb.sin),
    cos=by_balls(arb.cos),
    pi=lambda: Interval(below(arb.pi()), above(arb.pi())),
    square=square,
    choose=BALLS.choose,
    products=products,
)
