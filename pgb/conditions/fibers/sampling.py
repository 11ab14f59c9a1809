"""Numerical fiber points: evidence where no exact family is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.fibers.family import FiberFamily
from pgb.numbers import Float64

Vector = npt.NDArray[np.float64]


def sample_fiber(
    at: Evaluation, families: list[FiberFamily], count: int = 12, step: float = 1e-2, seed: int = 0
) -> list[Vector]:
    """Points (p,) near the candidate with its outputs and penalized parameters, in floats.

    Steps of length ``step`` along family tangents and null directions of the joint Jacobian of
    outputs and penalized parameters, brought back onto the fiber by chord iterations; a point that
    does not come back close to where it started is dropped.
    """
    target = _joint_outputs(at, at.floats)
    if at.objective.size == 0 or not np.all(np.isfinite(target)):
        return []
    inverse, null = _factor(at)
    directions = _directions(families, null, count, np.random.default_rng(seed))
    points = [_onto_fiber(at, target, inverse, at.floats + step * v, step) for v in directions]
    return [p for p in points if p is not None]


def _directions(
    families: list[FiberFamily], null: Vector, count: int, rng: np.random.Generator
) -> list[Vector]:
    spaces = [f.tangent for f in families if f.tangent.size]
    if null.size:
        spaces.append(null)
    directions: list[Vector] = []
    for i in range(count if spaces else 0):
        space = spaces[i % len(spaces)]
        vector = rng.standard_normal(len(space)) @ space
        directions.append(vector / max(float(np.linalg.norm(vector)), 1e-300))
    return directions


def _factor(at: Evaluation) -> tuple[Vector, Vector]:
    """Pseudoinverse and null directions of the joint Jacobian; 0 and none if it is too large."""
    jacobian, p = _joint_jacobian(at, at.floats), at.objective.size
    if not np.all(np.isfinite(jacobian)) or jacobian.size > 4_000_000:
        return np.zeros((p, len(jacobian))), np.zeros((0, p))
    left, singular, rows = np.linalg.svd(jacobian, full_matrices=len(jacobian) < p)
    rank = int(np.sum(singular > 1e-9 * max(1.0, float(np.max(singular, initial=0.0)))))
    inverse = (rows[:rank].T / singular[:rank]) @ left[:, :rank].T
    return inverse, np.asarray(rows[rank:])


def _joint_jacobian(at: Evaluation, theta: Vector) -> Vector:
    ar, p = Float64(), at.objective.size
    outputs = np.asarray(at.objective.jacobian(ar, theta)).reshape(-1, p)
    return np.concatenate([outputs, np.eye(p)[at.objective.regularizer.active]])


def _joint_outputs(at: Evaluation, theta: Vector) -> Vector:
    outputs = np.asarray(at.objective.outputs(Float64(), theta)).ravel()
    return np.concatenate([outputs, theta[at.objective.regularizer.active]])


def _onto_fiber(
    at: Evaluation, target: Vector, inverse: Vector, start: Vector, step: float
) -> Vector | None:
    """Chord iterations with the pseudoinverse at the candidate, which is close by."""
    scale = max(1.0, float(np.max(np.abs(target), initial=0.0)))
    theta = start
    for _ in range(20):
        error = _joint_outputs(at, theta) - target
        if not np.all(np.isfinite(error)):
            return None
        if float(np.max(np.abs(error), initial=0.0)) <= 1e-14 * scale:
            break
        theta = theta - inverse @ error
    error = _joint_outputs(at, theta) - target
    with np.errstate(over="ignore", invalid="ignore"):  # far away the squares overflow
        moved = float(np.linalg.norm(theta - at.floats))
    close = bool(np.all(np.abs(error) <= 1e-12 * scale)) and step / 10 < moved < 3 * step
    return theta if close else None
