"""The count of the trap corpus at the end of a test run."""

from __future__ import annotations

from collections import Counter

import pytest

COLUMNS = ("proved right", "numerically right", "undecided", "WRONG")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many traps were answered how; a trap that crashed counts as wrong."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if "test_no_wrong_answer" in report.nodeid and report.when == "call"
    ]
    if not reports:
        return
    answers = Counter(dict(report.user_properties).get("trap", "WRONG") for report in reports)
    counts = ", ".join(f"{answers[column]} {column.lower()}" for column in COLUMNS)
    terminalreporter.write_line(f"trap corpus: {len(reports)} problems, {counts}")
