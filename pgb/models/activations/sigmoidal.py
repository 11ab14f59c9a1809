"""Bounded increasing functions, and softplus, whose derivative is one of them.

Each derivative is written with as few occurrences of the argument as possible: on balls, and so in
proofs, the formula sets the width of the enclosure.
"""

from __future__ import annotations

from typing import ClassVar

from pgb.models.activations.base import Activation
from pgb.numbers import Arithmetic, Array


class Tanh(Activation):
    """The hyperbolic tangent."""

    name: ClassVar[str] = "tanh"
    odd: ClassVar[bool] = True
    increasing: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.tanh(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        t = ar.tanh(s)
        return 1 - t * t

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return self.jet(ar, s)[2]

    def jet(self, ar: Arithmetic, s: Array) -> tuple[Array, Array, Array]:
        t = ar.tanh(s)
        slope = 1 - t * t
        return t, slope, -2 * t * slope


class Sigmoid(Activation):
    """The logistic function 1 / (1 + exp(-s))."""

    name: ClassVar[str] = "sigmoid"
    increasing: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.sigmoid(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return logistic_slope(ar, ar.sigmoid(s))

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return self.jet(ar, s)[2]

    def jet(self, ar: Arithmetic, s: Array) -> tuple[Array, Array, Array]:
        g = ar.sigmoid(s)
        slope = logistic_slope(ar, g)
        return g, slope, slope * (1 - 2 * g)


class Softplus(Activation):
    """The function log(1 + exp(s))."""

    name: ClassVar[str] = "softplus"
    increasing: ClassVar[bool] = True
    convex: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.softplus(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return ar.sigmoid(s)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return logistic_slope(ar, ar.sigmoid(s))

    def jet(self, ar: Arithmetic, s: Array) -> tuple[Array, Array, Array]:
        g = ar.sigmoid(s)
        return ar.softplus(s), g, logistic_slope(ar, g)


class Erf(Activation):
    """The error function."""

    name: ClassVar[str] = "erf"
    odd: ClassVar[bool] = True
    increasing: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.erf(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return ar.exp(-(s * s)) * 2 / ar.sqrt(ar.asarray([1]) * ar.pi())

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return -2 * s * self.first(ar, s)


class Arctan(Activation):
    """The inverse tangent."""

    name: ClassVar[str] = "arctan"
    odd: ClassVar[bool] = True
    increasing: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.arctan(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return 1 / _one_plus_square(ar, s)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        slope = self.first(ar, s)
        return -2 * s * (slope * slope)


def logistic_slope(ar: Arithmetic, g: Array) -> Array:
    """The derivative g (1 - g) of the logistic function from its value g."""
    if ar.rigorous:
        tilt = 2 * g - 1
        return (1 - tilt * tilt) / 4  # one square: half as wide as the product, or better
    return g * (1 - g)  # keeps the relative accuracy where g is tiny


def _one_plus_square(ar: Arithmetic, s: Array) -> Array:
    q = s * s
    if not ar.certainly_positive(1 + q).all():
        q = ar.positive_part(q)  # the product of a wide ball with itself has a negative part
    return 1 + q
