"""JSON reports: exactly the documented keys, and plain finite values."""

from __future__ import annotations

import json
import math
import pickle
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pgb.reports import Report

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "check.md"


def documented_keys() -> dict[str, set[str]]:
    """Top-level keys of docs/check.md, each with the keys in braces behind it."""
    text = DOCUMENT.read_text(encoding="utf-8")
    listing = re.search(r"prints one object: `(.*?)`\.", text, re.DOTALL)
    assert listing is not None
    parts = re.findall(r"(\w+)(?:\s*\{([^}]*)\})?(?:,|$)", " ".join(listing[1].split()))
    return {key: {k.strip() for k in inner.split(",") if k.strip()} for key, inner in parts}


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for entry in value.values():
            yield from leaves(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from leaves(entry)
    else:
        yield value


def test_the_keys_are_the_documented_ones(case: tuple[str, Report]) -> None:
    documented, found = documented_keys(), case[1].to_json_object()
    assert set(found) == set(documented)
    for key, inner in documented.items():
        if inner and found[key] is not None:
            assert set(found[key]) == inner, key


def test_the_document_is_read_as_it_is_meant() -> None:
    documented = documented_keys()
    assert documented["pgb"] == {
        "residual", "rank", "gap", "gap_attained", "fiber_points", "probe",
    }  # fmt: skip
    assert documented["function_space_infimum"] == {"value", "attained", "excess"}
    assert {"verdict", "proved", "global", "seconds"} <= set(documented)


def test_every_value_is_plain_and_survives_strict_json(case: tuple[str, Report]) -> None:
    found = case[1].to_json_object()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    for leaf in leaves(found):
        assert leaf is None or type(leaf) in (bool, int, float, str)


def test_numbers_that_do_not_exist_or_are_not_finite_are_null(
    report_of: Callable[[str], Report],
) -> None:
    kink = report_of("kink").to_json_object()
    assert kink["gradient_norm"] is kink["hessian_spectrum"] is kink["newton_step"] is None
    assert kink["one_sided_derivatives"] == {"w": [-2.0, 0.0], "v": [-2.0, 2.0]}
    odd = replace(
        report_of("bad-minimum"), value=math.inf, gradient_norm=math.nan, better_value=-math.inf
    )
    found = odd.to_json_object()
    assert found["value"] is found["gradient_norm"] is found["better_value"] is None


def test_the_probe_is_repeated_beside_the_pgb_numbers(report_of: Callable[[str], Report]) -> None:
    found = report_of("probe").to_json_object()
    assert found["pgb"]["probe"]["parameter"] == "a[0]"
    assert found["pgb"]["rank"] == [1, 4]
    assert report_of("bad-minimum").to_json_object()["pgb"]["probe"] is None


def test_json_says_what_the_report_says(case: tuple[str, Report]) -> None:
    report, found = case[1], case[1].to_json_object()
    assert found["verdict"] == report.verdict.name
    assert (found["proved"], found["reason"]) == (report.proved, report.reason)
    assert (found["global"], found["bad"], found["kind"]) == (
        report.is_global, report.bad, report.kind,
    )  # fmt: skip
    assert [f["reason"] for f in found["findings"]] == [f.reason for f in report.findings]
    assert [a["holds"] for a in found["assumptions"]] == [a.holds for a in report.assumptions]


def test_a_report_that_was_pickled_says_the_same(report_of: Callable[[str], Report]) -> None:
    report = report_of("probe")
    again = pickle.loads(pickle.dumps(report))
    assert again.to_json_object() == report.to_json_object()
    assert again.pgb == report.pgb
