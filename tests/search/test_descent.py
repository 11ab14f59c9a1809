"""Descents end at stationary points to machine precision, or say that they do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgb import Data, Network, Objective
from pgb.errors import InputError
from pgb.models import Expression
from pgb.numbers import Float64
from pgb.search.descent import Ends, Rule, State, descend
from pgb.search.starts import draw

FLOAT = Float64()
XOR = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])


def ends_of(objective: Objective, count: int, name: str = "mixed", **options: Any) -> Ends:
    return descend(objective, draw(objective, name, 0, range(count)), **options)


def check_stationary(objective: Objective, ends: Ends) -> None:
    """Gradients of the converged runs are rounding, and what is reported is true."""
    rows = ends.states == State.CONVERGED
    gradient = objective.gradient(FLOAT, ends.points)
    assert np.allclose(np.linalg.norm(gradient, axis=-1), ends.gradient_norms, rtol=0.1, atol=1e-13)
    assert np.allclose(objective.value(FLOAT, ends.points), ends.values, rtol=1e-9, atol=1e-25)
    assert np.max(ends.gradient_norms[rows], initial=0) < 1e-12
    assert np.max(ends.newton_steps[rows], initial=0) < 1e-8


@pytest.mark.parametrize("loss", ["squared", "log-cosh", "huber"])
def test_strict_minima_are_reached_from_everywhere(loss: str) -> None:
    objective = Objective(Network([2, 2, 1]), XOR, loss, weight_decay="1/100")
    ends = ends_of(objective, 60)
    check_stationary(objective, ends)
    assert np.all(ends.states == State.CONVERGED)
    assert np.all(ends.rules == Rule.REGULAR)
    eigenvalues = np.linalg.eigvalsh(objective.hessian(FLOAT, ends.points))
    assert np.all(eigenvalues > 0)


@pytest.mark.parametrize(
    "network",
    [
        Network([2, 2, 2, 1], ["softplus", "sigmoid"]),
        Network([2, 3, 1], "silu", bias=False),
        Network([2, 2, 1], "arctan", output_activation="tanh"),
    ],
)
def test_any_depth_and_activation(network: Network) -> None:
    objective = Objective(network, XOR, "squared", weight_decay="1/50")
    ends = ends_of(objective, 30)
    check_stationary(objective, ends)
    assert np.mean(ends.states == State.CONVERGED) > 0.9


def test_classes_and_several_outputs() -> None:
    rng = np.random.default_rng(3)
    data = Data(rng.normal(size=(12, 2)), rng.integers(0, 3, size=12))
    objective = Objective(Network([2, 2, 3]), data, "cross-entropy", weight_decay="1/100")
    ends = ends_of(objective, 30)
    check_stationary(objective, ends)
    assert np.all(ends.states == State.CONVERGED)


def test_values_never_increase() -> None:
    objective = Objective(Network([2, 3, 1]), XOR, "squared", weight_decay="1/1000")
    starts = draw(objective, "wide", 0, range(40))
    for iterations in (1, 2, 5):
        ends = descend(objective, starts, iterations=iterations)
        assert np.all(ends.values <= objective.value(FLOAT, starts))
        assert np.all(ends.iterations <= iterations)
        assert np.all(ends.rules[ends.states == State.EXHAUSTED] == Rule.BUDGET)


def test_a_realisable_problem_with_whole_families_of_minima() -> None:
    objective = Objective(Network([2, 3, 1]), XOR)
    ends = ends_of(objective, 60)
    rows = (ends.states == State.CONVERGED) & (ends.values < 1e-20)
    assert np.sum(rows) > 15
    assert np.all(ends.rules[rows] == Rule.NULL_DIRECTIONS)


def test_deep_linear_networks_have_no_bad_minimum() -> None:
    rng = np.random.default_rng(1)
    data = Data(rng.normal(size=(10, 2)), rng.normal(size=(10, 2)))
    objective = Objective(Network([2, 2, 2], "identity"), data)
    ends = ends_of(objective, 200)
    assert np.all(ends.states == State.CONVERGED)
    assert np.ptp(ends.values) < 1e-12


def test_flat_minima_of_fourth_order() -> None:
    objective = Objective(Expression(["x"], ["w"], ["w*w"]), Data([[1.0]], [0.0]))
    ends = ends_of(objective, 20)
    assert np.all(ends.states == State.CONVERGED)
    assert np.max(np.abs(ends.points)) < 1e-7
    formula = Expression(["x"], ["w", "v"], ["x*w*w + (1 - x)*v"])
    ends = ends_of(Objective(formula, Data([[1.0], [0.0]], [0.0, 0.0])), 20)
    assert np.all(ends.rules == Rule.NULL_DIRECTIONS)
    assert np.max(np.abs(ends.points)) < 1e-4


def test_a_convex_quadratic_problem_takes_one_step() -> None:
    objective = Objective(Network([2, 1]), XOR)
    ends = ends_of(objective, 10)
    assert np.allclose(ends.values, 0.25)
    assert np.max(ends.iterations) <= 3


def test_points_are_those_of_the_construction_with_exponentially_many_minima() -> None:
    """Auer, Herbster, Warmuth (1996): one minimum for each pair of scales of the inputs."""
    scales = [1.0, 1e2, 1e4, 1e6, 1e8]
    inputs = [[s, 0] for s in scales] + [[0, s] for s in scales]
    network = Network([2, 1], output_activation="sigmoid", bias=False)
    objective = Objective(network, Data(inputs, [0.75] * 10), reduction="sum")
    ends = ends_of(objective, 2000, "log-uniform")
    assert np.all(ends.states == State.CONVERGED)
    assert len(np.unique(np.round(np.log10(np.abs(ends.points)), 2), axis=0)) == 25


def test_runs_stopped_by_a_kink_have_not_converged() -> None:
    data = Data([[-1.0], [0.0], [1.0]], [0.0, 1.0, 0.0])
    objective = Objective(Network([1, 2, 1], "relu"), data, "absolute", weight_decay="1/100")
    ends = ends_of(objective, 60)
    stopped = ends.rules == Rule.KINK
    assert np.all(ends.states[stopped] != State.CONVERGED)
    assert np.sum(stopped) > 20


def test_runs_that_go_on_along_kinks_converge_to_minima_there() -> None:
    """Corners where all switches but one vanish; the Hessian along them needs their curvature."""
    data = Data([[-1.0], [0.0], [1.0]], [0.0, 1.0, 0.0])
    objective = Objective(Network([1, 2, 1], "relu"), data, "absolute", weight_decay="1/100")
    ends, generator = ends_of(objective, 60), np.random.default_rng(0)
    reached = np.flatnonzero(ends.rules == Rule.ALONG_KINKS)
    assert len(reached) > 15
    assert np.min(ends.values) == pytest.approx(0.05, abs=1e-12)
    for place in reached:
        moves = 1e-3 * generator.normal(size=(2000, objective.size))
        values = objective.value(FLOAT, ends.points[place] + moves)
        assert np.min(values) >= ends.values[place] - 1e-14


def test_the_same_starts_give_the_same_ends() -> None:
    objective = Objective(Network([2, 2, 1]), XOR, "squared", weight_decay="1/100")
    starts = draw(objective, "mixed", 0, range(30))
    first, second = descend(objective, starts), descend(objective, starts)
    assert np.array_equal(first.points, second.points)
    assert np.array_equal(first.trail, second.trail)
    alone = descend(objective, starts[7:9])
    assert np.allclose(alone.points, first.points[7:9], rtol=0, atol=1e-10)


def test_the_trail_ends_at_the_point() -> None:
    objective = Objective(Network([2, 2, 1]), XOR, "squared", weight_decay="1/100")
    ends = ends_of(objective, 20)
    assert np.array_equal(ends.trail[:, -1], ends.points)
    values = objective.value(FLOAT, ends.trail)
    assert np.all(np.diff(values, axis=-1) <= 1e-14)


def test_no_starts_give_no_ends() -> None:
    objective = Objective(Network([2, 2, 1]), XOR)
    assert len(descend(objective, np.zeros((0, 9)))) == 0


def test_starts_beyond_the_range_of_doubles_escape() -> None:
    objective = Objective(Expression(["x"], ["w"], ["exp(exp(w*x))"]), Data([[1.0]], [2.0]))
    ends = descend(objective, [[100.0], [-0.5]])
    assert ends.states[0] == State.ESCAPING
    assert ends.states[1] == State.CONVERGED


@pytest.mark.parametrize(
    ("starts", "options", "words"),
    [
        (np.zeros((2, 8)), {}, "shape"),
        (np.zeros(9), {}, "shape"),
        (np.full((1, 9), np.nan), {}, "not finite"),
        ("nine", {}, "starts"),
        (np.zeros((1, 9)), {"iterations": 0}, "iterations"),
        (np.zeros((1, 9)), {"seek": "maximum"}, "seek"),
    ],
)
def test_wrong_arguments_are_named(starts: Any, options: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        descend(Objective(Network([2, 2, 1]), XOR), starts, **options)


def test_only_objectives_are_descended() -> None:
    with pytest.raises(InputError, match="objective"):
        descend(XOR, np.zeros((1, 9)))  # type: ignore[arg-type]
