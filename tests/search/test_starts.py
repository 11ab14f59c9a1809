"""Starts depend on the seed, their index and the distribution only, and fit the parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pgb import Data, Network, Objective
from pgb.errors import InputError
from pgb.search.scales import magnitude_ranges, typical_magnitudes
from pgb.search.starts import DISTRIBUTIONS, draw
from pgb.transforms import eliminate, without_units


def problem(factor: float = 1.0) -> Objective:
    rng = np.random.default_rng(0)
    data = Data(factor * rng.normal(size=(30, 2)), rng.normal(size=30))
    return Objective(Network([2, 3, 1]), data)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_start_does_not_depend_on_the_range_it_is_drawn_in(name: str) -> None:
    objective = problem()
    whole = draw(objective, name, 3, range(600))
    assert whole.shape == (600, 13)
    assert np.array_equal(draw(objective, name, 3, range(250, 262)), whole[250:262])
    assert np.array_equal(draw(objective, name, 3, range(599, 0, -7)), whole[599:0:-7])
    assert not np.array_equal(draw(objective, name, 4, range(5)), whole[:5])
    assert len(draw(objective, name, 3, range(0))) == 0


def test_mixed_takes_the_distributions_in_turn() -> None:
    objective = problem()
    mixed = draw(objective, "mixed", 1, range(9))
    for turn, name in enumerate(("normal", "wide", "log-uniform")):
        assert np.array_equal(mixed[turn::3], draw(objective, name, 1, range(9))[turn::3])


def test_first_layer_weights_are_measured_against_the_inputs() -> None:
    near, far = problem(), problem(1000.0)
    small, large = (draw(o, "normal", 0, range(50)) for o in (far, near))
    assert np.allclose(1000 * small[:, :6], large[:, :6])
    assert np.array_equal(small[:, 6:], large[:, 6:])
    assert np.allclose(typical_magnitudes(near)[:6], 1000 * typical_magnitudes(far)[:6])


def test_log_uniform_magnitudes_reach_every_scale_of_the_inputs() -> None:
    data = Data([[1.0, 0.0], [1e8, 0.0], [0.0, 1.0]], [0.5, 0.5, 0.5])
    objective = Objective(Network([2, 1], output_activation="sigmoid", bias=False), data)
    least, most = magnitude_ranges(objective)
    assert np.allclose(least, [1e-8, 1.0])
    assert np.allclose(most, [1.0, 1.0])
    starts = draw(objective, "log-uniform", 0, range(2000))
    assert np.min(np.abs(starts[:, 0])) < 1e-8
    assert np.max(np.abs(starts[:, 0])) > 1.0
    assert 0.4 < np.mean(starts > 0) < 0.6


def test_a_box_is_filled() -> None:
    starts = draw(problem(), {"name": "uniform", "low": -2, "high": 10}, 0, range(500))
    assert np.array_equal(starts, draw(problem(), "uniform:-2:10", 0, range(500)))
    assert -2 <= np.min(starts) < -1.9
    assert 9.9 < np.max(starts) <= 10
    assert np.max(np.abs(draw(problem(), "uniform", 0, range(500)))) <= 3


def test_neurons_of_a_transform_start_small() -> None:
    base = problem()
    added = draw(eliminate(base, "1/10"), "normal", 0, range(400))[:, 13:]
    assert 0.05 < np.std(added[:, 0]) < 0.2
    assert 0.05 < np.std(draw(without_units(base, 1), "normal", 0, range(400))[:, 13:]) < 0.2


@pytest.mark.parametrize(
    ("distribution", "words"),
    [
        ("norml", "did you mean"),
        ("uniform:3", "uniform:LOW:HIGH"),
        ("uniform:a:3", "found 'a'"),
        ({"name": "uniform", "low": 3, "high": 3}, "low < high"),
        ({"name": "normal", "scale": 2}, "the option 'scale'"),
        ({"low": 1}, "found None"),
        (7, "expected a name"),
    ],
)
def test_wrong_distributions_are_named(distribution: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        draw(problem(), distribution, 0, range(3))


@pytest.mark.parametrize("seed", [-1, 1.5, True, "0"])
def test_wrong_seeds_are_named(seed: Any) -> None:
    with pytest.raises(InputError, match="seed"):
        draw(problem(), "normal", seed, range(3))


def test_wrong_ranges_are_named() -> None:
    with pytest.raises(InputError, match="indices"):
        draw(problem(), "normal", 0, range(-1, 3))
