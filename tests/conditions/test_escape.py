"""Rays to infinity keep the outputs exactly and lower the value for ever."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions import Curvature, Ray, Stationarity, Verdict, decreasing_ray, escape
from pgb.numbers import Balls, Float64
from pgb.problems import Objective
from pgb.strategies import eliminated_objectives, objectives, parameter_vectors, rationals
from pgb.transforms import eliminate, without_units

TIMES = (1, 2, 5, 20)


def escaping(at: Any) -> Any:
    return escape(at, Stationarity(at), Curvature(at))


def on_the_ray(ar: Balls, ray: Ray, theta: Any, t: int) -> Any:
    """The point at time t, enclosed."""
    growth = ar.exp(ar.asarray(ray.rates) * ar.asarray(fmpq(t)))
    return theta * growth + ar.asarray(ray.drifts) * ar.asarray(fmpq(t))


def descends(objective: Objective, point: Any, ray: Ray) -> bool:
    """Outputs agree within balls, and values certainly decrease, at several times."""
    with Balls(192) as ar:
        theta = ar.asarray(point)
        outputs, value = objective.outputs(ar, theta), objective.value(ar, theta)
        for t in TIMES:
            moved = on_the_ray(ar, ray, theta, t)
            apart = objective.outputs(ar, moved) - outputs
            if np.any(ar.certainly_nonzero(apart)) or np.any(np.abs(ar.to_float(apart)) > 1e-30):
                return False
            lower = objective.value(ar, moved)
            if not ar.certainly_positive(value - lower):
                return False
            value = lower
    return True


@given(st.data())
@settings(max_examples=50)
def test_every_point_of_an_eliminated_problem_with_a_nonzero_amplitude_starts_a_ray(
    evaluate: Any, data: Any
) -> None:
    bases = objectives(loss_names=("squared", "huber", "logistic"), hidden_layers=(0, 1))
    objective = data.draw(eliminated_objectives(bases))
    point = np.array(data.draw(parameter_vectors(objective.size)))
    a = objective.slices[objective.elimination.names[0]]
    point[a.start] = data.draw(rationals(2, zero=False))
    ray = decreasing_ray(evaluate(objective, point))
    assert ray is not None
    assert descends(objective, point, ray)


@given(rationals(2), rationals(2, zero=False), rationals(1))
@settings(max_examples=30)
def test_without_units_the_factor_keeps_its_value_along_the_ray(
    evaluate: Any, formula: Any, w: fmpq, a: fmpq, b: fmpq
) -> None:
    objective = without_units(formula("w", "w", y=[1]), "1/10")
    ray = decreasing_ray(evaluate(objective, [w, a, b]))
    assert ray is not None and descends(objective, np.array([w, a, b], dtype=object), ray)
    assert decreasing_ray(evaluate(objective, [w, 0, b])) is None


def test_the_limit_is_the_value_without_the_penalty(evaluate: Any, formula: Any) -> None:
    objective = eliminate(formula("w", "w", y=[1]), "1/10")
    at = evaluate(objective, [0, 1, 1, 0])
    ray = decreasing_ray(at)
    assert ray.limit == pytest.approx((np.e - 1) ** 2)
    far = ray.at(at.floats, 30.0)
    assert objective.value(Float64(), far) == pytest.approx(ray.limit)
    assert escaping(at).details["limit"] == ray.limit


@pytest.mark.parametrize("point", [[1, 0, 0, 0], [1, 0, 1, 2]])
def test_with_amplitude_0_there_is_no_ray(evaluate: Any, formula: Any, point: list[int]) -> None:
    assert decreasing_ray(evaluate(eliminate(formula("w", "w"), 1), point)) is None


@pytest.mark.parametrize("names", [["a", "b"], ["b"], []])
def test_no_ray_where_the_growing_parameter_is_penalized_or_the_shrinking_is_not(
    evaluate: Any, formula: Any, names: list[str]
) -> None:
    kwargs = {"weight_decay": "1/10", "decay_parameters": names} if names else {}
    objective = formula("a*exp(b)", "a b", y=[1], **kwargs)
    assert decreasing_ray(evaluate(objective, [1, 1])) is None


def test_balanced_decay_on_homogeneous_units_gives_no_ray(evaluate: Any, formula: Any) -> None:
    objective = formula("u*v", "u v", y=[2], weight_decay="1/10")
    assert decreasing_ray(evaluate(objective, [1, 1])) is None


def test_decay_on_one_factor_of_a_product_gives_a_ray(evaluate: Any, formula: Any) -> None:
    kwargs = {"weight_decay": "1/10", "decay_parameters": ["u"]}
    objective = formula("u*v", "u v", y=[2], **kwargs)
    ray = decreasing_ray(evaluate(objective, [1, 2]))
    assert ray is not None
    assert descends(objective, np.array([fmpq(1), fmpq(2)], dtype=object), ray)


@pytest.mark.parametrize("b", [9, 18])
def test_a_point_that_float_tests_accept_is_escaping(evaluate: Any, formula: Any, b: int) -> None:
    kwargs = {"weight_decay": "1/10", "decay_parameters": ["a"]}
    objective = formula("a*exp(b)", "a b", y=[1], **kwargs)
    at = evaluate(objective, [f"exp({b})/(exp({2 * b})+1/10)", b])
    finding = escaping(at)
    assert finding.proved and finding.verdict is Verdict.ESCAPING
    assert Stationarity(at).norm < 1e-3 and Curvature(at).spectrum[0] > 0


def test_a_point_that_float_tests_refuse_is_no_minimum_rather_than_escaping(
    evaluate: Any, formula: Any
) -> None:
    kwargs = {"weight_decay": "1/10", "decay_parameters": ["a"]}
    objective = formula("a*exp(b)", "a b", y=[1], **kwargs)
    finding = escaping(evaluate(objective, [3, 1]))
    assert finding.proved and finding.verdict is Verdict.NOT_A_LOCAL_MINIMUM


def test_a_ball_escapes_only_if_no_amplitude_in_it_is_0(evaluate: Any, formula: Any) -> None:
    kwargs = {"weight_decay": "1/10", "decay_parameters": ["a"]}
    objective = formula("a*exp(b)", "a b", y=[1], **kwargs)
    point = [float(np.exp(18) / (np.exp(36) + 0.1)), 18.0]
    assert escaping(evaluate(objective, point, 1e-9)).verdict is Verdict.ESCAPING
    assert escaping(evaluate(objective, point)) is None


def test_the_reason_names_what_moves(evaluate: Any, formula: Any) -> None:
    finding = escaping(evaluate(eliminate(formula("w", "w"), 1), [0, 2, 1, 0]))
    assert "a[0] -> 2 e^(-t), b[0] -> 1 + t" in finding.reason
