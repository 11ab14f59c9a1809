"""Losses of the margin y q for targets y = -1 or 1: logistic, exponential, hinges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pgb.models import Switch
from pgb.numbers import Arithmetic, Array, Float64
from pgb.problems.formulas import slope_at_kink
from pgb.problems.infimum import Vector
from pgb.problems.losses.base import Loss, SeparableLoss, check_signs
from pgb.problems.losses.multiclass_hinge import MulticlassHinge
from pgb.problems.losses.powers import falling_power


class _MarginLoss(SeparableLoss):
    """Common to the losses of y q."""

    unit_of_targets: ClassVar[str] = "sign"

    def encode(self, targets: Array, outputs: int) -> Array:
        return check_signs(super().encode(targets, outputs), self.name)


class Logistic(_MarginLoss):
    """log(1 + exp(-y q))."""

    name: ClassVar[str] = "logistic"

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return ar.softplus(-self.targets(ar, y, q.shape[-1]) * q)

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        y = self.targets(ar, y, q.shape[-1])
        return -y * ar.sigmoid(-y * q)

    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        if isinstance(ar, Float64):  # a product keeps its relative accuracy where it is tiny
            return ar.sigmoid(q) * ar.sigmoid(-q)
        t = 2 * ar.sigmoid(q) - 1
        return (1 - t * t) / 4

    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        positive, negative = _totals(y, w)
        if positive == 0 or negative == 0:
            return 0.0, None
        value = positive * np.log1p(negative / positive) + negative * np.log1p(positive / negative)
        return float(value), float(np.log(positive) - np.log(negative))


class Exponential(_MarginLoss):
    """exp(-y q)."""

    name: ClassVar[str] = "exponential"

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return ar.exp(-self.targets(ar, y, q.shape[-1]) * q)

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        y = self.targets(ar, y, q.shape[-1])
        return -y * ar.exp(-y * q)

    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return self.terms(ar, q, y)

    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        positive, negative = _totals(y, w)
        if positive == 0 or negative == 0:
            return 0.0, None
        value = 2 * np.sqrt(positive) * np.sqrt(negative)
        return float(value), float((np.log(positive) - np.log(negative)) / 2)


@dataclass(frozen=True)
class PolynomialHinge(_MarginLoss):
    """max(0, 1 - y q)^degree; for class indices sum_{k != y} max(0, 1 - (q_y - q_k))^degree."""

    degree: int = 2
    name: ClassVar[str] = "polynomial-hinge"

    @property
    def spec(self) -> str | dict[str, Any]:
        return {"name": self.name, "degree": self.degree}

    @property
    def smoothness(self) -> int | None:
        return self.degree - 1

    def suited_to(self, target_shape: tuple[int, ...], outputs: int) -> Loss:
        if len(target_shape) == 1 and outputs > 1:
            return MulticlassHinge(self.degree)
        return self

    def _slack(self, ar: Arithmetic, q: Array, y: Array) -> tuple[Array, Array]:
        y = self.targets(ar, y, q.shape[-1])
        return 1 - y * q, y

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        z, _ = self._slack(ar, q, y)
        return falling_power(ar, z, self.degree, 0)

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        z, y = self._slack(ar, q, y)
        return -y * falling_power(ar, z, self.degree, 1)

    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        z, _ = self._slack(ar, q, y)
        return falling_power(ar, z, self.degree, 2)

    def switches(self, ar: Arithmetic, q: Array, y: Array) -> tuple[Switch, ...]:
        z, _ = self._slack(ar, q, y)
        return (Switch(z, self.degree, "kink of the hinge"),)

    def one_sided(self, ar: Arithmetic, q: Array, y: Array, dq: Array) -> Array:
        if self.degree > 1:
            return super().one_sided(ar, q, y, dq)
        z, y = self._slack(ar, q, y)
        dz = -y * dq
        return slope_at_kink(ar, z, dz, dz, ar.zeros(dz.shape), ar.positive_part)

    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        positive, negative = _totals(y, w)
        q = hinge_minimizer(positive, negative, self.degree)
        return float(positive * (1 - q) ** self.degree + negative * (1 + q) ** self.degree), q


@dataclass(frozen=True)
class Hinge(PolynomialHinge):
    """max(0, 1 - y q), or its multi-class form: convex, not differentiable at y q = 1."""

    degree: int = 1
    name: ClassVar[str] = "hinge"

    @property
    def spec(self) -> str | dict[str, Any]:
        return self.name


def hinge_minimizer(positive: float, negative: float, degree: int) -> float:
    """Minimizer in [-1, 1] of positive (1 - q)^degree + negative (1 + q)^degree."""
    if degree == 1 or positive == 0 or negative == 0:
        return 1.0 if positive >= negative else -1.0
    ratio = (positive / negative) ** (1 / (degree - 1))
    return (ratio - 1) / (ratio + 1) if np.isfinite(ratio) else 1.0


def _totals(y: Vector, w: Vector) -> tuple[float, float]:
    return float(np.sum(w[y > 0])), float(np.sum(w[y < 0]))
