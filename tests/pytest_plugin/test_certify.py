"""The fixture ``certify``, as a project that uses it sees it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import strategies as st

from pgb import Data, Expression, InputError, Objective
from pgb.certificates import verify
from pgb.problem_files import ProblemFile, read_problem, write_problem
from pgb.pytest_plugin.certifier import Certifier
from pgb.pytest_plugin.options import Options, options_of
from pgb.pytest_plugin.tally import Tally
from pgb.search import CriticalPoint

SAMPLE = Path(__file__).resolve().parents[2] / "docs" / "sample-project"

PREAMBLE = """
    import pytest
    from hypothesis import strategies as st
    from pgb import Data, Expression, Objective

    QUADRATIC = Expression(["x"], ["w", "b"], ["(w*x + b)^2"])
    targets = st.integers(0, 3)

    def bad(y):
        # stationary at (1, 0) with the value y^2, where (0, sqrt(y)) fits
        return Objective(QUADRATIC, Data([[-1], [0], [1]], [y, y, y]), reduction="sum")

    def line(y):
        return Objective(Expression(["x"], ["w"], ["w*x"]), Data([[1]], [y]))
"""


tallies: list[Tally] = []


def certifier(folder: Path, options: Options) -> Certifier:
    tallies.clear()
    return Certifier("test", folder / "falsified", options, tallies.append)


def quadratic() -> Objective:
    """Stationary at (1, 0) with the value 1, where (0, 1) fits."""
    square = Expression(["x"], ["w", "b"], ["(w*x + b)^2"])
    return Objective(square, Data([[-1], [0], [1]], [1, 1, 1]), reduction="sum")


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    # Without the options of the run that this test is part of.
    environment = {key: value for key, value in os.environ.items() if key != "PYTEST_ADDOPTS"}
    return subprocess.run(
        command, cwd=project, capture_output=True, text=True, check=False, env=environment
    )


def project(tmp_path: Path, tests: str) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "test_it.py").write_text(dedent(PREAMBLE) + dedent(tests))
    return tmp_path


BAD_MINIMUM = """
    @pytest.mark.certify(examples=20, starts=50)
    def test_global(certify):
        certify(targets.map(bad), "every-local-minimum-is-global")
