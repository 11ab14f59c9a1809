"""``pgb examples``: list, show and run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from counterexamples import examples
from counterexamples.example import Decision
from counterexamples.runner import Result as Outcome
from pgb.cli import main
from pgb.problem_files import read_problem

NAMES = [example.name for example in examples()]


def pgb(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["examples", *arguments])


def test_list_names_every_example() -> None:
    assert [entry["name"] for entry in json.loads(pgb("list", "--json").stdout)] == NAMES
    text = pgb("list").stdout
    assert all(name in text for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_shown_problem_is_a_problem_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(pgb("show", name, "--problem").stdout)
    problem = read_problem(path)
    assert problem.candidate is not None and problem.candidate.exact


def test_show_states_the_claims() -> None:
    example = examples()[0]
    text = pgb("show", example.name).stdout
    for words in (example.title, example.statement, *(c.text for c in example.claims)):
        assert words in text
    shown = json.loads(pgb("show", example.name, "--json").stdout)
    assert shown["problem"]["candidate"]


def test_run_decides_the_claims_of_the_named_example() -> None:
    example = examples()[0]
    result = pgb("run", example.name, "--examples", "1", "--json")
    outcome = json.loads(result.stdout)
    assert result.exit_code == outcome["exit_code"] == 0
    assert [r["claim"] for r in outcome["results"]] == [c.text for c in example.claims]
    assert {r["decision"] for r in outcome["results"]} == {"holds"}


@pytest.mark.parametrize(
    ("decision", "code"), [(Decision.HOLDS, 0), (Decision.FAILS, 1), (Decision.UNDECIDED, 20)]
)
def test_exit_code_follows_the_worst_claim(
    monkeypatch: pytest.MonkeyPatch, decision: Decision, code: int
) -> None:
    name = NAMES[0]
    outcomes = [Outcome(name, "first", "x"), Outcome(name, "second", "x", witness="w = 3")]
    outcomes[0].counts[Decision.HOLDS] = 2
    outcomes[1].counts[decision] = 2
    monkeypatch.setattr("counterexamples.runner.run", lambda *_, **__: outcomes)
    result = pgb("run", name)
    assert result.exit_code == code
    lines = result.stdout.splitlines()
    assert lines[0] == name
    assert lines[1].startswith("    holds     first (2 members, ")
    assert ("w = 3" in result.stdout) == (code != 0)


def test_an_unknown_example_is_refused() -> None:
    result = pgb("show", "nothing of the kind")
    assert result.exit_code == 2
    assert result.stderr.startswith("example: found 'nothing of the kind', expected one of ")
