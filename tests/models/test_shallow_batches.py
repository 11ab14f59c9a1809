"""Batches of small networks have derivatives of their own: they agree with the general ones."""

from __future__ import annotations

import numpy as np
import pytest

from pgb.models import ACTIVATIONS, Network
from pgb.models.network_derivatives import NetworkDerivatives
from pgb.models.network_shallow import ShallowDerivatives
from pgb.numbers import Array, Float64
from pgb.problems import Data, Objective

FLOAT = Float64()


def close(found: Array, expected: Array) -> bool:
    size = max(1.0, float(np.max(np.abs(expected), initial=0.0)))
    return bool(np.max(np.abs(found - expected), initial=0.0) <= 1e-13 * size)


@pytest.mark.parametrize("name", list(ACTIVATIONS))
@pytest.mark.parametrize("layers", [[2, 3, 1], [1, 1, 1], [3, 4, 1]])
@pytest.mark.parametrize("bias", [True, False])
def test_batches_agree_with_the_general_formulas(name: str, layers: list[int], bias: bool) -> None:
    network, rng = Network(layers, name, bias=bias), np.random.default_rng(1)
    x, theta = rng.normal(size=(7, layers[0])), rng.normal(size=(5, network.size))
    at = network.derivatives(FLOAT, theta, x)
    general = NetworkDerivatives(network, FLOAT, theta, x)
    assert isinstance(at, ShallowDerivatives)
    r, c = rng.normal(size=(5, 7, 1)), rng.random(size=(5, 7, 1, 1))
    assert close(at.outputs(), general.outputs())
    assert close(at.jacobian(), general.jacobian())
    assert close(at.gradient(r), general.gradient(r))
    assert close(at.hessian(r, c), general.hessian(r, c))
    assert close(at.curvature(r), general.curvature(r))
    assert close(at.gauss_newton(c), general.gauss_newton(c))


def test_portions_of_a_batch_agree_with_the_whole() -> None:
    network, rng = Network([2, 6, 1]), np.random.default_rng(2)
    x, theta = rng.normal(size=(60, 2)), rng.normal(size=(150, network.size))
    objective = Objective(network, Data(x, rng.normal(size=60)), "squared", weight_decay=0.01)
    whole = objective.hessian(FLOAT, theta)
    assert close(whole[[3, 149]], objective.hessian(FLOAT, theta[[3, 149]]))
    assert close(whole[149], objective.hessian(FLOAT, theta[149]))


def test_only_the_output_layer_changes() -> None:
    network, rng = Network([2, 3, 1]), np.random.default_rng(3)
    x, theta = rng.normal(size=(6, 2)), rng.normal(size=(4, network.size))
    moved = theta.copy()
    moved[:, 9:] += rng.normal(size=(4, 4))
    first = network.derivatives(FLOAT, theta, x)
    assert isinstance(first, ShallowDerivatives)
    _ = first.jacobian()
    at, fresh = first.with_output_layer(moved), network.derivatives(FLOAT, moved, x)
    r = rng.normal(size=(4, 6, 1))
    assert np.array_equal(at.outputs(), fresh.outputs())
    assert np.array_equal(at.gradient(r), fresh.gradient(r))
    assert np.array_equal(at.jacobian(), fresh.jacobian())


def test_second_order_is_value_gradient_and_hessian() -> None:
    rng = np.random.default_rng(4)
    data = Data(rng.normal(size=(6, 2)), rng.normal(size=6))
    for model in (Network([2, 3, 1]), Network([2, 2, 2, 1], "softplus")):
        objective = Objective(model, data, "log-cosh", weight_decay=0.1)
        theta = rng.normal(size=(3, model.size))
        value, gradient, hessian = objective.second_order(FLOAT, theta)
        assert close(value, objective.value(FLOAT, theta))
        assert close(gradient, objective.gradient(FLOAT, theta))
        assert close(hessian, objective.hessian(FLOAT, theta))
