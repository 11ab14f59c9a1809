"""``pgb search``: exit codes, what is printed, and where results are kept."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pgb.certificates import verify
from pgb.cli import main
from pgb.search import search
from pgb.search.chunk import Task, run_chunk
from pgb.search.interrupts import uninterrupted
from pgb.search.records import ChunkResult

PROBLEM = """
[data]
x = [[-2], [-1], [-0.5], [0.5], [1], [2]]
y = [0.4, -0.9, 0.3, 0.8, -0.2, 0.7]
[model]
kind = "network"
layers = [1, 3, 1]
activation = "tanh"
[regularizer]
weight_decay = 0.001
"""


#: Fits y = (w x + b)^2 to three points: four minima, two of them bad, and five other points.
FORMULA = """
[data]
x = [[1], [2], [3]]
y = [1, 2, 1]
[model]
kind = "expression"
inputs = ["x"]
parameters = ["w", "b"]
outputs = ["(w*x + b)^2"]
"""


UNIT = """
[data]
x = [[1], [2]]
y = [0.75, 0.5]
[model]
kind = "network"
layers = [1, 1]
output_activation = "sigmoid"
bias = false
"""


def pgb(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["search", *arguments])


@pytest.fixture
def problem(tmp_path: Path) -> str:
    path = tmp_path / "p.toml"
    path.write_text(PROBLEM)
    return str(path)


@pytest.fixture
def formula(tmp_path: Path) -> str:
    path = tmp_path / "formula.toml"
    path.write_text(FORMULA)
    return str(path)


def test_all_points_of_a_box_are_listed(formula: str, tmp_path: Path) -> None:
    result = pgb(formula, "--exhaustive", "-3", "3", "--certificates", str(tmp_path / "c"))
    assert result.exit_code == 0
    assert "The box holds 9 critical points" in result.stdout
    assert verify(tmp_path / "c" / "complete-list.json")[0]


def test_a_list_that_assumes_something_says_how_to_prove_it(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(UNIT)
    problem = str(path)
    hint = "--certificates DIR writes a proof of the list that does not assume this."
    assert hint in pgb(problem, "--exhaustive", "-1", "1").stdout
    result = pgb(problem, "--exhaustive", "-1", "1", "--certificates", str(tmp_path / "c"))
    assert hint not in result.stdout
    assert "a proof of the list that does not assume this" in result.stderr
    assert verify(tmp_path / "c" / "complete-list.json")[0]


@pytest.mark.parametrize(
    ("box", "claim", "code"),
    [
        (("-3", "3"), "every-minimum-is-global", 1),
        (("-3", "3"), "no-local-minimum", 1),
        (("-3", "3"), "every-critical-point-is-a-minimum", 1),
        (("-0.5", "1.5"), "every-minimum-is-global", 0),
        (("5", "6"), "no-local-minimum", 0),
    ],
)
def test_claims_are_decided_in_a_box(
    formula: str, box: tuple[str, str], claim: str, code: int
) -> None:
    result = pgb(formula, "--exhaustive", *box, "--claim", claim, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["claim"]) == (code, {"name": claim, "holds": code == 0})


def test_a_list_that_is_not_complete_is_undecided(formula: str) -> None:
    result = pgb(formula, "--exhaustive", "-3", "3", "--time", "1e-9")
    assert result.exit_code == 20
    assert "the list may not be complete" in result.stdout


def test_options_about_starts_mean_nothing_for_a_box(formula: str) -> None:
    result = pgb(formula, "--exhaustive", "-3", "3", "--starts", "5", "--prove")
    assert result.exit_code == 2
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
        "--starts",
        "--prove",
    ]


def test_saddles_are_found_on_request(formula: str) -> None:
    result = pgb(formula, "--starts", "100", "--saddles", "100", "--prove", "--json")
    points = json.loads(result.stdout)["points"]
    assert [point["index"] for point in points] == [0, 0, 1, 1, 2]
    assert all(point["proved"] for point in points)
    assert [point["bad"] for point in points] == [None, True, None, None, None]


def test_the_table_is_printed(problem: str) -> None:
    result = pgb(problem, "--starts", "60")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("2 distinct local minima\n")


def test_json_gives_points_and_counts_and_nothing_else(problem: str) -> None:
    result = pgb(problem, "--starts", "60", "--saddles", "20", "--prove", "--json")
    found = json.loads(result.stdout)
    assert (found["starts"], found["saddles"], found["runs"]) == (60, 20, 80)
    assert sum(found["counts"].values()) == 80
    assert all(p["proved"] for p in found["points"] if p["verdict"] == "LOCAL_MINIMUM")


def test_a_claim_refuted_exits_with_1(problem: str) -> None:
    result = pgb(problem, "--starts", "400", "--claim", "every-minimum-is-global")
    assert result.exit_code == 1
    assert "stopped  at a counterexample to 'every local minimum is global'" in result.stdout


def test_a_claim_without_a_counterexample_is_undecided(problem: str) -> None:
    result = pgb(problem, "--starts", "3", "--seed", "1", "--claim", "no-local-minimum", "--json")
    assert result.exit_code == 1
    none = pgb(problem, "--starts", "0", "--claim", "no-local-minimum")
    assert none.exit_code == 20
    words = "no-local-minimum: no counterexample among 0 distinct points, 0 proved (not a proof)"
    assert f"claim    {words}" in none.stdout


def test_the_same_command_goes_on_with_its_store(problem: str, tmp_path: Path) -> None:
    options = (problem, "--starts", "60", "--store", str(tmp_path / "s.db"), "--json")
    first, second = (json.loads(pgb(*options).stdout) for _ in range(2))
    assert first.pop("seconds") > second.pop("seconds")
    assert first == second


def interrupted_in_chunk(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    chunks: list[Task] = []

    def run(task: Task) -> ChunkResult:
        chunks.append(task)
        if len(chunks) == number:
            raise KeyboardInterrupt
        return run_chunk(task)

    monkeypatch.setattr("pgb.search.session.run_chunk", run)


def test_an_interrupted_search_prints_what_it_found(
    problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_in_chunk(3, monkeypatch)
    result = pgb(problem, "--starts", "2000", "--workers", "1")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")
    assert result.stdout.startswith("2 distinct local minima, so far (interrupted)\n")
    assert "stopped  since it was interrupted, after 512 of 2000 runs" in result.stdout


def test_the_json_of_an_interrupted_search_says_so(
    problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_in_chunk(1, monkeypatch)
    result = pgb(problem, "--starts", "40", "--workers", "1", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["interrupted"], found["runs"]) == (130, True, 0)


def test_a_search_by_the_library_passes_interrupts_on(
    problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted_in_chunk(1, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        search(problem, starts=40, workers=1)


def test_an_interrupt_waits_until_a_result_is_taken_in() -> None:
    done = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt), uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("all")
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["all"]


def test_certificates_are_written_and_accepted(problem: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "certificates"
    result = pgb(problem, "--starts", "60", "--prove", "--certificates", str(folder))
    assert result.stderr == f"{folder}: 2 certificates written\n"
    assert sorted(path.name for path in folder.iterdir()) == ["point-1.json", "point-2.json"]
    assert all(verify(path)[0] for path in folder.iterdir())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["diabets"], "diabets: problem: found neither a file nor a problem called 'diabets'"),
        (["xor", "--starts", "-1"], "-1 is not in the range"),
        (["xor", "--time", "0"], "0.0 is not in the range"),
        (["xor", "--time", "nan"], "time: found nan, expected a positive number"),
        (["xor", "--claim", "nothing"], "claim: found 'nothing', expected one of every-local-min"),
        (["xor", "--distribution", "x"], "distribution: found 'x', expected one of"),
        (["xor", "--workers", "0"], "0 is not in the range"),
        (["xor", "--store", "/"], "store /: found a folder, expected a file or a new name"),
        (["xor", "--exhaustive", "3", "-3"], "--exhaustive: found 3 -3, expected finite numbers"),
        (["xor", "--exhaustive", "0", "inf"], "--exhaustive: found 0 inf, expected finite"),
        (["xor", "--certificates", "/dev/null/x"], "--certificates: found /dev/null/x"),
        ([], "Missing argument 'PROBLEM'"),
    ],
)
def test_bad_arguments_exit_with_2(arguments: list[str], sentence: str) -> None:
    result = pgb(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_another_problems_store_is_one_sentence(problem: str, tmp_path: Path) -> None:
    store = str(tmp_path / "s.db")
    pgb(problem, "--starts", "16", "--store", store)
    result = pgb("xor", "--starts", "16", "--store", store)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert "found results of another problem, expected" in result.stderr


def test_the_installed_command_prints_the_table_without_colors(problem: str) -> None:
    command = [sys.executable, "-c", "from pgb.cli import main; main()", "search", problem]
    done = subprocess.run(
        [*command, "--starts", "32"],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2 distinct local minima")
    assert "\x1b" not in done.stdout


def test_named_problems_with_a_candidate_are_searched_without_it() -> None:
    result = pgb("diabetes", "--starts", "2", "--json")
    assert (result.exit_code, json.loads(result.stdout)["runs"]) == (0, 2)
