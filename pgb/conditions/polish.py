"""Polishing: damped Newton from a candidate to the stationary point nearby, in floats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.progress import Progress, silent

Vector = npt.NDArray[np.float64]

# Times that plain Newton steps are tried at the end: on a valley to infinity none succeeds.
_FINISHES = 5
# Eigenvalues below this times the largest count as 0 in Newton's method.
_RCOND = 1e-10
# Above this many parameters definite Hessians are factorized only, which is many times faster than
# to find their eigenvalues, and Newton's method ends where its steps are rounding noise.
_LARGE = 300

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
def newton(
    objective: Objective, start: Vector, iterations: int = 30, progress: Progress = silent
) -> Polished:
    """Newton's method on the gradient from ``start`` (p,): to a stationary point of any index.

    Least-squares steps; it stops when the step no longer moves the point.
    """
    ar, theta, last = Float64(), np.array(start), np.inf
    for count in range(iterations):
        progress(f"Newton's method, iteration {count + 1}", None)
        gradient, hessian = objective.gradient(ar, theta), objective.hessian(ar, theta)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
            return Polished(theta, float("nan"), False, count)
        step = -_least_squares(hessian, gradient)
        theta = theta + step
        size = float(np.linalg.norm(step))
        noise = len(theta) > _LARGE and last / 2 < size <= 1e-9 * _size(theta)
        if noise or _is_rounding(step, theta):
            return _settled(objective, theta, count + 1)
        last = size
    return Polished(theta, _norm(objective, theta), False, iterations)


@_overflow_is_an_answer
def descend(
    objective: Objective, start: Vector, iterations: int = 500, progress: Progress = silent
) -> Polished:
    """Saddle-free damped Newton (steps with |H|) from ``start`` (p,) down to a stationary point.

    The value never increases; the last steps are plain Newton steps to machine precision where
    the Hessian is positive definite. For up to about 1,000 parameters.
    """
    ar, theta, damping = Float64(), np.array(start), 1e-6
    value, attempts = float(objective.value(ar, theta)), 0
    for count in range(iterations):
        gradient, hessian = objective.gradient(ar, theta), objective.hessian(ar, theta)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
            return Polished(theta, float("nan"), False, count)
        norm = float(np.linalg.norm(gradient))
        progress(f"polishing, iteration {count + 1}, gradient norm {norm:.1e}", None)
        damped, definite = _damped_steps((hessian + hessian.T) / 2, gradient)
        step, value_new = np.zeros_like(theta), value
        while damping < 1e12:
            step = damped(damping)
            value_new = float(objective.value(ar, theta + step))
            if value_new <= value or _is_rounding(step, theta):
                break
            damping = max(10 * damping, 1e-12)
        theta, damping = theta + step, damping / 10
        if _is_rounding(step, theta):
            return _settled(objective, theta, count + 1)
        settled = abs(value - value_new) <= 1e-14 * max(1.0, abs(value))
        value = value_new
        if settled and attempts < _FINISHES and definite:
            attempts += 1
            finished = newton(objective, theta, progress=progress)
            near = float(np.linalg.norm(finished.point - theta)) <= 1e-3 * _size(theta)
            if finished.converged and near:
                return finished
    return Polished(theta, _norm(objective, theta), False, iterations)


def _damped_steps(hessian: Vector, gradient: Vector) -> tuple[Callable[[float], Vector], bool]:
    """-(|H| + damping max(1, largest eigenvalue))^{-1} g by the damping; whether H is definite.

    Of large definite Hessians the largest eigenvalue is replaced by an upper bound.
    """
    if len(hessian) > _LARGE and _is_definite(hessian):
        scale = max(1.0, float(np.linalg.norm(hessian, np.inf)))
        identity = np.eye(len(hessian))
        return (
            lambda damping: -np.linalg.solve(hessian + damping * scale * identity, gradient),
            True,
        )
    values, vectors = np.linalg.eigh(hessian)
    coordinates, largest = vectors.T @ gradient, max(1.0, abs(values[-1]))
    return (
        lambda damping: -vectors @ (coordinates / (np.abs(values) + damping * largest)),
        bool(np.all(values > 0)),
    )


def _least_squares(hessian: Vector, gradient: Vector) -> Vector:
    """The shortest d that minimizes |H d - g|, with small eigenvalues taken for 0."""
    if len(hessian) > _LARGE:
        least = _RCOND * float(np.linalg.norm(hessian, np.inf))
        if _is_definite(hessian - least * np.eye(len(hessian))):
            return np.asarray(np.linalg.solve(hessian, gradient))
    return np.asarray(np.linalg.lstsq(hessian, gradient, rcond=_RCOND)[0])


def _is_definite(matrix: Vector) -> bool:
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


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
