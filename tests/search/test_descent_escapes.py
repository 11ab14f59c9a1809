"""Runs along valleys to infinity are told apart from runs that converge."""

from __future__ import annotations

import numpy as np
import pytest

from pgb import Data, Network, Objective
from pgb.models import Expression
from pgb.search.descent import Ends, State, descend
from pgb.search.starts import draw
from pgb.transforms import eliminate, without_units

XOR = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
LINEAR = Objective(Network([2, 1]), XOR)


def ends_of(objective: Objective, count: int, seek: str = "minimum") -> Ends:
    return descend(objective, draw(objective, "mixed", 0, range(count)), seek=seek)


@pytest.mark.parametrize("seek", ["minimum", "critical-point"])
def test_the_valley_of_one_exponential_neuron_escapes(seek: str) -> None:
    """(a e^b - 1)^2 + a^2 / 10 has no stationary point; its gradient dies along a = e^-b."""
    formula = Expression(["x"], ["a", "b"], ["a*exp(b)"])
    data = Data([[0.0]], [1.0])
    objective = Objective(formula, data, weight_decay="1/10", decay_parameters=["a"])
    ends = ends_of(objective, 300, seek)
    assert np.sum(ends.states == State.CONVERGED) == 0
    if seek == "minimum":
        assert np.mean(ends.states == State.ESCAPING) > 0.99
        assert np.all(ends.values < 1e-8)


def test_an_eliminated_unrealisable_problem_has_no_minimum() -> None:
    ends = ends_of(eliminate(LINEAR, "1/10"), 600)
    assert np.sum(ends.states == State.CONVERGED) == 0
    assert np.mean(ends.states == State.ESCAPING) > 0.9


def test_the_transform_without_units_has_no_minimum_either() -> None:
    ends = ends_of(without_units(LINEAR, "1/10"), 200)
    assert np.all(ends.states == State.ESCAPING)


def test_minima_of_an_eliminated_realisable_problem_are_global_with_a_at_zero() -> None:
    objective = eliminate(Objective(Network([2, 2, 1]), XOR), "1/10")
    ends = ends_of(objective, 120)
    rows = ends.states == State.CONVERGED
    assert np.sum(rows) > 20
    assert np.max(ends.values[rows]) < 1e-20
    assert np.max(np.abs(ends.points[rows][:, objective.slices["a"]])) < 1e-9


def test_separable_classes_leave_no_minimum() -> None:
    data = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, 1, 1, -1])
    ends = ends_of(Objective(Network([2, 2, 1]), data, "logistic"), 100)
    assert np.sum(ends.states == State.CONVERGED) == 0
    assert np.mean(ends.states == State.ESCAPING) > 0.9


def test_a_start_with_saturated_units_has_not_converged() -> None:
    data = Data([[-1.0], [1.0]], [-0.5, 0.5])
    objective = Objective(Network([1, 1, 1]), data)
    start = [[60.0, 0.5, 0.5, 0.0]]
    ends = descend(objective, start)
    assert ends.gradient_norms[0] < 1e-12
    assert ends.states[0] == State.ESCAPING


def test_merging_units_with_growing_weights_escape() -> None:
    """x / cosh(x)^2 is the limit of a (tanh((1 + e) x) - tanh((1 - e) x)) with a = 1 / (2 e)."""
    x = np.arange(1.0, 7.0)
    data = Data(x[:, None], x / np.cosh(x) ** 2)
    objective = Objective(Network([1, 2, 1], bias=False), data)
    ends = descend(objective, [[1.05, 0.95, 10.0, -10.0]])
    assert ends.states[0] == State.ESCAPING
    assert np.max(np.abs(ends.points)) > 50
