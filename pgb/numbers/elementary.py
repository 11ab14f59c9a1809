"""Elementary functions of exact numbers, in closed form (rational where that is seen)."""

from __future__ import annotations

from collections.abc import Iterable

from flint import fmpq

from pgb.errors import InputError
from pgb.numbers.kernels import Exponent, Kernel, Monomial, kernel
from pgb.numbers.polynomials import ONE, Polynomial, Terms, exponent, scale_terms, split
from pgb.numbers.printing import monomial_key
from pgb.numbers.quotients import Denominator, from_powers, integer_power
from pgb.numbers.rationals import factors
from pgb.numbers.symbolic import ExactNumber, Symbolic, quotient, sign

_PI = kernel("pi")
_E = kernel("exp", ((), frozenset()))
_PI_MONOMIAL: Monomial = ((_PI, 1),)


def pi() -> Symbolic:
    """The number pi."""
    return Symbolic({_PI_MONOMIAL: ONE}, {})


def near(name: str, center: ExactNumber, radius: fmpq) -> Symbolic:
    """A number that may be any within ``radius`` of ``center``: equal names are equal numbers.

    A zero or a sign that is decided holds for every choice.
    """
    return Symbolic({((kernel("near", (name, center, radius)), 1),): ONE}, {})


def exp(x: ExactNumber) -> ExactNumber:
    """The exponential; sums become products, rational multiples of logarithms powers."""
    if isinstance(x, fmpq):
        return quotient({((_E, exponent(x)),): ONE}, {}) if x else ONE
    powers: list[tuple[Kernel, Exponent]] = []
    numerator = x.numerator
    if not x.denominator:
        for key, coefficient in numerator.items():
            powers.append(_exponential(key, exponent(coefficient)))
        return quotient(*from_powers(powers))
    constant, numerator = _constant_part(numerator, x.denominator)
    if constant:
        powers.append((_E, exponent(constant)))
    below = frozenset(x.denominator.items())
    for key, coefficient in numerator.items():
        powers.append((kernel("exp", (key, below)), exponent(coefficient)))
    return quotient(*from_powers(powers))


def _exponential(key: Monomial, coefficient: Exponent) -> tuple[Kernel, Exponent]:
    """exp(coefficient * key) as a power of a kernel."""
    if len(key) == 1 and key[0][0].kind == "log" and key[0][1] == 1:
        base = key[0][0].payload
        if isinstance(base, int):
            return kernel("integer", base), coefficient
        single = _single_kernel(base)
        if single is not None and single.positive:
            return single, coefficient
        return kernel("radical", base), coefficient
    return kernel("exp", (key, frozenset())), coefficient


def _single_kernel(base: Polynomial) -> Kernel | None:
    if len(base.terms) > 1:
        return None
    ((key, coefficient),) = base.terms.items()
    return key[0][0] if coefficient == 1 and len(key) == 1 and key[0][1] == 1 else None


def _constant_part(numerator: Terms, denominator: Denominator) -> tuple[fmpq, Terms]:
    """Divide by the leading term of a single factor: exp(1/3 + tanh(1)) = exp(1/3) exp(tanh(1))."""
    if list(denominator.values()) != [1]:
        return fmpq(0), numerator
    (factor,) = denominator
    leading = max(factor.terms, key=monomial_key)
    if leading not in numerator:
        return fmpq(0), numerator
    constant = numerator[leading] / factor.terms[leading]
    rest = Symbolic(numerator, {}) - Symbolic(scale_terms(factor.terms, constant), {})
    return constant, {(): rest} if isinstance(rest, fmpq) else rest.numerator


def log(x: ExactNumber) -> ExactNumber:
    """The natural logarithm; InputError if x <= 0, UndecidedError if that is not decided."""
    _require_positive(x, "log")
    result: ExactNumber = fmpq(0)
    coefficient, powers = _factored(x)
    terms = dict(_rational_logarithm(coefficient))
    for base, power in powers:
        result = result + _logarithm_of(base) * power
    return result + quotient(terms, {})


def _rational_logarithm(x: fmpq) -> Iterable[tuple[Monomial, fmpq]]:
    for value, direction in ((x.p, 1), (x.q, -1)):
        for base, power in factors(int(value)):
            yield ((kernel("log", base), 1),), fmpq(direction * power)


def _logarithm_of(base: Kernel) -> ExactNumber:
    if base.kind == "exp":
        key, below = base.payload
        return quotient({key: ONE}, dict(below))
    payload = base.payload if base.is_base else Polynomial({((base, 1),): ONE})
    return Symbolic({((kernel("log", payload), 1),): ONE}, {})


