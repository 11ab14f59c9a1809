"""What makes parameters grow: exponential neurons, units that merge, units that saturate."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pgb.models import ExponentialNeurons, Model, ModelSum, Network
from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.symmetry.layers import Penalties, UnitLayer, unit_layers
from pgb.search.symmetry.networks import arguments

Vector = npt.NDArray[np.float64]

_SATURATING = ("tanh", "sigmoid", "erf", "arctan")
_NAMES = ("merging units of hidden layer {}", "saturating units of hidden layer {}")
# Relative difference below which two units have nearly merged.
_MERGED = 0.2
# Arguments beyond which a bounded activation is taken for saturated.
_SATURATED = 8.0
# Slopes of activations that count as 0 at arguments beyond this size.
_CONSTANT, _FAR = 1e-6, 5.0
# Share of the squared direction that the exponential neuron has if it is what escapes.
_SHARE = 0.3


def mechanism_of(objective: Objective, trail: Vector, direction: Vector) -> tuple[str, list[int]]:
    """The mechanism in words and the units concerned, from checkpoints (k, p) and a direction."""
    record = objective.elimination
    model: Model = objective.model
    if record is not None and record.kind == "without-units":
        model = record.base.model
        if float(np.sum(direction[model.size :] ** 2)) > _SHARE:
            return "factor without units: a falls to 0 as b grows", []
    start = 0
    found: list[tuple[str, list[int]]] = []
    for part in _summands(model):
        place = slice(start, start + part.size)
        start += part.size
        if isinstance(part, ExponentialNeurons):
            exponential = _exponential(part, trail[:, place], direction[place])
            if exponential is not None:
                return exponential
        if isinstance(part, Network):
            x = Float64().asarray(objective.data.inputs)
            found += _of_network(part, trail[:, place], x)
    if found:
        return found[0]
    if _outputs_grow(objective, trail):
        return "unbounded outputs", []
    return "unbounded parameters", []


def _exponential(
    neurons: ExponentialNeurons, trail: Vector, direction: Vector
) -> tuple[str, list[int]] | None:
    a = np.abs(trail[:, neurons.slices["a"]])
    _, b, W = neurons.unpack(direction)
    share = b * b + np.sum(W * W, axis=-1)
    k = int(np.argmax(share))
    if share[k] <= _SHARE or a[-1, k] > a[0, k]:
        return None
    return f"exponential neuron {k + 1}: a falls to 0 as its exponent grows", [k + 1]


def _of_network(network: Network, trail: Vector, x: Vector) -> list[tuple[str, list[int]]]:
    layers = _hidden_layers(network)
    found: list[tuple[float, str, list[int]]] = []
    z = np.broadcast_to(x, (len(trail), *x.shape))
    saturated: list[tuple[str, list[int]]] = []
    with np.errstate(all="ignore"):
        for layer in layers:
            if layer.units > 1:
                found += _merging(layer, trail[[0, -1]])
            s = arguments(layer, trail, z)
            units = _saturating(layer, s)
            if units:
                saturated.append((_NAMES[1].format(layer.number), units))
            z = layer.sigma.value(Float64(), s)
    merged = [(name, units) for _, name, units in sorted(found)[:1]]
    return merged + saturated


@lru_cache(maxsize=8)
def _hidden_layers(network: Network) -> tuple[UnitLayer, ...]:
    zero = np.zeros(network.size, dtype=bool)
    return unit_layers(network, Penalties(zero.astype(np.intp), zero, zero))[:-1]


def _merging(layer: UnitLayer, ends: Vector) -> list[tuple[float, str, list[int]]]:
    """The two units, if any, that come closest while outgoing weights grow with opposite signs.

    ``ends`` (2, p) are the first and the last checkpoint. The closeness comes first.
    """
    first, second = np.triu_indices(layer.units, 1)
    into, out = ends[:, layer.incoming], ends[:, layer.outgoing]
    lengths, sizes = np.linalg.norm(into, axis=2), np.linalg.norm(out, axis=2)
    lengths, sizes = lengths[:, first] + lengths[:, second], sizes[:, first] + sizes[:, second]
    found = []
    for sign in (1.0, -1.0) if layer.parity is not None else (1.0,):
        back = 1.0 if layer.parity == "even" else sign
        apart = np.linalg.norm(into[:, first] - sign * into[:, second], axis=2) / lengths
        rest = np.linalg.norm(out[1, first] + back * out[1, second], axis=1) / sizes[1]
        merging = (apart[1] < _MERGED) & (apart[1] < apart[0]) & (rest < _MERGED)
        for place in np.flatnonzero(merging & (sizes[1] > sizes[0])):
            pair = [int(first[place]) + 1, int(second[place]) + 1]
            found.append((float(apart[1, place]), _NAMES[0].format(layer.number), pair))
    return sorted(found)[:1]


def _saturating(layer: UnitLayer, s: Vector) -> list[int]:
    """Units whose arguments (k, m, units) grow beyond where the activation still changes."""
    if layer.sigma.name not in _SATURATING:
        return []
    largest = np.max(np.abs(s), axis=1)
    chosen = (largest[-1] > _SATURATED) & (largest[-1] > 1.001 * largest[0])
    return [int(unit) + 1 for unit in np.flatnonzero(chosen)]


def is_saturated(objective: Objective, point: Vector) -> bool:
    """Whether some unit's slope is 0 in floats at so many samples that its parameters are free.

    The derivatives vanish only as functions that tend to 0 do, and the point (p,) is on its way to
    infinity, not stationary. Units with kinks, which may be exactly constant, do not count.
    """
    x, start = Float64().asarray(objective.data.inputs), 0
    with np.errstate(all="ignore"):
        for part in _summands(_inner(objective)):
            theta = point[start : start + part.size]
            start += part.size
            if isinstance(part, Network) and _network_is_saturated(part, theta, x):
                return True
            if isinstance(part, ExponentialNeurons):
                dead = np.all(part.exponentials(Float64(), theta, x) < _CONSTANT, axis=0)
                if np.any(dead & (part.unpack(theta)[0] != 0)):
                    return True
    return False


def _network_is_saturated(network: Network, theta: Vector, x: Vector) -> bool:
    ar, z = Float64(), x
    values = network.preactivations(ar, theta, x)
    for sigma, s in zip(network.all_activations, values, strict=True):
        if not sigma.piecewise_linear:
            seen = ~((np.abs(sigma.first(ar, s)) < _CONSTANT) & (np.abs(s) > _FAR))
            rows = np.hstack([z, np.ones((len(z), 1))]) if network.bias else z
            for column in seen.T[~np.all(seen.T, axis=1)]:
                kept = rows[column]
                if not len(kept) or np.linalg.matrix_rank(kept) < np.linalg.matrix_rank(rows):
                    return True
        z = sigma.value(ar, s)
    return False


def _inner(objective: Objective) -> Model:
    record = objective.elimination
    if record is not None and record.kind == "without-units":
        return record.base.model
    return objective.model


def _outputs_grow(objective: Objective, trail: Vector) -> bool:
    with np.errstate(all="ignore"):
        outputs = np.asarray(objective.outputs(Float64(), trail))
    largest = np.max(np.abs(outputs), axis=(1, 2), initial=0.0)
    return bool(largest[-1] > 1.001 * largest[0] and largest[-1] > 5)


def _summands(model: Model) -> list[Model]:
    if isinstance(model, ModelSum):
        return [*_summands(model.first), *_summands(model.second)]
    return [model]
