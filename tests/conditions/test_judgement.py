"""Where nothing is proved, a judgement is numerical and says undecided rather than guess."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import Verdict, coordinate_families, judge, measure_pgb
from pgb.conditions.sampling import lower_values_nearby
from pgb.strategies import objectives, parameter_vectors


def judged(at: Any) -> Any:
    families = coordinate_families(at)
    return judge(at, measure_pgb(at, []), families)


@given(st.data())
@settings(max_examples=40)
def test_a_judgement_is_never_a_proof(evaluate: Any, data: Any) -> None:
    objective = data.draw(objectives(loss_names=("squared", "logistic"), hidden_layers=(0, 1)))
    point = data.draw(parameter_vectors(objective.size, exact=None))
    assert not judged(evaluate(objective, point)).proved


def test_the_stationary_point_in_the_ball_decides(evaluate: Any, formula: Any) -> None:
    objective = formula("w^2", "w", y=[2])
    assert judged(evaluate(objective, [1.4142135623731])).verdict is Verdict.LOCAL_MINIMUM
    away = judged(evaluate(objective, [1.4142]))
    assert away.verdict is Verdict.UNDECIDED and "radii away" in away.reason


def test_a_saddle_in_the_ball_alone_refutes_nothing(evaluate: Any, formula: Any) -> None:
    objective = formula("w^2", "w", y=[1])
    finding = judged(evaluate(objective, [1e-8]))
    assert finding.verdict is Verdict.UNDECIDED and "saddle" in finding.reason


@pytest.mark.parametrize("point", [[0], [0.0]])
def test_at_a_kink_nothing_is_judged(evaluate: Any, formula: Any, point: list[Any]) -> None:
    finding = judged(evaluate(formula("relu(w)", "w", y=[-1]), point))
    assert finding.verdict is Verdict.UNDECIDED and "kink" in finding.reason


def test_a_degenerate_hessian_without_known_fibers_is_undecided(
    evaluate: Any, formula: Any
) -> None:
    finding = judged(evaluate(formula("w^2", "w"), [0]))
    assert finding.verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("output", "lower"), [("1 + w^3", True), ("1 + w^4", False), ("1 + relu(w)^3", False)]
)
def test_sampled_values_tell_an_inflection_from_a_minimum(
    evaluate: Any, formula: Any, output: str, lower: bool
) -> None:
    at = evaluate(formula(output, "w"), [0])
    assert lower_values_nearby(at, at.floats) is lower


def test_without_parameters_there_is_nothing_nearby(evaluate: Any, formula: Any) -> None:
    at = evaluate(formula("x", ""), [])
    assert not lower_values_nearby(at, at.floats)
