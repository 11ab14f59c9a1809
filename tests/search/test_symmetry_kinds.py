"""Symmetries of other kinds: linear layers, penalties, exponential units, formulas, data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective, Regularizer
from pgb.search.symmetry import SymmetryGroup, group_of
from pgb.transforms import eliminate, without_units

Vector = npt.NDArray[np.float64]

AR = Float64()
RNG = np.random.default_rng(11)
X, Y = RNG.normal(size=(9, 2)), RNG.normal(size=(9, 2))


def network(layers: list[int], activation: Any, **options: Any) -> Objective:
    targets = Y[:, : layers[-1]]
    return Objective(Network(layers, activation), Data(X[:, : layers[0]], targets), **options)


def split(objective: Objective, theta: Vector) -> list[Vector]:
    return [
        theta[objective.slices[p.name]].reshape(p.shape).copy() for p in objective.model.parameters
    ]


def joined(parts: list[Vector]) -> Vector:
    return np.concatenate([np.asarray(part).ravel() for part in parts])


def assert_an_image(group: SymmetryGroup, theta: Vector, image: Vector) -> None:
    values = group.objective.value(AR, np.stack([theta, image]))
    assert values[0] == pytest.approx(values[1], rel=1e-10)
    first, second = group.canonical(np.stack([theta, image]))
    np.testing.assert_allclose(first, second, rtol=1e-7, atol=1e-9)
    assert group.same(theta, image) is True


def assert_no_image(group: SymmetryGroup, theta: Vector, image: Vector) -> None:
    assert group.same(theta, image) is False


def test_reflection_of_a_sigmoid_moves_into_the_next_bias() -> None:
    group = group_of(network([2, 3, 1], "sigmoid"))
    W, b, V, c = split(group.objective, RNG.normal(size=13))
    theta = joined([W, b, V, c])
    W[1], b[1], c, V[0, 1] = -W[1], -b[1], c + V[0, 1], -V[0, 1]
    assert_an_image(group, theta, joined([W, b, V, c]))


def test_reflection_is_none_where_the_next_bias_is_penalized() -> None:
    objective = network([2, 3, 1], "sigmoid", weight_decay=0.1, decay_parameters=["b2"])
    W, b, V, c = split(objective, RNG.normal(size=13))
    theta = joined([W, b, V, c])
    W[1], b[1], c, V[0, 1] = -W[1], -b[1], c + V[0, 1], -V[0, 1]
    assert_no_image(group_of(objective), theta, joined([W, b, V, c]))


def test_softplus_has_no_change_of_sign() -> None:
    group = group_of(network([2, 2, 1], "softplus"))
    W, b, V, c = split(group.objective, RNG.normal(size=9))
    assert_no_image(group, joined([W, b, V, c]), joined([-W, -b, -V, c]))
    assert group.orbit_size(joined([W, b, V, c])) == 2


@pytest.mark.parametrize("decay", [None, 0.1])
def test_rescaling_only_without_a_penalty(decay: float | None) -> None:
    group = group_of(network([2, 2, 1], "relu", weight_decay=decay))
    W, b, V, c = split(group.objective, RNG.normal(size=9))
    theta, s = joined([W, b, V, c]), np.array([2.0, 1.0])
    image = joined([W * s[:, None], b * s, V / s, c])
    if decay is None:
        assert_an_image(group, theta, image)
        assert group.orbit_dimension(theta) == 2
    else:
        assert_no_image(group, theta, image)
        assert group.orbit_dimension(theta) == 0


def test_units_with_different_penalties_are_not_interchanged() -> None:
    base = network([2, 2, 1], "tanh")
    quadratic = np.zeros(base.size)
    quadratic[0] = 0.5
    group = group_of(base.add_regularizer(Regularizer(quadratic)))
    W, b, V, c = split(base, RNG.normal(size=9))
    theta = joined([W, b, V, c])
    assert_no_image(group, theta, joined([W[::-1], b[::-1], V[:, ::-1], c]))
    assert_an_image(group, theta, joined([-W, -b, -V, c]))
    assert group.orbit_size(theta) == 4


def test_exponential_units_move_their_bias_into_the_outgoing_weights() -> None:
    group = group_of(network([2, 2, 1], "exp"))
    W, b, V, c = split(group.objective, RNG.normal(size=9))
    t = np.array([0.3, -1.0])
    assert_an_image(group, joined([W, b, V, c]), joined([W, b + t, V * np.exp(-t), c]))
    assert group.orbit_dimension(joined([W, b, V, c])) == 2


def test_sine_units_shift_by_half_periods() -> None:
    group = group_of(network([2, 2, 1], "sine"))
    W, b, V, c = split(group.objective, RNG.normal(size=9))
    image = joined([W, b + np.pi * np.array([3, -2]), V * np.array([-1, 1]), c])
    assert_an_image(group, joined([W, b, V, c]), image)
    near = joined([W, np.array([np.pi / 2 - 1e-10, 0.1]), V, c])
    far = joined([W, np.array([-np.pi / 2 - 1e-10, 0.1]), V * np.array([-1, 1]), c])
    assert group.same(near, far) is True


def test_free_linear_layers_change_their_basis() -> None:
    group = group_of(network([2, 1, 2], "identity"))
    W, b, V, c = split(group.objective, RNG.normal(size=7))
    A, v = np.array([[-3.0]]), np.array([0.7])
    image = [A @ W, A @ b + v, V @ np.linalg.inv(A), c - V @ np.linalg.inv(A) @ v]
    assert_an_image(group, joined([W, b, V, c]), joined(image))
    assert group.orbit_dimension(joined([W, b, V, c])) == 2


def test_linear_layers_between_others_change_their_basis() -> None:
    group = group_of(network([2, 3, 2, 3, 1], ["tanh", "identity", "relu"]))
    theta = RNG.normal(size=group.objective.size)
    W1, b1, W2, b2, W3, b3, W4, b4 = split(group.objective, theta)
    A, s, order = RNG.normal(size=(2, 2)), np.array([2.0, 1.0, 3.0]), [2, 0, 1]
    W2, b2, W3 = A @ W2[:, order], A @ b2, W3 @ np.linalg.inv(A)
    W3, b3, W4 = W3[order] * s[:, None], b3[order] * s, W4[:, order] / s
    assert_an_image(group, theta, joined([W1[order], b1[order], W2, b2, W3, b3, W4, b4]))


def test_penalized_linear_layers_rotate_only() -> None:
    objective = network([2, 3, 2], "identity", weight_decay=0.1, decay_parameters=["W1", "W2"])
    group = group_of(objective)
    W, b, V, c = split(objective, RNG.normal(size=objective.size))
    theta, (turn, _) = joined([W, b, V, c]), np.linalg.qr(RNG.normal(size=(3, 3)))
    v = np.array([0.3, -1.0, 2.0])
    moved = joined([turn @ W, turn @ b + v, V @ turn.T, c - V @ turn.T @ v])
    assert_an_image(group, theta, moved)
    assert_an_image(group, theta, joined([turn @ W, turn @ b, V @ turn.T, c]))
    A = np.diag([2.0, 1.0, 1.0])
    assert group.same(theta, joined([A @ W, A @ b, V @ np.linalg.inv(A), c])) is False
    assert group.orbit_dimension(theta) >= 3


def test_factors_of_an_optimal_product_are_one_point() -> None:
    objective = network([2, 3, 2], "identity")
    rows = np.hstack([X, np.ones((9, 1))])
    best = np.linalg.lstsq(rows, Y)[0].T
    W, V = RNG.normal(size=(3, 2)), np.zeros((2, 3))
    points = []
    for _ in range(2):
        A = RNG.normal(size=(3, 3))
        V = best[:, :2] @ np.linalg.pinv(A @ W) + RNG.normal(size=(2, 3)) @ (
            np.eye(3) - A @ W @ np.linalg.pinv(A @ W)
        )
        points.append(joined([A @ W, np.zeros(3), V, best[:, 2]]))
    group = group_of(objective)
    assert np.all(group.has_optimal_products(np.array(points)))
    assert group.same(points[0], points[1]) is True
    np.testing.assert_allclose(*group.canonical(np.array(points)), atol=1e-9)


def test_what_the_samples_do_not_see_does_not_count() -> None:
    objective = Objective(Network([3, 2, 1], "tanh"), Data(np.eye(3)[:2], [1, 2]))
    group = group_of(objective)
    W, b, V, c = split(objective, RNG.normal(size=objective.size))
    theta = joined([W, b, V, c])
    W[:, 2] += 5
    assert_an_image(group, theta, joined([W, b, V, c]))
    assert group.orbit_dimension(theta) == 4


def test_common_shifts_of_logits_do_not_count() -> None:
    data = Data(X, [0, 1, 2] * 3)
    group = group_of(Objective(Network([2, 2, 3], "tanh"), data, loss="cross-entropy"))
    W, b, V, c = split(group.objective, RNG.normal(size=group.objective.size))
    assert_an_image(group, joined([W, b, V, c]), joined([W, b, V + np.array([[1, 2]]), c + 3]))
    assert group.orbit_dimension(joined([W, b, V, c])) == 3


def test_outputs_are_not_permuted() -> None:
    group = group_of(network([2, 2, 2], "tanh"))
    W, b, V, c = split(group.objective, RNG.normal(size=group.objective.size))
    assert_no_image(group, joined([W, b, V, c]), joined([W, b, V[::-1], c[::-1]]))


def test_eliminated_problems_keep_the_moves_of_their_network() -> None:
    base = network([2, 2, 1], "tanh")
    for objective in (eliminate(base, 0.1), without_units(base, 0.1)):
        group = group_of(objective)
        theta = RNG.normal(size=objective.size)
        W, b, V, c = split(base, theta[: base.size])
        moved = joined([-W[::-1], -b[::-1], -V[:, ::-1], c])
        assert_an_image(group, theta, np.concatenate([moved, theta[base.size :]]))
        theta[base.size] += 0.1
        assert_no_image(group, theta, np.concatenate([moved, theta[base.size :] + 0.1]))


def test_the_exponent_is_free_where_an_exponential_neuron_rests_at_an_optimum() -> None:
    data = Data([[0.0], [1.0]], [1.0, 3.0])
    group = group_of(eliminate(Objective(Network([1, 1]), data), 0.1))
    optimum = np.array([[2, 1, 0, 5, -3], [2, 1, 1e-12, -1, 2.0]])
    assert group.same(optimum[0], optimum[1]) is True
    np.testing.assert_array_equal(group.canonical(optimum)[0], [2, 1, 0, 0, 0])
    elsewhere = np.array([[2.5, 1, 0, 5, -3], [2.5, 1, 0, 2, 2.0]])
    assert group.same(elsewhere[0], elsewhere[1]) is not True


FORMULAS: list[tuple[list[str], str, int, int]] = [
    (["w", "u"], "u*tanh(w*x)", 2, 0),
    (["w", "v", "t", "u"], "u*tanh(w*x) + t*tanh(v*x)", 8, 0),
    (["w", "v", "t", "u", "b", "a", "c"], "u*tanh(w*x+b) + t*tanh(v*x+a) + c", 8, 0),
    (["w", "u"], "u*relu(w*x)", 1, 1),
    (["w", "u"], "u*w*x", 2, 1),
    (["w", "v"], "(w*w + v*v)*x", 8, 1),
    (["w", "v"], "cos(w*x) + exp(v)", 2, 0),
    (["w", "v"], "sigmoid(w*x) + v^3", 1, 0),
]


@pytest.mark.parametrize(("names", "formula", "size", "dimension"), FORMULAS, ids=lambda v: str(v))
def test_formulas(names: list[str], formula: str, size: int, dimension: int) -> None:
    objective = Objective(
        Expression(["x"], names, [formula]), Data([[1.0], [2.0], [-0.5]], [1, 2, 0])
    )
    group = group_of(objective)
    theta = RNG.uniform(0.5, 1.5, size=len(names))
    form = group.canonical(theta)
    assert objective.value(AR, form) == pytest.approx(float(objective.value(AR, theta)))
    assert group.orbit_size(theta) == size
    assert group.orbit_dimension(theta) == dimension
    if size == 8 and len(names) > 2:
        order = [1, 0, 3, 2] if len(names) == 4 else [1, 0, 3, 2, 5, 4, 6]
        assert_an_image(group, theta, theta[order])


def test_a_penalty_on_one_parameter_restricts_the_symmetries_of_formulas() -> None:
    model = Expression(["x"], ["w", "v"], ["(w + v)*x"])
    data = Data([[1.0]], [1])
    assert group_of(Objective(model, data)).same([1.0, 2.0], [2.0, 1.0]) is True
    one = Objective(model, data, weight_decay=0.1, decay_parameters="w")
    assert group_of(one).same(np.array([1.0, 2.0]), np.array([2.0, 1.0])) is False