def power(x: ExactNumber, q: fmpq) -> ExactNumber:
    """The power with a rational exponent; InputError if x <= 0."""
    _require_positive(x, "a fractional power")
    coefficient, powers = _factored(x)
    result = quotient(*from_powers([(base, exponent(e * q)) for base, e in powers]))
    return result * rational_power(coefficient, q)


def rational_power(x: fmpq, q: fmpq) -> ExactNumber:
    """A positive rational to a rational power."""
    if q.q == 1:
        return integer_power(int(x.p), int(q.p)) / integer_power(int(x.q), int(q.p))
    powers: list[tuple[Kernel, Exponent]] = []
    for value, direction in ((x.p, 1), (x.q, -1)):
        for base, e in factors(int(value)):
            powers.append((kernel("integer", base), exponent(direction * e * q)))
    return quotient(*from_powers(powers))


def sqrt(x: ExactNumber) -> ExactNumber:
    """The square root; InputError if x < 0, UndecidedError if that is not decided."""
    return x if isinstance(x, fmpq) and not x else power(x, fmpq(1, 2))


def _require_positive(x: ExactNumber, what: str) -> None:
    if sign(x) <= 0:
        raise InputError(f"{what}: found the argument {x}, expected a positive number")


def _factored(x: ExactNumber) -> tuple[fmpq, list[tuple[Kernel, Exponent]]]:
    """A positive rational times powers of positive kernels that make x > 0.

    What is left of a numerator, and each factor of a denominator, becomes the base of a radical
    kernel, with the sign that makes it positive; here its exponents may be integers.
    """
    if isinstance(x, fmpq):
        return x, []
    content, common, rest = split(x.numerator)
    powers = [(base, e) for base, e in common if base.positive]
    others = tuple((base, e) for base, e in common if not base.positive)
    if rest is None:
        left: Terms = {others: ONE}
    else:
        left = (Symbolic({others: ONE}, {}) * Symbolic(rest.terms, {})).numerator
    if list(left) != [()]:
        powers.append(_positive_base(Polynomial(left), 1))
    for factor, e in x.denominator.items():
        powers.append(_positive_base(factor, -e))
    return abs(content), powers


def _positive_base(base: Polynomial, e: int) -> tuple[Kernel, Exponent]:
    if base.sign() < 0:
        base = Polynomial(scale_terms(base.terms, -ONE))
    return kernel("radical", base), e


def sigmoid(x: ExactNumber) -> ExactNumber:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + exp(-x))


def tanh(x: ExactNumber) -> ExactNumber:
    """1 - 2 / (exp(2x) + 1)."""
    return 1 - 2 / (exp(2 * x) + 1)


def softplus(x: ExactNumber) -> ExactNumber:
    """log(1 + exp(x))."""
    return log(1 + exp(x))


def erf(x: ExactNumber) -> ExactNumber:
    """The error function, a kernel except at 0."""
    return _odd("erf", x)


def arctan(x: ExactNumber) -> ExactNumber:
    """The arctangent, a kernel except at 0 and +-1."""
    if x == 1 or x == -1:
        return pi() * x / 4
    return _odd("arctan", x)


def sin(x: ExactNumber) -> ExactNumber:
    """The sine, a kernel except at multiples of pi/2 (in radians)."""
    quarter = _quarter_turns(x)
    return _odd("sin", x) if quarter is None else fmpq((0, 1, 0, -1)[quarter])


def cos(x: ExactNumber) -> ExactNumber:
    """The cosine, a kernel except at multiples of pi/2 (in radians)."""
    quarter = _quarter_turns(x)
    if quarter is not None:
        return fmpq((1, 0, -1, 0)[quarter])
    return _opaque("cos", -x if _leading_is_negative(x) else x)


def _quarter_turns(x: ExactNumber) -> int | None:
    """The integer x / (pi / 2) modulo 4, if the form of x is such a multiple."""
    if isinstance(x, fmpq):
        return None if x else 0
    if x.denominator or list(x.numerator) != [_PI_MONOMIAL]:
        return None
    turns = 2 * x.numerator[_PI_MONOMIAL]
    return int(turns.p) % 4 if turns.q == 1 else None


def _odd(kind: str, x: ExactNumber) -> ExactNumber:
    if isinstance(x, fmpq) and not x:
        return x
    return -_opaque(kind, -x) if _leading_is_negative(x) else _opaque(kind, x)


def _opaque(kind: str, x: ExactNumber) -> ExactNumber:
    return Symbolic({((kernel(kind, x), 1),): ONE}, {})


def _leading_is_negative(x: ExactNumber) -> bool:
    """The sign of the form (not of the number): of the first coefficient of the numerator."""
    if isinstance(x, fmpq):
        return bool(x < 0)
    return bool(x.numerator[min(x.numerator, key=monomial_key)] < 0)
