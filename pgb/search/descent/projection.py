"""Variable projection: parameters in which a squared loss is quadratic are always at their best.

Outputs that are affine in the weights of the last layer make a squared loss a quadratic function
of these weights. Following only the others, with the quadratic ones solved for at every step, walks
on the reduced function min over the quadratic parameters; it has the same stationary points with
the same index, and far fewer narrow curved valleys.

Source: G. H. Golub and V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least
squares problems whose variables separate", 1973.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgb.models import Derivatives, ExponentialNeurons, Model, ModelSum, Network
from pgb.models.network_shallow import ShallowDerivatives
from pgb.numbers import Exact, Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Floats

Indices = npt.NDArray[np.intp]

_AR = Float64()
_QUADRATIC_LOSSES = ("squared", "half-squared")
# Proximal term relative to the diagonal: nearly equal units make the normal equations singular.
_PROXIMAL = 1e-14


class Place(NamedTuple):
    """Parameters (n, p) with values (n,), and what is known about derivatives there."""

    theta: Floats
    value: Floats
    at: Derivatives | None

    def kept(self, places: Indices) -> Place:
        """Some of the places."""
        at = self.at
        part = at.rows(places) if isinstance(at, ShallowDerivatives) else None
        return Place(self.theta[places], self.value[places], part)


class Projection:
    """Evaluates an objective with its quadratic parameters solved for, and reduces derivatives."""

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.quadratic = quadratic_parameters(objective)
        free = np.ones(objective.size, dtype=bool)
        free[self.quadratic] = False
        self.rest: Indices = np.flatnonzero(free)
        if not len(self.rest):  # a convex quadratic problem: one Newton step solves it
            self.rest, self.quadratic = np.arange(objective.size), self.quadratic[:0]
        self._order = np.concatenate([self.rest, self.quadratic])
        self._sorted = bool(np.all(self._order == np.arange(objective.size)))

    def place(self, theta: Floats) -> Place:
        """Where the quadratic parameters are best, the others as given; values may be infinite."""
        objective = self.objective
        if not len(self.quadratic):
            value = objective.value(_AR, theta)
            return Place(theta, np.where(np.isfinite(value), value, np.inf), None)
        x, y, _ = objective.samples(_AR)
        at = objective.model.derivatives(_AR, theta, x)
        if isinstance(at, ShallowDerivatives):
            theta = self._solved(theta, *self._normal_equations(at, theta))
            at = at.with_output_layer(theta)
            terms = objective.loss.terms(_AR, at.outputs(), y)
            value = np.sum(objective.samples(_AR).c * terms, axis=(-1, -2))
            value = value + objective.regularizer.value(_AR, theta)
            return Place(theta, np.where(np.isfinite(value), value, np.inf), at)
        _, gradient, hessian = objective.second_order(_AR, theta, at)
        q = self.quadratic
        theta = self._solved(theta, gradient[:, q], hessian[:, q[:, None], q])
        value = objective.value(_AR, theta)
        return Place(theta, np.where(np.isfinite(value), value, np.inf), None)

    def _normal_equations(self, at: ShallowDerivatives, theta: Floats) -> tuple[Floats, Floats]:
        objective = self.objective
        _, y, c = objective.samples(_AR)
        q = at.outputs()
        r = (c * objective.loss.gradient(_AR, q, y))[..., 0]
        bend = (c * objective.loss.hessian(_AR, q, y)[..., 0])[..., 0]
        z = at.extended
        normal = (z * bend[:, None, :]) @ z.swapaxes(-1, -2)
        slope = (z @ r[:, :, None])[:, :, 0]
        if not objective.regularizer.is_zero:
            decay = 2 * objective.regularizer.coefficients(_AR)[0][self.quadratic]
            normal = normal + np.diag(decay)
            slope = slope + decay * theta[:, self.quadratic]
        return slope, normal

    def derivatives(self, place: Place) -> tuple[Floats, Floats, Floats]:
        """Reduced gradients (n, k) and Hessians (n, k, k); infinite gradients after an overflow.

        Last, the diagonals (n, k) of the Hessians before the reduction: what is tiny against them
        is rounding.
        """
        if not len(place.theta):
            k = len(self.rest)
            return np.zeros((0, k)), np.zeros((0, k, k)), np.zeros((0, k))
        _, gradient, hessian = self.objective.second_order(_AR, place.theta, place.at)
        diagonal = np.abs(hessian[:, self.rest, self.rest])
        gradient, hessian = self.reduced(gradient, hessian)
        finite = np.isfinite(np.sum(gradient, axis=-1) + np.sum(hessian, axis=(-1, -2)))
        if not np.all(finite):
            gradient = np.where(finite[:, None], gradient, np.inf)
            hessian = np.where(finite[:, None, None], hessian, 0)
            diagonal = np.where(finite[:, None], diagonal, 0)
        return gradient, hessian, diagonal

    def _solved(self, theta: Floats, slope: Floats, normal: Floats) -> Floats:
        step = np.linalg.solve(_shifted(normal), slope[:, :, None])[:, :, 0]
        theta = theta.copy()
        theta[:, self.quadratic] -= np.where(np.isfinite(step), step, 0)
        return theta

    def reduced(self, gradient: Floats, hessian: Floats) -> tuple[Floats, Floats]:
        """Gradient (n, k) and Hessian (n, k, k) of the reduced function in the k others."""
        if not len(self.quadratic):
            return gradient, hessian
        if not self._sorted:
            gradient = gradient[:, self._order]
            hessian = hessian[:, self._order[:, None], self._order]
        k = len(self.rest)
        mixed = hessian[:, k:, :k]
        right = np.concatenate([mixed, gradient[:, k:, None]], axis=2)
        solved = mixed.swapaxes(1, 2) @ np.linalg.solve(_shifted(hessian[:, k:, k:]), right)
        return gradient[:, :k] - solved[:, :, k], hessian[:, :k, :k] - solved[:, :, :k]


def quadratic_parameters(objective: Objective) -> Indices:
    """Indices of parameters in which the objective is a convex quadratic function; maybe none."""
    none = np.zeros(0, dtype=np.intp)
    record, penalty = objective.elimination, objective.regularizer.absolute
    if not np.all(Exact().certainly_zero(penalty)):
        return none
    if record is not None and record.kind == "without-units":
        return np.array([objective.slices[record.names[0]].start], dtype=np.intp)
    if type(objective) is not Objective or objective.loss.name not in _QUADRATIC_LOSSES:
        return none
    return np.array(sorted(_affine(objective.model, objective)), dtype=np.intp)


def _affine(model: Model, objective: Objective) -> list[int]:
    """Parameters in which the outputs are affine, jointly."""
    if isinstance(model, ModelSum):
        second = [model.first.size + j for j in _affine(model.second, objective)]
        return _affine(model.first, objective) + second
    if isinstance(model, ExponentialNeurons):
        return list(range(*model.slices["a"].indices(model.size)))
    if isinstance(model, Network):
        last = len(model.layers) - 1
        linear = model.output_activation.linear
        return list(range(model.slices[f"W{last}"].start, model.size)) if linear else []
    return _without_curvature(model, objective)


def _without_curvature(model: Model, objective: Objective) -> list[int]:
    """Parameters of a formula without mixed second derivatives, which are then exactly 0."""
    generator = np.random.default_rng(0)
    x = objective.samples(_AR).x
    theta = generator.normal(size=(3, model.size))
    if model.switches(_AR, theta, x):
        return []
    r = generator.normal(size=(3, len(x), model.output_dimension))
    bends = np.any(model.curvature(_AR, theta, x, r) != 0, axis=0)  # nan counts as bent
    found: list[int] = []
    for j in range(model.size):
        if not np.any(bends[j, [*found, j]]):
            found.append(j)
    return found


def _shifted(normal: Floats) -> Floats:
    """With a proximal term for each parameter in its own units: columns may be of any size."""
    size = normal.shape[-1]
    normal = np.where(np.isfinite(normal), normal, 0)
    places = np.arange(size)
    diagonal = np.abs(normal[:, places, places])
    result = normal.copy()
    result[:, places, places] += np.where(
        diagonal > 0, _PROXIMAL * diagonal + np.finfo(np.float64).tiny, 1.0
    )
    return result
