"""The page on the theorem: its steps run, and no failure mode is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from counterexamples import examples

DOCS = Path(__file__).resolve().parents[2] / "docs"
TEXT = (DOCS / "elimination.md").read_text(encoding="utf-8")


def test_every_step_runs_and_holds() -> None:
    blocks = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, Any] = {}
    for block in blocks:
        assert block is blocks[0] or "assert" in block
        exec(compile(block, "elimination.md", "exec"), names)


def test_every_failure_mode_is_named() -> None:
    named = re.findall(r"\(examples/(\w+)\.md\)", TEXT)
    failures = [example.name for example in examples() if example.kind == "failure mode"]
    assert sorted(named) == sorted(failures)


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)(?:#\w+)?\)", TEXT))
def test_links_lead_somewhere(target: str) -> None:
    assert (DOCS / target).exists()
