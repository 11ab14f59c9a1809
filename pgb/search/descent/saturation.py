"""Units whose slopes vanish in floats, though not in truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.models import ExponentialNeurons, Model, ModelSum, Network
from pgb.numbers import Float64
from pgb.search.descent.ends import Floats

Mask = npt.NDArray[np.bool_]

_AR = Float64()
# Slopes of bounded activations fall below this beyond about 15.
_NO_SLOPE = 1e-13
_OUTSIDE = 5.0
# Outgoing weights of this size, relative to the largest of the layer or to 1, stand for 0.
_NOTHING = 1e-12


def saturated(model: Model, theta: Floats, x: Floats) -> Mask:
    """(n,): some hidden unit or exponential neuron has no slope at any sample, in floats only.

    Units without influence do not count: what goes into them is free in truth.
    """
    if isinstance(model, ModelSum):
        first, second = model.split(theta)
        return saturated(model.first, first, x) | saturated(model.second, second, x)
    result = np.zeros(len(theta), dtype=bool)
    if isinstance(model, ExponentialNeurons):
        return result | np.any(np.max(model.exponentials(_AR, theta, x), axis=-2) == 0, axis=-1)
    if isinstance(model, Network):
        preactivations = model.preactivations(_AR, theta, x)
        influences = influential(model, theta)
        rows = zip(preactivations, model.all_activations, influences, strict=True)
        for s, sigma, influence in rows:
            if not sigma.piecewise_linear:
                gone = np.abs(sigma.first(_AR, s)) <= _NO_SLOPE
                outside = gone & (np.abs(s) > _OUTSIDE)
                result |= np.any(np.all(outside, axis=-2) & influence, axis=-1)
    return result


def influential(network: Network, theta: Floats) -> list[Mask]:
    """For each layer (..., units): whether any outgoing weight of the unit is not 0."""
    found = []
    for W, _ in network.unpack(theta)[1:]:
        sizes = np.max(np.abs(W), axis=-2)
        largest = np.maximum(np.max(sizes, axis=-1, keepdims=True), 1.0)
        found.append(sizes > _NOTHING * largest)
    return [*found, np.ones((*theta.shape[:-1], network.layers[-1]), dtype=bool)]