"""


def test_a_true_claim_passes_and_the_summary_counts_what_was_seen(tmp_path: Path) -> None:
    here = project(
        tmp_path,
        """
        @pytest.mark.certify(examples=5, starts=20)
        def test_global(certify):
            certify(targets.map(line), "every-local-minimum-is-global")
        """,
    )
    ended = run(here, "--hypothesis-seed=0")
    assert ended.returncode == 0, ended.stdout
    assert "test_global: 4 drawn, 4 local minima, 0 points undecided" in ended.stdout
    assert not (here / "falsified").exists()


def test_the_summary_comes_through_from_the_workers_of_xdist(tmp_path: Path) -> None:
    here = project(tmp_path, BAD_MINIMUM)
    ended = run(here, "--hypothesis-seed=0", "-n", "1")
    assert ended.returncode == 1
    assert "test_it.py::test_global: " in ended.stdout
    assert "falsified: falsified/test-global" in ended.stdout


def test_a_false_claim_fails_with_a_minimal_problem_file_and_a_certificate(tmp_path: Path) -> None:
    here = project(tmp_path, BAD_MINIMUM)
    ended = run(here, "--hypothesis-seed=0")
    assert ended.returncode == 1
    assert "falsified: every local minimum is global" in ended.stdout
    [problem] = (here / "falsified").glob("*.toml")
    [certificate] = (here / "falsified").glob("*.json")
    assert str(problem.relative_to(here)) in ended.stdout
    assert "replayed" not in ended.stdout
    accepted, sentence = verify(certificate)
    assert accepted, sentence
    file = read_problem(problem)
    assert [str(y) for y in file.objective.data.targets.ravel()] == ["1"] * 3
    assert file.candidate is not None and file.better is not None
    assert "bad" in certificate.read_text()


def test_a_falsifying_problem_comes_first_even_if_it_is_drawn_no_more(tmp_path: Path) -> None:
    here = project(tmp_path, BAD_MINIMUM)
    run(here, "--hypothesis-seed=0")
    shutil.rmtree(here / ".hypothesis", ignore_errors=True)
    (here / "test_it.py").write_text(
        (here / "test_it.py").read_text().replace("targets.map(bad)", "targets.map(line)")
    )
    ended = run(here)
    assert ended.returncode == 1
    assert "1 problem replayed, 0 drawn" in ended.stdout
    [problem] = (here / "falsified").glob("*.toml")
    name = re.escape(str(problem.relative_to(here)))
    assert re.search(
        f"replayed: +from {name}, a problem of an earlier run, which today's strategy may no "
        "longer draw; delete that file to retire it",
        ended.stdout,
    )
    problem.unlink()
    assert run(here, "--hypothesis-seed=0").returncode == 0


def test_a_renamed_falsifying_problem_is_replayed_and_stays_the_only_one(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception):
        certifier(tmp_path, Options(starts=30))(quadratic(), "every-local-minimum-is-global")
    [problem] = (tmp_path / "falsified").glob("*.toml")
    renamed = problem.rename(problem.with_name(f"{problem.stem}-of-last-year.toml"))
    with pytest.raises(pytest.fail.Exception, match=f"replayed: +from {re.escape(str(renamed))}"):
        certifier(tmp_path, Options(starts=30))(quadratic(), "every-local-minimum-is-global")
    assert list((tmp_path / "falsified").glob("*.toml")) == [renamed]


def test_the_failure_shows_the_values_of_the_candidate_and_of_the_better_point(
    tmp_path: Path,
) -> None:
    with pytest.raises(pytest.fail.Exception) as failed:
        certifier(tmp_path, Options(starts=30))(quadratic(), "every-local-minimum-is-global")
    candidate, better = re.findall(
        r"^(?:candidate|better): +value (\S+) at \[", str(failed.value), re.M
    )
    assert float(candidate) == pytest.approx(1)
    assert float(better) < 1e-6


def test_a_damaged_falsifying_problem_is_named(tmp_path: Path) -> None:
    here = project(tmp_path, BAD_MINIMUM)
    run(here, "--hypothesis-seed=0")
    [problem] = (here / "falsified").glob("*.toml")
    problem.write_text("[data\n")
    ended = run(here, "--hypothesis-seed=0")
    assert ended.returncode == 1
    assert f"{problem.relative_to(here)}: file: found malformed TOML at line 1" in ended.stdout
    assert "mend or delete it" in ended.stdout
    assert "Traceback" not in ended.stdout and "def load_document" not in ended.stdout


def test_an_undecided_point_of_a_replayed_problem_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception):
        certifier(tmp_path, Options(starts=30))(quadratic(), "no-local-minimum")
    [problem] = (tmp_path / "falsified").glob("*.toml")
    flat = Objective(Expression(["x"], ["w", "b"], ["w^2 + b^4"]), Data([[1]], [-1]))
    write_problem(ProblemFile(flat), problem)
    with pytest.raises(pytest.fail.Exception, match=r"(?s)undecided whether .*replayed: +from "):
        certifier(tmp_path, Options(starts=4, undecided="fail"))(quadratic(), "no-local-minimum")


def test_a_predicate_of_minima_is_a_claim(tmp_path: Path) -> None:
    def is_low(minimum: CriticalPoint) -> bool:
        """Every local minimum has a value below 1/2."""
        return minimum.value < 1 / 2

    with pytest.raises(pytest.fail.Exception, match="falsified: Every local minimum has a value"):
        certifier(tmp_path, Options(starts=30))(quadratic(), is_low)


def test_counts_of_one_are_in_the_singular() -> None:
    assert (
        str(Tally(1, 1, 1, 1)) == "1 problem replayed, 1 drawn, 1 local minimum, 1 point undecided"
    )
    assert (
        str(Tally(2, 0, 0, 2)) == "2 problems replayed, 0 drawn, 0 local minima, 2 points undecided"
    )


def test_undecided_points_fail_the_test_only_if_asked(tmp_path: Path) -> None:
    saddle_or_not = Objective(Expression(["x"], ["w", "b"], ["w^2 + b^4"]), Data([[1]], [-1]))
    reporting = certifier(tmp_path, Options(starts=4))
    reporting(saddle_or_not, "no-local-minimum")
    assert tallies[-1].undecided > 0
    with pytest.raises(pytest.fail.Exception, match="undecided whether there is no local minimum"):
        certifier(tmp_path, Options(starts=4, undecided="fail"))(saddle_or_not, "no-local-minimum")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"starts": 0}, "starts: found 0, expected an integer from 1 on"),
        ({"undecided": "maybe"}, "undecided: found 'maybe', expected 'report' or 'fail'"),
    ],
)
def test_a_value_out_of_range_in_the_marker_gets_a_sentence(
    options: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(pytest.UsageError, match=re.escape(f"the marker certify: {sentence}")):
        Options(**options)


@pytest.mark.certify(example=3)
def test_an_unknown_argument_of_the_marker_gets_a_sentence(request: pytest.FixtureRequest) -> None:
    with pytest.raises(pytest.UsageError, match=r"example: found an unknown argument.*examples"):
        options_of(request.node, None)


@pytest.mark.certify(5)
def test_an_argument_without_a_name_gets_a_sentence(request: pytest.FixtureRequest) -> None:
    with pytest.raises(pytest.UsageError, match="found 5, expected arguments by keyword"):
        options_of(request.node, None)


@pytest.mark.certify(examples=3, seed=1)
def test_the_command_line_goes_before_the_marker(request: pytest.FixtureRequest) -> None:
    assert options_of(request.node, 7) == Options(examples=7, seed=1)
    assert options_of(request.node, None) == Options(examples=3, seed=1)


@pytest.mark.parametrize(
    ("problems", "claim", "sentence"),
    [
        (3, "no-local-minimum", "problems: found"),
        (st.integers(), "no-local-minimum", "among what is drawn, expected objectives"),
        (st.integers(), "no-minimum", "claim: found 'no-minimum', expected one of"),
        (st.integers(), 4, "claim: found"),
    ],
)
def test_a_mistake_in_the_call_gets_a_sentence(
    tmp_path: Path, problems: Any, claim: Any, sentence: str
) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        certifier(tmp_path, Options(starts=4))(problems, claim)


def test_without_the_fixture_pytest_does_not_import_numpy(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n\ndef test_it():\n    assert 'numpy' not in sys.modules\n"
    )
    ended = run(tmp_path, "-p", "no:hypothesispytest")
    assert ended.returncode == 0, ended.stdout


def test_the_sample_project_fails_only_where_its_claim_is_false(tmp_path: Path) -> None:
    here = Path(shutil.copytree(SAMPLE, tmp_path / "sample"))
    ended = run(here, "--hypothesis-seed=0", "--certify-examples=50")
    assert ended.returncode == 1
    assert "1 failed, 2 passed" in ended.stdout
    [certificate] = (here / "falsified").glob("*.json")
    accepted, sentence = verify(certificate)
    assert accepted, sentence
    [problem] = (here / "falsified").glob("*.toml")
    file = read_problem(problem)
    assert file.objective.data.samples == 2
    assert file.better is not None
