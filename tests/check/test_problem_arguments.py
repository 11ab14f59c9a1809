"""What ``check`` takes for a problem: an objective, a problem file, its path or its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pgb
from pgb import Data, Expression, InputError, Objective, Verdict
from pgb.problem_files import ProblemFile, read_problem, write_problem
from pgb.problems import Candidate


@pytest.fixture
def file() -> ProblemFile:
    square = Expression(["x"], ["w", "b"], ["(w*x + b)^2"])
    objective = Objective(square, Data([[-1], [0], [1]], [1, 1, 1]))
    point, lower = (Candidate.from_vector(objective.parameters, v) for v in ([1, 0], [0, 1]))
    return ProblemFile(objective, point, lower)


def test_a_problem_file_brings_its_candidate_and_its_better_point(file: ProblemFile) -> None:
    report = pgb.check(file)
    assert report.verdict is Verdict.LOCAL_MINIMUM
    assert report.bad is True


def test_the_path_of_a_problem_file_is_a_problem(file: ProblemFile, tmp_path: Path) -> None:
    write_problem(file, tmp_path / "p.toml")
    for path in (tmp_path / "p.toml", str(tmp_path / "p.toml")):
        assert pgb.check(path).bad is True


def test_the_name_of_a_problem_is_a_problem() -> None:
    own = read_problem("xor").candidate
    assert own is not None
    assert pgb.check("xor").point.tolist() == own.point.tolist()


def test_points_that_are_given_go_before_those_of_the_file(file: ProblemFile) -> None:
    assert pgb.check(file, [0, 1]).is_global
    assert pgb.check(file, better=[1, 1]).bad is None


@pytest.mark.parametrize(
    ("problem", "point", "sentence"),
    [
        (3, [1], "problem: found an int, expected an Objective, a problem file, or its name"),
        (None, [1], "problem: found None, expected an Objective, a problem file, or its name"),
        ("diabtes", [1], "problem: found neither a file nor a problem called 'diabtes'"),
        ("diabetes", [1], "candidate: found shape (1,), expected (37,) for W1, b1, W2, b2"),
    ],
)
def test_another_thing_than_a_problem_gets_a_sentence(
    problem: Any, point: Any, sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        pgb.check(problem, point)
    assert caught.value.problems[0].startswith(sentence)


def test_a_missing_candidate_gets_a_sentence(file: ProblemFile) -> None:
    with pytest.raises(InputError, match="candidate: found None, expected a Candidate"):
        pgb.check(file.objective)
