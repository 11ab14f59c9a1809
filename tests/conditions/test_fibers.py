"""Fiber families keep the outputs and the penalized parameters, exactly along their segments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import (
    FiberFamily,
    coordinate_families,
    network_families,
    orbit_families,
    sample_fiber,
    tangent_rank,
)
from pgb.models import Network
from pgb.numbers import Exact, Float64
from pgb.problems import Data, Objective, Regularizer
from pgb.strategies import eliminated_objectives, objectives, parameter_vectors
from pgb.transforms import eliminate, without_units

RATIONAL = ("relu", "leaky-relu", "quadratic", "cubic")
BASES = objectives(activations=RATIONAL, loss_names=("squared",), regularized=None)
PLACES = (fmpq(1, 3), fmpq(7, 8), fmpq(1))


def exact_segments_are_constant(objective: Objective, families: list[FiberFamily], at: Any) -> int:
    """Check every drawn segment at three places; the number of segments checked."""
    ar, rng, count = Exact(), np.random.default_rng(1), 0
    start = ar.asarray(at.candidate.point)
    outputs, penalized = objective.outputs(ar, start), objective.regularizer.active
    for family in families:
        for direction in family.segments(rng) if family.segments else []:
            assert all(v == 0 for v in direction[penalized])
            for t in PLACES:
                moved = objective.outputs(ar, start + direction * t)
                assert np.all(ar.certainly_zero(moved - outputs)), family.name
            count += 1
    return count


@given(st.data())
@settings(max_examples=40)
def test_segments_of_networks_keep_outputs_and_penalized_parameters(
    evaluate: Any, data: Any
) -> None:
    objective = data.draw(BASES)
    at = evaluate(objective, data.draw(parameter_vectors(objective.size)))
    exact_segments_are_constant(objective, coordinate_families(at) + network_families(at), at)


@given(st.data())
@settings(max_examples=30)
def test_exponential_neurons_without_amplitude_have_free_exponents(
    evaluate: Any, data: Any
) -> None:
    objective = data.draw(eliminated_objectives(BASES))
    point = data.draw(parameter_vectors(objective.size))
    a, b, W = (objective.slices[name] for name in objective.elimination.names)
    point = np.concatenate([point[: a.start], 0 * point[a], point[a.stop :]])
    at = evaluate(objective, point)
    families = coordinate_families(at)
    assert exact_segments_are_constant(objective, families, at) > 0
    free = np.any([np.any(f.tangent != 0, axis=0) for f in families], axis=0)
    assert np.all(free[b]) and np.all(free[W])


@given(st.data())
@settings(max_examples=40)
def test_equal_units_exchange_outgoing_weights(evaluate: Any, data: Any) -> None:
    shape = data.draw(st.sampled_from(RATIONAL))
    objective = Objective(Network([1, 2, 1], shape), Data([[0], [1], [2]], [0, 1, 0]))
    w, c, u, v, out = data.draw(parameter_vectors(5))
    at = evaluate(objective, [w, w, c, c, u, v, out])
    families = [f for f in network_families(at) if "equal units" in f.name]
    assert len(families) == 1
    assert exact_segments_are_constant(objective, families, at) > 0


def test_equal_weights_with_different_biases_are_not_equal_units(evaluate: Any) -> None:
    objective = Objective(Network([1, 2, 1], "relu"), Data([[0], [1], [2]], [0, 1, 0]))
    at = evaluate(objective, [1, 1, 0, "1/10^40", 1, 1, 0])
    assert not [f for f in network_families(at) if "equal units" in f.name]


def test_penalized_outgoing_weights_are_not_exchanged(evaluate: Any) -> None:
    network = Network([1, 2, 1], "relu")
    penalty = Regularizer.weight_decay(network, "1/10", ["W2"])
    objective = Objective(network, Data([[0], [1]], [0, 1]), regularizer=penalty)
    at = evaluate(objective, [1, 1, 0, 0, 1, 1, 0])
    assert not [f for f in network_families(at) if "equal units" in f.name]


def test_a_unit_without_outgoing_weights_has_free_incoming_weights(evaluate: Any) -> None:
    objective = Objective(Network([1, 2, 1], "relu"), Data([[0], [1]], [0, 1]))
    at = evaluate(objective, [1, 2, 0, 1, 3, 0, 0])
    (family,) = coordinate_families(at)
    assert np.flatnonzero(np.any(family.tangent != 0, axis=0)).tolist() == [1, 3]


def test_a_dead_unit_with_margin_has_free_weights_and_at_margin_0_only_outgoing_ones(
    evaluate: Any,
) -> None:
    objective = Objective(Network([1, 1, 1], "relu"), Data([[1], [2]], [0, 1]))

    def free(point: list[int]) -> set[int]:
        families = coordinate_families(evaluate(objective, point))
        return {int(j) for f in families for j in np.flatnonzero(np.any(f.tangent != 0, axis=0))}

    assert free([-1, -1, 2, 0]) == {0, 1, 2}
    assert free([-1, 1, 2, 0]) == {2}


@given(st.data())
@settings(max_examples=30)
def test_tangents_of_all_families_are_null_directions_of_the_outputs(
    evaluate: Any, data: Any
) -> None:
    smooth = ("tanh", "sigmoid", "quadratic", "identity")
    bases = objectives(activations=smooth, loss_names=("squared",), regularized=None)
    objective = data.draw(bases)
    at = evaluate(objective, data.draw(parameter_vectors(objective.size)))
    families = coordinate_families(at) + network_families(at) + orbit_families(at)
    jacobian = objective.jacobian(Float64(), at.floats).reshape(-1, objective.size)
    for family in families:
        assert not np.any(family.tangent[:, objective.regularizer.active])
        assert np.allclose(jacobian @ family.tangent.T, 0, atol=1e-9), family.name


@given(st.data())
@settings(max_examples=30)
def test_sampled_fiber_points_keep_outputs_and_penalized_parameters(
    evaluate: Any, data: Any
) -> None:
    bases = objectives(activations=("tanh", "quadratic"), loss_names=("squared",), regularized=None)
    objective = data.draw(bases)
    at = evaluate(objective, data.draw(parameter_vectors(objective.size)))
    ar = Float64()
    here = objective.outputs(ar, at.floats)
    active = objective.regularizer.active
    for point in sample_fiber(at, coordinate_families(at)):
        assert np.allclose(objective.outputs(ar, point), here, atol=1e-11)
        assert np.allclose(point[active], at.floats[active], atol=1e-11)
        assert 1e-3 < np.linalg.norm(point - at.floats) < 3e-2


def test_the_rescaling_orbit_is_a_family_unless_its_weights_are_penalized(evaluate: Any) -> None:
    network, data = Network([1, 1, 1], "relu"), Data([[1], [2]], [1, 2])
    point = [1, 1, 1, 0]
    assert len(orbit_families(evaluate(Objective(network, data), point))) == 1
    decayed = Objective(network, data, weight_decay="1/10")
    assert orbit_families(evaluate(decayed, point)) == []


def test_the_scalars_of_the_transform_without_units_are_never_free(evaluate: Any) -> None:
    objective = without_units(Objective(Network([1, 1], []), Data([[1]], [1])), "1/10")
    at = evaluate(objective, [0, 0, 0, 0])
    for family in coordinate_families(at) + orbit_families(at):
        assert not np.any(family.tangent[:, -2:])


def test_tangent_ranks_do_not_count_overlaps_twice() -> None:
    one = FiberFamily("one", np.array([[1.0, 0, 0], [0, 1, 0]]))
    two = FiberFamily("two", np.array([[0.0, 1, 0], [1, 1, 0]]))
    assert (one.dimension, two.dimension) == (2, 2)
    assert (tangent_rank([one, two]), tangent_rank([])) == (2, 0)


@pytest.mark.parametrize("depth", [1, 2])
def test_the_network_inside_an_eliminated_problem_keeps_its_families(
    evaluate: Any, depth: int
) -> None:
    base = Objective(Network([1, *[2] * depth, 1], "relu"), Data([[0], [1]], [0, 1]))
    point = [1] * base.size
    eliminated = eliminate(base, 1)
    names = {f.name for f in network_families(evaluate(base, point))}
    more = {f.name for f in network_families(evaluate(eliminated, [*point, 0, 0, 0]))}
    assert names and names <= more
