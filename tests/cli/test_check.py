"""``pgb check``: exit codes, reports, and sentences for bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from pgb.cli import main

MINIMUM = """
[data]
x = [[-1], [0], [1]]
y = [1, 1, 1]
[model]
kind = "expression"
inputs = ["x"]
parameters = ["w", "b"]
outputs = ["(w*x + b)^2"]
[candidate]
w = 1
b = 0
"""
THREE_MISTAKES = """
[data]
x = [[0], [1]]
y = [0, nan]
[model]
kind = "network"
layers = [1, 1]
activaton = "tanh"
[candidate]
W1 = [[1, 2]]
b1 = [0]
"""


def pgb(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture
def problem(tmp_path: Path) -> Path:
    path = tmp_path / "p.toml"
    path.write_text(MINIMUM)
    return path


def test_a_local_minimum_exits_with_0(problem: Path) -> None:
    result = pgb("check", str(problem))
    assert result.exit_code == 0
    assert result.stdout.startswith("LOCAL_MINIMUM (proved")


def test_json_gives_the_verdict_and_nothing_else(problem: Path) -> None:
    result = pgb("check", str(problem), "--json")
    report = json.loads(result.stdout)
    assert (report["verdict"], report["proved"]) == ("LOCAL_MINIMUM", True)
    assert result.exit_code == 0


def test_a_better_point_makes_the_minimum_bad(problem: Path, tmp_path: Path) -> None:
    (tmp_path / "better.toml").write_text("w = 0\nb = 1\n")
    result = pgb("check", str(problem), "--better", str(tmp_path / "better.toml"), "--json")
    assert json.loads(result.stdout)["bad"] is True


@pytest.mark.parametrize("section", ["", "[candidate]\n"])
def test_the_candidate_may_come_from_a_toml_file(
    problem: Path, tmp_path: Path, section: str
) -> None:
    (tmp_path / "c.toml").write_text(section + "w = 1\nb = 1\n")
    result = pgb("check", str(problem), "--candidate", str(tmp_path / "c.toml"))
    assert result.exit_code == 10
    assert result.stdout.startswith("NOT_A_LOCAL_MINIMUM (proved")


def test_the_candidate_may_come_from_an_npz_file(problem: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", w=np.array(1.0), b=np.array(0.0))
    result = pgb("check", str(problem), "--candidate", str(tmp_path / "c.npz"), "--json")
    report = json.loads(result.stdout)
    assert report["verdict"] == "LOCAL_MINIMUM"
    assert report["radius"] == 1e-6


def test_the_radius_of_the_ball_is_the_users(problem: Path, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"vector": [1.0, 0.0]}')
    result = pgb(
        "check", str(problem), "--candidate", str(tmp_path / "c.json"), "--radius=1e-3", "--json"
    )
    assert json.loads(result.stdout)["radius"] == 1e-3


def test_polishing_moves_a_float_candidate_to_the_minimum(problem: Path, tmp_path: Path) -> None:
    (tmp_path / "c.json").write_text('{"vector": [1.001, 0.001]}')
    options = ("check", str(problem), "--candidate", str(tmp_path / "c.json"))
    assert pgb(*options).exit_code != 0
    assert pgb(*options, "--polish").exit_code == 0


def test_three_mistakes_are_three_sentences(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(THREE_MISTAKES)
    result = pgb("check", str(path))
    assert result.exit_code == 2
    assert result.stdout == ""
    sentences = result.stderr.splitlines()
    assert len(sentences) == 3
    for key in ("model.activaton", "data.y[1]", "candidate.W1"):
        assert any(sentence.startswith(f"{path}: {key}: found ") for sentence in sentences)


@pytest.mark.parametrize("hostile", ['__import__("os")', "().__class__", "exec('1')", "lambda: 0"])
def test_code_in_a_candidate_is_refused_by_the_grammar(
    problem: Path, tmp_path: Path, hostile: str
) -> None:
    path = tmp_path / "c.json"
    path.write_text(json.dumps({"w": hostile, "b": 0}))
    result = pgb("check", str(problem), "--candidate", str(path))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{path}: candidate.w: expression ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["diabets"], "diabets: problem: found neither a file nor a problem called 'diabets', exp"),
        (["no.toml"], "no.toml: problem: found no file 'no.toml', expected a problem file"),
        (["xor", "--candidate", "no.toml"], "no.toml: file: found no file no.toml"),
        (["xor", "--radius", "-1"], "-1.0, expected a positive finite number"),
        (["xor", "--radius", "nan"], "nan, expected a positive finite number"),
        (["xor", "--radius", "x"], "'x' is not a valid float"),
        (["xor", "--seed", "-1"], "-1 is not in the range"),
        (["xor", "--unknown"], "No such option"),
        ([], "Missing argument 'PROBLEM'"),
    ],
)
def test_bad_arguments_exit_with_2(arguments: list[str], sentence: str) -> None:
    result = pgb("check", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("width", [10**11, 10**21])
def test_a_network_too_wide_to_hold_is_a_sentence(tmp_path: Path, width: int) -> None:
    path = tmp_path / "p.json"
    model = {"kind": "network", "layers": [1, width, 1], "activation": "tanh"}
    path.write_text(json.dumps({"data": {"x": [[0]], "y": [0]}, "model": model}))
    result = pgb("check", str(path))
    assert result.exit_code == 2
    assert result.stderr == (
        f"{path}: model.layers: found widths with {3 * width + 1} parameters, expected at most "
        "10000000\n"
    )


def test_too_little_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError("Unable to allocate 671. GiB")

    monkeypatch.setattr("pgb.problem_files.read_problem", exhausted)
    result = pgb("check", "xor")
    assert (result.exit_code, result.stderr) == (
        2,
        "found too little memory (Unable to allocate 671. GiB), expected a problem that fits into "
        "it\n",
    )


@pytest.mark.parametrize("polish", [[], ["--polish"]])
def test_squares_that_overflow_cause_no_warning(tmp_path: Path, polish: list[str]) -> None:
    path = tmp_path / "p.json"
    model = {"kind": "expression", "inputs": ["x"], "parameters": ["u"], "outputs": ["u"]}
    data = {"x": [[0]], "y": [1]}
    path.write_text(json.dumps({"data": data, "model": model, "candidate": {"u": 1e300}}))
    result = pgb("check", str(path), *polish)
    assert result.exit_code == 10
    assert "norm 2e+300" in result.stdout or polish
    assert not polish or "moved the candidate by 1e+300" in " ".join(result.stdout.split())
    assert result.stderr == ""


def test_a_problem_may_come_through_a_pipe(problem: Path) -> None:
    command = [sys.executable, "-c", "from pgb.cli import main; main()", "check", "/dev/stdin"]
    as_json = json.dumps(tomllib.loads(MINIMUM))
    for text in (MINIMUM, as_json):
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
        assert done.stdout.startswith("LOCAL_MINIMUM (proved, strict)"), done.stderr


def test_what_is_neither_a_file_nor_a_pipe_is_not_read() -> None:
    result = pgb("check", "/dev/zero")
    assert result.exit_code == 2
    assert "found neither a file nor a pipe at '/dev/zero', expected" in result.stderr


def test_what_pgb_writes_is_recognized(problem: Path, tmp_path: Path) -> None:
    certificate, report = tmp_path / "c.json", tmp_path / "r.json"
    pgb("check", str(problem), "--certificate", str(certificate))
    report.write_text(pgb("check", str(problem), "--json").stdout)
    hints = {
        certificate: "a certificate, expected a problem file; `pgb verify` re-checks certificates",
        report: "what `pgb check --json` prints, expected a problem file",
    }
    for path, hint in hints.items():
        result = pgb("check", str(path))
        assert (result.exit_code, result.stderr) == (2, f"{path}: file: found {hint}\n")


def test_a_problem_without_a_candidate_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(MINIMUM.partition("[candidate]")[0])
    result = pgb("check", str(path))
    assert result.exit_code == 2
    assert result.stderr == f"{path}: candidate: found none, expected [candidate] or --candidate\n"


def test_interrupting_ends_without_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pgb.problem_files.read_problem", interrupted)
    result = pgb("check", "xor")
    assert (result.exit_code, result.stderr) == (130, "interrupted\n")


def test_an_error_of_the_system_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "secret.toml")

    monkeypatch.setattr("pgb.problem_files.read_problem", refused)
    result = pgb("check", "xor")
    assert (result.exit_code, result.stderr) == (2, "secret.toml: Permission denied\n")


def test_the_installed_command_reports_and_exits(problem: Path) -> None:
    command = [sys.executable, "-c", "from pgb.cli import main; main()", "check", str(problem)]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("LOCAL_MINIMUM")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("missing/c.json", "no folder "),
        ("", "a folder"),
        ("a" * 300, "a name of 300 characters"),
    ],
)
def test_a_bad_place_for_a_certificate_is_found_before_the_check(
    problem: Path, tmp_path: Path, name: str, found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unwanted(*_: object, **__: object) -> None:
        raise AssertionError("the problem was read")

    monkeypatch.setattr("pgb.problem_files.read_problem", unwanted)
    result = pgb("check", str(problem), "--certificate", str(tmp_path / name))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("--certificate ")
    assert f": found {found}" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_certificate_never_replaces_what_is_no_plain_file(problem: Path) -> None:
    result = pgb("check", str(problem), "--certificate", os.devnull)
    assert result.exit_code == 2
    assert "no plain file" in result.stderr


def test_a_failing_write_names_the_certificate_and_no_temporary_file(
    problem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / ".certificate.x1"))

    monkeypatch.setattr("os.replace", full)
    path = tmp_path / "c.json"
    result = pgb("check", str(problem), "--certificate", str(path))
    assert result.exit_code == 2
    assert result.stderr == f"--certificate {path}: No space left on device\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["p.toml"]


def test_verifying_a_missing_file_is_one_plain_sentence(tmp_path: Path) -> None:
    result = pgb("verify", str(tmp_path / "nope.json"), str(tmp_path))
    assert result.exit_code == 2
    assert "UNREADABLE: found no such file, expected a certificate" in result.output
    assert "UNREADABLE: found a folder, expected a certificate" in result.output
    assert "Errno" not in result.output


def test_very_long_file_names_are_cut_short(problem: Path) -> None:
    for result in (
        pgb("check", "a" * 3000 + ".toml"),
        pgb("check", str(problem), "--candidate", "a" * 3000 + ".npz"),
        pgb("verify", "a" * 3000 + ".json"),
    ):
        assert result.exit_code == 2
        assert len(result.output) < 400
        assert "Traceback" not in result.output


def test_the_name_of_a_file_is_said_once(problem: Path, tmp_path: Path) -> None:
    (tmp_path / "bin.npz").write_bytes(b"\x00\x01")
    result = pgb("check", str(problem), "--candidate", str(tmp_path / "bin.npz"))
    assert result.stderr.count("bin.npz") == 1
    assert "it is no archive" in result.stderr


def test_a_lower_point_is_found_if_asked_for(problem: Path) -> None:
    result = pgb("check", str(problem), "--find-better")
    assert result.exit_code == 0
    assert result.stdout.startswith("LOCAL_MINIMUM (proved, strict, bad)")
    assert result.stderr == "--find-better: 100 starts found a lower point\n"


def test_no_lower_point_is_made_up(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(MINIMUM.replace("w = 1\nb = 0", "w = 0\nb = 1"))
    result = pgb("check", str(path), "--find-better")
    assert "global" in result.stdout.splitlines()[0]
    assert result.stderr == "--find-better: 100 starts found no lower point\n"


def test_a_refused_certificate_is_no_proof_where_one_is_required(
    problem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pgb.certificates.verify", lambda _: (False, "as a test wants it"))
    call = ["check", str(problem), "--certificate", str(tmp_path / "c.json")]
    assert pgb(*call).exit_code == 0
    assert pgb(*call, "--require-proof").exit_code == 20
