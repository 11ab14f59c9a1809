"""Evaluations at points and balls: enclosures, exact zeros, jumps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.numbers import Balls, Float64
from pgb.strategies import float_arrays, objectives


@given(st.data())
@settings(max_examples=40)
def test_the_enclosure_over_a_ball_holds_the_gradient_at_its_points(
    evaluate: Any, data: Any
) -> None:
    smooth = ("tanh", "sigmoid", "quadratic", "relu")
    objective = data.draw(objectives(activations=smooth, loss_names=("squared",)))
    center = data.draw(float_arrays((objective.size,), 2.0))
    offsets = data.draw(float_arrays((objective.size,), 1.0))
    at = evaluate(objective, center, 1e-3)
    enclosure = at.gradient(64)
    with Balls(64) as ar:
        inside = objective.gradient(Float64(), center + 1e-3 * offsets)
        apart = ar.asarray(inside) - enclosure
        far = np.abs(ar.to_float(apart)) > 1e-9
        assert not np.any(ar.certainly_nonzero(apart) & far)


@pytest.mark.parametrize(
    ("point", "answer"),
    [(["sqrt(2)"], True), ([0], True), ([1], False), (["sqrt(2) + 1/10^60"], False)],
)
def test_whether_the_gradient_is_exactly_0(
    evaluate: Any, formula: Any, point: Any, answer: bool
) -> None:
    assert evaluate(formula("w^2", "w", y=[2]), point).exact_gradient_is_zero is answer


@pytest.mark.parametrize(
    ("point", "order"), [([0], 1), ([1], None), ([1e-9], 1), ([0.5], None), (["1/10^50"], None)]
)
def test_the_order_of_the_lowest_jump_on_the_point_or_ball(
    evaluate: Any, formula: Any, point: Any, order: int | None
) -> None:
    assert evaluate(formula("relu(w)", "w", y=[3]), point).switch_order == order


def test_the_second_derivative_of_elu_jumps(evaluate: Any, formula: Any) -> None:
    assert evaluate(formula("elu(w)", "w", y=[3]), [0]).switch_order == 2


def test_an_exact_point_has_no_width_and_a_ball_has_its_radius(evaluate: Any, formula: Any) -> None:
    objective = formula("w", "w")
    with Balls(64) as ar:
        assert evaluate(objective, ["1/2"]).enclosure(ar)[0].is_exact()
        ball = evaluate(objective, [0.5], 0.25).enclosure(ar)[0]
        assert ball.contains(0.25) and ball.contains(0.75) and not ball.contains(0.8)


def test_floats_have_no_exact_hessian(evaluate: Any, formula: Any) -> None:
    objective = formula("w^2", "w", y=[2])
    assert evaluate(objective, [1.0]).exact_hessian is None
    assert evaluate(objective, [1]).exact_hessian[0, 0] == 4
