"""Exact real numbers in closed form, such as log(2) or exp(18)/(exp(36) + 1/10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from flint import arb, fmpq

from pgb.errors import UndecidedError
from pgb.numbers.kernels import integer_power, terms_ball, with_precision
from pgb.numbers.polynomials import ONE, PRECISIONS, Terms, scale_terms, terms_sign
from pgb.numbers.printing import quotient_text
from pgb.numbers.quotients import Denominator, Quotient, add, invert, multiply
from pgb.numbers.quotients import power as power_of
from pgb.numbers.rationals import exact_rational, rational

_GUARD_BITS = 32


class Symbolic:
    """A real number that is not known to be rational: a rational function over Q of kernels.

    Immutable. Results that turn out rational are returned as ``fmpq``, so a ``Symbolic`` is never
    *identically* zero; whether it is nonzero is decided by balls of rising precision, and may stay
    undecided. ``==`` and ``hash`` compare the *form*: two forms may differ and be the same number
    (ask ``(x - y).is_zero()``). ``<``, ``<=``, ``>``, ``>=`` and ``abs`` are proofs, or raise
    ``UndecidedError``; ``bool`` raises ``TypeError``. Dividing by a number raises
    ``ZeroDivisionError`` if it is 0 and ``UndecidedError`` if that cannot be decided or if a
    result exceeds the size budget. Floats do not mix in: bring them in by ``exact_number``.
    """

    __slots__ = ("_balls", "_hash", "_sign", "denominator", "numerator")

    def __init__(self, numerator: Terms, denominator: Denominator) -> None:
        """Not for callers: ``quotient`` returns an ``fmpq`` where the result is rational."""
        self.numerator = numerator
        self.denominator = denominator
        self._balls: dict[int, arb] = {}
        self._hash: int | None = None
        self._sign: int | UndecidedError | None = None

    @property
    def parts(self) -> Quotient:
        """The numerator and the denominator."""
        return self.numerator, self.denominator

    # --- structure
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Symbolic):
            return False
        return self is other or (
            self.numerator == other.numerator and self.denominator == other.denominator
        )

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash((frozenset(self.numerator), frozenset(self.denominator.items())))
        return self._hash

    def __bool__(self) -> NoReturn:
        raise TypeError("the truth value of an exact number is not defined: ask is_zero or sign")

    def __str__(self) -> str:
        return quotient_text(self.numerator, self.denominator.items())

    def __repr__(self) -> str:
        return f"Symbolic({self})"

    def __reduce__(self) -> tuple[Callable[..., ExactNumber], tuple[Terms, Denominator]]:
        return quotient, (self.numerator, self.denominator)

    # --- decisions
    def is_zero(self) -> bool | None:
        """False if certainly nonzero, None if undecided (an identical zero is an ``fmpq``)."""
        try:
            self.sign()
        except UndecidedError:
            return None
        return False

    def sign(self) -> int:
        """-1 or 1, proved; UndecidedError if balls up to the last precision contain 0."""
        if self._sign is None:
            try:
                self._sign = self._find_sign()
            except UndecidedError as error:
                self._sign = error
        if isinstance(self._sign, int):
            return self._sign
        raise UndecidedError(str(self._sign))

    def _find_sign(self) -> int:
        sign = terms_sign(self.numerator)
        for factor, power in self.denominator.items():
            if power % 2:
                sign *= factor.sign()
        return sign

    def to_arb(self, precision: int) -> arb:
        """A ball that contains the number, of relative accuracy ``precision`` bits if possible."""
        found = self._balls.get(precision)
        if found is None:
            for working in (precision + _GUARD_BITS, 2 * precision + 64, 4 * precision + 128):
                found = with_precision(working, lambda: self._enclose(working))  # noqa: B023
                if found.rel_accuracy_bits() >= precision:
                    break
            assert found is not None
            self._balls[precision] = found
        return found

    def _enclose(self, precision: int) -> arb:
        result = terms_ball(self.numerator, precision)
        for factor, power in self.denominator.items():
            result = result / integer_power(terms_ball(factor.terms, precision), power)
        return result

    def __float__(self) -> float:
        """The nearest double; OverflowError if the number is too large to be enclosed."""
        for precision in PRECISIONS:
            ball = self.to_arb(precision)
            if ball.is_finite():
                low = float(with_precision(precision, ball.lower))
                if low == float(with_precision(precision, ball.upper)):
                    return low
        if not ball.is_finite():
            raise OverflowError("the number is too large for a double")
        return float(ball.mid())

    # --- arithmetic
    def __neg__(self) -> Symbolic:
        return Symbolic(scale_terms(self.numerator, -ONE), self.denominator)

    def __pos__(self) -> Symbolic:
        return self

    def __abs__(self) -> Symbolic:
        return self if self.sign() > 0 else -self

    def __add__(self, other: Any) -> Any:
        if type(other) is Symbolic:
            return quotient(*add(self.parts, other.parts))
        value = rational(other)
        if value is None:
            return NotImplemented
        if not value:
            return self
        return quotient(*add(self.parts, ({(): value}, {})))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        value = other if type(other) is Symbolic else rational(other)
        return NotImplemented if value is None else self + -value

    def __rsub__(self, other: Any) -> Any:
        value = rational(other)
        return NotImplemented if value is None else -self + value

    def __mul__(self, other: Any) -> Any:
        if type(other) is Symbolic:
            return quotient(*multiply(self.parts, other.parts))
        value = rational(other)
        if value is None:
            return NotImplemented
        if not value:
            return fmpq(0)
        return Symbolic(scale_terms(self.numerator, value), self.denominator)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if type(other) is Symbolic:
            return self * quotient(*invert(other.parts))
        value = rational(other)
        return NotImplemented if value is None else self * (1 / value)

    def __rtruediv__(self, other: Any) -> Any:
        value = rational(other)
        return NotImplemented if value is None else quotient(*invert(self.parts)) * value

    def __pow__(self, power: Any) -> Any:
        """Integer powers."""
        if not isinstance(power, (int, np.integer)):
            return NotImplemented
        if power < 0:
            return 1 / self**-power
        return quotient(*power_of(self.parts, int(power)))

    # --- order
    def __lt__(self, other: Any) -> bool:
        return self._compare(other) < 0

    def __le__(self, other: Any) -> bool:
        return self._compare(other) <= 0

    def __gt__(self, other: Any) -> bool:
        return self._compare(other) > 0

    def __ge__(self, other: Any) -> bool:
        return self._compare(other) >= 0

    def _compare(self, other: Any) -> int:
        difference = self - other  # TypeError for floats and other strangers
        return sign(difference)


ExactNumber = fmpq | Symbolic


def quotient(numerator: Terms, denominator: Denominator) -> ExactNumber:
    """The number numerator / denominator, as an ``fmpq`` where it is seen to be rational."""
    if not numerator:
        return fmpq(0)
    if not denominator and len(numerator) == 1 and () in numerator:
        return numerator[()]
    return Symbolic(numerator, denominator)


def exact_number(value: Any) -> ExactNumber:
    """An int, float (the double that it is), Fraction, fmpq or Symbolic as an exact number.

    InputError for NaN, infinities and everything else.
    """
    return value if isinstance(value, Symbolic) else exact_rational(value)


def sign(x: ExactNumber) -> int:
    """-1, 0 or 1, proved; UndecidedError if no sign is found."""
    if isinstance(x, Symbolic):
        return x.sign()
    return int(x > 0) - int(x < 0)


def is_exact_zero(x: ExactNumber) -> bool | None:
    """True if x is identically 0, False if it is certainly not 0, None if undecided."""
    return x.is_zero() if isinstance(x, Symbolic) else x == 0
