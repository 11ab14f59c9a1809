"""``pgb examples``: list, show and run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import counterexamples
from counterexamples import Claim, Decision, Member, examples
from counterexamples import Outcome as Found
from counterexamples import Result as Outcome
from counterexamples.kit import claims
from pgb.certificates import verify
from pgb.cli import main
from pgb.problem_files import read_problem

NAMES = [example.name for example in examples()]
VALLEYS = "one_unit_under_a_convex_loss_has_no_bad_local_minimum"


def pgb(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["examples", *arguments])


def test_list_names_every_example() -> None:
    assert [entry["name"] for entry in json.loads(pgb("list", "--json").stdout)] == NAMES
    text = pgb("list").stdout
    assert all(name in text for name in NAMES)


def test_list_keeps_what_has_all_the_tags() -> None:
    arguments: tuple[str, ...] = ("--activation", "relu", "--loss", "squared", "--depth", "1")
    arguments += ("--phenomenon", "separate valleys", "--kind", "bad minimum")
    found = json.loads(pgb("list", *arguments, "--certificate", "strict", "--json").stdout)
    assert VALLEYS in [entry["name"] for entry in found]
    nothing = pgb("list", "--kind", "bad minimum", "--loss", "absolute", "--depth", "0")
    assert (nothing.stdout, nothing.stderr) == ("", "no example has all of these\n")


def test_a_broken_example_file_is_one_sentence_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_on_purpose.py").write_text("EXAMPLE = nosuch\n")
    monkeypatch.setattr(counterexamples, "__path__", [*counterexamples.__path__, str(tmp_path)])
    examples.cache_clear()
    try:
        result = pgb("list")
    finally:
        examples.cache_clear()
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "counterexamples/broken_on_purpose.py, line 1: found NameError (name 'nosuch' is not "
        "defined), expected an example file that Python can import\n"
    )


def test_an_unknown_tag_is_refused_with_those_in_use() -> None:
    result = pgb("list", "--kind", "nothing")
    assert result.exit_code == 2
    assert result.stderr.startswith("--kind: found 'nothing', expected one of bad minimum, ")


@pytest.mark.parametrize("name", NAMES)
def test_the_shown_problem_is_a_problem_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(pgb("show", name, "--problem").stdout)
    assert read_problem(path).candidate is not None


def test_show_states_the_claims_and_the_numbers() -> None:
    (example,) = (e for e in examples() if e.name == VALLEYS)
    text = pgb("show", VALLEYS).stdout
    claims = [claim.text for claim in example.claims]
    for words in (example.title, example.statement, example.mathematics, *claims):
        assert words in text
    assert "value: 16" in text and "value there: 9" in text
    shown = json.loads(pgb("show", VALLEYS, "--json").stdout)
    assert shown["problem"]["candidate"] and shown["numbers"]["value"] == "16"
    assert [claim["text"] for claim in shown["claims"]] == claims


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_show_draws_the_picture(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"p.{suffix}"
    assert pgb("show", VALLEYS, "--picture", str(path)).exit_code == 0
    assert path.stat().st_size > 1000


@pytest.mark.parametrize("place", ["picture", "no/such/folder/p.png"])
def test_a_picture_that_cannot_be_written_is_refused(place: str, tmp_path: Path) -> None:
    result = pgb("show", VALLEYS, "--picture", str(tmp_path / place))
    assert result.exit_code == 2 and place in result.stderr


def test_run_decides_the_claims_of_the_named_example() -> None:
    example = examples()[0]
    result = pgb("run", example.name, "--examples", "1", "--json")
    outcome = json.loads(result.stdout)
    assert result.exit_code == outcome["exit_code"] == 0
    assert [r["claim"] for r in outcome["results"]] == [c.text for c in example.all_claims]
    assert {r["decision"] for r in outcome["results"]} == {"holds"}


def test_run_writes_certificates_that_the_checker_accepts(tmp_path: Path) -> None:
    arguments = ("run", VALLEYS, "--examples", "0", "--certificates", str(tmp_path / "new"))
    result = pgb(*arguments)
    assert result.exit_code == 0
    files = sorted((tmp_path / "new" / VALLEYS).glob("*.json"))
    assert len(files) == 2 and all(verify(file)[0] for file in files)
    assert "certificates  2 accepted, 0 refused" in result.stdout
    found = json.loads(pgb(*arguments, "--json").stdout)["certificates"][VALLEYS]
    assert {entry["accepted"] for entry in found} == {True}


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
    monkeypatch.setattr("counterexamples.kit.runner.run", lambda *_, **__: outcomes)
    result = pgb("run", name)
    assert result.exit_code == code
    lines = result.stdout.splitlines()
    assert lines[0] == name
    assert lines[1].startswith("    holds     first (2 members, ")
    assert ("w = 3" in result.stdout) == (code != 0)
    assert "examples      1, 2 members" in result.stdout


def input_is_at_most_one(member: Member) -> Found:
    p = member.objective.data.inputs[0, 0]
    return Found.holds("p <= 1") if p <= 1 else Found.fails(f"p = {p}")


def with_claim(monkeypatch: pytest.MonkeyPatch, claim: Claim) -> None:
    (example,) = (e for e in examples() if e.name == VALLEYS)
    changed = replace(example, claims=(claim,))
    monkeypatch.setattr("counterexamples.kit.registry.find", lambda _: changed)


def test_a_claim_that_fails_says_for_how_many_members_and_which_is_the_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with_claim(monkeypatch, Claim("p is at most 1", input_is_at_most_one, "inputs"))
    entry = json.loads(pgb("run", VALLEYS, "--certificates", str(tmp_path), "--json").stdout)
    (result,) = entry["results"]
    first, simplest = result["failures"]
    assert result["counts"]["fails"] < result["members"] == 21 and first["member"] > 0
    for failure in (first, simplest):
        p = read_problem(failure["problem"]).objective.data.inputs[0, 0]
        assert failure["detail"] == f"p = {p}" and p > 1
    lines = pgb("run", VALLEYS, "--certificates", str(tmp_path)).stdout.splitlines()
    assert f"p is at most 1 ({result['counts']['fails']} of 21 members, " in lines[1]
    assert lines[2].strip() == f"member {first['member']} of those drawn: {first['detail']}"
    assert lines[3].strip() == f"at {first['candidate']}"
    assert lines[4].strip() == first["problem"]
    assert lines[5].strip() == f"the simplest member found: {simplest['detail']}"
    assert "--certificates DIR writes the problem files" in pgb("run", VALLEYS).stdout


def test_a_canonical_member_that_fails_comes_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    never = Claim("never", lambda _: Found.fails("it does not"), "nothing")
    with_claim(monkeypatch, never)
    lines = pgb("run", VALLEYS, "--certificates", str(tmp_path)).stdout.splitlines()
    assert "never (21 of 21 members, " in lines[1]
    assert lines[2].strip() == "the canonical member: it does not"
    assert lines[3].strip() == "at W1[0,0] = 3"
    problem = read_problem(lines[4].strip())
    assert problem.candidate is not None and list(problem.candidate.point) == [3]
    assert problem.better is not None and list(problem.better.point) == [-4]
    assert "simplest" not in "".join(lines)


def test_the_problem_file_is_that_of_the_question_of_the_claim(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    there = claims.global_minimum(question=lambda member: member.eliminated(1))
    with_claim(monkeypatch, there)
    pgb("run", VALLEYS, "--examples", "0", "--certificates", str(tmp_path))
    (path,) = (tmp_path / VALLEYS / "failures").glob("*.canonical.toml")
    assert read_problem(path).objective.elimination is not None


def test_an_example_that_is_named_twice_runs_once() -> None:
    once = json.loads(pgb("run", VALLEYS, "deep_linear", "--examples", "0", "--json").stdout)
    names = (VALLEYS, "deep_linear", VALLEYS.upper(), "deep linear", VALLEYS)
    assert len(set(names)) > 2
    twice = json.loads(pgb("run", *names, "--examples", "0", "--json").stdout)
    assert [r["claim"] for r in twice["results"]] == [r["claim"] for r in once["results"]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "NAME: found none, expected names of examples or --all"),
        (("--all", VALLEYS), f"--all: found beside '{VALLEYS}', expected one or the other"),
    ],
)
def test_run_wants_names_or_all(arguments: tuple[str, ...], sentence: str) -> None:
    result = pgb("run", *arguments)
    assert (result.exit_code, result.stderr) == (2, sentence + "\n")


def test_an_unknown_example_is_refused_with_the_nearest_one() -> None:
    result = pgb("show", "one unti under convex los")
    assert result.exit_code == 2
    assert result.stderr.startswith("example: found 'one unti under convex los', expected a name")
    assert f"did you mean '{VALLEYS}'?" in result.stderr
