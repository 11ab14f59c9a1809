from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from pgb.errors import InputError
from pgb.models import ACTIVATIONS, AffineField, Model, Network
from pgb.numbers import Array, Exact, Float64

FLOAT, EXACT = Float64(), Exact()


def test_parameters_are_named_and_laid_out_row_by_row() -> None:
    network = Network([2, 3, 1])
    names = [(p.name, p.shape, p.size) for p in network.parameters]
    assert names == [("W1", (3, 2), 6), ("b1", (3,), 3), ("W2", (1, 3), 3), ("b2", (1,), 1)]
    assert network.size == 13
    assert network.slices["W2"] == slice(9, 12)
    assert network.index("W1").tolist() == [[0, 1], [2, 3], [4, 5]]
    (W1, b1), (W2, b2) = network.unpack(np.arange(13.0))
    assert W1.tolist() == [[0, 1], [2, 3], [4, 5]] and W2.tolist() == [[9, 10, 11]]
    assert b1 is not None and b1.tolist() == [6, 7, 8]
    assert b2 is not None and b2.tolist() == [12]


def test_outputs_are_those_of_the_written_out_network() -> None:
    network = Network([2, 2, 1], "relu")
    theta = np.array([1, 1, 1, 1, 1, -0.5, 3, -4, -3], dtype=float)
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    assert network.outputs(FLOAT, theta, x).ravel().tolist() == [0, 1, 1, 0]
    hidden, last = network.preactivations(FLOAT, theta, x)
    assert hidden.shape == (4, 2) and last.shape == (4, 1)
    without = Network([2, 1], bias=False)
    assert without.biases(theta[:2]) == [None]
    assert without.outputs(FLOAT, np.array([2.0, 3.0]), x).ravel().tolist() == [0, 3, 2, 5]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"layers": 3}, ["layers", "3", "list of widths"]),
        ({"layers": [3]}, ["layers", "1 width,", "at least 2"]),
        ({"layers": [2, 0, 1]}, ["layers", "0", ">= 1"]),
        ({"layers": [2, 2.5, 1]}, ["2.5", "integers"]),
        ({"layers": [1, 10**11, 1]}, ["layers", "300000000001 parameters", "at most 10000000"]),
        ({"layers": [1, 10**21, 1], "bias": False}, ["found widths with 2000000000000000000000"]),
        ({"layers": [2, True, 1]}, ["True", "integers"]),
        ({"layers": [2, 2, 1], "activation": "tan"}, ["'tan'", "tanh", "selu"]),
        ({"layers": [2, 2, 1], "activation": ["tanh", "relu"]}, ["found 2", "each of the 1"]),
        ({"layers": [2, 2, 1], "activation": 7}, ["7"]),
        ({"layers": [2, 2, 1], "output_activation": "soft"}, ["output_activation", "'soft'"]),
        ({"layers": [2, 2, 1], "bias": 2}, ["bias", "2", "true or false"]),
    ],
)
def test_bad_networks_are_refused_in_one_sentence(
    arguments: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(InputError) as caught:
        Network(**arguments)
    for word in words:
        assert word in str(caught.value)
    assert len(caught.value.problems) == 1


def test_switches_are_the_preactivations_of_kinked_layers() -> None:
    network = Network([1, 2, 3, 1], ["relu", "tanh"], "elu")
    theta = np.random.default_rng(2).normal(size=network.size)
    x = np.array([[1.0], [2.0]])
    first, last = network.switches(FLOAT, theta, x)
    preactivations = network.preactivations(FLOAT, theta, x)
    assert (first.label, first.order) == ("hidden layer 1", 1)
    assert (last.label, last.order) == ("output layer", 2)
    assert np.array_equal(first.values, preactivations[0])
    assert np.array_equal(last.values, preactivations[2])
    assert Network([1, 2, 1], "tanh").switches(FLOAT, theta, x) == ()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_directional_derivative_away_from_kinks_is_the_jacobian(name: str) -> None:
    network = Network([2, 3, 2, 2], name)
    rng = np.random.default_rng(19)
    theta, v, x = rng.normal(size=network.size), rng.normal(size=network.size), np.eye(2)
    found = network.directional(FLOAT, theta, x, v)
    assert np.allclose(found, network.jacobian(FLOAT, theta, x) @ v)


@pytest.mark.parametrize("name", ["relu", "leaky-relu", "selu", "elu"])
@pytest.mark.parametrize("seed", range(6))
def test_directional_derivative_at_kinks_of_a_deep_network(name: str, seed: int) -> None:
    """Small integers put many preactivations of several layers exactly at the kink."""
    network = Network([2, 3, 3, 2], name, output_activation="relu")
    rng = np.random.default_rng(seed)
    theta = rng.integers(-1, 2, size=network.size)
    theta[network.slices["b1"]] = theta[network.slices["b2"]] = theta[network.slices["b3"]] = 0
    v, x = rng.integers(-2, 3, size=network.size), np.array([[1, 1], [0, 0], [1, -1]])
    s = network.preactivations(FLOAT, theta.astype(float), x.astype(float))
    assert sum(int(np.sum(layer == 0)) for layer in s) >= 8
    exact = network.directional(EXACT, EXACT.asarray(theta), EXACT.asarray(x), EXACT.asarray(v))
    t = 1e-7
    moved = network.outputs(FLOAT, theta + t * v, x.astype(float))
    quotient = (moved - network.outputs(FLOAT, theta.astype(float), x.astype(float))) / t
    assert np.allclose(EXACT.to_float(exact), quotient, atol=2e-5)
    floats = network.directional(FLOAT, theta.astype(float), x.astype(float), v.astype(float))
    assert np.allclose(EXACT.to_float(exact), floats)


FIELDS: list[tuple[Model, int]] = [
    (Network([2, 3, 1], "relu"), 3),
    (Network([2, 3, 2], "quadratic", bias=False), 3),
    (Network([1, 2, 2, 1], ["cubic", "leaky-relu"]), 4),
    (Network([1, 2, 3, 1], "identity"), 4 + 9 + 2 + 3),
    (Network([2, 2, 2], ["identity"], "quadratic", bias=False), 4),
    (Network([2, 3, 1], "tanh"), 0),
    (Network([2, 1]), 0),
]


@pytest.mark.parametrize(("network", "count"), FIELDS, ids=lambda value: str(value))
def test_outputs_are_exactly_constant_along_invariance_fields(
    network: Model, count: int, rationals: Callable[..., Array]
) -> None:
    fields = network.invariances()
    assert len(fields) == count
    theta, x = EXACT.asarray(rationals(1, network.size)), EXACT.asarray(rationals(2, 3, 2))
    x = x[:, : network.inputs]
    jacobian = network.jacobian(EXACT, theta, x)
    for field in fields:
        along = field.linear @ theta + field.constant
        assert np.array_equal(field.at(EXACT, theta), along)
        assert np.any(along != 0)
        assert np.all(EXACT.certainly_zero(jacobian @ along))


def test_affine_field_from_dense_matrices() -> None:
    linear = np.array([[fmpq(1), fmpq(0)], [fmpq(1, 2), fmpq(0)]], dtype=object)
    field = AffineField(linear, np.array([fmpq(0), fmpq(3)], dtype=object), "field")
    assert np.array_equal(field.linear, linear) and field.constant.tolist() == [0, 3]
    assert field.at(FLOAT, np.array([[2.0, 5.0], [4.0, 1.0]])).tolist() == [[2, 4], [4, 5]]
    moved = field.shifted(1, 4)
    assert moved.linear[2, 1] == fmpq(1, 2) and moved.constant.tolist() == [0, 0, 3, 0]
    assert moved.name == "field"


def test_networks_of_the_same_form_are_equal_and_print_it() -> None:
    network = Network([1, 2, 1], "relu", bias=False)
    assert network == Network([1, 2, 1], ["relu"], bias=False)
    assert hash(network) == hash(Network([1, 2, 1], ["relu"], bias=False))
    assert network != Network([1, 2, 1], "relu")
    assert network != Network([1, 2, 1], "tanh", bias=False)
    assert repr(network) == "Network([1, 2, 1], activation='relu', bias=False)"


def test_activations_may_be_spelled_with_underscores() -> None:
    assert Network([1, 2, 1], "leaky_relu") == Network([1, 2, 1], "leaky-relu")
    assert Network([1, 2, 1], "sin") == Network([1, 2, 1], "sine")
    with pytest.raises(InputError, match="did you mean 'tanh'"):
        Network([1, 2, 1], "tahn")
