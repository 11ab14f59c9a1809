"""The landscape: accessors and renderings."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from pgb import InputError, Objective
from pgb.problems import Candidate
from pgb.search import Landscape, Outcome, search


@pytest.fixture(scope="module")
def found(decayed: Objective) -> Landscape:
    return search(decayed, starts=100, prove=True, workers=1)


@pytest.fixture(scope="module")
def unproved(decayed: Objective) -> Landscape:
    return search(decayed, starts=100, workers=1)


def many(landscape: Landscape, number: int) -> Landscape:
    """The same with its first point so many times."""
    return replace(landscape, points=landscape.points[:1] * number)


def test_records_are_flat(found: Landscape) -> None:
    records = found.to_records()
    assert len(records) == len(found.points)
    assert all(isinstance(v, (str, int, float, type(None))) for r in records for v in r.values())
    assert records[0]["verdict"] == "LOCAL_MINIMUM"
    assert records[0]["hits"] == found.points[0].hits


def test_records_hold_the_parameters_on_request(found: Landscape) -> None:
    (first, *_) = found.to_records(parameters=True)
    assert first["W1[2, 0]"] == found.points[0].parameters[2]
    assert first["b2[0]"] == found.points[0].parameters[-1]


def test_a_certificate_without_a_counterexample_needs_a_point(found: Landscape) -> None:
    with pytest.raises(InputError, match="found no counterexample, expected a point"):
        found.certificate()
    stopped = replace(found, counterexample=found.points[1])
    assert stopped.certificate().claim == found.certificate(1).claim


def test_json_has_the_documented_keys(found: Landscape) -> None:
    value = json.loads(json.dumps(found.to_json_object(), allow_nan=False))
    assert {"points", "counts", "escapes", "stalled", "lowest", "unseen", "seed"} <= set(value)
    keys = {"verdict", "proved", "value", "index", "hits", "parameters", "orbit_size", "gap", "bad"}
    assert all(keys <= set(point) for point in value["points"])
    assert sum(value["counts"].values()) == value["runs"] == 100
    assert list(value["counts"]) == [outcome.name.lower() for outcome in Outcome]


def test_parameters_in_json_are_a_candidate(found: Landscape, decayed: Objective) -> None:
    parameters = found.to_json_object()["points"][0]["parameters"]
    candidate = Candidate.from_mapping(decayed.parameters, parameters)
    assert candidate.point.tobytes() == found.points[0].parameters.tobytes()
    assert np.array_equal(found.by_name(found.points[0])["W1"], np.array(parameters["W1"]))


def test_text_is_a_table_sorted_by_value(found: Landscape) -> None:
    lines = found.to_text().splitlines()
    assert lines[0] == "2 distinct local minima (2 proved), 1 proved bad"
    assert lines[1].split() == ["value", "verdict", "index", "hits", "orbit", "gap"]
    assert "LOCAL_MINIMUM (proved, strict)" in lines[2]
    assert "LOCAL_MINIMUM (proved, strict, bad)" in lines[3]
    assert lines[5].startswith("runs     100 = ")
    assert str(found) == found.to_text()


def test_text_without_proofs_does_not_speak_of_them(unproved: Landscape) -> None:
    assert "proved" not in unproved.to_text()
    assert all(point.verdict is not None for point in unproved.points)


@pytest.mark.parametrize("width", [66, 80, 120])
def test_the_table_fits_the_screen(found: Landscape, width: int) -> None:
    lines = found.to_text(width=width).splitlines()
    assert all(len(line) <= width for line in lines[1:4])


def test_long_verdicts_go_on_in_the_next_line(found: Landscape) -> None:
    point = replace(found.points[0], kind="function-optimal", is_global=True, kinks=3, free=2)
    lines = replace(found, points=(point,)).to_text(width=80).splitlines()
    assert all(len(line) <= 80 for line in lines[:4])
    shown = " ".join(line[15:60].strip() for line in lines[2:5])
    assert shown.startswith("LOCAL_MINIMUM (proved, function-optimal, global, 3 kinks, 2 flat)")


def stalling(landscape: Landscape, runs: int) -> Landscape:
    """The same after further runs that settled nowhere, of which the lowest is at its best."""
    counts = {**landscape.counts, Outcome.STALLED: runs}
    run = replace(landscape.points[0], value=0.0, hits=runs)
    return replace(landscape, counts=counts, stalled=(run,))


def test_nothing_is_estimated_from_runs_that_settled_nowhere(unproved: Landscape) -> None:
    assert stalling(unproved, 99).unseen is not None
    most = stalling(unproved, 100)
    assert most.unseen is None
    assert "unseen   not estimated, since most runs stalled" in most.to_text()


def test_stalled_runs_at_the_infimum_are_called_so(unproved: Landscape) -> None:
    words = "the lowest at 0, as low as any function on the data, with gradient norm"
    assert words in stalling(unproved, 10).to_text()


def test_the_lowest_value_is_that_of_the_first_point_up_to_rounding(found: Landscape) -> None:
    lower = replace(found, lowest=(found.points[0].value - 1e-17, found.points[0].parameters))
    assert "of the first point" not in lower.to_text()
    point = replace(found.points[0], value=2.5e-29)
    rounded = replace(found, points=(point,), lowest=(0.0, point.parameters))
    assert "lowest   0, of all runs; that of the first point up to rounding" in rounded.to_text()


def test_a_claim_without_a_counterexample_is_no_proof(found: Landscape) -> None:
    asked = replace(found, work=replace(found.work, claim="every-minimum-is-global"))
    words = "every-minimum-is-global: no counterexample among 2 distinct points, 2 proved (not a"
    assert f"claim    {words} proof)" in asked.to_text()
    stopped = replace(asked, counterexample=found.points[1])
    assert "no counterexample" not in stopped.to_text()


def test_runs_of_a_store_beyond_those_asked_for_are_mentioned(found: Landscape) -> None:
    more = replace(found, work=replace(found.work, starts=40, from_store=100))
    assert "store    holds more than the 40 runs asked for: all count" in more.to_text()
    assert "store  " not in found.to_text()


def test_long_tables_are_cut(found: Landscape) -> None:
    lines = many(found, 50).to_text(rows=20).splitlines()
    assert "... and 30 more points" in lines
    assert len(lines) < 40
    assert many(found, 80)._repr_html_().count("<tr>") <= 60


def test_color_is_on_the_first_line_only(found: Landscape) -> None:
    colored = found.to_text(color=True)
    assert colored.startswith("\x1b[1m2 distinct")
    assert "\x1b" not in colored.partition("\n")[2]
    assert "\x1b" not in found.to_text()


def test_html_is_escaped_and_complete(found: Landscape) -> None:
    html = found._repr_html_()
    assert html.count("<table>") == html.count("</table>") >= 1
    assert f"{found.points[0].value:.12g}" in html


def test_words_of_repr_are_short(found: Landscape) -> None:
    assert len(repr(found)) < 200
    assert len(repr(found.points[0])) < 200


def test_a_point_without_proof_has_no_certificate(unproved: Landscape) -> None:
    with pytest.raises(InputError, match="found no proof of this point, expected prove=True"):
        unproved.certificate(0)


def test_the_share_of_unseen_points_is_that_of_points_seen_once(found: Landscape) -> None:
    once = replace(found.points[0], hits=1)
    alone = replace(found, points=(once, *found.points))
    assert found.unseen == 0
    assert alone.unseen == pytest.approx(1 / 100)


def test_orbits_are_those_of_three_odd_units(found: Landscape) -> None:
    assert {(p.orbit_size, p.orbit_dimension) for p in found.points} == {(48, 0)}
