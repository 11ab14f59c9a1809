"""``Report.certificate``: from an answer in Python to a file that the checker accepts."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from pgb.certificates import verify
from pgb.check import check
from pgb.conditions import Verdict
from pgb.errors import InputError
from pgb.models import Expression
from pgb.problems import Data, Objective


def quadratic(output: str = "(w*x + b)^2") -> Objective:
    """With this output stationary at (1, 0) with the value 1, where (0, 1) fits."""
    return Objective(Expression(["x"], ["w", "b"], [output]), Data([[-1], [0], [1]], [1, 1, 1]))


CASES: dict[str, dict[str, Any]] = {
    "an exact point": {"candidate": [1, 0]},
    "an exact bad minimum": {"candidate": [1, 0], "better": [0, 1]},
    "a ball": {"candidate": [1.0, 1e-8], "better": [0.0, 1.0]},
    "a ball of its own radius": {"candidate": [1.0, 1e-5], "radius": 1e-3},
    "a polished point": {"candidate": [1.125, 0.25], "polish": True},
    "no local minimum": {"candidate": [1, 1]},
}


@pytest.mark.parametrize("asked", CASES.values(), ids=CASES)
def test_the_certificate_of_a_proved_report_is_accepted(
    asked: dict[str, Any], tmp_path: Path
) -> None:
    report = check(quadratic(), **asked)
    assert report.proved
    certificate = report.certificate()
    certificate.save(tmp_path / "c.json")
    accepted, sentence = verify(tmp_path / "c.json")
    assert accepted, sentence
    assert certificate.claim["verdict"] == report.verdict.name
    assert certificate.claim["bad"] == (report.bad or None)


def test_the_certificate_is_about_the_ball_that_was_asked_about() -> None:
    about = check(quadratic(), [1.0, 0.0], radius=0.25**8).certificate().claim["about"]
    assert about == {"kind": "ball", "center": ["1", "0"], "radii": ["1/65536", "1/65536"]}


def test_a_report_that_was_pickled_still_has_its_certificate() -> None:
    report = check(quadratic(), [1, 0])
    again = pickle.loads(pickle.dumps(report)).certificate()
    assert again.to_json_object() == report.certificate().to_json_object()


def test_a_report_that_is_not_proved_has_no_certificate() -> None:
    report = check(quadratic(), [1.0, 0.0], prove="never")
    assert report.verdict is Verdict.LOCAL_MINIMUM and not report.proved
    with pytest.raises(InputError, match="found the verdict LOCAL_MINIMUM, which is not proved"):
        report.certificate()
