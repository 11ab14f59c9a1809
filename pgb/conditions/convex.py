"""Convex minimization of the loss over an affine space of outputs, in floats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective

Vector = npt.NDArray[np.float64]


def minimize_over_span(
    objective: Objective, outputs: Vector, basis: Vector, slope: Vector
) -> tuple[float, bool]:
    """Least value found of sum_i c_i l_i(outputs + basis z) + slope . z, and whether it settled.

    ``outputs`` (m, d_y), ``basis`` (m d_y, n), ``slope`` (n,). Damped Newton with a vanishing
    ridge: exact in one step for the squared loss; where the infimum is not attained the value
    keeps falling and False is returned. The value found never exceeds the value at z = 0.
    """
    z = np.zeros(basis.shape[1])
    value = _value(objective, outputs, basis, slope, z)
    for _ in range(100):
        gradient, hessian = _derivatives(objective, outputs, basis, slope, z)
        if float(np.max(np.abs(gradient), initial=0.0)) <= 1e-12:
            return value, True
        scale = max(float(np.max(np.abs(np.diag(hessian)), initial=0.0)), 1e-300)
        ridge = 1e-14 * scale * np.eye(len(z))
        step = -np.asarray(np.linalg.lstsq(hessian + ridge, gradient, rcond=1e-14)[0], np.float64)
        if not np.all(np.isfinite(step)):
            return value, False
        z, new = _line_search(objective, outputs, basis, slope, z, step, value)
        if not new < value - 1e-15 * max(1.0, abs(value)):
            return new, bool(np.max(np.abs(gradient)) <= 1e-6)
        value = new
    return value, False


def _line_search(
    objective: Objective,
    outputs: Vector,
    basis: Vector,
    slope: Vector,
    z: Vector,
    step: Vector,
    value: float,
) -> tuple[Vector, float]:
    length = 1.0
    while length > 1e-12:
        new = _value(objective, outputs, basis, slope, z + length * step)
        if new < value:
            return z + length * step, new
        length /= 2
    return z, value


def _value(objective: Objective, outputs: Vector, basis: Vector, slope: Vector, z: Vector) -> float:
    ar = Float64()
    with np.errstate(all="ignore"):  # a step that is too long shows as an infinite value
        q = outputs + (basis @ z).reshape(outputs.shape)
        terms = objective.loss.terms(ar, q, objective.data.targets)
        total = float(np.sum(objective.coefficients(ar) * terms)) + float(slope @ z)
    return total if np.isfinite(total) else float("inf")


def _derivatives(
    objective: Objective, outputs: Vector, basis: Vector, slope: Vector, z: Vector
) -> tuple[Vector, Vector]:
    ar = Float64()
    q = outputs + (basis @ z).reshape(outputs.shape)
    c = objective.coefficients(ar)
    r = c * objective.loss.gradient(ar, q, objective.data.targets)
    h = c[..., None] * objective.loss.hessian(ar, q, objective.data.targets)
    blocks = basis.reshape(*outputs.shape, -1)
    bent = np.einsum("ikl,iln->ikn", h, blocks)
    return basis.T @ r.ravel() + slope, np.einsum("ikn,ikp->np", blocks, bent)
