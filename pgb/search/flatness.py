"""What happens in the null space of a positive semidefinite Hessian, beyond second order.

Near a critical point the equations that the gradient vanishes across the null space have one
solution for each small step within it; there the objective is a function of that step alone. Its
gradient is 0 in a neighborhood if and only if critical points fill a manifold of the dimension of
the null space, and then the point is a local minimum.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# Sizes of steps in units of the sizes of the parameters.
# The first two are taken that cross no kink.
_SIZES = (0.2, 0.05, 0.01, 0.002)
_CORRECTIONS = 12
# Random steps, and steps along single null vectors, each in both directions.
_MIXED = 6
_FLAT = 1e-9


class Flatness(Enum):
    """What the reduced function does, as far as samples tell."""

    CRITICAL = "its gradient is 0"
    DECREASING = "it takes lower values at every size of steps"
    OTHER = "neither is seen"


def explore(
    objective: Objective,
    point: Vector,
    scale: Vector,
    values: Vector,
    vectors: Vector,
    null: Mask,
) -> Flatness:
    """Sample the reduced function at steps in the null space.

    Args:
        objective: of p parameters.
        point: (p,) a critical point.
        scale: (p,) units of the parameters.
        values: (p,) eigenvalues of the Hessian in these units.
        vectors: (p, p) eigenvectors, in columns.
        null: (p,) which of them count as 0; the others are positive.
    """
    steps, across = _steps(vectors[:, null]), vectors[:, ~null]
    height = float(np.max(np.abs(values), initial=0.0))
    lower, flat = [], True
    with np.errstate(all="ignore"):
        start, side = float(objective.value(Float64(), point)), _sides(objective, point[None])
        noise = 1e-12 * max(abs(start), float(np.sum(np.abs(values))))
        for size in _SIZES:
            reached = _corrected(objective, point, scale, size * steps, across, height)
            kept = np.all(_sides(objective, reached) == side, axis=1)
            if 2 * np.sum(kept) < len(kept):  # kinks are in between
                continue
            reached = reached[kept]
            gradient = np.asarray(objective.gradient(Float64(), reached)) * scale
            sound = np.max(np.abs(gradient @ across), axis=1, initial=0) <= _FLAT * height
            rest = np.max(np.abs(gradient @ vectors[:, null]), axis=1, initial=0.0)
            flat = flat and bool(np.all(sound & (rest <= _FLAT * height)))
            falls = np.asarray(objective.value(Float64(), reached)) < start - noise
            lower.append(bool(np.any(falls & sound)))
            if len(lower) == 2:
                break
    if len(lower) < 2:
        return Flatness.OTHER
    if flat:
        return Flatness.CRITICAL
    return Flatness.DECREASING if all(lower) else Flatness.OTHER


def _sides(objective: Objective, points: Vector) -> Mask:
    """(n, switches): on which side of each kink points (n, p) are."""
    found = objective.switches(Float64(), points)
    blocks = [np.asarray(each.values).reshape(len(points), -1) > 0 for each in found]
    return np.concatenate([np.zeros((len(points), 0), dtype=bool), *blocks], axis=1)


def _steps(basis: Vector) -> Vector:
    """Steps (k, p) of length 1 in the span of the columns of a basis (p, r)."""
    r = basis.shape[1]
    mixed = np.random.default_rng(r).standard_normal((_MIXED, r))
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    both = np.concatenate([np.eye(r)[:_MIXED], mixed])
    return np.concatenate([both, -both]) @ basis.T


def _corrected(
    objective: Objective,
    point: Vector,
    scale: Vector,
    steps: Vector,
    across: Vector,
    height: float,
) -> Vector:
    """Points (k, p) with the given null components at which the gradient across vanishes."""
    ar, moved = Float64(), point + scale * steps
    floor = 1e-13 * height * np.eye(across.shape[1])
    for _ in range(_CORRECTIONS if across.shape[1] else 0):
        gradient = (np.asarray(objective.gradient(ar, moved)) * scale) @ across
        hessian = np.asarray(objective.hessian(ar, moved)) * scale[:, None] * scale[None, :]
        inner = across.T @ hessian @ across + floor
        broken = ~(np.all(np.isfinite(inner), axis=(1, 2)) & np.all(np.isfinite(gradient), axis=1))
        inner[broken], gradient[broken] = np.eye(across.shape[1]), 0.0
        try:
            change = -np.linalg.solve(inner, gradient[..., None])[..., 0]
        except np.linalg.LinAlgError:
            break
        moved = moved + scale * (change @ across.T)
        if float(np.max(np.abs(change), initial=0.0)) < 1e-13:
            break
    return moved
