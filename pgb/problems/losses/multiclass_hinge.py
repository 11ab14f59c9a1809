"""The multi-class hinge sum_{k != y} max(0, 1 - (q_y - q_k))^degree for class indices y."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pgb.errors import InputError
from pgb.models import Switch
from pgb.numbers import Arithmetic, Array, Float64
from pgb.problems.formulas import diagonal, keep_last, slope_at_kink
from pgb.problems.infimum import Infimum, Vector
from pgb.problems.losses.base import Loss, weight_columns
from pgb.problems.losses.classes import number_of_classes, one_hot
from pgb.problems.losses.powers import falling_power


@dataclass(frozen=True)
class MulticlassHinge(Loss):
    """The form that ``polynomial-hinge`` and ``hinge`` (degree 1) take for class indices."""

    degree: int = 2
    separable: ClassVar[bool] = False
    unit_of_targets: ClassVar[str] = "class"
    shift_invariant: ClassVar[bool] = True

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name in problem files."""
        return "hinge" if self.degree == 1 else "polynomial-hinge"

    @property
    def spec(self) -> str | dict[str, Any]:
        return "hinge" if self.degree == 1 else {"name": self.name, "degree": self.degree}

    @property
    def smoothness(self) -> int | None:
        return self.degree - 1

    def encode(self, targets: Array, outputs: int) -> Array:
        if targets.ndim != 1:
            raise InputError(
                f"targets: found shape {targets.shape}, expected class indices ({len(targets)},)"
            )
        return one_hot(targets, outputs)

    def _slack(self, ar: Arithmetic, q: Array, y: Array) -> tuple[Array, Array, Array]:
        """1 - (q_y - q_k), the one-hot rows t, and 1 - t (0 at k = y), each with last axis K."""
        t = self.targets(ar, y, q.shape[-1])
        own = keep_last(ar, t * q)
        return 1 - (own - q), t, 1 - t

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        z, _, others = self._slack(ar, q, y)
        return keep_last(ar, others * falling_power(ar, z, self.degree, 0))

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        z, t, others = self._slack(ar, q, y)
        g = others * falling_power(ar, z, self.degree, 1)
        return g - t * keep_last(ar, g)

    def hessian(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        z, t, others = self._slack(ar, q, y)
        h = others * falling_power(ar, z, self.degree, 2)
        # sum_k h_k (e_k - e_y)(e_k - e_y)^T
        column, row = h.reshape((*h.shape, 1)), h.reshape((*h.shape[:-1], 1, h.shape[-1]))
        own_column = t.reshape((*t.shape, 1))
        own_row = t.reshape((*t.shape[:-1], 1, t.shape[-1]))
        total = keep_last(ar, h)
        return diagonal(ar, h + t * total) - column * own_row - own_column * row

    def switches(self, ar: Arithmetic, q: Array, y: Array) -> tuple[Switch, ...]:
        z, t, others = self._slack(ar, q, y)
        return (Switch(others * z + t, self.degree, "kink of the hinge"),)

    def one_sided(self, ar: Arithmetic, q: Array, y: Array, dq: Array) -> Array:
        if self.degree > 1:
            return keep_last(ar, self.gradient(ar, q, y) * dq)
        z, t, others = self._slack(ar, q, y)
        dz = dq - keep_last(ar, t * dq)
        slopes = slope_at_kink(ar, z, dz, dz, ar.zeros(dz.shape), ar.positive_part)
        return keep_last(ar, others * slopes)

    def infimum(self, targets: Array, weights: Array, outputs: int | None = None) -> Infimum:
        outputs = number_of_classes(targets, outputs)
        t = self.targets(Float64(), targets, outputs)
        totals = np.sum(weight_columns(weights, 1) * t, axis=0)
        present = np.flatnonzero(totals > 0)
        solve = _linear_program if self.degree == 1 else self._newton
        q = np.zeros(outputs)
        q[present] = solve(totals[present])
        # A class without samples only pulls its output down: one below all others costs nothing.
        q[totals == 0] = np.min(q[present]) - 1
        return Infimum(self._total(q, totals), True, q)

    def _total(self, q: Vector, totals: Vector) -> float:
        slack = np.maximum(0, 1 - (q[:, None] - q[None, :]))
        np.fill_diagonal(slack, 0)
        return float(np.sum(totals[:, None] * slack**self.degree))

    def _newton(self, totals: Vector) -> Vector:
        """Minimizer with q_0 = 0, by damped Newton: the restriction is strictly convex."""
        n, d = len(totals), self.degree
        scaled = totals / np.max(totals)
        q = np.zeros(n)
        for _ in range(200):
            slack = np.maximum(0, 1 - (q[:, None] - q[None, :]))
            np.fill_diagonal(slack, 0)
            first = d * scaled[:, None] * slack ** (d - 1)
            gradient = np.sum(first, axis=0) - np.sum(first, axis=1)
            bend = d * (d - 1) * scaled[:, None] * np.where(slack > 0, slack ** (d - 2), 0)
            bend = bend + bend.T
            hessian = np.diag(np.sum(bend, axis=1)) - bend
            step = np.zeros(n)
            step[1:] = -np.linalg.solve(hessian[1:, 1:], gradient[1:])
            if np.max(np.abs(step)) <= 1e-15:
                break
            value, slope = self._total(q, scaled), float(gradient @ step)
            length = 1.0
            while self._total(q + length * step, scaled) > value + length * slope / 4:
                length /= 2
                if length < 1e-12:
                    return q
            q = q + length * step
        return q


def _linear_program(totals: Vector) -> Vector:
    """Minimizer of sum_{a != b} P_a max(0, 1 - (q_a - q_b))."""
    from scipy.optimize import linprog

    n = len(totals)
    if n == 1:
        return np.zeros(1)
    pairs = [(a, b) for a in range(n) for b in range(n) if a != b]
    costs = np.concatenate([np.zeros(n), [totals[a] / np.max(totals) for a, _ in pairs]])
    rows = np.zeros((len(pairs), n + len(pairs)))
    for place, (a, b) in enumerate(pairs):  # -(q_a - q_b) - slack <= -1
        rows[place, a], rows[place, b], rows[place, n + place] = -1, 1, -1
    bounds = [(0, 0), *[(None, None)] * (n - 1), *[(0, None)] * len(pairs)]
    found = linprog(costs, rows, -np.ones(len(pairs)), bounds=bounds)
    return np.asarray(found.x[:n])
