"""Every proved verdict of the catalogue and the traps has a certificate that is accepted."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pgb.certificates import build
from pgb.check import check
from pgb.problem_files import read_problem

TESTS = Path(__file__).parents[1]
FILES = [p for f in ("catalogue", "traps") for p in sorted((TESTS / f / "problems").glob("*.toml"))]
TRAPS = tomllib.loads((TESTS / "traps" / "expected.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_certificate_is_accepted(path: Path, verdict: Callable[..., Any]) -> None:
    problem = read_problem(path)
    radius = TRAPS[path.stem].get("radius") if "traps" in path.parts else None
    report = check(problem.objective, problem.candidate, better=problem.better, radius=radius)
    if not report.proved:
        return
    certificate = build(
        problem.objective,
        problem.candidate,
        report.findings,
        radii=problem.candidate.radii(radius),
        better=problem.better if report.bad else None,
    )
    code, sentence = verdict(certificate.to_json_object(), "of the corpus")
    assert code == 0, sentence
    assert certificate.claim["verdict"] == report.verdict.name
    assert certificate.claim["kind"] == report.kind
    assert bool(certificate.claim["global"]) == bool(report.is_global)
    assert bool(certificate.claim["bad"]) == bool(report.bad)
