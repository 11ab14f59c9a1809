"""The proved Morse index of a critical point in the ball, or at the point, asked about."""

from __future__ import annotations

from typing import Any

import pytest

from pgb.check import check
from pgb.conditions import Verdict
from pgb.models import Expression
from pgb.problems import Candidate, Data, Objective
from pgb.reports import Report


def report_of(output: str, point: list[Any], **options: Any) -> Report:
    model = Expression(inputs=["x"], parameters=["u", "v"], outputs=[output])
    objective = Objective(model, Data([[1]], [0]))
    return check(objective, Candidate.from_vector(objective.parameters, point), **options)


@pytest.mark.parametrize(
    ("output", "index", "words"),
    [
        ("1 + u^2 - v^2", 1, "a saddle of index 1 is enclosed in the ball (proved)"),
        ("2 - u^2 - v^2", 2, "a maximum of index 2 is enclosed in the ball (proved)"),
    ],
)
def test_index_is_reported(output: str, index: int, words: str) -> None:
    report = report_of(output, [1e-9, 0.0])
    assert report.index == index
    assert report.to_json_object()["index"] == index
    assert words in report.to_text(200)
    assert report.verdict is Verdict.NOT_A_LOCAL_MINIMUM  # for another reason: curvature
    assert report.proved
    assert words in report._repr_html_()


def test_index_at_an_exact_point() -> None:
    report = report_of("1 + u^2 - v^2", [0, 0])
    assert report.index == 1
    assert "the point is a saddle of index 1 (proved)" in report.to_text(200)
    assert report_of("1 + u^2 - v^2", [0, "1/9"]).index is None  # not critical
    assert report_of("1 + u^2 - v^4", [0, 0]).index is None  # degenerate


def test_a_saddle_in_a_wide_ball_is_no_verdict_about_it() -> None:
    """Minima at u = -1 and 1, too flat to be proved, and a saddle between them."""
    report = report_of("1 + (u^2 - 1)^4 + v^2", [0.0, 0.0], radius=3.0)
    assert report.index == 1
    assert not (report.verdict is Verdict.NOT_A_LOCAL_MINIMUM and report.proved)


def test_no_index_without_an_enclosed_point_in_the_ball() -> None:
    assert report_of("1 + u^2 - v^2", [1e-3, 0.0]).index is None  # outside the ball
    assert report_of("1 + u^2 - v^4", [0.0, 0.0]).index is None  # degenerate
    assert report_of("1 + u^2 + v^2", [0.0, 0.0]).index is None  # a minimum
    assert report_of("1 + u^2 - v^2", [0.0, 0.0], prove="never").index is None
