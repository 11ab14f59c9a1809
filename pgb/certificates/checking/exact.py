"""Exact numbers: rationals, and quotients of polynomials in generators.

Exact numbers are fmpq and Forms. Each generator is a name for one real number. A form that is
identically 0 is the number 0; the converse is not needed.
"""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq, fmpq_mpoly_ctx

from .reading import need

EXACT_BITS = 512  # of the balls that decide signs of exact numbers
ZERO, ONE = fmpq(0), fmpq(1)
CONTEXT = fmpq_mpoly_ctx.get([f"g{i}" for i in range(160)])
GENERATORS = CONTEXT.gens()
NAMES: dict[str, int] = {}  # name of the number -> its generator
ROOTS: dict[int, int] = {}  # generator of the square root of n -> n
LOGARITHMS: dict[Any, int] = {}  # exponents of the generator of log n -> n
TABLES: tuple[dict[Any, Any], ...] = (NAMES, ROOTS, LOGARITHMS)


def reset(contents: list[dict[Any, Any]]) -> None:
    """Set the tables of generators; exact numbers that use others must not be used any more."""
    for table, content in zip(TABLES, contents, strict=True):
        table.clear()
        table.update(content)


class Form:
    """A quotient num / den of polynomials, and a ball that contains the number (or nan)."""

    def __init__(self, num: Any, den: Any, ball: arb) -> None:
        self.num, self.den, self.ball = num, den, ball

    def __str__(self) -> str:
        return f"({self.num})/({self.den})"

    def __add__(self, other: Any) -> Any:
        a, b = self, lift(other)
        return reduced(a.num * b.den + b.num * a.den, a.den * b.den, a.ball + b.ball)

    def __mul__(self, other: Any) -> Any:
        a, b = self, lift(other)
        return reduced(a.num * b.num, a.den * b.den, a.ball * b.ball)

    def __rtruediv__(self, other: Any) -> Any:
        need(bool(self.ball != 0) or self.ball.is_nan(), "found a division by what may be 0")
        return reduced(self.den, self.num, 1 / self.ball) * other

    def __truediv__(self, other: Any) -> Any:
        return self * (1 / fmpq(other) if not isinstance(other, Form) else 1 / other)

    def __neg__(self) -> Any:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return self + other * -1

    def __rsub__(self, other: Any) -> Any:
        return self * -1 + other

    __radd__, __rmul__ = __add__, __mul__


def lift(value: Any) -> Form:
    """An int, fmpq or Form as a Form."""
    if isinstance(value, Form):
        return value
    return Form(CONTEXT.constant(fmpq(value)), CONTEXT.constant(1), arb(fmpq(value)))


def reduced(num: Any, den: Any, ball: arb) -> Any:
    """The number num / den, an fmpq where that is seen; den is not 0."""
    for place, n in ROOTS.items():
        square = GENERATORS[place] ** 2 - n
        num, den = num % square, den % square
    if num == 0:
        return ZERO
    need(len(num) + len(den) <= 3000, "exact numbers have too many terms")
    common = num.gcd(den) * den.leading_coefficient()
    num, den = num / common, den / common
    num, den = num / den.leading_coefficient(), den / den.leading_coefficient()
    constant = num.is_constant() and den.is_constant()
    return num.leading_coefficient() if constant else Form(num, den, ball)


def named(name: str, ball: arb, root: int = 0) -> Any:
    """The number of a name, enclosed by the ball; the square root of n if that is given."""
    need(name in NAMES or len(NAMES) < len(GENERATORS), "there are too many different numbers")
    place = NAMES.setdefault(name, len(NAMES))
    if root:
        ROOTS[place] = root
    return Form(GENERATORS[place], CONTEXT.constant(1), ball)


def sign(value: Any) -> int:
    """The certain sign of an exact number."""
    low = value.ball if isinstance(value, Form) else value
    need(bool(low > 0) or bool(low < 0) or is_zero(value), "the sign of a number is undecided")
    return int(low > 0) - int(low < 0)


def is_zero(value: Any) -> bool:
    """True if an exact number is identically 0, or a ball is exactly 0."""
    return not isinstance(value, Form) and bool(value == 0)
