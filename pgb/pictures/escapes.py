"""Runs that escape to infinity: the value falls to its limit while the parameters grow."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError
from pgb.pictures.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    VERMILION,
    new_figure,
    scale_values,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pgb.search.landscape import EscapeGroup, Landscape

Vector = npt.NDArray[np.float64]

# Inches: of the axes, and of a line of the legend above them.
_HEIGHT, _LINE = 2.3, 0.14
#: The most ways of escaping in one picture.
MOST = 6
_LOOKS = (
    (BLUE, "o", "-"),
    (VERMILION, "s", "--"),
    (GREEN, "^", "-."),
    (ORANGE, "D", ":"),
    (PURPLE, "v", (0, (5, 1, 1, 1, 1, 1))),
    (BLACK, "x", (0, (8, 2))),
)
# Characters in a line of the legend.
_WRAP = 56
_CHECKPOINTS = 40
_LAST = 500


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A run that escapes.

    Attributes:
        group: the way of escaping whose first run it is.
        norms: (k,) Euclidean norms of the parameters along it.
        excess: (k,) values minus the limit, or minus the last value where no limit is known.
    """

    group: EscapeGroup
    norms: Vector
    excess: Vector


def plot_escapes(landscape: Landscape, *, most: int = 4) -> Figure:
    """Value minus limit against the norm of the parameters, for the commonest ways of escaping.

    The first run of each is made again.

    Args:
        landscape: of a search.
        most: how many ways to draw, at most 6.

    Raises:
        InputError: if no run escapes, or matplotlib is not installed.
    """
    if not 1 <= most <= MOST:
        raise InputError(f"most: found {most}, expected an integer from 1 to {MOST}")
    if not landscape.escapes:
        raise InputError("landscape: found no run that escapes to infinity, expected some to draw")
    found = trajectories(landscape, most)
    labels = [_label(trajectory.group) for trajectory in found]
    lines = sum(label.count("\n") + 1 for label in labels)
    with new_figure(_HEIGHT + _LINE * lines) as (figure, axes):
        for trajectory, label, (color, marker, line) in zip(found, labels, _LOOKS, strict=False):
            axes.plot(
                trajectory.norms,
                trajectory.excess,
                color=color,
                marker=marker,
                linestyle=line,
                markersize=3,
                label=label,
            )
        scale_values(axes.xaxis, [norm for trajectory in found for norm in trajectory.norms])
        axes.set_yscale("log")
        axes.set_xlabel("norm of the parameters")
        unknown = any(trajectory.group.escape.limit is None for trajectory in found)
        axes.set_ylabel("value − limit (or last value)" if unknown else "value − limit")
        figure.legend(loc="outside upper left", ncols=1, handlelength=2.6, borderpad=0.1)
    return figure


def trajectories(landscape: Landscape, most: int = MOST) -> list[Trajectory]:
    """The first runs of the commonest ways of escaping, made again."""
    from pgb.numbers import Float64
    from pgb.search.descent import descend
    from pgb.search.starts import draw

    objective, work = landscape.objective, landscape.work
    groups = landscape.escapes[:most]
    budgets = np.unique(np.geomspace(1, _LAST, _CHECKPOINTS).astype(int))
    result = []
    for group in groups:
        first = range(group.first_start, group.first_start + 1)
        start = draw(objective, work.distribution, work.seed, first)
        points = [start[0]]
        for budget in budgets:
            ends = descend(objective, start, iterations=int(budget), seek=group.seek)
            points.append(ends.points[0])
            if ends.iterations[0] < budget:
                break
        points.append(group.parameters)
        path = np.array(points)
        values = np.asarray(objective.value(Float64(), path))
        result.append(_trajectory(group, path, values))
    return result


def _trajectory(group: EscapeGroup, path: Vector, values: Vector) -> Trajectory:
    limit = group.escape.limit
    excess = values - (values[-1] if limit is None else limit)
    norms = np.linalg.norm(path, axis=-1)
    good = np.isfinite(excess) & (excess > 0) & np.isfinite(norms) & (norms > 0)
    return Trajectory(group, norms[good], excess[good])


def _label(group: EscapeGroup) -> str:
    limit = group.escape.limit
    ending = "limit unknown" if limit is None else f"limit {limit:.4g}"
    # A number stays on the line of its unit.
    runs = "1\N{NO-BREAK SPACE}run" if group.hits == 1 else f"{group.hits}\N{NO-BREAK SPACE}runs"
    return "\n".join(wrap(f"{group.escape.mechanism}: {ending}, {runs}", _WRAP))
