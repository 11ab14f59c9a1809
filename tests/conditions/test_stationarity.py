"""First derivatives: exact zeros, proofs that there is a slope, kinks, the Newton step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import Evidence, Stationarity, Verdict, parameter_name
from pgb.numbers import Exact
from pgb.strategies import candidates, objectives


@given(st.data())
@settings(max_examples=50)
def test_a_refutation_names_a_derivative_that_is_not_zero(evaluate: Any, data: Any) -> None:
    smooth = ("quadratic", "cubic", "identity")
    objective = data.draw(objectives(activations=smooth, loss_names=("squared", "half-squared")))
    candidate = data.draw(candidates(objective))
    at = evaluate(objective, candidate.point)
    ar = Exact()
    gradient = objective.gradient(ar, ar.asarray(candidate.point))
    finding = Stationarity(at).refutation()
    assert (finding is None) == bool(np.all(ar.certainly_zero(gradient)))
    if finding is not None:
        names = [parameter_name(at, j) for j in range(objective.size)]
        entry = gradient[names.index(finding.details["parameter"])]
        assert entry != 0
        assert finding.details["derivative"] == pytest.approx(float(entry.p) / float(entry.q))


def test_an_exactly_zero_gradient_in_closed_form_is_recognized(evaluate: Any, formula: Any) -> None:
    at = evaluate(formula("w^2", "w", y=[3]), ["sqrt(3)"])
    stationarity = Stationarity(at)
    assert stationarity.exactly_zero is True
    assert stationarity.newton_step.tolist() == [0.0]
    assert stationarity.refutation() is None


def test_a_gradient_below_every_float_is_still_not_zero(evaluate: Any, formula: Any) -> None:
    at = evaluate(formula("w", "w"), [fmpq(1, 10**400)])
    finding = Stationarity(at).refutation()
    assert Stationarity(at).exactly_zero is False
    assert finding is not None and finding.proved and finding.evidence is Evidence.GRADIENT


def test_at_a_kink_the_gradient_is_not_defined_and_never_reported(
    evaluate: Any, formula: Any
) -> None:
    """relu'(0) = 0 would report a gradient of 0 at this maximum along w > 0."""
    at = evaluate(formula("relu(w)", "w", y=[1]), [0])
    stationarity = Stationarity(at)
    assert not stationarity.defined
    assert stationarity.norm is None
    assert stationarity.newton_step is None
    assert stationarity.exactly_zero is None
    assert stationarity.one_sided == {"w": (-2.0, 0.0)}


def test_a_negative_one_sided_derivative_refutes(evaluate: Any, formula: Any) -> None:
    finding = Stationarity(evaluate(formula("relu(w)", "w", y=[1]), [0])).refutation()
    assert finding is not None and finding.proved
    assert finding.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    assert finding.evidence is Evidence.ONE_SIDED_DERIVATIVE
    assert finding.details["derivative"] < 0


@pytest.mark.parametrize("output", ["relu(w) + relu(-w)", "relu(w)"])
def test_a_minimum_at_a_kink_is_not_refuted(evaluate: Any, formula: Any, output: str) -> None:
    at = evaluate(formula(output, "w", y=[-1]), [0])
    assert not Stationarity(at).defined
    assert Stationarity(at).refutation() is None


def test_a_descent_between_the_axes_is_found_at_a_kink(evaluate: Any, formula: Any) -> None:
    output = "relu(u - v) + relu(v - u) - u - v"
    finding = Stationarity(evaluate(formula(output, "u v", y=[-1]), [0, 0])).refutation()
    assert finding is not None
    u, v = (int(entry) for entry in finding.details["direction"])
    assert abs(u - v) - u - v < 0


def test_a_ball_is_refuted_only_if_the_derivative_excludes_0_on_all_of_it(
    evaluate: Any, formula: Any
) -> None:
    objective = formula("w", "w")
    assert Stationarity(evaluate(objective, [0.5], 0.6)).refutation() is None
    finding = Stationarity(evaluate(objective, [0.5], 0.4)).refutation()
    assert finding is not None and "ball" in finding.reason


def test_a_ball_around_a_kink_is_not_refuted_by_one_side(evaluate: Any, formula: Any) -> None:
    """(relu(w) + relu(-w) + 1)^2 has slope 2 beside its minimum at 0."""
    objective = formula("relu(w) + relu(-w)", "w", y=[-1])
    assert Stationarity(evaluate(objective, [1e-7])).refutation() is None


def test_the_newton_step_stays_large_where_the_gradient_vanishes(
    evaluate: Any, formula: Any
) -> None:
    objective = formula("a*exp(b)", "a b", y=[1], weight_decay="1/10", decay_parameters=["a"])
    at = evaluate(objective, ["exp(18)/(exp(36)+1/10)", 18])
    stationarity = Stationarity(at)
    assert stationarity.norm < 1e-15
    assert np.linalg.norm(stationarity.newton_step) == pytest.approx(0.5, abs=0.01)


def test_coordinates_are_named_by_parameter_and_place(evaluate: Any) -> None:
    from pgb.models import Network
    from pgb.problems import Data, Objective

    objective = Objective(Network([2, 3, 1]), Data([[0, 1]], [0]))
    at = evaluate(objective, [0] * objective.size)
    names = [parameter_name(at, j) for j in range(objective.size)]
    assert names[:4] == ["W1[0,0]", "W1[0,1]", "W1[1,0]", "W1[1,1]"]
    assert names[6] == "b1[0]" and names[-1] == "b2[0]"
    assert len(set(names)) == objective.size
    with pytest.raises(IndexError):
        parameter_name(at, objective.size)
