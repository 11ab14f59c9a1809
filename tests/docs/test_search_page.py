"""The page on searches: its commands print what it shows, its examples hold, its keys exist."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pgb.cli import main
from pgb.search import Outcome
from pgb.search.claims import CLAIMS
from pgb.search.starts import DISTRIBUTIONS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "search.md"
TEXT = PAGE.read_text(encoding="utf-8")
SHOWN = re.findall(
    r"<!-- output: pgb (.*?) -->\n\n```console\n\$ pgb [^\n]*\n(.*?)```", TEXT, re.DOTALL
)
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the problem files of the page."""
    path = tmp_path_factory.mktemp("page")
    names = re.findall(r"`(\w+\.toml)`:", TEXT)
    for name, text in zip(names, re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL), strict=True):
        (path / name).write_text(text, encoding="utf-8")
    return path


def run(command: str) -> str:
    return CliRunner().invoke(main, command.split(), env={"COLUMNS": "100"}).stdout


def words(text: str) -> str:
    """The text without its numbers, whose last digits differ between machines, and spaces."""
    return " ".join(NUMBER.sub("#", text).split())


@pytest.mark.parametrize(("command", "shown"), SHOWN)
def test_commands_print_what_is_shown(
    command: str, shown: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert words(run(command)) == words(shown)


def test_the_page_shows_a_search_and_a_box() -> None:
    assert [command.split()[1] for command, _ in SHOWN] == ["curve.toml", "parabola.toml"]


def test_the_examples_hold(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 4
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, "search.md", "exec"), names)


def test_all_keys_of_the_json_are_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    found = json.loads(run("search curve.toml --starts 20 --json"))
    listed = set(re.findall(r"`(\w+)`", TEXT.partition("## JSON")[2]))
    assert set(found) | set(found["points"][0]) <= listed


def test_names_on_the_page_are_those_of_the_code() -> None:
    assert set(CLAIMS) == set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", TEXT)) - {"log-uniform"}
    assert all(f"`{name}" in TEXT for name in DISTRIBUTIONS)
    assert all(f"*{outcome.name.lower()}*" in TEXT for outcome in Outcome)


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", TEXT)
    assert targets and all((PAGE.parent / target).exists() for target in targets)
