"""Certificates in files, and the counts at the end of a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flint
import pytest

from pgb.certificates import checking
from pgb.certificates.certificate import digest

FOLDER = Path(__file__).parent
COUNTS: Counter[str] = Counter()


@pytest.fixture(autouse=True)
def precision_is_restored() -> Iterator[None]:
    """Parts of the checker that tests call directly set the precision of the whole process."""
    before = flint.ctx.prec
    yield
    flint.ctx.prec = before


@pytest.fixture
def verdict(tmp_path: Path) -> Callable[[Any], tuple[int, str]]:
    """Exit code and sentence of the checker for a JSON value; counted."""

    def run(value: Any, what: str = "") -> tuple[int, str]:
        path = tmp_path / "certificate.json"
        path.write_text(json.dumps(value), encoding="utf-8")
        code, _, sentence = checking.verify(str(path))
        if what:
            COUNTS[f"{what} {('accepted', 'refused', 'unreadable')[code]}"] += 1
        return code, sentence

    return run


def seal(value: Any) -> Any:
    """Words and hash made to fit, as far as that can be done."""
    try:
        value["claim"]["words"] = checking.words(value["claim"])
        value["sha256"] = digest(value["problem"])
    except (KeyError, TypeError, IndexError, AttributeError, checking.Refused):
        pass
    return value


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many certificates were accepted and refused."""
    if COUNTS:
        counts = ", ".join(f"{number} {what}" for what, number in sorted(COUNTS.items()))
        terminalreporter.write_line(f"certificates: {counts}")
