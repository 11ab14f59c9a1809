"""The HTML fragment says what the text says, and no word of it can inject markup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

from pgb.reports import Report
from pgb.reports.text import headline, rows

ALLOWED = {"table", "caption", "tr", "th", "td", "tbody"}


class Fragment(HTMLParser):
    """Collects tags and texts, and checks that tags are balanced."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_fragment_holds_the_headline_and_every_row(case: tuple[str, Report]) -> None:
    report = case[1]
    fragment = Fragment(report._repr_html_())
    expected = [headline(report), *(part for row in rows(report) for part in row)]
    assert fragment.texts == expected
    assert fragment.open == [] and fragment.tags <= ALLOWED


def test_names_with_markup_are_escaped(report_of: Callable[[str], Report]) -> None:
    report = replace(
        report_of("kink"),
        reason="<script>alert('x')</script> & <b>",
        one_sided={"<img src=x onerror=y>": (-1.0, 2.0)},
    )
    source = report._repr_html_()
    assert "<script" not in source and "<img" not in source and "<b>" not in source
    assert "<script>alert('x')</script> & <b>" in Fragment(source).texts
