"""What makes parameters grow: exponential neurons, units that merge, units that saturate."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pgb.models import Activation, ExponentialNeurons, Network, summands
from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.saturation import influential
from pgb.search.symmetry.layers import Penalties, UnitLayer, unit_layers
from pgb.search.symmetry.networks import arguments

Vector = npt.NDArray[np.float64]

_EXPONENTIAL_TAILS = ("tanh", "sigmoid")
_SATURATING = ("tanh", "sigmoid", "erf", "arctan")
_NAMES = (
    "merging units of hidden layer {}",
    "units of hidden layer {} tend to polynomials",
    "units of hidden layer {} tend to exponentials",
    "saturating units of hidden layer {}",
)
# Relative difference below which two units have nearly merged.
_MERGED = 0.2
# Variation of a unit's argument over the samples below which it is nearly a polynomial, the share
# of it that is left at the last checkpoint, and the growth of its outgoing weights.
_NARROW, _NARROWER, _WIDER = 1.0, 0.98, 1.001
# Slopes in a tail, and weights that make up for them.
_TAIL, _LARGE = 0.2, 30.0
# Arguments beyond which a bounded activation is taken for saturated.
_SATURATED = 8.0
# Slopes of activations that count as 0 at arguments beyond this size.
_CONSTANT, _FAR = 1e-6, 5.0
# Steps along null directions, and the relative change of an argument that counts as a shift of it.
_SHIFT, _SHIFTED = 1e-3, 1e-6
# Share of the squared direction that the exponential neuron has if it is what escapes.
_SHARE = 0.3
# The share that is enough if a falls below this part of itself.
_LITTLE, _FALLS = 1e-3, 0.5


def mechanism_of(objective: Objective, trail: Vector, direction: Vector) -> tuple[str, list[int]]:
    """The mechanism in words and the units concerned, from checkpoints (k, p) and a direction."""
    model = objective.inner_model
    if objective.has_factor and float(np.sum(direction[model.size :] ** 2)) > _SHARE:
        return "factor without units: a falls to 0 as b grows", []
    found: list[tuple[str, list[int]]] = []
    x = Float64().asarray(objective.data.inputs)
    for part, place in summands(model):
        if isinstance(part, ExponentialNeurons):
            exponential = _exponential(part, trail[:, place], direction[place])
            if exponential is not None:
                return exponential
        if isinstance(part, Network):
            found += _of_network(part, trail[:, place], x)
        if isinstance(part, Network) and not found:
            found += _at_rest(part, trail[-1:, place], x)
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
    share = np.where(a[-1] <= a[0], b * b + np.sum(W * W, axis=-1), 0)
    k = int(np.argmax(share))
    if share[k] <= (_SHARE if a[-1, k] > _FALLS * a[0, k] else _LITTLE):
        return None
    return f"exponential neuron {k + 1}: a falls to 0 as its exponent grows", [k + 1]


def _of_network(network: Network, trail: Vector, x: Vector) -> list[tuple[str, list[int]]]:
    layers = _hidden_layers(network)
    found: list[tuple[float, str, list[int]]] = []
    z = np.broadcast_to(x, (len(trail), *x.shape))
    others: list[tuple[str, list[int]]] = []
    with np.errstate(all="ignore"):
        for layer in layers:
            if layer.units > 1:
                found += _merging(layer, trail[[0, -1]])
            s = arguments(layer, trail, z)
            for name, units in zip(
                _NAMES[1:],
                (_flattening(layer, s, trail), _steepening(layer, s, trail), _saturating(layer, s)),
                strict=True,
            ):
                if units:
                    others.append((name.format(layer.number), units))
            z = layer.sigma.value(Float64(), s)
    merged = [(name, units) for _, name, units in sorted(found)[:1]]
    return merged + others


def _at_rest(network: Network, last: Vector, x: Vector) -> list[tuple[str, list[int]]]:
    """Units that are saturated at the last checkpoint (1, p), whether or not they still grow."""
    z = x[None]
    with np.errstate(all="ignore"):
        for layer in _hidden_layers(network):
            s = arguments(layer, last, z)
            largest = np.max(np.abs(s[0]), axis=0)
            if layer.sigma.name in _SATURATING and np.any(largest > _SATURATED):
                units = [int(unit) + 1 for unit in np.flatnonzero(largest > _SATURATED)]
                return [(_NAMES[-1].format(layer.number), units)]
            z = layer.sigma.value(Float64(), s)
    return []


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
    return sorted(found)[:1] or _clusters(layer, into, out)


def _clusters(layer: UnitLayer, into: Vector, out: Vector) -> list[tuple[float, str, list[int]]]:
    """Three or more units that merge while their outgoing weights grow and add up to little."""
    found = []
    for center in range(layer.units if layer.units > 2 else 0):
        lengths = np.linalg.norm(into[:, center, None] + 0 * into, axis=2)
        apart = [np.linalg.norm(into[:, center, None] - s * into, axis=2) for s in (1, -1)]
        turned = (apart[1][1] < apart[0][1]) & (layer.parity is not None)
        gaps = np.where(turned, apart[1], apart[0]) / lengths
        members = np.flatnonzero((gaps[1] < _MERGED) & (gaps[1] <= gaps[0]))
        signs = np.where(turned & (layer.parity != "even"), -1.0, 1.0)[members, None]
        sizes = np.sum(np.linalg.norm(out[:, members], axis=2), axis=1)
        rest = np.linalg.norm(np.sum(signs * out[1, members], axis=0))
        if len(members) > 2 and sizes[1] > sizes[0] and rest < _MERGED * sizes[1]:
            units = [int(unit) + 1 for unit in members]
            found.append((float(np.max(gaps[1, members])), _NAMES[0].format(layer.number), units))
    return sorted(found)[:1]


def _flattening(layer: UnitLayer, s: Vector, trail: Vector) -> list[int]:
    """Units whose arguments (k, m, units) vary less and less while outgoing weights grow.

    Differences of such units tend to polynomials of their inputs.
    """
    if layer.sigma.piecewise_linear:
        return []
    spread = np.ptp(s, axis=1)
    sizes = np.linalg.norm(trail[:, layer.outgoing], axis=-1)
    chosen = (spread[-1] < _NARROW) & (spread[-1] < _NARROWER * spread[0])
    chosen &= sizes[-1] > _WIDER * sizes[0]
    return [int(unit) + 1 for unit in np.flatnonzero(chosen)]


def _steepening(layer: UnitLayer, s: Vector, trail: Vector) -> list[int]:
    """Units with arguments (k, m, units) in one tail at all samples while outgoing weights grow.

    The tails are exponential, and what a constant does not take up of such a unit is their image.
    """
    if layer.sigma.name not in _EXPONENTIAL_TAILS:
        return []
    last = s[-1]
    slopes = np.max(np.abs(layer.sigma.first(Float64(), last)), axis=0)
    chosen = (slopes < _TAIL) & (np.all(last > 0, axis=0) | np.all(last < 0, axis=0))
    sizes = np.linalg.norm(trail[:, layer.outgoing], axis=-1)
    chosen &= (sizes[-1] > _WIDER * sizes[0]) & (sizes[-1] > _LARGE)
    return [int(unit) + 1 for unit in np.flatnonzero(chosen)]


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
    x = Float64().asarray(objective.data.inputs)
    with np.errstate(all="ignore"):
        for part, place in summands(objective.inner_model):
            theta = point[place]
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
    influences = influential(network, theta)
    for sigma, s, influence in zip(network.all_activations, values, influences, strict=True):
        if not sigma.piecewise_linear:
            seen = ~((np.abs(sigma.first(ar, s)) < _CONSTANT) & (np.abs(s) > _FAR) & influence)
            rows = np.hstack([z, np.ones((len(z), 1))]) if network.bias else z
            for column in seen.T[~np.all(seen.T, axis=1)]:
                kept = rows[column]
                if not len(kept) or np.linalg.matrix_rank(kept) < np.linalg.matrix_rank(rows):
                    return True
        z = sigma.value(ar, s)
    return False


def leans_on_tails(objective: Objective, point: Vector, moves: Vector) -> bool:
    """Whether some of the moves (k, p), from a point (p,), shift arguments far out in a tail.

    If such moves keep the value in floats, they do since the activation is constant or linear there
    up to rounding. In truth it is not, and the point is on its way to infinity.
    """
    x, ar = Float64().asarray(objective.data.inputs), Float64()
    steps = np.concatenate([moves, -moves]) * _SHIFT
    with np.errstate(all="ignore"):
        for part, place in summands(objective.inner_model):
            if not isinstance(part, Network):
                continue
            theta = point[place]
            here = part.preactivations(ar, theta, x)
            there = part.preactivations(ar, theta + steps[:, place], x)
            influences = influential(part, theta)
            rows = zip(part.all_activations, here, there, influences, strict=True)
            for sigma, s, moved, influence in rows:
                if sigma.piecewise_linear:
                    continue
                tail = _in_tail(sigma, s) & influence
                if np.any(tail & (np.max(np.abs(moved - s), axis=0) > _SHIFTED * np.abs(s))):
                    return True
    return False


def _in_tail(sigma: Activation, s: Vector) -> npt.NDArray[np.bool_]:
    """Arguments at which an activation is nearly straight, though not on a piece of a line."""
    bend = np.abs(sigma.second(Float64(), s))
    straight = (bend < _CONSTANT) & (np.abs(s) > _FAR)
    found: npt.NDArray[np.bool_] = straight if sigma.analytic else straight & (bend > 0)
    return found


def _outputs_grow(objective: Objective, trail: Vector) -> bool:
    with np.errstate(all="ignore"):
        outputs = np.asarray(objective.outputs(Float64(), trail))
    largest = np.max(np.abs(outputs), axis=(1, 2), initial=0.0)
    return bool(largest[-1] > 1.001 * largest[0] and largest[-1] > 5)
