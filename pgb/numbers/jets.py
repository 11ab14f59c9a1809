"""Exact numbers with first and second derivatives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from flint import fmpq

from pgb.numbers.exact import Exact
from pgb.numbers.forms import Form, product_of, sum_of
from pgb.numbers.symbolic import ExactNumber, Symbolic

__all__ = ["Jet", "chain"]

First = Mapping[int, ExactNumber]
Second = Mapping[tuple[int, int], ExactNumber]


class Jet:
    """The value of a function at a point, with its derivatives by some coordinates there.

    ``first`` holds the derivatives by coordinates j, None for a constant; ``second`` those by j and
    k, j <= k; absent ones are 0. ``form`` identifies the function, None if that is unknown.
    """

    __slots__ = ("first", "form", "second", "value")

    def __init__(
        self, value: ExactNumber, first: First | None, second: Second, form: Form | None
    ) -> None:
        self.value, self.first, self.second, self.form = value, first, second, form

    @classmethod
    def constant(cls, value: ExactNumber) -> Jet:
        """A number."""
        form = Form.atom(value) if isinstance(value, Symbolic) else Form.number(value)
        return cls(value, None, {}, form)

    @classmethod
    def coordinate(cls, index: int, value: ExactNumber) -> Jet:
        """The function that is one coordinate."""
        return cls(value, {index: fmpq(1)}, {}, Form.atom(("coordinate", index)))

    def __add__(self, other: Any) -> Jet:
        if isinstance(other, np.ndarray):
            return NotImplemented
        b = _lifted(other)
        form = sum_of(self.form, b.form)
        first = None if self.first is None and b.first is None else _merged(self.first, b.first)
        return Jet(self.value + b.value, first, _merged(self.second, b.second), form)

    def __mul__(self, other: Any) -> Jet:
        if isinstance(other, np.ndarray):
            return NotImplemented
        a, b = self, _lifted(other)
        form = product_of(a.form, b.form)
        value = a.value * b.value
        if a.first is None and b.first is None:
            return Jet(value, None, {}, form)
        first = _merged(_scaled(a.first, b.value), _scaled(b.first, a.value))
        second = _merged(_scaled(a.second, b.value), _scaled(b.second, a.value))
        if a.first is not None and b.first is not None:
            second = _merged(second, _outer(a.first, b.first))
        return Jet(value, first, second, form)

    def __neg__(self) -> Jet:
        return self * -1

    def __sub__(self, other: Any) -> Jet:
        return self + _lifted(other) * -1

    def __rsub__(self, other: Any) -> Jet:
        return -self + other

    def __truediv__(self, other: Any) -> Jet:
        return self * _inverse(_lifted(other))

    def __rtruediv__(self, other: Any) -> Jet:
        return _inverse(self) * other

    __radd__, __rmul__ = __add__, __mul__


def chain(outer: tuple[ExactNumber, ExactNumber, ExactNumber], a: Jet, name: str) -> Jet:
    """A function of a jet, from its value and two derivatives at the value of the jet."""
    value, slope, bend = outer
    form = None if a.form is None else Form.atom((name, a.form))
    if a.first is None:
        return Jet.constant(value)
    second = _scaled(a.second, slope)
    if not _vanishes(bend):
        half = _outer(a.first, _scaled(a.first, bend / 2))
        second = _merged(second, half)
    return Jet(value, _scaled(a.first, slope), second, form)


def _inverse(a: Jet) -> Jet:
    if a.first is None:
        return Jet.constant(1 / a.value)
    inverse = 1 / a.value
    square = inverse * inverse
    return chain((inverse, -square, 2 * square * inverse), a, "inverse")


def _lifted(value: Any) -> Jet:
    return value if isinstance(value, Jet) else Jet.constant(Exact().asarray(value).item())


def _vanishes(value: Any) -> bool:
    """Whether an exact number is 0 identically."""
    return not isinstance(value, Symbolic) and bool(value == 0)


def _merged(first: Mapping[Any, Any] | None, second: Mapping[Any, Any] | None) -> dict[Any, Any]:
    total = dict(first or {})
    for key, value in (second or {}).items():
        total[key] = total[key] + value if key in total else value
    return total


def _scaled(values: Mapping[Any, Any] | None, factor: Any) -> dict[Any, Any]:
    if _vanishes(factor):
        return {}
    return {key: factor * value for key, value in (values or {}).items()}


def _outer(first: First, second: First) -> dict[tuple[int, int], Any]:
    """The entries of a b' + b a' on and above the diagonal."""
    total: dict[tuple[int, int], Any] = {}
    for j, a in first.items():
        for k, b in second.items():
            key = (min(j, k), max(j, k))
            term = a * b if j != k else 2 * a * b
            total[key] = total[key] + term if key in total else term
    return total
