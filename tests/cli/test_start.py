"""``pgb --help`` starts without the heavy imports, and lists the commands."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from pgb.cli import main

HEAVY = ("numpy", "scipy", "sympy", "flint", "hypothesis", "rich")


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["check", "--help"], ["search", "--help"], ["problems"]],
)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys
from pgb.cli import main
try:
    main({arguments!r})
except SystemExit:
    pass
print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_help_lists_the_commands_that_exist() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert list(main.commands) == ["check", "search", "plot", "verify", "problems", "examples"]
    for name in main.commands:
        assert f"  {name}" in result.stdout


def test_problems_lists_the_named_problems() -> None:
    listed = json.loads(CliRunner().invoke(main, ["problems", "--json"]).stdout)
    names = [problem["name"] for problem in listed]
    assert names == ["breast-cancer", "diabetes", "iris", "linnerud", "xor"]
    text = CliRunner().invoke(main, ["problems"]).stdout
    assert [line.split()[0] for line in text.splitlines()] == names


def test_a_closed_pipe_ends_a_command_quietly() -> None:
    """With 141, as of programs that SIGPIPE ends, and not with a code that means something."""
    command = [sys.executable, "-c", "from pgb.cli import main; main()", "examples", "list"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141
