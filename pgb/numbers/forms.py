"""Polynomials in atoms, by which equal functions of the parameters are recognized as equal."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from flint import fmpq

#: Products that may have more terms are not written out; then nothing is known.
_MOST_TERMS = 200

#: A product of powers of atoms.
_Monomial = frozenset[tuple[Hashable, int]]
_ONE: _Monomial = frozenset()


class Form:
    """A polynomial with rational coefficients in atoms, each of which is one function.

    Equal forms are equal functions; the converse may fail. Immutable.
    """

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[_Monomial, fmpq]) -> None:
        """The sum of coefficients times monomials; those that are 0 are left out."""
        self.terms = {key: value for key, value in terms.items() if value != 0}
        self._hash: int | None = None

    @classmethod
    def atom(cls, name: Hashable) -> Form:
        """The function of a name."""
        return cls({frozenset([(name, 1)]): fmpq(1)})

    @classmethod
    def number(cls, value: fmpq) -> Form:
        """A constant."""
        return cls({_ONE: value})

    @property
    def is_zero(self) -> bool:
        """Whether it is the polynomial 0."""
        return not self.terms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Form) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def direction(self) -> tuple[int, Form]:
        """A sign and a form: form and sign are the same for all positive multiples.

        For negative multiples the sign is the other one.
        """
        lead = self.terms[min(self.terms, key=hash)]
        scaled = Form({key: value / lead for key, value in self.terms.items()})
        return (1 if lead > 0 else -1), scaled


def sum_of(first: Form | None, second: Form | None) -> Form | None:
    """The sum; None is unknown."""
    if first is None or second is None:
        return None
    terms = dict(first.terms)
    for key, value in second.terms.items():
        terms[key] = terms.get(key, fmpq(0)) + value
    return Form(terms)


def product_of(first: Form | None, second: Form | None) -> Form | None:
    """The product; None is unknown, or too long."""
    if first is None or second is None:
        return None
    if len(first.terms) * len(second.terms) > _MOST_TERMS:
        return None
    terms: dict[_Monomial, fmpq] = {}
    for key, value in first.terms.items():
        for other, factor in second.terms.items():
            joined = _joined(key, other)
            terms[joined] = terms.get(joined, fmpq(0)) + value * factor
    return Form(terms)


def _joined(first: _Monomial, second: _Monomial) -> _Monomial:
    if not first or not second:
        return first or second
    powers = dict(first)
    for name, power in second:
        powers[name] = powers.get(name, 0) + power
    return frozenset(powers.items())
