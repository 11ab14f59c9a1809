"""Quotients of polynomials in kernels: a numerator over a multiset of polynomial factors."""

from __future__ import annotations

from collections.abc import Iterable

from flint import fmpq

from pgb.errors import UndecidedError
from pgb.numbers.division import exact_quotient
from pgb.numbers.kernels import Exponent, Kernel
from pgb.numbers.polynomials import (
    ONE,
    Polynomial,
    Terms,
    add_terms,
    exponent,
    monomial,
    multiply_terms,
    power_terms,
    split,
    terms_sign,
)

#: Factors with at least two terms, normalised as by ``split``, to exponents >= 1. Adding brings
#: to the least common multiple of the multisets; factors are tried as divisors, no more.
Denominator = dict[Polynomial, int]
Quotient = tuple[Terms, Denominator]

MAX_BITS = 1_000_000  # of one coefficient


def _cancel(
    numerator: Terms, denominator: Denominator, factors: Iterable[Polynomial] | None = None
) -> Quotient:
    """Cancel the factors (all of them by default) that divide the numerator."""
    left = denominator
    for factor in denominator if factors is None else factors:
        while factor in left:
            divided = exact_quotient(numerator, factor)
            if divided is None:
                break
            numerator = divided
            left = dict(left)
            left[factor] -= 1
            if not left[factor]:
                del left[factor]
    return numerator, left


def add(x: Quotient, y: Quotient) -> Quotient:
    """The sum."""
    if x[1] == y[1]:
        return _cancel(add_terms(x[0], y[0]), x[1])
    common = dict(x[1])
    for factor, power in y[1].items():
        common[factor] = max(power, common.get(factor, 0))
    # a factor to different powers divides the sum only if it divides one of the two
    shared = [factor for factor, e in x[1].items() if y[1].get(factor) == e]
    return _cancel(add_terms(_expanded(x, common), _expanded(y, common)), common, shared)


def _expanded(x: Quotient, common: Denominator) -> Terms:
    numerator, denominator = x
    for factor, power in common.items():
        missing = power - denominator.get(factor, 0)
        if missing:
            numerator = multiply_terms(numerator, power_terms(factor.terms, missing))
    return numerator


def multiply(x: Quotient, y: Quotient) -> Quotient:
    """The product."""
    left, below_right = _cancel(x[0], y[1])
    right, below_left = _cancel(y[0], x[1])
    common = dict(below_left)
    for factor, power in below_right.items():
        common[factor] = common.get(factor, 0) + power
    product = multiply_terms(left, right)
    if common and any(base.is_base for key in left for base, _ in key):
        return _cancel(product, common)  # powers of roots may have become sums
    return product, common


def power(x: Quotient, n: int) -> Quotient:
    """A power with exponent n >= 0."""
    if n == 0:
        return {(): ONE}, {}
    if n * max(c.height_bits() for c in x[0].values()) > MAX_BITS:
        raise UndecidedError(f"a power with exponent {n} exceeds the size budget")
    return power_terms(x[0], n), {factor: e * n for factor, e in x[1].items()}


def invert(x: Quotient) -> Quotient:
    """The reciprocal; UndecidedError unless x is certainly nonzero.

    The numerator of x must not be identically 0.
    """
    terms_sign(x[0])
    content, common, rest = split(x[0])
    above: Terms = {(): 1 / content}
    for factor, e in x[1].items():
        above = multiply_terms(above, power_terms(factor.terms, e))
    below: Denominator = {} if rest is None else {rest: 1}
    return multiply(_cancel(above, below), from_powers([(base, -e) for base, e in common]))


def from_powers(powers: Iterable[tuple[Kernel, Exponent]]) -> Quotient:
    """The product of kernel powers; bases of roots keep exponents in (0, 1) only.

    Other kernels with fractional exponents have to be positive; those with negative ones nonzero.
    """
    kept: dict[Kernel, Exponent] = {}
    factor = ONE
    carried: list[tuple[Polynomial, int]] = []
    for base, e in powers:
        total = exponent(kept.pop(base, 0) + e)
        if base.is_base:
            whole = int(fmpq(total).floor())
            if whole and base.kind == "integer":
                factor = factor * integer_power(base.payload, whole)
            elif whole:
                carried.append((base.payload, whole))
            total = exponent(total - whole)
        if total:
            kept[base] = total
    result: Quotient = ({monomial(kept): factor}, {})
    for polynomial, whole in carried:
        part = power((polynomial.terms, {}), abs(whole))
        result = multiply(result, part if whole > 0 else invert(part))
    return result


def integer_power(base: int, e: int) -> fmpq:
    """An integer to an integer power; UndecidedError if it exceeds the size budget."""
    if abs(e) * base.bit_length() > MAX_BITS:
        raise UndecidedError(f"{base} to the power {e} exceeds the size budget")
    return fmpq(base) ** e
