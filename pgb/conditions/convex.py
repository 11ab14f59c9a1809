"""Convex minimization of the loss over an affine space of outputs, in floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective

Vector = npt.NDArray[np.float64]


@np.errstate(all="ignore")  # steps that leave the range of doubles are rejected by their value
def minimize_over_span(
    objective: Objective, outputs: Vector, basis: Vector, slope: Vector
) -> tuple[float, bool]:
    """Least value found of sum_i c_i l_i(outputs + basis z) + slope . z, and whether it settled.

    ``outputs`` (m, d_y), ``basis`` (m d_y, n), ``slope`` (n,). Newton with a damping that adapts:
    one step for the squared loss, short gradient steps where the loss has no curvature. Where the
    infimum is not attained the gradient tends to 0 but the Newton step does not, and False is
    returned. The value found never exceeds the value at z = 0.
    """
    problem = _Program(objective, outputs, basis, slope)
    z, damping = np.zeros(basis.shape[1]), 1e-14
    value = problem.value(z)
    for _ in range(200):
        step = problem.newton(z)
        if step is None:
            return value, False
        if step.slope <= 1e-12:
            return value, step.length <= _SETTLED
        while damping <= 1e8:
            move = step.damped(damping)
            new = problem.value(z + move)
            if new <= value + 1e-4 * float(step.gradient @ move) and new < value:
                break
            damping *= 10
        else:
            return value, step.slope <= 1e-6 and step.length <= _SETTLED
        z, value, damping = z + move, new, max(damping / 100, 1e-14)
    return value, False


# The Newton step tends to 0 at a minimum, and to about 1 on the way to one at infinity.
_SETTLED = 0.1


@dataclass(frozen=True)
class _Newton:
    """Gradient (n,) and Hessian at z, the latter by eigenvalues (n,) >= 0 and eigenvectors."""

    gradient: Vector
    values: Vector
    vectors: Vector
    noise: float

    @property
    def slope(self) -> float:
        return float(np.max(np.abs(self.gradient), initial=0.0))

    @property
    def length(self) -> float:
        """Length of the Newton step."""
        return float(np.linalg.norm(self.damped(1e-14)))

    def damped(self, damping: float) -> Vector:
        """-(H + damping max(|H|, |gradient|))^{-1} gradient (n,), without rounding noise."""
        along = self.vectors.T @ self.gradient
        along = np.where(np.abs(along) <= self.noise, 0.0, along)
        scale = max(float(np.max(self.values, initial=0.0)), self.slope, 1e-300)
        return -self.vectors @ (along / (self.values + damping * scale))


@dataclass(frozen=True)
class _Program:
    """The convex program in z; its losses, outputs (m, d_y), basis (m d_y, n) and slope (n,)."""

    objective: Objective
    outputs: Vector
    basis: Vector
    slope: Vector

    def value(self, z: Vector) -> float:
        """The value at z; inf where it overflows, as after a step that is too long."""
        ar = Float64()
        _, y, c = self.objective.samples(ar)
        with np.errstate(all="ignore"):
            q = self.outputs + (self.basis @ z).reshape(self.outputs.shape)
            total = float(np.sum(c * self.objective.loss.terms(ar, q, y))) + float(self.slope @ z)
        return total if np.isfinite(total) else float("inf")

    def newton(self, z: Vector) -> _Newton | None:
        """Derivatives at z; None if they overflow."""
        ar = Float64()
        _, y, c = self.objective.samples(ar)
        q = self.outputs + (self.basis @ z).reshape(self.outputs.shape)
        r = c * self.objective.loss.gradient(ar, q, y)
        h = c[..., None] * self.objective.loss.hessian(ar, q, y)
        blocks = self.basis.reshape(*self.outputs.shape, -1)
        bent = np.einsum("ikl,iln->ikn", h, blocks)
        gradient = self.basis.T @ r.ravel() + self.slope
        hessian = np.einsum("ikn,ikp->np", blocks, bent)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
            return None
        values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
        noise = 1e-15 * float(np.linalg.norm(r) + np.linalg.norm(self.slope))
        return _Newton(gradient, np.maximum(values, 0.0), vectors, noise)
