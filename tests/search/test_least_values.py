"""Runs that end where no function on the data is better are minima, however they got there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import pgb
from pgb import Data, Expression, Network, Objective
from pgb.numbers import Float64
from pgb.search import Landscape, Outcome
from pgb.search.kink_points import along_kinks_of
from pgb.search.mechanisms import leans_on_tails

AR = Float64()

#: A 1-2-1 tanh network through four points: interpolation is possible, and so are ways to infinity.
FOUR = Data([[-2.0], [-1.0], [1.0], [2.0]], ["1/2", -1, 1, "-1/4"])


@pytest.fixture(scope="module")
def tent() -> Landscape:
    """Two relu units with absolute loss at a tent, which they fit exactly."""
    network = Network([1, 2, 1], activation="relu")
    objective = Objective(network, Data([[-1.0], [0.0], [1.0]], [0.0, 3.0, 0.0]), "absolute")
    return pgb.search(objective, starts=100, workers=1)


@pytest.fixture(scope="module")
def saturating() -> Landscape:
    return pgb.search(Objective(Network([1, 2, 1], "tanh"), FOUR), starts=1000, workers=1)


def test_no_point_of_value_0_is_a_saddle(tent: Landscape) -> None:
    lowest = [point for point in tent.points if point.value < 1e-12]
    assert [point.verdict for point in lowest] == [pgb.Verdict.LOCAL_MINIMUM]
    assert lowest[0].hits > 20


def test_runs_that_stop_where_kinks_meet_at_value_0_do_not_stall(tent: Landscape) -> None:
    assert all(run.value > 1e-6 for run in tent.stalled)


def test_no_constant_best_line_is_taken_for_a_saddle(tent: Landscape) -> None:
    """Where f(-1) = 0 or f(1) = 0 and the rest lies between 0 and 3, no point nearby is lower."""
    generator = np.random.default_rng(0)
    assert tent.saddles == ()
    for point in tent.minima:
        moves = 1e-3 * generator.normal(size=(2000, tent.objective.size))
        assert np.min(tent.objective.value(AR, point.parameters + moves)) >= point.value - 1e-14


@pytest.mark.parametrize(("bend", "index", "curvature"), [("+", 0, 1.0), ("-", 1, -1.0)])
@pytest.mark.parametrize("side", [0.0, 1e-17, -1e-17])
def test_the_hessian_along_a_curved_kink_does_not_depend_on_the_side(
    bend: str, index: int, curvature: float, side: float
) -> None:
    """On the parabola w = v^2 the value is 4 + v^2 / 2 or 4 - v^2 / 2."""
    text = f"3 + 2*relu(w - v^2) + 2*relu(v^2 - w) + w - v^2 {bend} v^2/2"
    objective = Objective(Expression(["x"], ["w", "v"], [text]), Data([[1]], [-1]), "absolute")
    at = along_kinks_of(objective, np.array([side, 0.0]), 0)
    assert at is not None
    assert (at.kinks, at.index, at.nullity, at.lower) == (1, index, 0, True if index else None)
    assert at.lowest == pytest.approx(curvature)


def test_proofs_and_floats_are_counted_once(tent: Landscape) -> None:
    proved = pgb.search(tent.objective, starts=100, workers=1, prove=True)
    kinds = proved.minima, proved.saddles, proved.undecided
    assert sum(map(len, kinds)) == len(proved.points)
    assert all(point.index == 0 for point in proved.minima if point.proved)
    assert "-" not in proved.to_text().splitlines()[0]


def test_a_proof_overrules_what_floats_said(tent: Landscape) -> None:
    """A saddle in floats that is proved a minimum is one of the minima and no saddle."""
    point = replace(tent.points[0], outcome=Outcome.SADDLE, proved=True)
    landscape = replace(tent, points=(point,))
    assert (len(landscape.minima), len(landscape.saddles), len(landscape.undecided)) == (1, 0, 0)


def test_runs_that_fit_the_data_are_minima_and_no_escapes(saturating: Landscape) -> None:
    assert all(group.value > 1e-18 for group in saturating.escapes)
    best = saturating.best
    assert best is not None and (best.free, best.hits) == (3, saturating.minima[0].hits)
    assert best.value < 1e-18 and best.hits > 850


@pytest.mark.parametrize("seed", [0, 2])
def test_runs_whose_units_saturate_are_escapes(seed: int) -> None:
    """All minima of this network fit the data; gradients of 0 elsewhere are those of tails."""
    objective = Objective(Network([1, 2, 1], "tanh"), FOUR)
    found = pgb.search(objective, starts=1000, seed=seed, workers=1)
    assert [point.value < 1e-18 for point in found.points] == [True]
    assert found.counts[Outcome.ESCAPING] > 90


def test_exactly_linear_pieces_of_an_activation_are_no_tails() -> None:
    """Where elu is the identity, weights of in- and outgoing edges trade off exactly."""
    objective = Objective(Network([1, 1, 1], "elu"), Data([[1.0], [2.0]], [0.0, 1.0]))
    moves = np.array([[1.0, 0.0, -1.0, 0.0]])
    assert not leans_on_tails(objective, np.array([9.0, 0.0, 1.0, 0.0]), moves)
    assert leans_on_tails(objective, np.array([-20.0, 0.0, 1.0, 0.0]), moves)


def test_flat_directions_of_a_unit_without_influence_do_not_lean_on_its_tail() -> None:
    """The second unit is far out in its tail, but has no outgoing weight."""
    objective = Objective(Network([1, 2, 1], "tanh"), FOUR)
    point = np.array([1.0, 1.0, 0.0, 30.0, 1.0, 0.0, 0.0])
    moves = np.eye(7)[[1, 3]]
    assert not leans_on_tails(objective, point, moves)
    assert leans_on_tails(objective, point + np.eye(7)[5], moves)
    assert not leans_on_tails(objective, point + np.eye(7)[5], np.eye(7)[[4, 6]])
