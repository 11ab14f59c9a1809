"""Disconnectivity graphs: which minima a barrier separates, and how high it is at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from pgb.errors import InputError
from pgb.pictures.style import (
    BLACK,
    ESCAPE,
    MINIMUM,
    SADDLE,
    cleaned,
    legend_above,
    new_figure,
    scale_values,
)
from pgb.search.connections import Connections, connect
from pgb.search.merge_tree import Basin, merge_tree, restricted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pgb.search.landscape import Landscape

_HEIGHT = 3.0
_NUMBERED = 18


def plot_disconnectivity(
    landscape: Landscape, connections: Connections | None = None, *, leaves: int = 60
) -> Figure:
    """The minima as leaves of a tree, joined at the lowest saddle found between them.

    A join is an upper bound for the barrier between two minima: a lower saddle may have been
    missed. Minima that no saddle found joins hang in separate trees. An arrow marks the lowest
    saddle found from which a side runs to infinity.

    Args:
        landscape: of a search that also sought saddles.
        connections: of the landscape; found here if None.
        leaves: the most minima to draw, lowest first.

    Raises:
        InputError: if the landscape has no minimum, or matplotlib is not installed.
    """
    graph = connect(landscape) if connections is None else connections
    if not graph.minima:
        raise InputError("landscape: found no local minimum, expected some to draw")
    if leaves < 1:
        raise InputError(f"leaves: found {leaves}, expected an integer >= 1")
    graph = _cleaned(landscape, graph)
    trees = restricted(merge_tree(graph), leaves)
    with new_figure(_HEIGHT) as (figure, axes):
        scale_values(axes.yaxis, _heights(trees))
        _draw_leaves(axes, trees, graph)
        _draw_trees(axes, trees)
        axes.set_ylabel("objective value")
        axes.set_xlabel(_caption(graph, trees))
        legend_above(figure, axes, columns=2)
    return figure


def _cleaned(landscape: Landscape, graph: Connections) -> Connections:
    """The graph with 0 for values that are rounding errors."""

    def clean(value: float) -> float:
        return float(cleaned(landscape.objective, value))

    return replace(
        graph,
        minima=tuple(replace(m, value=clean(m.value)) for m in graph.minima),
        connections=tuple(replace(c, value=clean(c.value)) for c in graph.connections),
    )


def _caption(graph: Connections, trees: Sequence[Basin]) -> str:
    shown, found = sum(len(tree.leaves) for tree in trees), len(graph.minima)
    minima = f"{found} minima" if shown == found else f"lowest {shown} of {found} minima"
    if found == 1:
        minima = "one minimum"
    saddles = len(graph.saddles)
    words = "no saddle found" if not saddles else f"from the {saddles} saddles found"
    return f"{minima}, {words if saddles != 1 else 'from the one saddle found'}"


def _heights(trees: Sequence[Basin]) -> list[float]:
    basins = [basin for tree in trees for basin in tree]
    return [b.value for b in basins] + [b.way_out for b in basins if b.way_out is not None]


def _positions(trees: Sequence[Basin]) -> dict[int, float]:
    order = [leaf for tree in trees for leaf in tree.leaves]
    return {leaf: float(place) for place, leaf in enumerate(order)}


def _draw_trees(axes: Axes, trees: Sequence[Basin]) -> None:
    place = _positions(trees)
    lines: list[tuple[list[float], list[float]]] = []
    joins: list[tuple[float, float]] = []
    outs: list[tuple[float, float]] = []
    for tree in trees:
        for basin in tree:
            x = _middle(basin, place)
            if basin.way_out is not None:
                outs.append((x, basin.way_out))
            if not basin.parts:
                continue
            joins.append((x, basin.value))
            ends = [_middle(part, place) for part in basin.parts]
            lines.append(([min(ends), max(ends)], [basin.value, basin.value]))
            lines += [
                ([end, end], [part.value, basin.value])
                for end, part in zip(ends, basin.parts, strict=True)
            ]
    for xs, ys in lines:
        axes.plot(xs, ys, color=BLACK, linewidth=0.8, solid_capstyle="projecting")
    _draw_roots(axes, trees, place)
    for look, marks, label in (
        (SADDLE, joins, "lowest saddle found"),
        (ESCAPE, outs, "way to infinity"),
    ):
        if marks:
            axes.plot(
                [x for x, _ in marks],
                [y for _, y in marks],
                linestyle="none",
                marker=look.marker,
                markersize=4,
                color=look.color,
                label=label,
                zorder=3,
            )


def _draw_roots(axes: Axes, trees: Sequence[Basin], place: dict[int, float]) -> None:
    """Stems of the trees up to the edge: where they join, if they do, no saddle has shown."""
    axes.margins(y=0.1)
    low, high = axes.get_ylim()
    for tree in trees:
        x = _middle(tree, place)
        axes.plot([x, x], [tree.value, high], color=BLACK, lw=0.8, ls=(0, (1, 2)))
    axes.set_ylim(low, high)


def _middle(basin: Basin, place: dict[int, float]) -> float:
    return float(np.mean([place[leaf] for leaf in basin.leaves]))


def _draw_leaves(axes: Axes, trees: Sequence[Basin], graph: Connections) -> None:
    place = _positions(trees)
    for new in (False, True):
        chosen = [leaf for leaf in place if (graph.minima[leaf].point is None) is new]
        if not chosen:
            continue
        axes.plot(
            [place[leaf] for leaf in chosen],
            [graph.minima[leaf].value for leaf in chosen],
            linestyle="none",
            marker=MINIMUM.marker,
            markersize=4,
            markeredgecolor=MINIMUM.color,
            markerfacecolor="white" if new else MINIMUM.color,
            label="minimum, from a saddle only" if new else "minimum",
            zorder=3,
        )
    axes.set_xlim(-0.7, len(place) - 0.3)
    axes.set_xticks([])
    if len(place) <= _NUMBERED:
        for leaf, x in place.items():
            point = graph.minima[leaf].point
            if point is None:
                continue
            axes.annotate(
                str(point + 1),
                (x, graph.minima[leaf].value),
                xytext=(0, -4),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=7,
            )
