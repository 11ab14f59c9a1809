"""The convex program over outputs in an affine space, against known optima."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions.convex import minimize_over_span
from pgb.models import Network
from pgb.problems import Data, Objective
from pgb.strategies import objectives


@given(st.data())
@settings(max_examples=60)
def test_over_all_functions_it_finds_the_function_space_infimum(data: Any) -> None:
    """The basis spans every function that is constant on groups of equal inputs."""
    names = ("squared", "huber", "logistic", "cross-entropy", "log-cosh", "polynomial-hinge")
    objective = data.draw(objectives(loss_names=names, hidden_layers=(0, 0)))
    m, d_y = len(objective.data.inputs), objective.model.output_dimension
    columns = []
    for group in objective.data.groups:
        for k in range(d_y):
            column = np.zeros((m, d_y))
            column[group, k] = 1 / np.sqrt(len(group))
            columns.append(column.ravel())
    basis = np.array(columns).T
    least, settled = minimize_over_span(
        objective, np.ones((m, d_y)), basis, np.zeros(basis.shape[1])
    )
    infimum = objective.infimum()
    assert least == pytest.approx(infimum.value, rel=1e-7, abs=1e-9)
    assert settled == infimum.attained


def test_with_an_empty_basis_the_value_stays() -> None:
    objective = Objective(Network([1, 1], []), Data([[0]], [3]))
    least, settled = minimize_over_span(objective, np.ones((1, 1)), np.zeros((1, 0)), np.zeros(0))
    assert (least, settled) == (4.0, True)


def test_a_linear_term_moves_the_minimum() -> None:
    objective = Objective(Network([1, 1], []), Data([[0]], [0]))
    least, settled = minimize_over_span(objective, np.zeros((1, 1)), np.eye(1), np.array([2.0]))
    assert least == pytest.approx(-1.0) and settled


def test_a_program_that_is_unbounded_below_does_not_settle() -> None:
    objective = Objective(Network([1, 1], []), Data([[0]], [1]), "logistic")
    _, settled = minimize_over_span(objective, np.zeros((1, 1)), np.eye(1), np.array([-1.0]))
    assert not settled
