"""The argument times a gate: gelu (exact, with the error function) and silu."""

from __future__ import annotations

from typing import ClassVar

from pgb.models.activations.base import Activation
from pgb.models.activations.sigmoidal import logistic_slope
from pgb.numbers import Arithmetic, Array


class Gelu(Activation):
    """The function s Phi(s) with the normal distribution function Phi."""

    name: ClassVar[str] = "gelu"

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return s * _normal_distribution(ar, s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return _normal_distribution(ar, s) + s * _normal_density(ar, s)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return _normal_density(ar, s) * (2 - s * s)

    def jet(self, ar: Arithmetic, s: Array) -> tuple[Array, Array, Array]:
        below, density = _normal_distribution(ar, s), _normal_density(ar, s)
        return s * below, below + s * density, density * (2 - s * s)


class Silu(Activation):
    """The function s / (1 + exp(-s))."""

    name: ClassVar[str] = "silu"

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return s * ar.sigmoid(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return self.jet(ar, s)[1]

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return self.jet(ar, s)[2]

    def jet(self, ar: Arithmetic, s: Array) -> tuple[Array, Array, Array]:
        g = ar.sigmoid(s)
        slope = logistic_slope(ar, g)
        return s * g, g + s * slope, slope * (2 + s * (1 - 2 * g))


def _normal_distribution(ar: Arithmetic, s: Array) -> Array:
    return (1 + ar.erf(s / ar.sqrt(ar.asarray([2])))) / 2


def _normal_density(ar: Arithmetic, s: Array) -> Array:
    return ar.exp(-(s * s) / 2) / ar.sqrt(ar.asarray([2]) * ar.pi())
