"""A landscape as text, as JSON, as HTML, and as flat records."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from html import escape as escaped
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from pgb.search.merging import value_scale

if TYPE_CHECKING:
    from pgb.search.landscape import CriticalPoint, EscapeGroup, Landscape

Row = Sequence[str]

_COLUMNS = ("value", "verdict", "index", "hits", "orbit", "gap")
_ESCAPE_COLUMNS = ("escaping by", "growth", "limit values", "hits")
_LEFT = {"verdict", "escaping by", "growth"}
_MOST_ESCAPES = 6
_MOST_LIMITS = 3
# The columns that are wrapped on narrow screens, and how narrow they get.
_ELASTIC, _NARROWEST = {"verdict", "escaping by"}, 19
# Excess over the least value of any function that counts as rounding, relative to the value at 0.
_SAME = 1e-12
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def render_text(landscape: Landscape, width: int, rows: int, color: bool) -> str:
    """At most ``rows`` points and a few ways of escaping; tables fit into ``width``."""
    head = headline(landscape)
    lines = [f"{_BOLD}{head}{_PLAIN}" if color else head]
    if landscape.points:
        lines += _table(_COLUMNS, [_point_row(p) for p in landscape.points[:rows]], width)
        lines += _more(landscape.points, rows, "points")
    if landscape.escapes:
        escapes = _escape_rows(landscape.escapes)
        lines += ["", *_table(_ESCAPE_COLUMNS, escapes[:_MOST_ESCAPES], width)]
        lines += _more(escapes, _MOST_ESCAPES, "mechanisms")
    lines += ["", *notes(landscape)]
    return "\n".join(lines)


def headline(landscape: Landscape) -> str:
    """How many distinct points of each kind."""
    minima = landscape.minima
    words = [_number(len(minima), "distinct local minimum", "distinct local minima")]
    if landscape.work.proofs and minima:
        words[0] += f" ({sum(point.proved for point in minima)} proved)"
    if landscape.bad_minima:
        words.append(_number(len(landscape.bad_minima), "proved bad", "proved bad"))
    if landscape.saddles:
        words.append(_number(len(landscape.saddles), "saddle"))
    if landscape.undecided:
        words.append(_number(len(landscape.undecided), "undecided point"))
    if landscape.work.interrupted:
        words.append("so far (interrupted)")
    return ", ".join(words)


def notes(landscape: Landscape) -> list[str]:
    """The counts, which add up to the runs, and how the search went."""
    work = landscape.work
    counts = [f"{number} {outcome.name.lower()}" for outcome, number in landscape.counts.items()]
    lines = [f"runs     {landscape.runs} = {' + '.join(counts)}"]
    if landscape.lowest is not None:
        lines.append(f"lowest   {_lowest(landscape, landscape.lowest[0])}")
    if landscape.unseen is not None:
        lines.append(
            f"unseen   about {landscape.unseen:.1%} of further runs would end at new points"
        )
    elif landscape.runs:
        lines.append("unseen   not estimated, since most runs stalled")
    lines += [_stalled(landscape, run) for run in landscape.stalled]
    if work.undecided_pairs:
        pairs = _number(work.undecided_pairs, "pair")
        lines.append(f"distinct {pairs} of points may be images of each other: undecided")
    if work.claim is not None and landscape.counterexample is None:
        lines.append(f"claim    {work.claim}: {_nothing_found(landscape)}")
    asked = work.starts + work.saddles
    if work.stopped:
        lines.append(f"stopped  {work.stopped}, after {landscape.runs} of {asked} runs")
    elif landscape.runs > asked:
        lines.append(f"store    holds more than the {_number(asked, 'run')} asked for: all count")
    kept = f", {work.from_store} runs from the store" if work.from_store else ""
    lines.append(
        f"search   {work.seconds:.1f} s, {work.distribution} starts, seed {work.seed}{kept}"
    )
    return lines


def _lowest(landscape: Landscape, value: float) -> str:
    """The least value of all runs, which rounding may put below that of the first point."""
    shown = f"{value:.12g}, of all runs"
    first = next(iter(landscape.points), None)
    if first is None or first.gap or f"{first.value:.12g}" == f"{value:.12g}":
        return shown
    return f"{shown}; that of the first point up to rounding"


def _stalled(landscape: Landscape, run: CriticalPoint) -> str:
    least = landscape.objective.infimum().value
    scale = max(abs(least), value_scale(landscape.objective))
    words = ", as low as any function on the data," if run.value - least <= _SAME * scale else ""
    return (
        f"stalled  {_number(run.hits, 'run')}; the lowest at {run.value:.12g}{words} with gradient "
        f"norm {run.gradient_norm:.1e}"
    )


def _nothing_found(landscape: Landscape) -> str:
    proved, points = len(landscape.proved), _number(len(landscape.points), "distinct point")
    return f"no counterexample among {points}, {proved} proved (not a proof)"


def record(point: CriticalPoint) -> dict[str, Any]:
    """A point as a flat mapping, without its parameters and its certificate."""
    fields = {k: v for k, v in vars(point).items() if k not in ("parameters", "certificate")}
    verdict = None if point.verdict is None else point.verdict.name
    return {**fields, "outcome": point.outcome.name, "verdict": verdict}


def to_json_object(landscape: Landscape) -> dict[str, Any]:
    """The keys of ``pgb search --json``; numbers that are not finite are null."""
    lowest, work = landscape.lowest, landscape.work
    return {
        "points": [_json_point(landscape, point) for point in landscape.points],
        "escapes": [_json_escape(group) for group in landscape.escapes],
        "stalled": [_json_point(landscape, run) for run in landscape.stalled],
        "counts": {outcome.name.lower(): n for outcome, n in landscape.counts.items()},
        "runs": landscape.runs,
        "lowest": None if lowest is None else _plain(lowest[0]),
        "gap": _plain(landscape.gap),
        "unseen": landscape.unseen,
        "starts": work.starts,
        "saddles": work.saddles,
        "seed": work.seed,
        "distribution": work.distribution,
        "undecided_pairs": work.undecided_pairs,
        "stopped": work.stopped,
        "interrupted": work.interrupted,
        "claim": work.claim,
        "counterexample": None
        if landscape.counterexample is None
        else _json_point(landscape, landscape.counterexample),
        "seconds": work.seconds,
    }


def render_html(landscape: Landscape) -> str:
    """Tables for notebooks."""
    parts = [_html_table(headline(landscape), _COLUMNS, [_point_row(p) for p in _shown(landscape)])]
    if landscape.escapes:
        parts.append(_html_table("", _ESCAPE_COLUMNS, _escape_rows(landscape.escapes)))
    lines = "\n".join(notes(landscape))
    parts.append(f"<pre>{escaped(lines)}</pre>")
    return "".join(parts)


def _shown(landscape: Landscape) -> Sequence[CriticalPoint]:
    return landscape.points[:50]


def _point_row(point: CriticalPoint) -> Row:
    return (
        f"{point.value:.12g}",
        _verdict(point),
        str(point.index),
        str(point.hits),
        f"{point.orbit_size}" + (f" x R^{point.orbit_dimension}" if point.orbit_dimension else ""),
        "0" if point.gap == 0 else f"{point.gap:.4g}",
    )


def _verdict(point: CriticalPoint) -> str:
    name = "-" if point.verdict is None else point.verdict.name
    words = [
        "proved" if point.proved else "",
        point.kind or "",
        "global" if point.is_global else "",
        "bad" if point.bad else "",
        _number(point.kinks, "kink") if point.kinks else "",
        f"{point.free} flat" if point.free else "",
    ]
    shown = ", ".join(word for word in words if word)
    return f"{name} ({shown})" if shown else name


def _escape_rows(groups: Sequence[EscapeGroup]) -> list[Row]:
    """One row for each mechanism, most frequent first."""
    by_mechanism: dict[str, list[EscapeGroup]] = {}
    for group in groups:
        by_mechanism.setdefault(group.escape.mechanism, []).append(group)
    rows = [
        (sum(group.hits for group in alike), mechanism, _growth(alike), _limits(alike))
        for mechanism, alike in by_mechanism.items()
    ]
    return [(*words, str(hits)) for hits, *words in sorted(rows, key=lambda row: -row[0])]


def _growth(groups: Sequence[EscapeGroup]) -> str:
    """The growth law of most runs of which it is known."""
    hits: Counter[str] = Counter()
    for group in groups:
        hits[group.escape.growth] += group.hits
    del hits["unknown"]
    return hits.most_common(1)[0][0] if hits else "unknown"


def _limits(groups: Sequence[EscapeGroup]) -> str:
    """The different limits, or their range and number."""
    known = {f"{g.escape.limit:.6g}": g.escape.limit for g in groups if g.escape.limit is not None}
    shown = sorted(known, key=lambda text: known[text])
    if len(shown) <= _MOST_LIMITS:
        return ", ".join(shown) or "-"
    return f"{len(shown)} from {shown[0]} to {shown[-1]}"


def _table(columns: Row, rows: Sequence[Row], width: int) -> list[str]:
    widths = [max(len(row[place]) for row in (columns, *rows)) for place in range(len(columns))]
    excess = sum(widths) + 2 * (len(columns) - 1) - width
    if excess > 0:
        (place,) = (place for place, name in enumerate(columns) if name in _ELASTIC)
        widths[place] = max(widths[place] - excess, _NARROWEST)
    return [line for row in (columns, *rows) for line in _lines(columns, row, widths)]


def _lines(columns: Row, row: Row, widths: Sequence[int]) -> list[str]:
    """A row, whose longest cells go on below."""
    cells = [
        wrap(cell, width, break_on_hyphens=False) if len(cell) > width else [cell]
        for cell, width in zip(row, widths, strict=True)
    ]
    aligned = [
        [part.ljust(width) if name in _LEFT else part.rjust(width) for part in parts]
        for name, parts, width in zip(columns, cells, widths, strict=True)
    ]
    empty = [" " * width for width in widths]
    columnwise = zip_longest(*aligned)
    return [
        "  ".join(part or blank for part, blank in zip(parts, empty, strict=True)).rstrip()
        for parts in columnwise
    ]


def _html_table(caption: str, columns: Row, rows: Sequence[Row]) -> str:
    head = "".join(f"<th>{escaped(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escaped(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f"<table><caption style='text-align:left;font-weight:bold'>{escaped(caption)}</caption>"
        f"<tr>{head}</tr>{body}</table>"
    )


def _more(shown: Sequence[Any], most: int, words: str) -> list[str]:
    return [f"... and {len(shown) - most} more {words}"] if len(shown) > most else []


def _number(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _json_point(landscape: Landscape, point: CriticalPoint) -> dict[str, Any]:
    by_name = {name: _plain(array.tolist()) for name, array in landscape.by_name(point).items()}
    fields = {key: _plain(value) for key, value in record(point).items()}
    first = ("verdict", "proved", "value", "index", "hits")
    ordered = {key: fields[key] for key in first} | fields
    return {**ordered, "parameters": by_name, "certified": point.certificate is not None}


def _json_escape(group: EscapeGroup) -> dict[str, Any]:
    escape = group.escape
    return {
        "mechanism": escape.mechanism,
        "growth": escape.growth,
        "limit": _plain(escape.limit),
        "direction": {name: _plain(value) for name, value in escape.direction.items()},
        "value": _plain(group.value),
        "hits": group.hits,
        "first_start": group.first_start,
        "seek": group.seek,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value
