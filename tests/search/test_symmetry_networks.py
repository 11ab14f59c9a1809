"""Canonical points of networks: images under hand-made moves have the same one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.search.symmetry import SymmetryGroup, group_of

Vector = npt.NDArray[np.float64]
Blocks = list[tuple[Vector, Vector]]

AR = Float64()
RNG = np.random.default_rng(7)
X, Y = RNG.normal(size=(9, 2)), RNG.normal(size=(9, 1))


def problem(layers: list[int], activation: Any, **options: Any) -> Objective:
    return Objective(Network(layers, activation), Data(X, Y), **options)


def blocks(objective: Objective, theta: Vector) -> Blocks:
    network = objective.model
    assert isinstance(network, Network)
    return [(np.array(W), np.array(b)) for W, b in network.unpack(theta) if b is not None]


def flat(parts: Blocks) -> Vector:
    return np.concatenate([array.ravel() for pair in parts for array in pair])


def permuted(parts: Blocks, layer: int, order: list[int]) -> Blocks:
    (W, b), (V, c) = parts[layer], parts[layer + 1]
    return [*parts[:layer], (W[order], b[order]), (V[:, order], c), *parts[layer + 2 :]]


def scaled(parts: Blocks, layer: int, into: list[float], out: list[float]) -> Blocks:
    (W, b), (V, c) = parts[layer], parts[layer + 1]
    s, t = np.array(into), np.array(out)
    return [*parts[:layer], (W * s[:, None], b * s), (V * t, c), *parts[layer + 2 :]]


def assert_an_image(group: SymmetryGroup, theta: Vector, image: Vector) -> None:
    values = group.objective.value(AR, np.stack([theta, image]))
    assert values[0] == pytest.approx(values[1], rel=1e-11)
    first, second = group.canonical(np.stack([theta, image]))
    np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-11)
    assert group.same(theta, image) is True


KINDS: list[tuple[str, list[float], list[float]]] = [
    ("tanh", [-1, 1, -1], [-1, 1, -1]),
    ("erf", [-1, 1, -1], [-1, 1, -1]),
    ("sine", [1, -1, -1], [1, -1, -1]),
    ("quadratic", [-1, 2, 1], [1, 0.25, 1]),
    ("cubic", [-1, 2, 1], [-1, 0.125, 1]),
    ("relu", [3, 1, 0.5], [1 / 3, 1, 2]),
    ("softplus", [1, 1, 1], [1, 1, 1]),
    ("gelu", [1, 1, 1], [1, 1, 1]),
]


@pytest.mark.parametrize(("activation", "into", "out"), KINDS, ids=[k[0] for k in KINDS])
@pytest.mark.parametrize("layers", [[2, 3, 1], [2, 3, 3, 1]], ids=str)
def test_an_image_under_moves_of_units_is_recognized(
    layers: list[int], activation: str, into: list[float], out: list[float]
) -> None:
    group = group_of(problem(layers, activation))
    theta = RNG.normal(size=group.objective.size)
    parts = blocks(group.objective, theta)
    for layer in range(len(layers) - 2):
        parts = scaled(permuted(parts, layer, [2, 0, 1]), layer, into, out)
    assert_an_image(group, theta, flat(parts))


@pytest.mark.parametrize("layers", [[2, 3, 1], [2, 3, 3, 1]], ids=str)
def test_different_points_are_distinct(layers: list[int]) -> None:
    for activation in ("tanh", "sigmoid", "relu", "sine", "softplus", "quadratic", "exp"):
        group = group_of(problem(layers, activation))
        theta = RNG.normal(size=group.objective.size) / 2
        other = theta.copy()
        other[3] += 0.01
        assert group.same(theta, other) is False
        assert group.same(theta, theta + 1e-9) is True


ACTIVATIONS = [
    "identity", "tanh", "sigmoid", "softplus", "erf", "arctan", "exp", "quadratic", "cubic",
    "relu", "leaky-relu", "elu", "selu", "gelu", "silu", "sine",
    {"name": "leaky-relu", "slopes": [1, -1]},
]  # fmt: skip
PENALTIES: list[dict[str, Any]] = [
    {},
    {"weight_decay": 0.1},
    {"weight_decay": 0.1, "decay_parameters": ["W1", "W3"]},
    {"weight_decay": 0.1, "decay_parameters": ["b2"]},
]


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: "-".join(map(str, p.values())))
@pytest.mark.parametrize("bias", [True, False])
def test_canonical_points_keep_the_value_and_are_their_own(
    activation: Any, penalty: dict[str, Any], bias: bool
) -> None:
    if not bias and "b2" in penalty.get("decay_parameters", []):
        penalty = {}
    network = Network([2, 3, 2, 1], [activation, "tanh"], bias=bias)
    objective = Objective(network, Data(X, Y), **penalty)
    group = group_of(objective)
    theta = RNG.normal(size=(50, objective.size)) / 2
    forms = group.canonical(theta)
    np.testing.assert_allclose(
        objective.value(AR, forms), objective.value(AR, theta), rtol=1e-10, atol=1e-12
    )
    np.testing.assert_allclose(group.canonical(forms), forms, rtol=1e-8, atol=1e-10)
    if group.orbit_dimension(theta[0]) == 0:  # reflections of sigmoids shear, others are isometries
        for layer in group.parts[0].moves.layers:  # type: ignore[attr-defined]
            if layer.parity == "reflection" and np.any(layer.flips):
                return
        gradients = [np.linalg.norm(objective.gradient(AR, p), axis=1) for p in (theta, forms)]
        np.testing.assert_allclose(*gradients, rtol=1e-9)


@pytest.mark.parametrize("activation", ["relu", "exp", "identity", "cubic"])
def test_orbits_are_tangent_to_the_level_sets_of_all_outputs(activation: str) -> None:
    group = group_of(problem([2, 3, 1], activation))
    theta = RNG.normal(size=group.objective.size)
    jacobian = np.asarray(group.objective.jacobian(AR, theta)).reshape(-1, len(theta))
    nullity = len(theta) - np.linalg.matrix_rank(jacobian)
    assert 0 < group.orbit_dimension(theta) <= nullity
