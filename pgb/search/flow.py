"""Gradient flow: descents that stay in the basin in which they start, all at once.

Newton's method is fast because it jumps, also into other basins. Which minimum lies at the foot of
a saddle is a question about the flow d theta / dt = -grad Q, integrated here by exponential
Rosenbrock-Euler steps (Pope 1963): the flow of the local quadratic model, solved exactly along the
eigenvectors of the Hessian. Stiff valleys cost nothing, and steps shorten where the model is wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.scales import typical_magnitudes

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_AR = Float64()
# Largest displacement of a step relative to the parameter or its typical magnitude.
_TRUST = 0.25
# Displacement caused by what the quadratic model misses, relative to the step.
_MISFIT = 0.03
# Curvatures below this times the largest one count as zero.
_FLAT = 1e-9
# Newton steps below this are left to Newton's method.
_NEAR = 1e-5
_KICK = 1e-4
# Growth of an unstable component in one step: e to this.
_GROWTH = 20.0
_SHORTEST, _LONGEST = 1e-18, 1e100


def flow(objective: Objective, starts: Vector, steps: int = 1000) -> tuple[Vector, Mask]:
    """Follow the gradient flow downhill from every start.

    Args:
        objective: in Float64, with at most a few hundred parameters.
        starts: (n, p).
        steps: the most steps of a path.

    Returns:
        Where the paths were left, (n, p), and whether a basin without negative curvature and with
        a tiny Newton step was reached there, (n,). Paths that reach a saddle leave it along its
        lowest eigenvector.
    """
    path = _Path(objective, np.array(starts, dtype=np.float64))
    for _ in range(steps):
        rows = np.flatnonzero(path.running)
        if not len(rows):
            break
        path.advance(rows)
    return path.points, path.settled


class _Path:
    """The state of all paths."""

    def __init__(self, objective: Objective, points: Vector) -> None:
        n = len(points)
        self.points = points
        self.settled: Mask = np.zeros(n, np.bool_)
        self.running: Mask = np.ones(n, np.bool_)
        self.times = np.full(n, np.inf)
        self._objective = objective
        self._typical = typical_magnitudes(objective)

    def advance(self, rows: npt.NDArray[np.intp]) -> None:
        """Try one step of the given paths."""
        points = self.points[rows]
        local = _Local(self._objective, points)
        scale = np.maximum(np.abs(points), self._typical)
        rows_fine = local.finite
        self.running[rows[~rows_fine]] = False
        still = local.at_rest(scale)
        near = rows_fine & still & local.convex
        self.settled[rows[near]] = True
        self.running[rows[near]] = False
        saddles = rows_fine & still & ~local.convex
        self.points[rows[saddles]] += local.kick(scale)[saddles]
        moving = rows_fine & ~near & ~saddles
        if np.any(moving):
            self._step(rows[moving], local.subset(moving), scale[moving])

    def _step(self, rows: npt.NDArray[np.intp], local: _Local, scale: Vector) -> None:
        times = local.limited(self.times[rows], scale)
        step = local.displacement(times)
        there = self.points[rows] + step
        value = self._objective.value(_AR, there)
        defect = self._objective.gradient(_AR, there) - local.predicted_gradient(times)
        with np.errstate(all="ignore"):
            misfit = _size(local.response(times, defect) / scale) / _size(step / scale)
        misfit = np.where(np.isfinite(misfit) & np.isfinite(value), misfit, np.inf)
        rounding = 1e-13 * np.abs(local.value)
        good = (misfit <= _MISFIT) & (value <= local.value + rounding)
        self.points[rows[good]] = there[good]
        with np.errstate(divide="ignore"):
            factor = np.clip(0.8 * _MISFIT / misfit, 0.2, 5.0)
        factor = np.where(good, factor, np.minimum(factor, 0.5))
        self.times[rows] = np.where(times < _SHORTEST, 0.0, times * factor)
        self.running[rows[self.times[rows] == 0]] = False


class _Local:
    """The quadratic models at a batch of points, in the eigenvectors of their Hessians."""

    def __init__(self, objective: Objective, points: Vector) -> None:
        value, gradient = objective.value(_AR, points), objective.gradient(_AR, points)
        hessian = objective.hessian(_AR, points)
        finite = np.isfinite(value) & np.all(np.isfinite(gradient), axis=-1)
        finite &= np.all(np.isfinite(hessian), axis=(-2, -1))
        self.finite: Mask = finite
        self.value = value
        self.curvatures, self.vectors = np.linalg.eigh(np.where(finite[:, None, None], hessian, 0))
        self.slopes = _to(self.vectors, np.where(finite[:, None], gradient, 0))

    def subset(self, mask: Mask) -> _Local:
        part: Any = object.__new__(_Local)
        for name, field in vars(self).items():
            setattr(part, name, field[mask])
        result: _Local = part
        return result

    @property
    def _flat(self) -> Vector:
        return _FLAT * np.max(np.abs(self.curvatures), axis=-1, keepdims=True, initial=0.0)

    @property
    def convex(self) -> Mask:
        """Whether no curvature is negative beyond rounding."""
        return np.all(self.curvatures >= -self._flat, axis=-1)

    def at_rest(self, scale: Vector) -> Mask:
        """Whether the Newton step is tiny, flat directions with the least curvature that counts."""
        bend = np.maximum(np.abs(self.curvatures), self._flat)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(self.slopes == 0, 0.0, self.slopes / bend)
        still = np.all(np.isfinite(step), axis=-1)
        step = np.where(still[:, None], step, 0.0)
        return still & (_size(_from(self.vectors, step) / scale) <= _NEAR)

    def kick(self, scale: Vector) -> Vector:
        """A small displacement along the lowest eigenvectors, downhill, (n, p)."""
        lowest = np.where(self.slopes[:, :1] > 0, -1.0, 1.0) * self.vectors[..., 0]
        return _KICK * lowest / _size(lowest / scale)[:, None]

    def limited(self, times: Vector, scale: Vector) -> Vector:
        """The times, shortened so that displacements stay in the trust region."""
        fall = np.maximum(-self.curvatures[:, 0], _GROWTH / _LONGEST)
        times = np.minimum(np.minimum(times, _LONGEST), _GROWTH / fall)
        for _ in range(400):
            long = _size(self.displacement(times) / scale) > _TRUST
            if not np.any(long):
                break
            times = np.where(long, times / 2, times)
        return times

    def displacement(self, times: Vector) -> Vector:
        """The flow of the quadratic model after the times (n,), (n, p)."""
        return -_from(self.vectors, self._mean_decay(times) * self.slopes)

    def response(self, times: Vector, defect: Vector) -> Vector:
        """The displacement that an error (n, p) of the gradient causes within the times."""
        return _from(self.vectors, self._mean_decay(times) * _to(self.vectors, defect))

    def predicted_gradient(self, times: Vector) -> Vector:
        """The gradient that the quadratic model has after the times, (n, p)."""
        decay = np.exp(-np.minimum(times[:, None] * self.curvatures, 700.0))
        return _from(self.vectors, decay * self.slopes)

    def _mean_decay(self, times: Vector) -> Vector:
        """Integral of e^(-s curvature) for s from 0 to the time."""
        bent = np.where(self.curvatures == 0, 1.0, self.curvatures)
        decayed = -np.expm1(-np.minimum(times[:, None] * self.curvatures, 700.0)) / bent
        return np.where(self.curvatures == 0, times[:, None], decayed)


def _to(vectors: Vector, arrows: Vector) -> Vector:
    return (np.swapaxes(vectors, -1, -2) @ arrows[..., None])[..., 0]


def _from(vectors: Vector, coordinates: Vector) -> Vector:
    return (vectors @ coordinates[..., None])[..., 0]


def _size(relative: Vector) -> Vector:
    """The largest entry, (n,)."""
    return np.max(np.abs(relative), axis=-1, initial=0.0)
