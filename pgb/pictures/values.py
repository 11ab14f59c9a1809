"""The values that a search found, and how often."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pgb.errors import InputError
from pgb.pictures.style import (
    DEGENERATE,
    ESCAPE,
    GREY,
    MINIMUM,
    SADDLE,
    STALLED,
    Look,
    cleaned,
    legend_above,
    look_of,
    new_figure,
    scale_values,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pgb.search.landscape import Landscape

_HEIGHT = 2.6
# A value, the number of runs that ended there, and whether something is proved about it.
_Mark = tuple[float, int, bool]


def plot_values(landscape: Landscape) -> Figure:
    """Values against the number of runs that ended there, markers by kind.

    Filled markers are proved, open ones are numerical judgements. Runs to infinity are at their
    limit value, or at the value where they were given up if none could be estimated. Runs that
    settled nowhere are one mark at the lowest of them.

    Raises:
        InputError: if nothing was found, or matplotlib is not installed.
    """
    marks = _marks(landscape)
    shown = [mark for group in marks.values() for mark in group]
    if not shown:
        raise InputError("landscape: found no end of a run, expected some to draw")
    with new_figure(_HEIGHT) as (figure, axes):
        lowest = min(value for value, _, _ in shown)
        axes.axhline(lowest, color=GREY, linewidth=0.6, linestyle=(0, (4, 3)), zorder=0)
        for place, (look, group) in enumerate(marks.items()):
            # Minima above all else.
            _draw(axes, look, group, zorder=6 - place)
        scale_values(axes.yaxis, [value for value, _, _ in shown])
        _count_axis(axes, [hits for _, hits, _ in shown])
        axes.set_ylabel("objective value")
        legend_above(figure, axes)
    return figure


def _marks(landscape: Landscape) -> dict[Look, list[_Mark]]:
    groups: dict[Look, list[_Mark]] = {
        look: [] for look in (MINIMUM, SADDLE, DEGENERATE, ESCAPE, STALLED)
    }
    for point in landscape.points:
        groups[look_of(point)].append((point.value, point.hits, point.proved))
    for group in landscape.escapes:
        limit = group.escape.limit
        groups[ESCAPE].append((group.value if limit is None else limit, group.hits, False))
    groups[STALLED].extend((run.value, run.hits, False) for run in landscape.stalled)
    objective = landscape.objective
    return {
        look: [(float(cleaned(objective, value)), hits, proved) for value, hits, proved in group]
        for look, group in groups.items()
    }


def _draw(axes: Axes, look: Look, marks: Iterable[_Mark], zorder: int) -> None:
    parts = {True: [m for m in marks if m[2]], False: [m for m in marks if not m[2]]}
    for proved, part in parts.items():
        if part:
            axes.plot(
                [hits for _, hits, _ in part],
                [value for value, _, _ in part],
                linestyle="none",
                marker=look.marker,
                markersize=5,
                markeredgewidth=1.0,
                markeredgecolor=look.color,
                markerfacecolor=look.color if proved else "none",
                label=f"{look.label}, proved" if proved else look.label,
                clip_on=False,
                zorder=zorder,
            )


def _count_axis(axes: Axes, hits: list[int]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    top = max(hits)
    axes.set_xscale("log")
    axes.set_xlim(0.8, max(1.25 * top, 12))
    axes.xaxis.set_major_locator(LogLocator(10, subs=(1.0,) if top > 500 else (1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda count, _: f"{count:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("runs that ended there")
