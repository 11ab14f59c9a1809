"""``search``: what it finds, when it stops, and that nobody can tell who did the work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pgb
from pgb import Data, Network, Objective
from pgb.certificates import verify
from pgb.conditions import Verdict
from pgb.numbers import Float64
from pgb.search import CriticalPoint, Outcome, Progress, search
from pgb.search.claims import (
    CLAIMS,
    every_critical_point_is_a_minimum,
    every_local_minimum_is_global,
    no_local_minimum,
)


def test_the_runs_add_up(decayed: Objective) -> None:
    found = search(decayed, starts=300, saddles=50, workers=1)
    assert found.runs == sum(found.counts.values()) == 350
    settled = [Outcome.MINIMUM, Outcome.SADDLE, Outcome.DEGENERATE]
    assert sum(p.hits for p in found.points) == sum(found.counts[o] for o in settled)
    assert sum(e.hits for e in found.escapes) == found.counts[Outcome.ESCAPING]
    assert sum(s.hits for s in found.stalled) == found.counts[Outcome.STALLED]


def test_the_points_are_stationary_distinct_and_sorted(decayed: Objective) -> None:
    found = search(decayed, starts=300, workers=1)
    assert len(found.minima) == 2
    values = [point.value for point in found.points]
    assert values == sorted(values)
    for point in found.points:
        gradient = decayed.gradient(Float64(), point.parameters)
        assert np.linalg.norm(gradient) < 1e-12
        assert point.value == pytest.approx(float(decayed.value(Float64(), point.parameters)))
    assert found.best is found.points[0]
    assert found.best.gap == 0
    assert found.gap == pytest.approx(found.minima[1].gap)


def test_each_minimum_is_proved_and_the_higher_one_is_bad(
    decayed: Objective, tmp_path: Path
) -> None:
    found = search(decayed, starts=100, prove=True, workers=1)
    assert [point.verdict for point in found.minima] == [Verdict.LOCAL_MINIMUM] * 2
    assert [point.proved for point in found.minima] == [True, True]
    assert [point.bad for point in found.minima] == [None, True]
    assert found.bad_minima == found.minima[1:]
    for number in range(len(found.points)):
        path = tmp_path / f"{number}.json"
        found.certificate(number).save(path)
        accepted, sentence = verify(path)
        assert accepted, sentence


def test_chunks_do_not_change_what_is_found(
    decayed: Objective, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = search(decayed, starts=200, workers=1)
    monkeypatch.setattr("pgb.search.run.chunk_size", lambda _: 16)
    parts = search(decayed, starts=200, workers=1)
    assert [p.hits for p in parts.points] == [p.hits for p in whole.points]
    assert [p.value for p in parts.points] == pytest.approx([p.value for p in whole.points])


def test_time_ends_the_search_and_the_counts_say_so(
    decayed: Objective, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgb.search.run.chunk_size", lambda _: 16)
    found = search(decayed, starts=100_000, time=0.5, workers=1)
    assert 0 < found.runs < 100_000
    assert found.runs % 16 == 0
    assert found.work.stopped == "since the time was up"
    assert f"after {found.runs} of 100000 runs" in found.to_text()


def test_a_proved_counterexample_stops_the_search(decayed: Objective, tmp_path: Path) -> None:
    found = search(decayed, starts=100_000, until=every_local_minimum_is_global, workers=1)
    point = found.counterexample
    assert point is not None
    assert found.runs < 100_000
    assert (point.verdict, point.proved, point.bad) == (Verdict.LOCAL_MINIMUM, True, True)
    found.certificate(point).save(tmp_path / "c.json")
    assert verify(tmp_path / "c.json")[0]


def test_a_predicate_of_proved_points_stops_the_search(decayed: Objective) -> None:
    asked: list[CriticalPoint] = []

    def low(point: CriticalPoint) -> bool:
        asked.append(point)
        return point.proved and point.value < 0.055

    found = search(decayed, starts=2000, until=low, workers=1)
    assert found.counterexample is not None
    assert found.counterexample.value < 0.055
    assert all(point.reason is not None for point in asked)


def test_a_claim_without_counterexample_runs_to_the_end(decayed: Objective) -> None:
    found = search(decayed, starts=40, until=lambda point: point.value < 0, workers=1)
    assert (found.counterexample, found.runs) == (None, 40)
    assert all(point.proved for point in found.minima)


def test_that_there_is_no_minimum_is_refuted_by_one(decayed: Objective) -> None:
    found = search(decayed, starts=40, until="no-local-minimum", workers=1)
    assert found.counterexample is not None and found.counterexample.is_minimum
    assert set(CLAIMS.values()) == {
        every_local_minimum_is_global,
        every_critical_point_is_a_minimum,
        no_local_minimum,
    }


@pytest.mark.parametrize(("inputs", "minima"), [((1, 10), 4), ((1, 100, 10**4, 10**6, 10**8), 25)])
def test_a_logistic_neuron_has_a_minimum_for_each_choice_of_samples(
    inputs: tuple[int, ...], minima: int
) -> None:
    """After Auer, Herbster and Warmuth (1996): n samples on d axes, (n / d)^d minima."""
    rows = [[x, 0] for x in inputs] + [[0, x] for x in inputs]
    neuron = Network([2, 1], activation=[], output_activation="sigmoid", bias=False)
    problem = Objective(neuron, Data(rows, [["3/4"]] * len(rows)))
    found = search(problem, starts=2000, distribution="log-uniform", prove=True, workers=1)
    assert len(found.points) == minima
    assert all(point.proved and point.kind == "strict" for point in found.points)
    # The balls of the proofs do not meet, so the minima differ.
    points = np.array([point.parameters for point in found.points])
    radii = np.array([point.radius for point in found.points])
    distances = np.max(np.abs(points[:, None] - points[None]), axis=-1) + np.diag([np.inf] * minima)
    assert np.all(distances > radii[:, None] + radii[None])
    lowest = found.points[0].value
    assert all(point.bad for point in found.points if point.value > lowest)


def test_progress_is_told(decayed: Objective) -> None:
    told: list[Progress] = []
    search(decayed, starts=300, prove=True, workers=1, progress=told.append)
    runs = [p for p in told if p.stage == "searching"]
    assert [p.done for p in runs][-1] == runs[-1].total == 300
    assert told[-1].proved == told[-1].distinct == 2


def test_a_problem_may_be_given_by_its_name_and_searched_from_the_top_of_the_package() -> None:
    found = pgb.search("xor", starts=16, workers=1)
    assert isinstance(found, pgb.Landscape)
    assert found.objective.size == 13


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"starts": -1}, "starts: found -1, expected an integer from 0"),
        ({"starts": 1.5}, "starts: found 1.5, expected an integer"),
        ({"saddles": True}, "saddles: found True, expected an integer"),
        ({"time": 0}, "time: found 0, expected a positive number"),
        ({"time": float("nan")}, "time: found nan, expected a positive number"),
        ({"seed": -3}, "seed: found -3, expected an integer"),
        ({"workers": 0}, "workers: found 0, expected a positive integer"),
        ({"executor": 3}, "executor: found an int, expected a futures Executor"),
        ({"distribution": "nromal"}, "distribution: found 'nromal', expected one of"),
        ({"until": "every-minimum"}, "did you mean 'every-local-minimum-is-global'"),
        ({"until": 3}, "until: found an int, expected a claim or a predicate"),
    ],
)
def test_wrong_arguments_are_named(
    decayed: Objective, options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(pgb.InputError, match=sentence):
        search(decayed, **options)


def test_what_is_no_problem_is_named() -> None:
    with pytest.raises(pgb.InputError, match="problem: found an int, expected an Objective"):
        search(3)  # type: ignore[arg-type]


def test_no_starts_are_an_empty_landscape(decayed: Objective) -> None:
    found = search(decayed, starts=0)
    assert (found.runs, found.points, found.lowest, found.best, found.gap) == (
        0,
        (),
        None,
        None,
        None,
    )
    assert found.unseen is None
    assert found.to_text().startswith("0 distinct local minima")
