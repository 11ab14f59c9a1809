"""Function-optimal points, and what the elimination theorem says about stationary points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.models import ExponentialNeurons, Model, ModelSum
from pgb.numbers import Float64, sign
from pgb.problems import Objective

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# Relative accuracy of outputs at a stationary point found in floats.
_ACCURACY = 1e-8


def is_optimal(objective: Objective, points: Vector) -> Mask:
    """(n,): the data part is that of the best function on the data, at stationary points (n, p).

    That is so, for a convex loss, where the output gradients of each group of equal inputs sum to
    0, up to what changes of the outputs by rounding make. The penalty must be stationary, too.
    """
    with np.errstate(all="ignore"):
        if _without_units(objective):
            return _is_zero(objective, points)
        if not objective.loss.convex or objective.loss.smoothness == 0:
            return np.zeros(len(points), dtype=bool)
        return _sums_vanish(objective, points) & _penalty_rests(objective, points)


def theorem_applies(objective: Objective) -> bool:
    """Whether every stationary point that is not function-optimal is a saddle."""
    record = objective.elimination
    if record is None or objective.loss.smoothness == 0:
        return False
    return record.is_intact(objective)


def auxiliary_outputs(objective: Objective, points: Vector, chosen: Mask) -> Mask:
    """(n,): what was added by a transform still acts, so that the point is not stationary.

    At stationary points the weights a are 0, but on the way to infinity a falls to 0 while a exp(b)
    does not, and gradients there look like 0.
    """
    acts = np.zeros(len(points), dtype=bool)
    rows = np.flatnonzero(chosen)
    with np.errstate(all="ignore"):
        if _without_units(objective):
            acts[rows] = ~_is_zero(objective, points[rows])
        elif theorem_applies(objective) and len(rows):
            outputs = np.asarray(objective.outputs(Float64(), points[rows]))
            size = np.maximum(1e-3 * _output_size(objective), np.max(np.abs(outputs), axis=(1, 2)))
            added = auxiliary_part(objective, points[rows])
            acts[rows] = ~(np.max(np.abs(added), axis=(1, 2)) <= 1e-5 * size)
    return acts


def auxiliary_part(objective: Objective, points: Vector) -> Vector:
    """Outputs (n, m, d_y) of the exponential neurons alone."""
    x, start, model = objective.samples(Float64()).x, 0, objective.model
    while isinstance(model, ModelSum):
        start += model.first.size
        model = model.second
    neurons: Model = model
    assert isinstance(neurons, ExponentialNeurons)
    return np.asarray(neurons.outputs(Float64(), points[:, start:], x))


def _without_units(objective: Objective) -> bool:
    record = objective.elimination
    return record is not None and record.kind == "without-units" and sign(record.lam) > 0


def _is_zero(objective: Objective, points: Vector) -> Mask:
    """Values that are 0 up to the accuracy of the outputs, the only stationary ones here."""
    ar = Float64()
    values = np.asarray(objective.value(ar, points))
    height = abs(float(objective.value(ar, np.zeros(objective.size))))
    return np.asarray(np.abs(values) <= _ACCURACY**2 * max(height, 1e-300))


def _sums_vanish(objective: Objective, points: Vector) -> Mask:
    ar = Float64()
    x, y, c = objective.samples(ar)
    q = np.asarray(objective.model.outputs(ar, points, x))
    bend = np.einsum("...kk->...k", np.asarray(objective.loss.hessian(ar, q, y)))
    size = np.maximum(np.max(np.abs(q), axis=-1, keepdims=True), _output_size(objective))
    noise = np.abs(np.asarray(c) * bend) * size
    sums = np.asarray(objective.group_sums(ar, points))
    allowed = np.stack([np.sum(noise[:, g, :], axis=1) for g in objective.data.groups], axis=1)
    return np.asarray(np.all(np.abs(sums) <= _ACCURACY * allowed, axis=(1, 2)))


def _penalty_rests(objective: Objective, points: Vector) -> Mask:
    regularizer = objective.regularizer
    if regularizer.is_zero:
        return np.ones(len(points), dtype=bool)
    ar = Float64()
    quadratic, absolute = regularizer.coefficients(ar)
    weighted = (np.asarray(quadratic) != 0) | (np.asarray(absolute) != 0)
    return np.asarray(np.all(np.abs(points[:, weighted]) <= _ACCURACY, axis=1))


def _output_size(objective: Objective) -> float:
    """The size of real targets, or 1."""
    if objective.loss.unit_of_targets != "real":
        return 1.0
    targets = Float64().asarray(objective.data.targets)
    return float(np.max(np.abs(targets), initial=0.0)) or 1.0
