"""Searches of problems whose local minima are known from theorems."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

import pgb
from pgb import Data, Expression, Network, Objective, eliminate
from pgb.certificates import verify
from pgb.problem_files import read_problem
from pgb.search import Outcome

XOR = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
BOTTLENECK = "tests/catalogue/problems/linear-bottleneck-weighted.toml"


def blocks(sizes: list[int], formula: bool) -> Objective:
    """A sigmoid neuron with samples on both axes of the plane: one minimum for each pair of sizes.

    Source: P. Auer, M. Herbster, M. Warmuth, "Exponentially many local minima for single neurons",
    1996: the loss along one axis has as many minima as there are blocks of samples.
    """
    inputs = [[size, 0] for size in sizes] + [[0, size] for size in sizes]
    model = (
        Expression(["x", "z"], ["u", "v"], ["sigmoid(u*x + v*z)"])
        if formula
        else Network([2, 1], output_activation="sigmoid", bias=False)
    )
    return Objective(model, Data(inputs, ["3/4"] * len(inputs)), "squared", reduction="sum")


@pytest.mark.parametrize("formula", [False, True])
@pytest.mark.parametrize("count", [2, 5])
def test_a_sigmoid_neuron_has_a_minimum_for_each_pair_of_blocks(count: int, formula: bool) -> None:
    """The minima lie where one block of each axis has its target, over many decades of weights."""
    sizes = [100**k for k in range(count)]
    found = pgb.search(
        blocks(sizes, formula), starts=800, distribution="log-uniform", prove=True, workers=1
    )
    assert len(found.minima) == len(found.points) == count**2
    assert all(point.proved and point.kind == "strict" for point in found.minima)
    near = [np.log(3) / np.array(pair) for pair in product(sizes, repeat=2)]
    places = np.array([point.parameters for point in found.minima])
    for pair in near:
        assert np.any(np.all(np.abs(np.log(places / pair)) < 0.1, axis=1))


def test_a_deep_linear_network_without_bottleneck_has_no_bad_minimum() -> None:
    generator = np.random.default_rng(1)
    data = Data(generator.normal(size=(8, 2)), generator.normal(size=(8, 2)))
    found = pgb.search(
        Objective(Network([2, 3, 2, 2], activation="identity"), data),
        starts=500,
        saddles=100,
        workers=1,
    )
    (best,) = found.minima
    assert best.hits >= 500
    assert best.orbit_dimension == best.nullity
    assert all(point.outcome is Outcome.SADDLE for point in found.points if point is not best)


def test_a_weighted_linear_bottleneck_has_one_bad_minimum(tmp_path: Path) -> None:
    problem = read_problem(BOTTLENECK).objective
    found = pgb.search(problem, starts=200, prove=True, workers=1)
    good, bad = found.minima
    assert (good.value, bad.value) == pytest.approx((9 / 16, 1))
    assert found.bad_minima == (bad,)
    assert bad.proved and bad.kind == "symmetry"
    found.certificate(bad).save(tmp_path / "bad.json")
    assert verify(tmp_path / "bad.json")[0]
    assert found.counts[Outcome.MINIMUM] == 200


def test_an_eliminated_model_that_cannot_fit_has_no_minimum() -> None:
    """The added neuron takes the value down to 0, which no point attains."""
    found = pgb.search(eliminate(Objective(Network([2, 1]), XOR), "1/10"), starts=600, workers=1)
    assert not found.minima
    assert found.counts[Outcome.MINIMUM] == 0
    assert found.counts[Outcome.ESCAPING] > 570
    assert {group.escape.limit for group in found.escapes} <= {0.0, None}
    assert all("exponential neuron" in group.escape.mechanism for group in found.escapes)


def test_every_minimum_of_an_eliminated_network_that_can_fit_is_global() -> None:
    problem = eliminate(Objective(Network([2, 2, 1]), XOR), "1/10")
    found = pgb.search(problem, starts=300, prove=True, workers=1)
    (best,) = found.minima  # one family of parameters that all fit the data
    assert best.value < 1e-20
    assert np.max(np.abs(found.by_name(best)["a"])) < 1e-10
    assert best.proved and best.is_global
    assert not found.bad_minima


def test_a_tanh_network_with_weight_decay_may_keep_units_without_influence() -> None:
    """Their biases are free; they are neither saturated nor on their way to infinity."""
    found = pgb.search("diabetes", starts=64, workers=1)
    assert found.counts[Outcome.MINIMUM] == 64
    assert not found.escapes


def test_runs_from_a_network_without_penalty_escape_for_reasons_that_are_named() -> None:
    generator = np.random.default_rng(0)
    x = generator.normal(size=(20, 2))
    y = np.sin(2 * x[:, 0]) + 0.3 * x[:, 1] ** 2
    found = pgb.search(Objective(Network([2, 3, 1]), Data(x, y)), starts=150, workers=1)
    named = sum(g.hits for g in found.escapes if g.escape.mechanism != "unbounded parameters")
    assert named >= 0.95 * found.counts[Outcome.ESCAPING] > 0
    assert found.counts[Outcome.STALLED] <= 5
    table = found.to_text().split("escaping by")[1].split("\n\n")[0]
    assert 2 <= len(table.splitlines()) <= 8
