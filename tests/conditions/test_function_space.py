"""The best function on the data: excess, optimality, and what eliminated problems need."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import Evidence, FunctionSpace, Verdict
from pgb.models import Expression
from pgb.problems import Data, Objective, Regularizer
from pgb.strategies import objectives, parameter_vectors
from pgb.transforms import eliminate, without_units


@given(st.data())
@settings(max_examples=60)
def test_no_point_is_below_the_infimum_over_functions(evaluate: Any, data: Any) -> None:
    objective = data.draw(objectives())
    space = FunctionSpace(evaluate(objective, data.draw(parameter_vectors(objective.size))))
    assert space.excess >= -1e-9 * max(1.0, abs(space.infimum.value))
    if space.optimal:
        assert space.excess <= 1e-9 * max(1.0, abs(space.infimum.value))


def test_conflicting_samples_are_optimal_at_their_weighted_mean(evaluate: Any) -> None:
    model = Expression(["x"], ["c"], ["c"])
    objective = Objective(model, Data([[0], [0]], [0, 1], [1, 3]))
    assert FunctionSpace(evaluate(objective, ["3/4"])).optimal is True
    off = FunctionSpace(evaluate(objective, ["1/2"]))
    assert off.optimal is False
    assert off.nonzero_group == (0, 0, pytest.approx(-0.5))


def test_a_logarithm_is_recognized_as_the_optimum_of_the_logistic_loss(evaluate: Any) -> None:
    model = Expression(["x"], ["c"], ["c"])
    objective = Objective(model, Data([[0], [0]], [1, -1], [3, 1]), "logistic")
    assert FunctionSpace(evaluate(objective, ["log(3)"])).optimal is True
    assert FunctionSpace(evaluate(objective, ["log(3) + 1/10^40"])).optimal is False


def test_floats_are_never_optimal(evaluate: Any, formula: Any) -> None:
    assert FunctionSpace(evaluate(formula("w", "w"), [0.0])).optimal is None


@pytest.mark.parametrize("loss", ["absolute", "hinge"])
def test_group_sums_of_a_loss_with_kinks_decide_nothing(
    evaluate: Any, formula: Any, loss: str
) -> None:
    objective = formula("w", "w", y=[1], loss=loss)
    space = FunctionSpace(evaluate(objective, [1]))
    assert space.optimal is None
    assert space.global_minimum() is None
    eliminated = eliminate(objective, 1)
    at = evaluate(eliminated, [0, 1, 0, 0])
    assert FunctionSpace(at).elimination_refutations() == []


def test_a_global_minimum_with_a_regularizer_needs_its_gradient_to_vanish(
    evaluate: Any, formula: Any
) -> None:
    decayed = formula("u + v", "u v", y=[1], weight_decay=1, decay_parameters=["v"])
    found = FunctionSpace(evaluate(decayed, [1, 0])).global_minimum()
    assert found is not None and "regularizer" in found.reason
    assert FunctionSpace(evaluate(decayed, [0, 1])).global_minimum() is None


def test_an_eliminated_fit_with_a_decay_gradient_is_refuted(evaluate: Any, formula: Any) -> None:
    decayed = formula("u + v", "u v", y=[1], weight_decay=1, decay_parameters=["v"])
    at = evaluate(eliminate(decayed, 1), [0, 1, 0, 0, 0])
    (finding,) = FunctionSpace(at).elimination_refutations()
    assert finding.evidence is Evidence.REGULARIZER_GRADIENT and finding.proved


def test_the_kink_of_an_absolute_penalty_at_its_minimum_refutes_nothing(
    evaluate: Any, formula: Any
) -> None:
    """w^2 fits 0 at w = 0, where |w| is least: a global minimum, though |w| has no gradient 0."""
    base = formula("w^2 + u", "w u", regularizer=Regularizer([0, 0], [1, 0]))
    at = evaluate(eliminate(base, 1), [0, 0, 0, 0, 0])
    assert FunctionSpace(at).elimination_refutations() == []
    tilted = formula("w^2 + u", "w u", regularizer=Regularizer([0, 0], [1, 1]))
    refuted = evaluate(eliminate(tilted, 1), [1, -1, 0, 0, 0])
    (finding,) = FunctionSpace(refuted).elimination_refutations()
    assert finding.evidence is Evidence.REGULARIZER_GRADIENT


@pytest.mark.parametrize(
    "broken", [{"lam": 0}, {"lam": 1, "penalty": "absolute"}], ids=["lambda-0", "absolute-penalty"]
)
def test_a_problem_that_breaks_the_theorem_is_not_refuted_by_it(
    evaluate: Any, formula: Any, broken: Any
) -> None:
    objective = eliminate(formula("w", "w", y=[1]), **broken)
    at = evaluate(objective, [0, 1, 0, 0])
    assert FunctionSpace(at).elimination_refutations() == []


def test_decay_on_the_exponential_neuron_breaks_the_theorem(evaluate: Any, formula: Any) -> None:
    objective = eliminate(formula("w", "w", y=[1]), 1)
    decayed = objective.add_regularizer(Regularizer([0, 0, 1, 0]))
    assert FunctionSpace(evaluate(decayed, [0, 2, 0, 0])).elimination_refutations() == []
    intact = FunctionSpace(evaluate(objective, [0, 2, 0, 0])).elimination_refutations()
    assert {f.evidence for f in intact} == {Evidence.AUXILIARY_WEIGHT, Evidence.GROUP_SUM}


def test_a_ball_is_refuted_only_if_every_point_of_it_is(evaluate: Any, formula: Any) -> None:
    objective = eliminate(formula("w", "w", y=[1]), 1)

    def evidence(point: list[float], radius: float) -> set[Evidence]:
        space = FunctionSpace(evaluate(objective, point, radius))
        return {f.evidence for f in space.elimination_refutations()}

    assert evidence([1.0, 0.0, 0.0, 0.0], 1e-3) == set()
    assert evidence([1.0, 0.5, 0.0, 0.0], 1e-3) == {Evidence.AUXILIARY_WEIGHT}
    assert evidence([0.5, 0.0, 0.0, 0.0], 1e-3) == {Evidence.GROUP_SUM}


def test_without_units_the_value_0_is_a_global_minimum_and_function_optimality_is_not(
    evaluate: Any, formula: Any
) -> None:
    objective = without_units(formula("w", "w", x=[[0]], y=[0]), 1)
    found = FunctionSpace(evaluate(objective, [0, 0, 0])).global_minimum()
    assert found is not None and found.verdict is Verdict.LOCAL_MINIMUM
    assert FunctionSpace(evaluate(objective, [1, 0, 0])).global_minimum() is None
    conflicting = without_units(formula("w", "w", x=[[0], [0]], y=[0, 2]), 1)
    space = FunctionSpace(evaluate(conflicting, [1, 0, 0]))
    assert space.optimal is True
    assert space.global_minimum() is None


def test_equal_inputs_share_a_group_sum(evaluate: Any, formula: Any) -> None:
    objective = formula("u + v*x", "u v", x=[[0], [1], [0]], y=[1, 0, 3])
    at = evaluate(objective, [2, -2])
    assert len(objective.data.groups) == 2
    assert FunctionSpace(at).optimal is True
    assert np.isclose(FunctionSpace(at).excess, 0)
