"""The page on limits runs: each example is undecided, or decided, as it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def test_every_example_of_the_page_runs_and_holds() -> None:
    assert len(BLOCKS) == 7
    names: dict[str, Any] = {}
    for block in BLOCKS:
        assert block is BLOCKS[0] or "assert" in block
        exec(compile(block, "limits.md", "exec"), names)
