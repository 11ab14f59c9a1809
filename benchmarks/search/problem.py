"""The problem, and how results are counted: the same way for every contestant."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pgb import Data, Network, Objective
from pgb.numbers import Float64

AR = Float64()
SMALL_GRADIENT = 1e-10
SMALL_STEP = 1e-6
SINGULAR = 1e-10
FAR = 1e3


def problem() -> Objective:
    """2-3-1 tanh on 20 points of sin(2 x1) + 0.3 x2^2: 13 parameters, mean squared loss."""
    x = np.random.default_rng(0).normal(size=(20, 2))
    return Objective(Network([2, 3, 1]), Data(x, np.sin(2 * x[:, 0]) + 0.3 * x[:, 1] ** 2))


class Count(NamedTuple):
    """What a set of end points is worth.

    Attributes:
        small: ends with |grad| < 1e-10, which includes points far out in valleys to infinity.
        points: those of them that are isolated critical points: a nonsingular Hessian (in units of
            the parameters) and a Newton step below 1e-6.
        distinct: such points that differ in value or outputs, so symmetric ones count once.
        minima: the distinct ones among them with a positive definite Hessian.
        escaping: fraction of the ends that are not finite or have a parameter beyond 1000.
    """

    small: int
    points: int
    distinct: int
    minima: int
    escaping: float


def count(objective: Objective, ends: np.ndarray) -> Count:
    finite = np.all(np.isfinite(ends), axis=1)
    away = ~finite | (np.max(np.abs(np.where(np.isfinite(ends), ends, 0)), axis=1) > FAR)
    theta = ends[finite]
    gradient, hessian = objective.gradient(AR, theta), objective.hessian(AR, theta)
    small = np.linalg.norm(gradient, axis=1) < SMALL_GRADIENT
    theta, gradient, hessian = theta[small], gradient[small], hessian[small]
    unit = np.maximum(1, np.abs(theta))
    values, vectors = np.linalg.eigh(hessian * unit[:, :, None] * unit[:, None, :])
    sizes = np.abs(values)
    along = np.einsum("nji,nj->ni", vectors, gradient * unit)
    isolated = np.min(sizes, axis=1) > SINGULAR * np.max(sizes, axis=1)
    steps = np.einsum("nij,nj->ni", vectors, along / np.maximum(sizes, 1e-300))
    good = isolated & (np.max(np.abs(steps), axis=1, initial=0) < SMALL_STEP)
    keys = np.column_stack(
        [objective.value(AR, theta[good]), objective.outputs(AR, theta[good])[:, :, 0]]
    )
    distinct = {tuple(row) for row in np.round(keys, 7) + 0.0}
    below = values[good][:, 0] > 0
    minima = {tuple(row) for row in np.round(keys[below], 7) + 0.0}
    return Count(
        int(np.sum(small)), int(np.sum(good)), len(distinct), len(minima), float(np.mean(away))
    )
