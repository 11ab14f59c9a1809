"""Descents that stop at kinks go on along them and find minima there."""

from __future__ import annotations

import numpy as np
import pytest

import pgb
from pgb import Data, Expression, Network, Objective
from pgb.numbers import Float64
from pgb.search import Outcome
from pgb.search.descent import State, descend
from pgb.search.descent.ends import Rule
from pgb.search.descent.kinks import Kinks
from pgb.search.kink_points import _slopes


def formula(text: str, parameters: tuple[str, ...] = ("w", "v")) -> Objective:
    """The objective with the value of a formula, for parameters where it is positive."""
    return Objective(Expression(["x"], parameters, [text]), Data([[1]], [-1]), "absolute")


def test_a_minimum_at_a_kink_is_found_to_machine_precision() -> None:
    problem = formula("relu(w) + relu(-w) + (v - w - 2)^2")
    ends = descend(problem, np.random.default_rng(0).normal(size=(20, 2)))
    assert np.all(ends.rules == Rule.ALONG_KINKS)
    assert np.all(ends.states == State.CONVERGED)
    assert np.all(ends.at_kink)
    np.testing.assert_allclose(ends.points, np.tile([0.0, 2.0], (20, 1)), atol=1e-12)
    assert np.all(ends.gradient_norms < 1e-12)


def test_runs_move_along_a_curved_kink() -> None:
    """The kink is the parabola w = v^2; along it the least value is at v = 1."""
    problem = formula("2*relu(w - v^2) + 2*relu(v^2 - w) + (v - 1)^2")
    ends = descend(problem, np.random.default_rng(0).normal(size=(20, 2)))
    reached = np.all(np.abs(ends.points - 1.0) < 1e-7, axis=1)
    assert np.sum(reached) >= 18


def test_a_kink_that_is_downhill_on_one_side_is_left() -> None:
    problem = formula("3*relu(w) - relu(-w) + relu(-w - 1)^2 + (v - 1)^2 + 4")
    ends = descend(problem, np.random.default_rng(1).normal(size=(20, 2)))
    assert not np.any(ends.at_kink)
    np.testing.assert_allclose(ends.points[:, 0], -1.5, atol=1e-8)


def test_a_search_counts_the_kinks_of_a_minimum() -> None:
    found = pgb.search(formula("relu(w) + relu(-w) + relu(v) + relu(-v)"), starts=20, workers=1)
    (point,) = found.minima
    assert (point.kinks, point.hits, point.index) == (2, 20, 0)


@pytest.fixture(scope="module")
def landscape() -> pgb.search.Landscape:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(20, 2))
    y = np.sin(2 * x[:, 0]) + 0.3 * x[:, 1] ** 2
    objective = Objective(Network([2, 3, 1], activation="relu"), Data(x, y))
    return pgb.search(objective, starts=120, workers=1)


def test_few_runs_of_a_relu_network_stall(landscape: pgb.search.Landscape) -> None:
    assert landscape.counts[Outcome.STALLED] < 0.15 * landscape.runs
    assert sum(point.kinks > 0 for point in landscape.minima) > 5


def test_no_sample_near_a_minimum_at_a_kink_is_lower(landscape: pgb.search.Landscape) -> None:
    generator = np.random.default_rng(0)
    for point in landscape.minima:
        if point.kinks:
            for size in (1e-3, 1e-4, 1e-5):
                moves = size * generator.normal(size=(500, landscape.objective.size))
                values = landscape.objective.value(Float64(), point.parameters + moves)
                assert np.min(values) >= point.value - 1e-14


def test_kinks_are_shown(landscape: pgb.search.Landscape) -> None:
    assert "1 kink" in landscape.to_text(rows=200)
    assert {point["kinks"] for point in landscape.to_records()} >= {0, 1}


def test_kinks_beyond_the_range_of_doubles_do_not_stop_a_search() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(40, 2))
    y = np.sin(2 * x[:, 0]) + 0.3 * x[:, 1] ** 2
    kinks = Kinks(Objective(Network([2, 2, 1], "relu"), Data(x, y), "absolute"), np.ones(9))
    theta = generator.normal(size=9)
    active = kinks.active(theta) or [0]
    frame = kinks.frame(theta, active)
    assert frame is not None
    lost = np.full((1, 9), np.inf)
    with np.errstate(all="ignore"):
        assert not np.any(np.isfinite(_slopes(kinks, lost, active, frame)))
