"""Sampled values around a degenerate stationary point, in floats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.conditions.evaluation import Evaluation
from pgb.numbers import Balls, Float64

Vector = npt.NDArray[np.float64]

_SCALES = (1e-2, 1e-3)


def lower_values_nearby(at: Evaluation, point: Vector, count: int = 300, seed: int = 0) -> bool:
    """True if points with clearly lower values were sampled on both of two shrinking scales.

    Only asked where no derivative jumps in the larger box; a lower value at one distance alone
    says nothing about a local minimum. False does not mean that there are none.
    """
    p = at.objective.size
    if p == 0 or _may_jump(at, _SCALES[0]):
        return False
    ar, rng = Float64(), np.random.default_rng(seed)
    value = float(at.objective.value(ar, point))
    noise = 1e-13 * max(1.0, abs(value))
    directions = np.concatenate([np.eye(p), -np.eye(p), rng.standard_normal((count, p))])
    directions /= np.linalg.norm(directions, axis=1)[:, None]
    for scale in _SCALES:
        values = np.array([float(at.objective.value(ar, point + scale * d)) for d in directions])
        if not np.any(values < value - noise):
            return False
    return True


def _may_jump(at: Evaluation, width: float) -> bool:
    with Balls(64) as ar:
        theta = ar.ball(at.candidate.point, np.full(at.objective.size, width))
        switches = at.objective.switches(ar, theta)
        return not all(bool(np.all(ar.certainly_nonzero(s.values))) for s in switches)
