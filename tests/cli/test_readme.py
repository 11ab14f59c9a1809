"""What the README shows is what happens."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

from pgb.cli import main
from pgb.problem_files import read_problem

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


def readme_output() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "readme_output", ROOT / "docs" / "readme_output.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SHOWN = readme_output().expected_outputs(TEXT)


def words(text: str) -> str:
    """The text without its numbers (the last digits differ between machines) and line breaks."""
    return " ".join(NUMBER.sub("#", text).split())


@pytest.mark.parametrize("command", SHOWN)
def test_the_output_shown_is_the_output_of_now(command: str) -> None:
    now = readme_output().output(command, TEXT)
    assert words(now) == words(SHOWN[command]), "run: python docs/readme_output.py"


def test_the_readme_shows_real_output() -> None:
    assert len(SHOWN) == 3
    assert all(re.match(r"[A-Z_]+ \(", text) for text in SHOWN.values())


@pytest.mark.certify(examples=10, starts=20)
def test_the_python_blocks_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certify: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 4
    names: dict[str, Any] = {}  # shared: the last block goes on from the one before
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test(*[certify] * ("certify" in inspect.signature(test).parameters))
    assert read_problem("solution.toml").objective.elimination is not None


def test_the_example_commands_work() -> None:
    commands = re.findall(r"^\$ pgb (examples .*)$", TEXT, re.MULTILINE)
    assert len(commands) == 3
    for command in commands:
        few = ["--examples", "0"] if " run " in command else []
        assert CliRunner().invoke(main, command.split() + few).exit_code == 0


def test_one_command_installs_and_checks_and_another_runs_the_tests() -> None:
    commands = re.findall(r"^\$ (python3 .*)$", TEXT, re.MULTILINE)
    assert len(commands) == 2
    assert commands[0].endswith("pip install . && pgb check diabetes")
    assert commands[1].endswith("--group test && pytest")
    assert TEXT.index("<!-- test-command -->") < TEXT.index(commands[1])


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", TEXT))
def test_links_lead_somewhere(target: str) -> None:
    assert (ROOT / target).exists()
