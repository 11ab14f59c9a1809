"""What the strategies draw fits together and has the features that tests need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import find, given, settings
from hypothesis import strategies as st

from pgb import strategies
from pgb.models import Network
from pgb.numbers import Exact, Float64
from pgb.problems import Candidate, Data, Loss, Objective
from pgb.strategies.loss_functions import ADMISSIBLE, KINKED
from pgb.strategies.models import ALL, RATIONAL


def share(strategy: st.SearchStrategy[Any], predicate: Callable[[Any], bool]) -> float:
    """The share of 200 draws, the same ones every time, for which the predicate holds."""
    answers: list[bool] = []

    @settings(max_examples=200, derandomize=True, database=None)
    @given(strategy)
    def collect(value: Any) -> None:
        answers.append(predicate(value))

    collect()
    return sum(answers) / len(answers)


def repeats(data: Data) -> bool:
    return len(data.groups) < data.samples


def contradicts(data: Data) -> bool:
    targets = np.asarray(data.targets).reshape(data.samples, -1)
    return any((targets[group] != targets[group[0]]).any() for group in data.groups)


def test_repeated_and_contradicting_samples_are_frequent() -> None:
    assert share(strategies.data_sets(), repeats) > 0.3
    assert share(strategies.data_sets(), contradicts) > 0.2
    assert share(strategies.data_sets(unit="class"), contradicts) > 0.1


@given(strategies.data_sets(distinct=True))
def test_distinct_data_have_no_repeated_inputs(data: Data) -> None:
    assert not repeats(data)


@pytest.mark.parametrize("unit", ["real", "sign", "class"])
@given(data=st.data())
def test_targets_are_of_the_unit_asked_for(unit: str, data: st.DataObject) -> None:
    drawn = data.draw(strategies.data_sets(unit=unit, output_dimension=2))
    targets = np.asarray(drawn.targets)
    if unit == "class":
        assert targets.shape == (drawn.samples,) and set(targets) <= {0, 1}
    else:
        assert targets.shape == (drawn.samples, 2)
    if unit == "sign":
        assert {abs(float(value)) for value in targets.ravel()} == {1.0}


@given(strategies.data_sets(exact=False))
def test_float_data_are_float64(data: Data) -> None:
    assert np.asarray(data.inputs).dtype == np.float64
    assert np.asarray(data.targets).dtype == np.float64


@given(strategies.losses())
def test_losses_satisfy_the_hypotheses_of_the_elimination_theorem(loss: Loss) -> None:
    assert loss.convex and loss.violations == ()


@pytest.mark.parametrize("name", KINKED)
@given(data=st.data())
def test_losses_with_a_kink_declare_it(name: str, data: st.DataObject) -> None:
    assert data.draw(strategies.losses([name])).violations


def test_every_loss_and_activation_is_drawn() -> None:
    for name in ADMISSIBLE:
        assert find(strategies.losses(), lambda loss, name=name: loss.name == name)
    for name in ALL:
        drawn = find(
            strategies.networks(hidden_layers=(1, 1)),
            lambda network, name=name: network.activations[0].name == name,
            settings=settings(max_examples=2000, derandomize=True, database=None),
        )
        assert drawn.activations[0].name == name


@given(strategies.networks(output_dimension=2, biased=True))
def test_networks_have_the_shapes_asked_for(network: Network) -> None:
    assert network.output_dimension == 2 and network.layers[-1] == 2
    assert network.bias and len(network.layers) <= 4


@given(st.data())
def test_objectives_have_a_finite_value_and_gradient(data: st.DataObject) -> None:
    objective = data.draw(strategies.objectives(regularized=None))
    theta = data.draw(strategies.parameter_vectors(objective.size))
    ar = Float64()
    assert np.isfinite(objective.value(ar, ar.asarray(theta)))
    assert objective.gradient(ar, ar.asarray(theta)).shape == (objective.size,)


@given(st.data())
def test_rational_networks_and_losses_stay_rational(data: st.DataObject) -> None:
    names = ["squared", "half-squared", "polynomial-hinge"]
    objective = data.draw(strategies.objectives(activations=RATIONAL, loss_names=names))
    theta = data.draw(strategies.parameter_vectors(objective.size))
    ar = Exact()
    assert isinstance(np.asarray(objective.value(ar, ar.asarray(theta))).item(), fmpq)


@given(st.data())
def test_eliminated_objectives_add_one_neuron_for_each_output(data: st.DataObject) -> None:
    objective = data.draw(strategies.eliminated_objectives())
    assert objective.elimination is not None
    base = objective.elimination.base
    d_x, d_y = base.model.inputs, base.model.output_dimension
    assert objective.size == base.size + d_y * (2 + d_x)


@given(st.data())
def test_candidates_fit_their_objective(data: st.DataObject) -> None:
    objective = data.draw(strategies.objectives())
    exact = data.draw(st.booleans())
    candidate = data.draw(strategies.candidates(objective, exact=exact))
    assert len(candidate.point) == objective.size
    assert candidate.exact is exact or objective.size == 0


@pytest.mark.parametrize("name", strategies.__all__)
def test_public_names_resolve(name: str) -> None:
    assert callable(getattr(strategies, name))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_strategy"):
        strategies.no_such_strategy  # noqa: B018


@pytest.mark.parametrize("drawn_type", [Data, Loss, Network, Objective, Candidate])
def test_types_are_drawn_once_registered(drawn_type: type) -> None:
    from pgb.strategies.registration import register

    register()

    @settings(max_examples=10, derandomize=True, database=None)
    @given(st.from_type(drawn_type))
    def has_the_type(value: Any) -> None:
        assert isinstance(value, drawn_type)

    has_the_type()
