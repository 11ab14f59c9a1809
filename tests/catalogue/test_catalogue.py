"""Explicit bad local minima and their relatives: verdicts, and bad against a better point."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from pgb.check import check
from pgb.numbers import Float64
from pgb.problem_files import ProblemFile, read_problem

FOLDER = Path(__file__).parent
FILES = sorted((FOLDER / "problems").glob("*.toml"))
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))


def value_at(problem: ProblemFile, point: Any) -> float:
    ar = Float64()
    return float(problem.objective.value(ar, ar.asarray(point.point)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_verdict(path: Path) -> None:
    truth = EXPECTED[path.stem]
    problem = read_problem(path)
    report = check(problem.objective, problem.candidate, better=problem.better)
    accepted = {truth["verdict"]} | (set() if truth.get("required") else {"UNDECIDED"})
    assert report.verdict.name in accepted, report.reason
    assert report.proved or not truth.get("proved"), report.reason
    if report.verdict.name == "LOCAL_MINIMUM":
        assert report.bad is truth.get("bad"), report.reason
        assert report.is_global is not truth.get("bad")
    else:
        assert not report.bad
        assert not report.is_global


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_values_at_the_candidate_and_the_better_point(path: Path) -> None:
    truth = EXPECTED[path.stem]
    problem = read_problem(path)
    assert value_at(problem, problem.candidate) == pytest.approx(truth["value"], rel=1e-9)
    if problem.better is not None:
        better = value_at(problem, problem.better)
        assert better == pytest.approx(truth["better_value"], rel=1e-6, abs=1e-20)
        assert better < truth["value"]


def test_table_and_problem_files_match() -> None:
    assert {path.stem for path in FILES} == set(EXPECTED)
