"""Text reports: kept examples word for word, line widths, a screenful, colors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pgb.conditions import Verdict
from pgb.reports import Report

GOLDEN = Path(__file__).parent / "golden"
#: Numbers that are rounding noise or differ with the linear algebra library.
NOISE = re.compile(r"(residual |norm )\d\.?\d*e-\d\d")


def stable(text: str) -> str:
    return NOISE.sub(r"\1(tiny)", text)


def test_the_text_is_the_kept_example(case: tuple[str, Report]) -> None:
    name, report = case
    kept = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert stable(report.to_text(80)) + "\n" == kept


def test_every_kept_example_is_compared(report_of: Callable[[str], Report]) -> None:
    for path in GOLDEN.glob("*.txt"):
        assert report_of(path.stem).verdict.name in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_lines_stay_within_the_width(case: tuple[str, Report], width: int) -> None:
    lines = case[1].to_text(width).splitlines()
    assert max(len(line) for line in lines) <= width


def test_a_report_is_at_most_a_screenful(case: tuple[str, Report]) -> None:
    assert len(case[1].to_text(80).splitlines()) <= 40


def test_every_verdict_has_an_example(report_of: Callable[[str], Report]) -> None:
    names = [path.stem for path in GOLDEN.glob("*.txt")]
    assert {report_of(name).verdict for name in names} == set(Verdict)


def test_color_marks_the_verdict_only(case: tuple[str, Report]) -> None:
    plain, colored = (case[1].to_text(80, color=color) for color in (False, True))
    assert "\x1b" not in plain
    first, *rest = colored.splitlines()
    assert first.startswith("\x1b[1;3") and first.endswith("\x1b[0m")
    assert rest == plain.splitlines()[1:]
    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == plain


def test_str_is_the_text(report_of: Callable[[str], Report]) -> None:
    report = report_of("probe")
    assert str(report) == report.to_text()


def test_a_numerical_verdict_never_says_proved(report_of: Callable[[str], Report]) -> None:
    report = replace(report_of("bad-minimum"), proved=False)
    assert report.to_text().startswith("LOCAL_MINIMUM (numerical, strict, bad)\n")


def test_at_a_kink_no_gradient_or_hessian_is_printed(report_of: Callable[[str], Report]) -> None:
    text = report_of("kink").to_text()
    assert "not defined (kink); one-sided derivatives along +/-: w -2/0, v -2/2" in text
    assert "exactly 0" not in text and "eigenvalues" not in text and "Newton" not in text


def test_many_eigenvalues_are_shortened(report_of: Callable[[str], Report]) -> None:
    assert "eigenvalues 0, 0, 0, 0, ..., " in " ".join(report_of("global-xor").to_text().split())


def test_words_that_are_longer_than_a_line_do_not_widen_it(
    report_of: Callable[[str], Report],
) -> None:
    report = replace(report_of("probe"), reason="x" * 300)
    assert max(len(line) for line in report.to_text(80).splitlines()) <= 80


def test_reports_compare_and_hash_by_identity(case: tuple[str, Report]) -> None:
    report = case[1]
    assert report == report
    assert report != replace(report)
    assert len({report, replace(report)}) == 2


def test_a_verdict_prints_its_name() -> None:
    assert repr(Verdict.LOCAL_MINIMUM) == "<Verdict.LOCAL_MINIMUM>"


def test_an_infinite_gap_is_explained(report_of: Callable[[str], Report]) -> None:
    report = report_of("probe")
    assert report.pgb is not None
    changed = replace(report)
    changed.__dict__["pgb"] = replace(report.pgb, gap=float("inf"))
    text = changed.to_text(400)
    assert "gap inf," not in text
    assert "gap infinite: the regularizer's slope is not 0 along a direction" in text
