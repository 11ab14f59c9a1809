"""Fiber families of layered networks: equal units, constant units, inputs that do not span."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.fibers.family import FiberFamily
from pgb.models import Model, ModelSum, Network
from pgb.numbers import Array, Float64


def network_families(at: Evaluation) -> list[FiberFamily]:
    """Families of the candidate's network, if its model is one (or a sum that starts with one)."""
    network = base_network(at.objective.model)
    if network is None:
        return []
    families = []
    for layer in range(1, len(network.layers) - 1):
        families += _equal_units(at, network, layer)
        families += _constant_units(at, network, layer)
    families += _input_kernel(at, network)
    return families


def base_network(model: Model) -> Network | None:
    """The network inside a model: itself, or the first summand of a sum."""
    while isinstance(model, ModelSum):
        model = model.first
    return model if isinstance(model, Network) else None


def weight_index(network: Network, layer: int, out: int, into: int) -> int:
    """Position of W_layer[out, into] in the parameter vector."""
    return network.slices[f"W{layer}"].start + out * network.layers[layer - 1] + into


def bias_index(network: Network, layer: int, unit: int) -> int:
    """Position of b_layer[unit] in the parameter vector (networks with biases)."""
    return network.slices[f"b{layer}"].start + unit


def _incoming(network: Network, point: Array, layer: int, unit: int) -> list[Any]:
    width = network.layers[layer - 1]
    row = [point[weight_index(network, layer, unit, j)] for j in range(width)]
    return [*row, point[bias_index(network, layer, unit)]] if network.bias else row


def _same(first: list[Any], second: list[Any]) -> bool:
    return all(bool(a == b) for a, b in zip(first, second, strict=True))


def _equal_units(at: Evaluation, network: Network, layer: int) -> list[FiberFamily]:
    """Two units with equal incoming weights and biases: outgoing weight moves between them."""
    point, p = at.candidate.point, at.objective.size
    penalized = at.objective.regularizer.active
    families = []
    for u, v in combinations(range(network.layers[layer]), 2):
        if not _same(_incoming(network, point, layer, u), _incoming(network, point, layer, v)):
            continue
        pairs = []
        for k in range(network.layers[layer + 1]):
            plus, minus = (weight_index(network, layer + 1, k, unit) for unit in (u, v))
            if not (penalized[plus] or penalized[minus]):
                pairs.append((plus, minus))
        if pairs:
            family = _exchange(f"equal units {u} and {v} of layer {layer}", pairs, p)
            witness = {"kind": "equal-units", "layer": layer, "units": [u, v]}
            families.append(replace(family, witness=witness))
    return families


def _exchange(name: str, pairs: list[tuple[int, int]], p: int) -> FiberFamily:
    tangent = np.zeros((len(pairs), p))
    for row, (plus, minus) in zip(tangent, pairs, strict=True):
        row[plus], row[minus] = 1.0, -1.0

    def segments(rng: np.random.Generator) -> list[Array]:
        directions = []
        for steps in [np.ones(len(pairs), dtype=int), *rng.integers(-3, 4, (4, len(pairs)))]:
            direction = np.array([fmpq(0)] * p, dtype=object)
            for (plus, minus), step in zip(pairs, steps, strict=True):
                direction[plus], direction[minus] = fmpq(int(step)), fmpq(-int(step))
            directions.append(direction)
        return directions

    return FiberFamily(name, tangent, segments)


def _constant_units(at: Evaluation, network: Network, layer: int) -> list[FiberFamily]:
    """A unit without incoming weights is constant: consumers' biases compensate its moves."""
    if not network.bias:
        return []
    point, floats, p = at.candidate.point, at.floats, at.objective.size
    penalized = at.objective.regularizer.active
    activation, ar = network.activations[layer - 1], Float64()
    families = []
    for unit in range(network.layers[layer]):
        if not all(v == 0 for v in _incoming(network, point, layer, unit)[:-1]):
            continue
        bias = bias_index(network, layer, unit)
        s = np.array([floats[bias]])
        value, slope = float(activation.value(ar, s)[0]), float(activation.first(ar, s)[0])
        rows = []
        moved = np.zeros(p)
        moved[bias] = 1.0
        for k in range(network.layers[layer + 1]):
            weight = weight_index(network, layer + 1, k, unit)
            consumer = bias_index(network, layer + 1, k)
            moved[consumer] = -floats[weight] * slope
            row = np.zeros(p)
            row[weight], row[consumer] = 1.0, -value
            rows.append(row)
        tangent = np.array([row for row in (moved, *rows) if not np.any(penalized & (row != 0))])
        if tangent.size:
            families.append(FiberFamily(f"constant unit {unit} of layer {layer}", tangent))
    return families


def _input_kernel(at: Evaluation, network: Network) -> list[FiberFamily]:
    """Incoming moves of the first layer that no sample sees (inputs that do not span)."""
    if len(network.layers) < 3:
        return []
    inputs = Float64().asarray(at.objective.data.inputs)
    columns = np.hstack([inputs, np.ones((len(inputs), 1))]) if network.bias else inputs
    kernel = _null_space(columns)
    penalized = at.objective.regularizer.active
    rows = []
    for unit in range(network.layers[1]):
        for vector in kernel:
            row = np.zeros(at.objective.size)
            start = weight_index(network, 1, unit, 0)
            row[start : start + network.layers[0]] = vector[: network.layers[0]]
            if network.bias:
                row[bias_index(network, 1, unit)] = vector[-1]
            if not np.any(penalized & (row != 0)):
                rows.append(row)
    if not rows:
        return []
    return [FiberFamily("moves that no input sees", np.array(rows), symmetry=True)]


def _null_space(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    _, singular, rows = np.linalg.svd(matrix, full_matrices=True)
    rank = int(np.sum(singular > 1e-10 * max(1.0, float(np.max(singular, initial=0.0)))))
    return np.asarray(rows[rank:])
