"""Rescalings that leave the objective as it is, taken out of the way of a descent.

Where the weights of a unit may grow while those behind it shrink, the objective is constant along
curves to infinity. Newton steps follow their tangents and drift outwards. Runs that are far out and
out of balance are moved inwards on such a curve, so that what still grows does so in earnest.
"""

from __future__ import annotations

import numpy as np

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Floats

_AR = Float64()
# Sizes from which a run is far out, and shares of the squares on one side that are out of balance.
_FAR_OUT, _ONE_SIDED = 2.0, 0.8
# Newton steps at a time; none changes the logarithm of a factor by more than 1.
_STEPS = 3


class Balance:
    """Rescalings of one objective: theta_j exp(t_i rates_ij) has the same value for all t."""

    def __init__(self, objective: Objective, sizes: Floats) -> None:
        self.sizes, self.rates = sizes, _rates(objective)

    def restored(self, theta: Floats) -> Floats:
        """Points (n, p) of the same values; those far out and out of balance are nearer to 0."""
        if not len(self.rates):
            return theta
        rows = np.flatnonzero(np.max(np.abs(theta) / self.sizes, axis=-1) > _FAR_OUT)
        if not len(rows):
            return theta
        squares = (theta[rows] / self.sizes) ** 2
        apart = np.abs(squares @ self.rates.T) > _ONE_SIDED * (squares @ np.abs(self.rates.T))
        rows = rows[np.any(apart & np.isfinite(apart), axis=-1)]
        if not len(rows):
            return theta
        theta = theta.copy()
        theta[rows] *= np.exp(self._exponents(theta[rows] / self.sizes))
        return theta

    def _exponents(self, scaled: Floats) -> Floats:
        """Towards the shortest vectors, by Newton's method on a convex function of t."""
        rates = self.rates
        t, eye = np.zeros((len(scaled), len(rates))), np.eye(len(rates))
        for _ in range(_STEPS):
            squares = (scaled * np.exp(t @ rates)) ** 2
            slope = squares @ rates.T
            bend = 2 * (rates * squares[:, None, :]) @ rates.T
            floor = 1e-12 * np.trace(bend, axis1=1, axis2=2) + 1e-300
            step = np.linalg.solve(bend + floor[:, None, None] * eye, slope[..., None])[..., 0]
            longest = np.max(np.abs(step), axis=1, keepdims=True)
            t = t - step / np.maximum(longest, 1.0)
        return t @ rates


def _rates(objective: Objective) -> Floats:
    """Rates (r, p) of the model's rescalings that move no penalized parameter."""
    free, rates = ~objective.regularizer.active, []
    for field in objective.model.invariances():
        touched = [row for row, _ in field.entries]
        diagonal = all(row == column for row, column in field.entries)
        if touched and diagonal and not field.shift and np.all(free[touched]):
            rate = np.zeros(objective.size)
            rate[touched] = [float(_AR.asarray(value)) for value in field.entries.values()]
            rates.append(rate)
    return np.array(rates).reshape(len(rates), objective.size)
