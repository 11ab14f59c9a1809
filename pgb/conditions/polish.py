"""Polishing: damped Newton from a candidate to the stationary point nearby, in floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective

Vector = npt.NDArray[np.float64]

# Times that plain Newton steps are tried at the end: on a valley to infinity none succeeds.
_FINISHES = 5

# Steps may leave the range of doubles; then no finite derivative is left, and polishing stops.
_overflow_is_an_answer = np.errstate(all="ignore")


@dataclass(frozen=True)
class Polished:
    """Where polishing ended: point (p,), gradient norm, and whether the steps died out."""

    point: Vector
    gradient_norm: float
    converged: bool
    iterations: int


@_overflow_is_an_answer
def newton(objective: Objective, start: Vector, iterations: int = 30) -> Polished:
    """Newton's method on the gradient from ``start`` (p,): to a stationary point of any index.

    Least-squares steps; it stops when the step no longer moves the point.
    """
    ar, theta = Float64(), np.array(start)
    for count in range(iterations):
        gradient, hessian = objective.gradient(ar, theta), objective.hessian(ar, theta)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
            return Polished(theta, float("nan"), False, count)
        step = -np.linalg.lstsq(hessian, gradient, rcond=1e-10)[0]
        theta = theta + step
        if _is_rounding(step, theta):
            return _settled(objective, theta, count + 1)
    return Polished(theta, _norm(objective, theta), False, iterations)


@_overflow_is_an_answer
def descend(objective: Objective, start: Vector, iterations: int = 500) -> Polished:
    """Saddle-free damped Newton (steps with |H|) from ``start`` (p,) down to a stationary point.

    The value never increases; the last steps are plain Newton steps to machine precision where
    the Hessian is positive definite. Uses an eigendecomposition: for up to about 1,000 parameters.
    """
    ar, theta, damping = Float64(), np.array(start), 1e-6
    value, attempts = float(objective.value(ar, theta)), 0
    for count in range(iterations):
        gradient, hessian = objective.gradient(ar, theta), objective.hessian(ar, theta)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
            return Polished(theta, float("nan"), False, count)
        values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
        step, value_new = np.zeros_like(theta), value
        while damping < 1e12:
            scaled = (vectors.T @ gradient) / (np.abs(values) + damping * max(1.0, abs(values[-1])))
            step = -vectors @ scaled
            value_new = float(objective.value(ar, theta + step))
            if value_new <= value or _is_rounding(step, theta):
                break
            damping = max(10 * damping, 1e-12)
        theta, damping = theta + step, damping / 10
        if _is_rounding(step, theta):
            return _settled(objective, theta, count + 1)
        settled = abs(value - value_new) <= 1e-14 * max(1.0, abs(value))
        value = value_new
        if settled and attempts < _FINISHES and np.all(values > 0):
            attempts += 1
            finished = newton(objective, theta)
            near = float(np.linalg.norm(finished.point - theta)) <= 1e-3 * _size(theta)
            if finished.converged and near:
                return finished
    return Polished(theta, _norm(objective, theta), False, iterations)


def _settled(objective: Objective, theta: Vector, iterations: int) -> Polished:
    """The steps died out; beyond the range of doubles that means nothing."""
    norm = _norm(objective, theta)
    return Polished(theta, norm, bool(np.isfinite(norm)), iterations)


def _is_rounding(step: Vector, theta: Vector) -> bool:
    return bool(np.linalg.norm(step) <= 4e-15 * _size(theta))


def _size(theta: Vector) -> float:
    return max(1.0, float(np.linalg.norm(theta)))


def _norm(objective: Objective, theta: Vector) -> float:
    return float(np.linalg.norm(objective.gradient(Float64(), theta)))
