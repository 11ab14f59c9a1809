"""Normal forms of networks under the moves of their units, for many parameter vectors at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.models import Network
from pgb.numbers import Float64
from pgb.search.symmetry.layers import Indices, Penalties, UnitLayer, unit_layers

Vector = npt.NDArray[np.float64]

# Sweeps of the balancing of consecutive homogeneous layers; each converges linearly.
_SWEEPS = 200


@dataclass(frozen=True)
class NetworkMoves:
    """The moves of a network's units that keep an objective.

    Attributes:
        network: the network.
        layers: what each layer allows, the output layer last.
        probes: (k, d_x) inputs at which units are told apart: by their arguments there, which no
            move of another unit changes.
        weights: (k,) positive weights of the probes in the number by which units are sorted.
        unseen: (d, fan_in + bias) directions of incoming weights of the first layer that no
            sample sees, orthonormal; none if a penalty sees them.
        typical: (p,) magnitudes below which differences of parameters are absolute.
        shift_free: places (columns, outputs) of the last layer's parameters that may move
            together, because the loss sees differences of outputs only.
    """

    network: Network
    layers: tuple[UnitLayer, ...]
    probes: Vector
    weights: Vector
    unseen: Vector
    typical: Vector
    shift_free: tuple[Indices, ...]

    @property
    def size(self) -> int:
        """The number of the network's parameters."""
        return self.network.size


def network_moves(
    network: Network, penalties: Penalties, inputs: Vector, shift_invariant: bool
) -> NetworkMoves:
    """The moves for a network; ``inputs`` (m, d_x) are those of the data."""
    layers = unit_layers(network, penalties)
    probes = _probes(inputs, 2 * max(network.layers) + 2)
    weights: Vector = np.power(0.6, np.arange(len(probes)))
    unseen = _unseen(network, inputs, layers[0], penalties)
    shift_free: list[Indices] = []
    if shift_invariant and network.output_activation.linear:
        last = len(network.layers) - 1
        columns = list(network.index(f"W{last}").T)
        if network.bias:
            columns.append(network.index(f"b{last}"))
        shift_free = [places for places in columns if np.all(penalties.labels[places] == 0)]
    typical = np.ones(network.size)
    size = np.sqrt(np.mean(inputs * inputs, axis=0))
    typical[layers[0].weights] = 1 / np.where(size > 0, size, 1.0)
    return NetworkMoves(network, layers, probes, weights, unseen, typical, tuple(shift_free))


def _probes(inputs: Vector, count: int) -> Vector:
    """Generic inputs of the size of the data, the same for every process."""
    generator = np.random.default_rng(20190104)
    spread = np.max(np.abs(inputs), axis=0, initial=0.0)
    return np.where(spread > 0, spread, 1.0) * generator.uniform(-1, 1, (count, inputs.shape[1]))


