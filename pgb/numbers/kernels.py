"""Kernels: the real numbers such as pi, log(2) or exp(1) of which closed forms are made."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakValueDictionary

import flint
from flint import arb, fmpq

from pgb.errors import UndecidedError
from pgb.numbers.printing import kernel_text

Exponent = int | fmpq  # int whenever it is an integer
Monomial = tuple[tuple["Kernel", Exponent], ...]  # sorted by the text of the kernels

#: Longest text of one kernel; deeper nesting is refused instead of growing without bound.
MAX_TEXT = 100_000

_CERTAINLY_POSITIVE = frozenset({"pi", "integer", "radical", "exp"})
_SIGN_PRECISION = 128


class Kernel:
    """A real number that a closed form treats as a symbol. Equal kernels are one object.

    ``kind`` and ``payload``: "pi" (None); "integer" (n >= 2) and "radical" (a positive
    polynomial), which occur with exponents strictly between 0 and 1 only; "log" (n >= 2, or a
    positive polynomial); "exp" (a monomial and a frozen denominator); "erf", "arctan", "sin" and
    "cos" (an exact number). Make them with ``kernel``.
    """

    __slots__ = ("__weakref__", "_balls", "_positive", "is_base", "kind", "payload", "text")

    def __init__(self, kind: str, payload: Any) -> None:
        self.kind = kind
        self.payload = payload
        self.text = kernel_text(kind, payload)
        if len(self.text) > MAX_TEXT:
            raise UndecidedError("the closed form is nested too deeply to be decided")
        self.is_base = kind in ("integer", "radical")
        self._positive: bool | None = True if kind in _CERTAINLY_POSITIVE else None
        self._balls: dict[int, arb] = {}

    def __repr__(self) -> str:
        return f"Kernel({self.text})"

    def __reduce__(self) -> tuple[Callable[..., Kernel], tuple[str, Any]]:
        return kernel, (self.kind, self.payload)

    @property
    def positive(self) -> bool:
        """True if the kernel is certainly positive; False means "not certain"."""
        if self._positive is None:
            self._positive = bool(with_precision(_SIGN_PRECISION, self._ball_here) > 0)
        return self._positive

    def _ball_here(self) -> arb:
        return self.ball(flint.ctx.prec)

    def ball(self, precision: int) -> arb:
        """Enclose the kernel (the argument of "exp"), at the precision that is now set."""
        found = self._balls.get(precision)
        if found is None:
            found = self._balls[precision] = _BALLS[self.kind](self.payload, precision)
        return found

    def power_ball(self, exponent: Exponent, precision: int) -> arb:
        """Enclose the kernel to a power, at the precision that is now set."""
        ball = self.ball(precision)
        if self.kind == "exp":
            return (ball * exponent).exp()
        if isinstance(exponent, int):
            return integer_power(ball, exponent)
        if exponent.q == 2:
            return integer_power(ball.sqrt(), int(exponent.p))
        return (ball.log() * exponent).exp()


_kernels: WeakValueDictionary[tuple[str, Any], Kernel] = WeakValueDictionary()
# At shutdown entries would be removed by hashing rationals when that is no longer possible.
atexit.register(_kernels.clear)


def kernel(kind: str, payload: Any = None) -> Kernel:
    """The one kernel of this kind and payload."""
    key = (kind, payload)
    found = _kernels.get(key)
    if found is None:
        found = _kernels[key] = Kernel(kind, payload)
    return found


def with_precision(precision: int, function: Callable[[], arb]) -> arb:
    """Call a function with python-flint's precision set, and restore it."""
    outer = flint.ctx.prec
    flint.ctx.prec = precision
    try:
        return function()
    finally:
        flint.ctx.prec = outer


def integer_power(ball: arb, exponent: int) -> arb:
    """Enclose an integer power by products (``arb ** n`` is nan around 0)."""
    result, square, n = arb(1), ball, abs(exponent)
    while n:
        if n & 1:
            result = result * square
        n >>= 1
        if n:
            square = square * square
    return 1 / result if exponent < 0 else result


def monomial_ball(monomial: Monomial, precision: int) -> arb:
    """Enclose a product of powers, at the precision that is now set."""
    result = arb(1)
    for factor, exponent in monomial:
        result = result * factor.power_ball(exponent, precision)
    return result


def terms_ball(terms: Mapping[Monomial, fmpq], precision: int) -> arb:
    """Enclose a sum of terms, at the precision that is now set."""
    result = arb(0)
    for monomial, coefficient in terms.items():
        result = result + monomial_ball(monomial, precision) * coefficient
    return result


def _base_ball(payload: Any, precision: int) -> arb:
    return arb(payload) if isinstance(payload, int) else terms_ball(payload.terms, precision)


def _argument_ball(payload: Any, precision: int) -> arb:
    return arb(payload) if isinstance(payload, fmpq) else payload.to_arb(precision)


def _near_ball(payload: Any, precision: int) -> arb:
    _, center, radius = payload
    return _argument_ball(center, precision) + arb(0, radius)


def _exponent_ball(payload: Any, precision: int) -> arb:
    monomial, denominator = payload
    result = monomial_ball(monomial, precision)
    for factor, power in denominator:
        result = result / integer_power(terms_ball(factor.terms, precision), power)
    return result


_BALLS: dict[str, Callable[[Any, int], arb]] = {
    "pi": lambda _, precision: arb.pi(),
    "integer": _base_ball,
    "radical": _base_ball,
    "log": lambda payload, precision: _base_ball(payload, precision).log(),
    "exp": _exponent_ball,
    "near": _near_ball,
    "erf": lambda payload, precision: _argument_ball(payload, precision).erf(),
    "arctan": lambda payload, precision: _argument_ball(payload, precision).atan(),
    "sin": lambda payload, precision: _argument_ball(payload, precision).sin(),
    "cos": lambda payload, precision: _argument_ball(payload, precision).cos(),
}
