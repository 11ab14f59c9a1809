"""Exact division of sums of terms, tried so that common factors do not pile up."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import lcm

from flint import fmpq

from pgb.numbers.kernels import Kernel, Monomial
from pgb.numbers.polynomials import Polynomial, Terms, exponent, monomial

_LARGEST_NUMERATOR = 2000

Vector = tuple[int, ...]  # exponents times the common denominator of their kernel


def exact_quotient(numerator: Terms, factor: Polynomial) -> Terms | None:
    """The terms q with q * factor = numerator as formal polynomials, if they are found.

    Kernels count as independent variables (exponents may be negative or fractional), so None does
    not mean that the numbers have no such quotient.
    """
    if not 2 <= len(numerator) <= _LARGEST_NUMERATOR:
        return None
    scales = _scales(numerator, factor.terms)
    if scales is None:
        return None
    above = {_vector(key, scales): value for key, value in numerator.items()}
    below = sorted((_vector(key, scales), value) for key, value in factor.terms.items())
    found = _divide(above, below)
    return None if found is None else _terms(found, scales)


def _scales(numerator: Terms, factor: Terms) -> dict[Kernel, int] | None:
    """The common denominator of each kernel's exponents; None if the factor has others."""
    scales: dict[Kernel, int] = {}
    for key in numerator:
        for base, e in key:
            old = scales.get(base, 1)
            scales[base] = old if isinstance(e, int) else lcm(old, int(e.q))
    for key in factor:
        for base, e in key:
            if base not in scales:
                return None
            if not isinstance(e, int):
                scales[base] = lcm(scales[base], int(e.q))
    return scales


def _vector(key: Monomial, scales: dict[Kernel, int]) -> Vector:
    powers = dict(key)
    return tuple([int(powers.get(base, 0) * scale) for base, scale in scales.items()])


def _divide(
    above: dict[Vector, fmpq], below: list[tuple[Vector, fmpq]]
) -> dict[Vector, fmpq] | None:
    """Cancel the lexicographically lowest term until nothing is left; None if that fails."""
    lowest, leading = below[0]
    bound = _minus(max(above), below[-1][0])  # the highest term of a quotient
    steps = [(_minus(vector, lowest), value / leading) for vector, value in below[1:]]
    queue = list(above)
    heapify(queue)
    result: dict[Vector, fmpq] = {}
    while queue:
        vector = heappop(queue)
        value = above.pop(vector, None)
        if not value:
            continue
        place = _minus(vector, lowest)
        if place > bound or len(result) > _LARGEST_NUMERATOR:
            return None
        result[place] = value / leading
        for step, ratio in steps:
            target = tuple(a + b for a, b in zip(vector, step, strict=True))
            old = above.get(target)
            if old is None:
                above[target] = -value * ratio
                heappush(queue, target)
            else:
                above[target] = old - value * ratio
    return result


def _minus(a: Vector, b: Vector) -> Vector:
    return tuple(x - y for x, y in zip(a, b, strict=True))


def _terms(found: dict[Vector, fmpq], scales: dict[Kernel, int]) -> Terms | None:
    """Back to monomials; None if a root would get an exponent outside of (0, 1)."""
    result: Terms = {}
    for vector, value in found.items():
        powers = {}
        for (base, scale), scaled in zip(scales.items(), vector, strict=True):
            if scaled:
                if base.is_base and not 0 < scaled < scale:
                    return None
                powers[base] = exponent(fmpq(scaled, scale))
        result[monomial(powers)] = value
    return result
