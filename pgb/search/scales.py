"""Typical magnitudes of the parameters of an objective: what "small" and "large" mean for each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pgb.models import ExponentialNeurons, Expression, Model, ModelSum, Network
from pgb.numbers import Array, Float64
from pgb.problems import Objective
from pgb.search.factors import factors_of_parameters

Vector = npt.NDArray[np.float64]
Weights = Callable[[Vector, int], Vector]


def typical_magnitudes(objective: Objective) -> Vector:
    """(p,) positive magnitudes at which each parameter begins to matter.

    Weights of the first layer of a network, of exponential neurons, and parameters of a formula
    that multiply inputs are measured against these inputs, weights of the last layer against real
    targets; all weights of a layer are divided by the square root of the number of its inputs.
    Every other parameter has 1.
    """

    def weights(x: Vector, fan_in: int) -> Vector:
        return 1 / (_root_mean_square(x, axis=0) * np.sqrt(fan_in))

    return _of_model(objective.inner_model, objective.size, weights, objective)


def magnitude_ranges(objective: Objective) -> tuple[Vector, Vector]:
    """(p,) least and greatest magnitudes worth trying, from the extreme inputs and targets.

    A weight of the first layer times an input is of order 1 for the largest input at the lower end
    and for the smallest nonzero input at the upper end.
    """

    def low(x: Vector, _: int) -> Vector:
        return 1 / _nonzero(np.max(np.abs(x), axis=0, initial=0.0))

    def high(x: Vector, _: int) -> Vector:
        sizes = np.where(x != 0, np.abs(x), np.inf)
        return 1 / _nonzero(np.min(sizes, axis=0, initial=np.inf))

    model, p = objective.inner_model, objective.size
    least, most = (_of_model(model, p, weights, objective) for weights in (low, high))
    return np.minimum(least, most), np.maximum(least, most)


def _of_model(model: Model, size: int, weights: Weights, objective: Objective) -> Vector:
    """(size,) magnitudes: ``weights`` of inputs (m, k) and their number gives (k,) for weights."""
    result = np.ones(size)
    x = Float64().asarray(objective.data.inputs)
    if isinstance(model, ModelSum):
        split = model.first.size
        result[:split] = _of_model(model.first, split, weights, objective)
        rest = _of_model(model.second, model.size - split, weights, objective)
        result[split : model.size] = rest
    elif isinstance(model, ExponentialNeurons):
        rows = np.broadcast_to(weights(x, 1), (model.output_dimension, model.inputs))
        result[model.slices["W"]] = rows.ravel()
    elif isinstance(model, Network):
        _fill_network(result, model, weights(x, model.layers[0]), objective)
    elif isinstance(model, Expression):
        for j, factors in enumerate(factors_of_parameters(model, x)):
            if factors.size:
                result[j] = weights(factors.reshape(-1, 1), 1)[0]
    return result


def _fill_network(
    result: Vector, network: Network, first_layer: Vector, objective: Objective
) -> None:
    layers = network.layers
    for number in range(1, len(layers)):
        fan_in, width = layers[number - 1], layers[number]
        row = first_layer if number == 1 else np.full(fan_in, 1 / np.sqrt(fan_in))
        result[network.slices[f"W{number}"]] = np.broadcast_to(row, (width, fan_in)).ravel()
    if objective.loss.unit_of_targets != "real" or not network.output_activation.linear:
        return
    targets = Float64().asarray(objective.data.targets)
    size = _root_mean_square(targets.reshape(len(targets), -1), axis=0)
    last = len(layers) - 1
    if size.shape == (layers[-1],):
        result[network.slices[f"W{last}"]] *= np.repeat(size, layers[-2])
        if network.bias:
            result[network.slices[f"b{last}"]] *= size


def _root_mean_square(values: Array, axis: int) -> Vector:
    largest = _nonzero(np.max(np.abs(values), axis=axis, initial=0.0))
    return _nonzero(largest * np.sqrt(np.mean((values / largest) ** 2, axis=axis)))


def _nonzero(values: Array) -> Vector:
    """The values, with 1 for zeros and for what is not finite."""
    return np.where((values > 0) & np.isfinite(values), values, 1.0)
