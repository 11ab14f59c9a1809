"""Problems on which a plausible program answers wrongly: none of them may be."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pgb.check import check
from pgb.problem_files import read_problem

FOLDER = Path(__file__).parent
FILES = sorted((FOLDER / "problems").glob("*.toml"))
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
VERDICTS = {"LOCAL_MINIMUM", "NOT_A_LOCAL_MINIMUM", "ESCAPING"}


def wrong_answers(report: Any, truth: Mapping[str, Any]) -> list[str]:
    """What the report says that is not true, proved or not; saying nothing is never wrong."""
    verdict = report.verdict.name
    wrong = []
    if verdict != "UNDECIDED" and verdict not in truth["verdicts"]:
        wrong.append(f"verdict {verdict} (proved: {report.proved}), not in {truth['verdicts']}")
    minimum = truth["verdicts"] == ["LOCAL_MINIMUM"]
    for key, said in (("global", report.is_global), ("bad", report.bad)):
        known = truth.get(key) if minimum else False
        if said is not None and known is not None and said != known and (minimum or said):
            wrong.append(f"{key} {said}, in truth {known}")
    return [f"{answer}: {report.reason}" for answer in wrong]


def outcome(report: Any) -> str:
    """The column of the count that an answer that is not wrong belongs to."""
    if report.verdict.name == "UNDECIDED":
        return "undecided"
    return "proved right" if report.proved else "numerically right"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_wrong_answer(path: Path, record_property: Callable[[str, object], None]) -> None:
    truth = EXPECTED[path.stem]
    problem = read_problem(path)
    report = check(
        problem.objective, problem.candidate, better=problem.better, radius=truth.get("radius")
    )
    wrong = wrong_answers(report, truth)
    record_property("trap", "WRONG" if wrong else outcome(report))
    assert wrong == []


def test_each_problem_has_its_truth_and_says_why() -> None:
    assert {path.stem for path in FILES} == set(EXPECTED)
    for path in FILES:
        assert path.read_text(encoding="utf-8").startswith("# Truth: "), path


def test_the_table_of_truths_is_well_formed() -> None:
    for name, truth in EXPECTED.items():
        assert truth.keys() <= {"verdicts", "global", "bad", "radius"}, name
        assert truth["verdicts"] and set(truth["verdicts"]) <= VERDICTS, name
        assert not (truth.get("global") and truth.get("bad")), name


@pytest.mark.parametrize(
    ("verdict", "is_global", "bad", "truth", "count"),
    [
        ("UNDECIDED", None, None, {"verdicts": ["LOCAL_MINIMUM"], "global": True}, 0),
        ("LOCAL_MINIMUM", None, None, {"verdicts": ["NOT_A_LOCAL_MINIMUM"]}, 1),
        ("LOCAL_MINIMUM", True, False, {"verdicts": ["LOCAL_MINIMUM"], "bad": True}, 1),
        ("LOCAL_MINIMUM", None, True, {"verdicts": ["LOCAL_MINIMUM"], "bad": False}, 1),
        ("NOT_A_LOCAL_MINIMUM", True, None, {"verdicts": ["NOT_A_LOCAL_MINIMUM"]}, 1),
        ("NOT_A_LOCAL_MINIMUM", False, None, {"verdicts": ["NOT_A_LOCAL_MINIMUM"]}, 0),
        ("ESCAPING", None, None, {"verdicts": ["NOT_A_LOCAL_MINIMUM"]}, 1),
    ],
)
def test_wrong_answers_are_seen(
    verdict: str, is_global: bool | None, bad: bool | None, truth: Mapping[str, Any], count: int
) -> None:
    report = SimpleNamespace(
        verdict=SimpleNamespace(name=verdict), proved=False, is_global=is_global, bad=bad, reason=""
    )
    assert len(wrong_answers(report, truth)) == count
