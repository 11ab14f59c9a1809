"""Gradient and Hessian of an objective over a batch of boxes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.numbers import Intervals
from pgb.problems import Objective

Floats = npt.NDArray[np.float64]
Enclosure = Any


class Enclosures:
    """Enclosures of the derivatives of Q over boxes, whose ends are arrays (n, p).

    The forward pass is shared, and squares in the Gauss-Newton part are squares: diagonal entries
    never get a negative part from a product of an enclosure with itself.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective, self.ar = objective, Intervals()
        x, y, c = objective.samples(self.ar)
        self.x, self.y, self.c = x, y, c
        self.penalized = not objective.regularizer.is_zero
        self.plain = type(objective).gradient is Objective.gradient
        point = self.ar.zeros((1, objective.size))
        self.kinked = any(switch.order <= 1 for switch in objective.switches(self.ar, point))

    def box(self, low: Floats, high: Floats) -> Enclosure:
        """Boxes with the batch contiguous in memory."""
        return self.ar.between(np.asfortranarray(low), np.asfortranarray(high))

    def gradient(self, low: Floats, high: Floats) -> Enclosure:
        """(n, p); at kinks of either side."""
        with np.errstate(all="ignore"):
            return self.objective.gradient(self.ar, self.box(low, high))

    def at_points(self, points: Floats) -> Enclosure:
        """The gradients at points, (n, p)."""
        points = np.asfortranarray(points)
        with np.errstate(all="ignore"):
            return self.objective.gradient(self.ar, self.ar.asarray(points))

    def hessian(self, low: Floats, high: Floats) -> Enclosure:
        """(n, p, p), symmetric entry by entry."""
        theta = self.box(low, high)
        with np.errstate(all="ignore"):
            if not self.plain:
                return self.objective.hessian(self.ar, theta)
            loss, ar = self.objective.loss, self.ar
            at = self.objective.model.derivatives(ar, theta, self.x)
            q = at.outputs()
            r = self.c * loss.gradient(ar, q, self.y)
            bend = self.c[..., None] * loss.hessian(ar, q, self.y)
            result = self._products(at.jacobian(), bend) + at.curvature(r)
            if self.penalized:
                result = result + self.objective.regularizer.hessian(ar, theta)
            return result

    def _products(self, J: Enclosure, bend: Enclosure) -> Enclosure:
        """sum_i J_i^T bend_i J_i for J (n, m, d, p) and bend (n, m, d, d) or without n.

        The upper triangle is computed, from all pairs of outputs in either order.
        """
        ar, p, outputs = self.ar, J.shape[-1], J.shape[-2]
        entries: dict[tuple[int, int], Enclosure] = {}
        for k in range(outputs):
            for j in range(outputs) if not self.objective.loss.separable else [k]:
                for a in range(p):
                    for b in range(a, p):
                        left, right = J[..., k, a], J[..., j, b]
                        same = (k, a) == (j, b)
                        term = bend[..., k, j] * (left * left if same else left * right)
                        total = ar.sum(term, axis=-1)
                        entries[a, b] = entries[a, b] + total if (a, b) in entries else total
        order = range(p)
        rows = [ar.stack([entries[min(a, b), max(a, b)] for b in order], axis=-1) for a in order]
        return ar.stack(rows, axis=-2)

    def kinks(self, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
        """(n,): whether a quantity at which the gradient jumps may vanish in the box."""
        found = np.zeros(len(low), dtype=np.bool_)
        with np.errstate(all="ignore"):
            switches = self.objective.switches(self.ar, self.box(low, high))
        for switch in switches:
            if switch.order <= 1:
                apart = np.asarray(self.ar.certainly_nonzero(switch.values))
                found |= ~apart.reshape((len(low), -1)).all(axis=-1)
        return found


def largest(x: Enclosure) -> Floats:
    """The largest absolute value in each interval."""
    return np.maximum(-x.low, x.high)


def inverse(matrices: Floats) -> Floats:
    """Inverses (n, p, p), roughly; the unit matrix where there is none."""
    unit = np.eye(matrices.shape[-1])
    with np.errstate(all="ignore"):
        usable = np.asarray(np.isfinite(matrices).all(axis=(1, 2)))
        safe = np.where(usable[:, None, None], matrices, unit)
        scale = np.abs(safe).max(axis=(1, 2))
        relative = safe / np.where(scale > 0, scale, 1)[:, None, None]
        usable &= np.abs(np.linalg.det(relative)) > 1e-14
        found = np.linalg.inv(np.where(usable[:, None, None], safe, unit))
        usable &= np.isfinite(found).all(axis=(1, 2))
    return np.where(usable[:, None, None], found, unit)
