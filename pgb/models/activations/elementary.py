"""Polynomials, the exponential and the sine."""

from __future__ import annotations

from typing import ClassVar

from pgb.models.activations.base import Activation
from pgb.numbers import Arithmetic, Array


class Identity(Activation):
    """The identity, sigma(s) = s."""

    name: ClassVar[str] = "identity"
    homogeneous_degree: ClassVar[int | None] = 1
    linear: ClassVar[bool] = True
    piecewise_linear: ClassVar[bool] = True
    odd: ClassVar[bool] = True
    increasing: ClassVar[bool] = True
    convex: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return s

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return ar.zeros(s.shape) + 1

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return ar.zeros(s.shape)

    def one_sided(self, ar: Arithmetic, s: Array, ds: Array) -> Array:
        return ds


class Quadratic(Activation):
    """The square, sigma(s) = s^2."""

    name: ClassVar[str] = "quadratic"
    homogeneous_degree: ClassVar[int | None] = 2
    convex: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return s * s

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return 2 * s

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return ar.zeros(s.shape) + 2


class Cubic(Activation):
    """The cube, sigma(s) = s^3."""

    name: ClassVar[str] = "cubic"
    homogeneous_degree: ClassVar[int | None] = 3
    odd: ClassVar[bool] = True
    increasing: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return s * s * s

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return 3 * (s * s)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return 6 * s


class Exponential(Activation):
    """The exponential, sigma(s) = exp(s)."""

    name: ClassVar[str] = "exp"
    increasing: ClassVar[bool] = True
    convex: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.exp(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return ar.exp(s)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return ar.exp(s)

    def jet(self, ar: Arithmetic, s: Array) -> tuple[Array, Array, Array]:
        e = ar.exp(s)
        return e, e, e


class Sine(Activation):
    """The sine, sigma(s) = sin(s)."""

    name: ClassVar[str] = "sine"
    odd: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.sin(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return ar.cos(s)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return -ar.sin(s)
