"""Decisions on exact candidates of intact eliminated problems are complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.check import check
from pgb.conditions import Evidence, Verdict
from pgb.models import Expression, Network
from pgb.numbers import Exact, Float64
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import candidates, eliminated_objectives, objectives, parameter_vectors
from pgb.transforms import eliminate, without_units

ALGEBRAIC = ("squared", "half-squared", "huber", "polynomial-hinge", "exponential")


@given(st.data())
@settings(max_examples=60)
def test_the_amplitude_identity_holds_exactly_at_every_point(data: Any) -> None:
    objective = data.draw(eliminated_objectives())
    theta = data.draw(parameter_vectors(objective.size))
    ar = Exact()
    gradient = objective.gradient(ar, theta)
    a, b, _ = (objective.slices[name] for name in objective.elimination.names)
    difference = theta[a] * gradient[a] - gradient[b]
    expected = 2 * objective.elimination.lam * theta[a] * theta[a]
    assert np.all(ar.certainly_zero(difference - expected))


@given(st.data())
@settings(max_examples=40)
def test_the_amplitude_identity_survives_a_penalty_on_the_original_parameters(data: Any) -> None:
    bases = objectives(hidden_layers=(0, 1), regularized=True, loss_names=("squared", "huber"))
    objective = data.draw(eliminated_objectives(bases))
    theta = data.draw(parameter_vectors(objective.size))
    ar = Exact()
    gradient = objective.gradient(ar, theta)
    a, b, _ = (objective.slices[name] for name in objective.elimination.names)
    difference = theta[a] * gradient[a] - gradient[b]
    expected = 2 * objective.elimination.lam * theta[a] * theta[a]
    assert np.all(ar.certainly_zero(difference - expected))


@given(st.data())
@settings(max_examples=40)
def test_without_units_the_identity_holds_too(data: Any) -> None:
    base = data.draw(objectives(loss_names=("squared", "huber"), hidden_layers=(0, 1)))
    objective = without_units(base, "1/3")
    theta = data.draw(parameter_vectors(objective.size))
    ar = Exact()
    gradient = objective.gradient(ar, theta)
    difference = theta[-2] * gradient[-2] - gradient[-1] - 2 * theta[-2] * theta[-2] / 3
    assert np.all(ar.certainly_zero(np.array([difference], dtype=object)))


@given(st.data())
@settings(max_examples=25)
def test_a_point_with_a_nonzero_amplitude_is_refuted_and_never_stationary(data: Any) -> None:
    objective = data.draw(eliminated_objectives())
    candidate = data.draw(candidates(objective))
    a = objective.slices[objective.elimination.names[0]]
    point = np.array(candidate.point)
    point[a] = data.draw(parameter_vectors(a.stop - a.start).filter(lambda v: any(v != 0)))
    report = check(objective, Candidate.from_vector(objective.parameters, point))
    assert report.proved
    assert report.verdict in (Verdict.NOT_A_LOCAL_MINIMUM, Verdict.ESCAPING)
    assert report.gradient_is_zero is not True


@given(st.data())
@settings(max_examples=30)
def test_the_decision_on_any_exact_point_is_amplitudes_and_group_sums(data: Any) -> None:
    bases = objectives(loss_names=ALGEBRAIC, hidden_layers=(0, 1))
    objective = data.draw(eliminated_objectives(bases))
    candidate = data.draw(candidates(objective))
    ar = Exact()
    a = objective.slices[objective.elimination.names[0]]
    sums = objective.group_sums(ar, ar.asarray(candidate.point))
    expected = np.all(ar.certainly_zero(sums)) and np.all(ar.certainly_zero(candidate.point[a]))
    report = check(objective, candidate)
    assert report.proved
    assert (report.verdict is Verdict.LOCAL_MINIMUM) == expected


@given(st.data())
@settings(max_examples=40)
def test_the_decision_is_the_truth_known_by_construction(
    known: Callable[..., Any], data: Any
) -> None:
    problem = data.draw(known())
    report = check(problem.objective, problem.candidate)
    assert report.proved
    assert (report.verdict is Verdict.LOCAL_MINIMUM) == problem.minimum
    assert report.is_global is problem.minimum


@given(st.data())
@settings(max_examples=40)
def test_with_a_regularizer_its_gradient_must_vanish_too(
    known: Callable[..., Any], data: Any
) -> None:
    problem = data.draw(known(regularized=True))
    report = check(problem.objective, problem.candidate)
    assert report.proved
    assert (report.verdict is Verdict.LOCAL_MINIMUM) == problem.minimum


@given(st.data())
@settings(max_examples=40)
def test_the_constructed_truth_agrees_with_the_infimum_over_functions(
    known: Callable[..., Any], data: Any
) -> None:
    problem = data.draw(known())
    base = problem.objective.elimination.base
    theta = problem.candidate.point[: base.size]
    value = float(base.data_value(Float64(), Float64().asarray(theta)))
    least = base.infimum().value
    assert value >= least - 1e-12 * max(1.0, abs(least))
    if problem.function_optimal:
        assert value <= least + 1e-9 * max(1.0, abs(least))


def test_an_intact_problem_with_clean_labels_has_no_local_minimum_and_says_why() -> None:
    network = Network([1, 2], activation=[])
    base = Objective(network, Data([[0], [1]], [0, 1]), "cross-entropy")
    objective = eliminate(base, "1/10")
    report = check(objective, _zeros(objective))
    assert report.proved and report.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    assert any("vacuous" in a.words for a in report.assumptions if not a.holds)


def _zeros(objective: Objective) -> Any:
    return Candidate.from_vector(objective.parameters, [0] * objective.size)


def test_a_float_point_on_the_valley_is_refuted_on_its_ball() -> None:
    """Only points with a = 0 can be minima, and there the group sum is far from 0."""
    base = Objective(Expression(["x"], [], ["0"]), Data([[0]], [1]))
    objective = eliminate(base, "1/10")
    point = Candidate.from_vector(objective.parameters, [1.52e-8, 18.0, 0.0])
    report = check(objective, point)
    assert report.verdict is Verdict.NOT_A_LOCAL_MINIMUM and report.proved
    assert report.findings[0].evidence is Evidence.GROUP_SUM


def test_descent_beyond_the_range_of_doubles_is_said_and_does_not_count_as_converged() -> None:
    """Clean labels: descent runs to infinity, where no double holds the derivatives."""
    network = Network([2, 2, 2], {"name": "leaky-relu", "slopes": ["101/100", "1"]})
    base = Objective(network, Data([["0", "3/4"]], [0]), "cross-entropy")
    objective = eliminate(base, "8/3")
    point = [0.0, 1.137753675330595, 0.0, 0.0, -1.4728717675190341, 1.81409929282459]
    point += [5.960464477539063e-08, -0.6972974497691729, 0.01, -0.23267220137140043]
    point += [-1.9375527765086422, 0.875, 1e-15, 1e-09, 0.8257849056289794, 3.0, 0.0]
    point += [-2.5587881860652967e-05, 0.0, -0.8987069940322732]
    report = check(objective, point)
    assert report.verdict in (Verdict.NOT_A_LOCAL_MINIMUM, Verdict.ESCAPING) and report.proved
    assert report.nearest is not None and "does not settle" in report.nearest
