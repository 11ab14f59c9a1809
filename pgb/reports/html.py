"""A report as an HTML fragment for notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from pgb.conditions import Verdict
from pgb.reports.text import headline, rows

if TYPE_CHECKING:
    from pgb.reports.report import Report

_COLORS = {
    Verdict.LOCAL_MINIMUM: "#1a7f37",
    Verdict.NOT_A_LOCAL_MINIMUM: "#cf222e",
    Verdict.ESCAPING: "#8250df",
    Verdict.UNDECIDED: "#9a6700",
}


def render_html(report: Report) -> str:
    """A table whose heading carries the verdict in its color."""
    body = "".join(
        f"<tr><th style='text-align:left'>{escape(label)}</th>"
        f"<td style='text-align:left'>{escape(words)}</td></tr>"
        for label, words in rows(report)
    )
    color = _COLORS[report.verdict]
    return (
        f"<table><caption style='color:{color};text-align:left;font-weight:bold'>"
        f"{escape(headline(report))}</caption>{body}</table>"
    )
