"""Losses of the residual q - y: squared, half-squared, Huber, log-cosh, absolute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from flint import fmpq

from pgb.models import Switch
from pgb.numbers import Arithmetic, Array, ExactNumber, Float64
from pgb.problems.formulas import slope_at_kink
from pgb.problems.infimum import Vector, increasing_root
from pgb.problems.losses.base import SeparableLoss

_ONE = fmpq(1)


class Squared(SeparableLoss):
    """|q - y|^2."""

    name: ClassVar[str] = "squared"
    minimized_at_target: ClassVar[bool] = True

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        d = q - self.targets(ar, y, q.shape[-1])
        return d * d

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return 2 * (q - self.targets(ar, y, q.shape[-1]))

    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return ar.zeros(q.shape) + 2

    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        mean = _mean(y, w)
        return float(np.sum(w * (y - mean) ** 2)), mean


class HalfSquared(SeparableLoss):
    """|q - y|^2 / 2."""

    name: ClassVar[str] = "half-squared"
    minimized_at_target: ClassVar[bool] = True

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        d = q - self.targets(ar, y, q.shape[-1])
        return d * d / 2

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return q - self.targets(ar, y, q.shape[-1])

    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return ar.ones(q.shape)

    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        mean = _mean(y, w)
        return float(np.sum(w * (y - mean) ** 2)) / 2, mean


@dataclass(frozen=True)
class Huber(SeparableLoss):
    """The loss d^2 / 2 where |d| <= delta, and delta |d| - delta^2 / 2 beyond, for d = q - y."""

    delta: ExactNumber = _ONE
    name: ClassVar[str] = "huber"
    minimized_at_target: ClassVar[bool] = True

    @property
    def spec(self) -> str | dict[str, Any]:
        return {"name": self.name, "delta": str(self.delta)}

    @property
    def smoothness(self) -> int | None:
        return 1

    def _parts(self, ar: Arithmetic, q: Array, y: Array) -> tuple[Array, Array]:
        return q - self.targets(ar, y, q.shape[-1]), ar.asarray([self.delta])

    def _choose(self, ar: Arithmetic, d: Array, above: Array, middle: Array, below: Array) -> Array:
        delta = ar.asarray([self.delta])
        inner = ar.where_nonnegative(d + delta, middle, below)
        return ar.where_nonnegative(d - delta, above, inner)

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        d, delta = self._parts(ar, q, y)
        edge = delta * delta / 2
        return self._choose(ar, d, delta * d - edge, d * d / 2, -delta * d - edge)

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        d, delta = self._parts(ar, q, y)
        zero = ar.zeros(d.shape)
        return self._choose(ar, d, zero + delta, d, zero - delta)

    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        d, _ = self._parts(ar, q, y)
        zero = ar.zeros(d.shape)
        return self._choose(ar, d, zero, zero + 1, zero)

    def switches(self, ar: Arithmetic, q: Array, y: Array) -> tuple[Switch, ...]:
        d, delta = self._parts(ar, q, y)
        label = "edge of the Huber loss"
        return Switch(d - delta, 2, label), Switch(d + delta, 2, label)

    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        delta = float(Float64().asarray([self.delta])[0])

        def slope(q: float) -> float:
            return float(np.sum(w * np.clip(q - y, -delta, delta)))

        q = increasing_root(slope, float(np.min(y)), float(np.max(y)))
        d = np.abs(q - y)
        near = np.minimum(d, delta)
        return float(np.sum(w * (near * near / 2 + delta * (d - near)))), q


class LogCosh(SeparableLoss):
    """log cosh(q - y)."""

    name: ClassVar[str] = "log-cosh"
    minimized_at_target: ClassVar[bool] = True

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        d = q - self.targets(ar, y, q.shape[-1])
        return ar.softplus(2 * d) - d - ar.log(ar.asarray([2]))

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return ar.tanh(q - self.targets(ar, y, q.shape[-1]))

    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        t = ar.tanh(q - self.targets(ar, y, q.shape[-1]))
        return 1 - t * t

    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        q = increasing_root(
            lambda q: float(np.sum(w * np.tanh(q - y))), float(np.min(y)), float(np.max(y))
        )
        d = np.abs(q - y)
        return float(np.sum(w * (d + np.log1p(np.exp(-2 * d)) - np.log(2)))), q


class Absolute(SeparableLoss):
    """The sum of |q_k - y_k|: convex, not differentiable at q = y."""

    name: ClassVar[str] = "absolute"
    minimized_at_target: ClassVar[bool] = True

    @property
    def smoothness(self) -> int | None:
        return 0

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return ar.absolute(q - self.targets(ar, y, q.shape[-1]))

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        one = ar.ones(q.shape)
        return ar.where_nonnegative(q - self.targets(ar, y, q.shape[-1]), one, -one)

    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return ar.zeros(q.shape)

    def switches(self, ar: Arithmetic, q: Array, y: Array) -> tuple[Switch, ...]:
        d = q - self.targets(ar, y, q.shape[-1])
        return (Switch(d, 1, "kink of the absolute loss"),)

    def one_sided(self, ar: Arithmetic, q: Array, y: Array, dq: Array) -> Array:
        d = q - self.targets(ar, y, q.shape[-1])
        return slope_at_kink(ar, d, dq, dq, -dq, ar.absolute)

    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        order = np.argsort(y)
        below = np.cumsum(w[order])
        q = float(y[order][np.searchsorted(below, below[-1] / 2)])
        return float(np.sum(w * np.abs(q - y))), q


def _mean(y: Vector, w: Vector) -> float:
    # Relative to one target, so that equal targets give exactly that target.
    return float(y[0] + np.sum(w * (y - y[0])) / np.sum(w))