def _unseen(network: Network, inputs: Vector, first: UnitLayer, penalties: Penalties) -> Vector:
    if np.any(penalties.labels[first.incoming]) or np.any(first.shifts):
        return np.zeros((0, first.incoming.shape[1]))
    rows = np.hstack([inputs, np.ones((len(inputs), 1))]) if network.bias else inputs
    scale = np.max(np.abs(rows), axis=0, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    _, singular, basis = np.linalg.svd(rows / scale, full_matrices=True)
    rank = int(np.sum(singular > 1e-10 * np.max(singular, initial=1e-300)))
    kernel = basis[rank:] / scale
    return np.linalg.qr(kernel.T)[0].T if len(kernel) else kernel


def normalized(moves: NetworkMoves, theta: Vector) -> Vector:
    """Normal forms (n, p) of the rows of theta (n, p), equal for rows that moves take to another.

    Equality is up to rounding, and fails for rows on the border between two forms: units that are
    (nearly) equal may come in either order.
    """
    theta = np.array(theta, dtype=np.float64)
    _project(moves, theta)
    for layer in moves.layers:
        if np.any(layer.shifts):
            _shift(layer, theta)
    _balance(moves, theta)
    z = np.broadcast_to(moves.probes, (len(theta), *moves.probes.shape))
    for layer in moves.layers:
        if layer.rotates:
            _rotate(layer, theta)
        s = arguments(layer, theta, z)
        flipped, order = _choice(layer, moves.weights @ s)
        flip(layer, theta, flipped)
        permute(layer, theta, order)
        z = layer.sigma.value(Float64(), arguments(layer, theta, z))
    return theta


def arguments(layer: UnitLayer, theta: Vector, z: Vector) -> Vector:
    """The arguments (n, k, units) of a layer's units from the values (n, k, fan_in) before it."""
    s = z @ theta[:, layer.weights].swapaxes(-1, -2)
    return s if layer.bias is None else s + theta[:, layer.bias][:, None, :]


def _choice(layer: UnitLayer, keys: Vector) -> tuple[npt.NDArray[np.bool_], Indices]:
    """Which signs to change and the order of the units, both (n, units)."""
    flipped = layer.flips & (keys < 0)
    keys = np.where(flipped, -keys, keys)
    order = np.broadcast_to(np.arange(layer.units), keys.shape).copy()
    for members in layer.classes:
        if len(members) > 1:
            order[:, members] = members[np.argsort(-keys[:, members], axis=1, kind="stable")]
    return flipped, order


def flip(layer: UnitLayer, theta: Vector, flipped: npt.NDArray[np.bool_]) -> None:
    """Change signs of arguments of units, (n, units), in place."""
    if not np.any(flipped):
        return
    signs = np.where(flipped, -1.0, 1.0)
    theta[:, layer.incoming] *= signs[:, :, None]
    if layer.parity == "reflection" and layer.next_bias is not None:
        moved = np.where(flipped[:, :, None], theta[:, layer.outgoing], 0.0)
        theta[:, layer.next_bias] += np.sum(moved, axis=1)
    if layer.parity != "even":
        theta[:, layer.outgoing] *= signs[:, :, None]


def permute(layer: UnitLayer, theta: Vector, order: Indices) -> None:
    """Put unit order[r, j] of row r in place j, in place."""
    if np.all(order == np.arange(layer.units)):
        return
    for places in (layer.incoming, layer.outgoing):
        theta[:, places] = np.take_along_axis(theta[:, places], order[:, :, None], axis=1)


def _project(moves: NetworkMoves, theta: Vector) -> None:
    """Remove what neither the samples nor the loss see."""
    if len(moves.unseen):
        places = moves.layers[0].incoming
        theta[:, places] -= theta[:, places] @ moves.unseen.T @ moves.unseen
    for places in moves.shift_free:
        theta[:, places] -= np.mean(theta[:, places], axis=1, keepdims=True)


def _shift(layer: UnitLayer, theta: Vector) -> None:
    """Biases 0 where exp(s + t) or s + t allows, or within a half period of sin(s + pi)."""
    assert layer.bias is not None
    units = np.flatnonzero(layer.shifts)
    bias = theta[:, layer.bias[units]]
    if layer.sigma.linear and layer.next_bias is not None:
        moved = np.einsum("nu,nuk->nk", bias, theta[:, layer.outgoing[units]])
        theta[:, layer.next_bias] += moved
        theta[:, layer.bias[units]] = 0.0
        return
    if layer.sigma.name == "exp":
        with np.errstate(over="ignore", invalid="ignore"):
            moved = theta[:, layer.outgoing[units]] * np.exp(bias)[:, :, None]
        sound = np.all(np.isfinite(moved), axis=2)
        theta[:, layer.outgoing[units]] = np.where(
            sound[:, :, None], moved, theta[:, layer.outgoing[units]]
        )
        theta[:, layer.bias[units]] = np.where(sound, 0.0, bias)
        return
    turns = np.round(bias / np.pi)
    theta[:, layer.bias[units]] = bias - np.pi * turns
    theta[:, layer.outgoing[units]] *= np.where(turns % 2 == 0, 1.0, -1.0)[:, :, None]


def _balance(moves: NetworkMoves, theta: Vector) -> None:
    """Scale homogeneous units so that |incoming|^2 = degree |outgoing|^2.

    Where one of the two is 0 the other becomes a unit vector.
    """
    scaled = [layer for layer in moves.layers if np.any(layer.scales)]
    for _ in range(_SWEEPS if len(scaled) > 1 else 1):
        largest = 0.0
        for layer in scaled:
            largest = max(largest, _scale(layer, theta))
        if largest < 1e-15:
            break


def _scale(layer: UnitLayer, theta: Vector) -> float:
    units, degree = np.flatnonzero(layer.scales), layer.sigma.homogeneous_degree
    assert degree is not None
    into = np.linalg.norm(theta[:, layer.incoming[units]], axis=2)
    out = np.linalg.norm(theta[:, layer.outgoing[units]], axis=2)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        logs = (np.log(out) + np.log(degree) / 2 - np.log(into)) / (1 + degree)
        logs = np.where(out == 0, -np.log(into), np.where(into == 0, np.log(out) / degree, logs))
    logs = np.where(np.isfinite(logs), logs, 0.0)
    theta[:, layer.incoming[units]] *= np.exp(logs)[:, :, None]
    theta[:, layer.outgoing[units]] *= np.exp(-degree * logs)[:, :, None]
    return float(np.max(np.abs(logs), initial=0.0))


def _rotate(layer: UnitLayer, theta: Vector) -> None:
    """Make the rows of [incoming, outgoing] of linear units orthogonal, the longest first."""
    rows = np.concatenate([theta[:, layer.incoming], theta[:, layer.outgoing]], axis=2)
    _, frames = np.linalg.eigh(rows @ rows.swapaxes(-1, -2))
    turned = frames[:, :, ::-1].swapaxes(-1, -2)
    for places in (layer.incoming, layer.outgoing):
        theta[:, places] = turned @ theta[:, places]
