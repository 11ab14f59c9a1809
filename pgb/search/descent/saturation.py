"""Units whose slopes vanish in floats, though not in truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.models import ExponentialNeurons, Model, ModelSum, Network
from pgb.numbers import Float64
from pgb.search.descent.ends import Floats

_AR = Float64()
# Slopes of bounded activations fall below this beyond about 15.
_NO_SLOPE = 1e-13
_OUTSIDE = 5.0


def saturated(model: Model, theta: Floats, x: Floats) -> npt.NDArray[np.bool_]:
    """(n,): some hidden unit or exponential neuron has no slope at any sample, in floats only."""
    if isinstance(model, ModelSum):
        first, second = model.split(theta)
        return saturated(model.first, first, x) | saturated(model.second, second, x)
    result = np.zeros(len(theta), dtype=bool)
    if isinstance(model, ExponentialNeurons):
        return result | np.any(np.max(model.exponentials(_AR, theta, x), axis=-2) == 0, axis=-1)
    if isinstance(model, Network):
        preactivations = model.preactivations(_AR, theta, x)
        for s, sigma in zip(preactivations, model.all_activations, strict=True):
            if not sigma.piecewise_linear:
                gone = np.abs(sigma.first(_AR, s)) <= _NO_SLOPE
                outside = gone & (np.abs(s) > _OUTSIDE)
                result |= np.any(np.all(outside, axis=-2), axis=-1)
    return result
