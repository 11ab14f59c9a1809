"""The PGB gap is the gap of a convex program, and the ranks and residual are what they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import PgbCondition, coordinate_families, measure_pgb, sample_fiber
from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.strategies import networks, objectives, parameter_vectors
from pgb.transforms import eliminate


def measured(at: Any) -> PgbCondition:
    return measure_pgb(at, sample_fiber(at, coordinate_families(at)))


@given(st.data())
@settings(max_examples=30)
def test_the_gap_of_the_squared_loss_is_that_of_least_squares(evaluate: Any, data: Any) -> None:
    smooth = ("tanh", "quadratic", "sigmoid")
    objective = data.draw(objectives(activations=smooth, loss_names=("squared",)))
    at = evaluate(objective, data.draw(parameter_vectors(objective.size)))
    ar = Float64()
    _, y, c = objective.samples(ar)
    scale = np.sqrt(np.broadcast_to(c, y.shape)).ravel()
    basis = objective.jacobian(ar, at.floats).reshape(-1, objective.size) * scale[:, None]
    residual = scale * (y - objective.outputs(ar, at.floats)).ravel()
    fitted = basis @ np.linalg.lstsq(basis, residual, rcond=1e-9)[0]
    found = measure_pgb(at, [])
    assert found.gap == pytest.approx(float(fitted @ fitted), rel=1e-6, abs=1e-9)
    assert found.gap_attained


@given(st.data())
@settings(max_examples=30)
def test_the_gap_is_never_negative(evaluate: Any, data: Any) -> None:
    objective = data.draw(objectives(regularized=None))
    found = measured(evaluate(objective, data.draw(parameter_vectors(objective.size))))
    assert found.gap is None or found.gap >= 0
    assert (
        found.ranks[0]
        <= found.ranks[1]
        <= objective.data.targets.shape[0] * max(1, objective.model.output_dimension)
    )


@given(st.data())
@settings(max_examples=40)
def test_the_gap_vanishes_where_the_network_fits(evaluate: Any, data: Any) -> None:
    network = data.draw(networks(output_dimension=1, activations=("tanh", "quadratic", "softplus")))
    theta = data.draw(parameter_vectors(network.size, exact=False))
    inputs = np.arange(3.0 * network.inputs).reshape(3, -1) / 4
    loss = data.draw(st.sampled_from(["squared", "huber", "log-cosh"]))
    targets = network.outputs(Float64(), theta, inputs)
    found = measured(evaluate(Objective(network, Data(inputs, targets), loss), theta))
    assert found.gap == pytest.approx(0, abs=1e-9)
    assert found.residual <= 1e-6


def test_the_gap_of_huber_crosses_its_linear_part(evaluate: Any) -> None:
    """From residuals far in the linear part down to the fit: the gap is the whole value."""
    objective = Objective(
        Network([1, 1], []), Data([[0], [1]], [40, -70]), {"name": "huber", "delta": "1/2"}
    )
    at = evaluate(objective, [0, 0])
    found = measure_pgb(at, [])
    assert found.gap == pytest.approx(float(objective.value(Float64(), at.floats)), rel=1e-9)
    assert found.gap_attained


@pytest.mark.parametrize(("targets", "attained"), [([1, -1], False), ([1, -1, 1, -1], True)])
@pytest.mark.parametrize("loss", ["logistic", "exponential"])
def test_a_program_whose_infimum_is_at_infinity_is_flagged(
    evaluate: Any, loss: str, targets: list[int], attained: bool
) -> None:
    inputs = [[0], [1], [1], [0]][: len(targets)]
    objective = Objective(Network([1, 1], []), Data(inputs, targets), loss)
    found = measure_pgb(evaluate(objective, ["1/2", "1/3"]), [])
    assert found.gap_attained is attained
    assert found.gap > 0


@pytest.mark.parametrize(("labels", "attained"), [([0, 1, 1], False), ([0, 1, 1, 0], True)])
def test_cross_entropy_on_clean_labels_is_flagged_too(
    evaluate: Any, labels: list[int], attained: bool
) -> None:
    inputs = [[0], [1], [0], [1]][: len(labels)]
    objective = Objective(Network([1, 2], []), Data(inputs, labels), "cross-entropy")
    found = measure_pgb(evaluate(objective, [1, 0, 0, 0]), [])
    assert found.gap_attained is attained


def test_the_regularizer_enters_by_its_linearization(evaluate: Any, formula: Any) -> None:
    """At the minimum w = 1/2 of (w - 1)^2 + w^2 there is no gap, though (w - 1)^2 can fall."""
    objective = formula("w", "w", y=[1], weight_decay=1)
    assert measured(evaluate(objective, ["1/2"])).gap == pytest.approx(0, abs=1e-12)
    assert measured(evaluate(objective, [1])).gap > 0.1


def test_a_penalized_parameter_without_influence_has_an_infinite_gap(
    evaluate: Any, formula: Any
) -> None:
    objective = formula("w + 0*u", "w u", weight_decay=1, decay_parameters=["u"])
    assert measured(evaluate(objective, [0, 1])).gap == float("inf")


def test_a_loss_with_kinks_has_no_gap(evaluate: Any, formula: Any) -> None:
    assert measured(evaluate(formula("w", "w", loss="absolute"), [1])).gap is None


def test_the_rank_grows_at_an_exponential_neuron_without_amplitude(
    evaluate: Any, formula: Any
) -> None:
    objective = eliminate(formula("c", "c", x=[[0], [1], [2]], y=[1, -2, 1]), "1/10")
    found = measured(evaluate(objective, [0, 0, 0, 0]))
    assert found.ranks[0] == 1 and found.ranks[1] > 1
    assert found.points > 0


def test_the_rank_does_not_grow_where_the_jacobian_has_full_rank(
    evaluate: Any, formula: Any
) -> None:
    found = measured(evaluate(formula("u + v*x", "u v", x=[[0], [1]], y=[0, 1]), [2, 3]))
    assert found.ranks == (2, 2)


def test_without_parameters_there_is_nothing_to_measure(evaluate: Any, formula: Any) -> None:
    found = measured(evaluate(formula("x", ""), []))
    assert (found.residual, found.ranks, found.gap) == (0.0, (0, 0), None)
