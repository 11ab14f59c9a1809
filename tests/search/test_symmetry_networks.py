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
