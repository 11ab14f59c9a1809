"""Sums of rational multiples of products of kernel powers: the numerators of closed forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flint import fmpq

from pgb.errors import UndecidedError
from pgb.numbers.kernels import Exponent, Kernel, Monomial, terms_ball, with_precision
from pgb.numbers.printing import monomial_key, terms_text

Terms = dict[Monomial, fmpq]  # no zero coefficients; never changed after construction

MAX_TERMS = 20_000
_MAX_PAIRS = 200_000
#: Bits of precision at which a sign is tried before it is called undecided.
PRECISIONS = (64, 128, 256, 512, 1024, 2048)

ONE = fmpq(1)


class Polynomial:
    """A sum of at least one term, as a hashable value (structural equality)."""

    __slots__ = ("_hash", "_sign", "_text", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._hash: int | None = None
        self._sign: int | None = None
        self._text: str | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Polynomial) and self.terms == other.terms)

    def __hash__(self) -> int:
        if self._hash is None:  # not of the coefficients: hashing an fmpq is slow
            self._hash = hash(frozenset(self.terms))
        return self._hash

    def __str__(self) -> str:
        if self._text is None:
            self._text = terms_text(self.terms)
        return self._text

    def __reduce__(self) -> tuple[type[Polynomial], tuple[Terms]]:
        return Polynomial, (self.terms,)

    def sign(self) -> int:
        """-1 or 1; UndecidedError if balls up to the last precision do not exclude 0."""
        if self._sign is None:
            self._sign = terms_sign(self.terms)
        return self._sign


def exponent(value: Any) -> Exponent:
    """An int if the fmpq is an integer."""
    if isinstance(value, int):
        return value
    return int(value.p) if value.q == 1 else value


def monomial(powers: Mapping[Kernel, Exponent]) -> Monomial:
    """The monomial of these powers (all of them allowed and nonzero)."""
    if len(powers) == 1:
        return tuple(powers.items())
    return tuple(sorted(powers.items(), key=_text_of))


def _text_of(item: tuple[Kernel, Exponent]) -> str:
    return item[0].text


def accumulate(total: Terms, key: Monomial, coefficient: fmpq) -> None:
    """Add one term to a sum under construction."""
    old = total.get(key)
    if old is None:
        total[key] = coefficient
        return
    new = old + coefficient
    if new:
        total[key] = new
    else:
        del total[key]


def add_terms(a: Terms, b: Terms) -> Terms:
    """The sum."""
    if len(a) < len(b):
        a, b = b, a
    total = dict(a)
    for key, coefficient in b.items():
        accumulate(total, key, coefficient)
    return total


def scale_terms(terms: Terms, factor: fmpq) -> Terms:
    """All coefficients multiplied by a nonzero rational."""
    return {key: coefficient * factor for key, coefficient in terms.items()}


def multiply_terms(a: Terms, b: Terms) -> Terms:
    """The product; UndecidedError if it is larger than the budget."""
    if len(a) * len(b) > _MAX_PAIRS:
        raise UndecidedError(f"a product of {len(a)} by {len(b)} terms exceeds the size budget")
    total: Terms = {}
    carried: list[tuple[Terms, Terms]] = []
    for key_a, coefficient_a in a.items():
        for key_b, coefficient_b in b.items():
            coefficient = coefficient_a * coefficient_b
            if not key_a:
                key = key_b
            elif not key_b:
                key = key_a
            else:
                key, factor, radicals = _join(key_a, key_b)
                if factor is not None:
                    coefficient = coefficient * factor
                if radicals:
                    carried.extend(_unfold(key, coefficient, radicals))
                    continue
            accumulate(total, key, coefficient)
    for left, right in carried:
        total = add_terms(total, multiply_terms(left, right))
    if len(total) > MAX_TERMS:
        raise UndecidedError(f"a sum of {len(total)} terms exceeds the size budget")
    return total


def _join(a: Monomial, b: Monomial) -> tuple[Monomial, fmpq | None, list[Polynomial]]:
    """The product of two monomials: a monomial, a rational, and polynomials still to multiply."""
    powers = dict(a)
    factor: fmpq | None = None
    radicals: list[Polynomial] = []
    for base, power in b:
        old = powers.get(base)
        if old is None:
            powers[base] = power
            continue
        new: Exponent = old + power
        if not isinstance(new, int) and new.q == 1:
            new = int(new.p)
        if base.is_base and new >= 1:  # both exponents are below 1, so one is carried at most
            new = new - 1
            if base.kind == "integer":
                factor = base.payload * (ONE if factor is None else factor)
            else:
                radicals.append(base.payload)
            new = exponent(new)
        if new:
            powers[base] = new
        else:
            del powers[base]
    return monomial(powers), factor, radicals


def _unfold(
    key: Monomial, coefficient: fmpq, radicals: list[Polynomial]
) -> Iterable[tuple[Terms, Terms]]:
    left: Terms = {key: coefficient}
    for radical in radicals[:-1]:
        left = multiply_terms(left, radical.terms)
    return [(left, radicals[-1].terms)]


def power_terms(terms: Terms, power: int) -> Terms:
    """A power with exponent >= 0 by repeated squaring."""
    if power == 1:
        return terms
    result: Terms = {(): ONE}
    square = terms
    while power:
        if power & 1:
            result = multiply_terms(result, square)
        power >>= 1
        if power:
            square = multiply_terms(square, square)
    return result


def split(terms: Terms) -> tuple[fmpq, Monomial, Polynomial | None]:
    """A nonzero sum as coefficient * monomial * polynomial.

    The polynomial has coprime integer coefficients, the first one positive, and no monomial
    divides it; it is None if there is one term only.
    """
    if len(terms) == 1:
        ((key, coefficient),) = terms.items()
        return coefficient, key, None
    common = _common_powers(terms)
    if common:
        terms = {_quotient(key, common): value for key, value in terms.items()}
    content = fmpq(0)
    for value in terms.values():
        content = content.gcd(value)
    if terms[min(terms, key=monomial_key)] < 0:
        content = -content
    if content != 1:
        terms = scale_terms(terms, 1 / content)
    return content, monomial(common) if common else (), Polynomial(terms)


def _common_powers(terms: Terms) -> dict[Kernel, Exponent]:
    """For each kernel its least exponent over the terms (0 where it is absent), if not 0."""
    least: dict[Kernel, Exponent] = {}
    seen: dict[Kernel, int] = {}
    for key in terms:
        for base, power in key:
            seen[base] = seen.get(base, 0) + 1
            if base not in least or power < least[base]:
                least[base] = power
    return {base: power for base, power in least.items() if power < 0 or seen[base] == len(terms)}


def _quotient(key: Monomial, common: Mapping[Kernel, Exponent]) -> Monomial:
    powers = dict(key)
    for base, power in common.items():
        new = exponent(powers.get(base, 0) - power)
        if new:
            powers[base] = new
        else:
            powers.pop(base, None)
    return monomial(powers)


def terms_sign(terms: Terms) -> int:
    """The sign (-1 or 1) of a sum that is not identically 0; UndecidedError if none is proved."""
    if all(base.positive for key in terms for base, _ in key):
        negative = [coefficient < 0 for coefficient in terms.values()]
        if all(negative) or not any(negative):
            return -1 if negative[0] else 1
    for precision in PRECISIONS:
        ball = with_precision(precision, _enclosure(terms, precision))
        if ball > 0:
            return 1
        if ball < 0:
            return -1
    raise UndecidedError(f"no sign was found with {PRECISIONS[-1]} bits of precision")


def _enclosure(terms: Terms, precision: int) -> Callable[[], Any]:
    return lambda: terms_ball(terms, precision)
