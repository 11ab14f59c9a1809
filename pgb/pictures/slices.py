"""Two-dimensional slices of an objective."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError
from pgb.numbers import Float64
from pgb.pictures.planes import Plane
from pgb.pictures.style import BLACK, WIDTH, look_of, new_figure
from pgb.problems import Objective

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pgb.search.landscape import Landscape

Vector = npt.NDArray[np.float64]

_HEIGHT = 3.0
_BATCH = 1024
# Excess over the lowest value is drawn over this many decades at most.
_DECADES = 6.0
_LEVELS = 13
# A point this near to the plane, relative to the reach, is in it.
_IN_PLANE = 1e-6
# In points: the axes' longer side, half a marker, and where a number may stand beside it.
_SIDE, _MARKER = 160.0, 3.5
_OFFSETS = np.array([(1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1)], float)


def plot_slice(
    landscape: Landscape,
    plane: Plane,
    *,
    marked: Sequence[int] = (),
    resolution: int = 201,
) -> Figure:
    """Contours of the excess over the lowest value in the square around the origin of a plane.

    Args:
        landscape: gives the objective and the numbered points.
        plane: where to look.
        marked: places in ``landscape.points`` to mark, with their numbers from 1; a point outside
            the plane is marked at its projection, in brackets.
        resolution: values along each side.

    Places without a finite value are hatched.

    Raises:
        InputError: for wrong arguments, no finite value, or if matplotlib is not installed.
    """
    places = _checked(landscape, plane, marked, resolution)
    s, t = _coordinates(landscape, plane, places, resolution)
    values = _values_on(landscape.objective, plane, s, t)
    if not np.any(np.isfinite(values)):
        raise InputError("slice: found no finite value in the plane, expected some")
    with new_figure(_HEIGHT, WIDTH) as (figure, axes):
        excess, levels = _excess(values)
        axes.set_facecolor("white")
        axes.fill_between(
            [s[0], s[-1]], t[0], t[-1], facecolor="none", hatch="////", edgecolor="#c0c0c0", lw=0
        )
        _contours(figure, axes, s, t, excess, levels)
        axes.set_xlim(s[0], s[-1])
        axes.set_ylim(t[0], t[-1])
        _mark(axes, landscape, plane, places)
        axes.set_aspect("equal")
        axes.set_xlabel(plane.names[0])
        axes.set_ylabel(plane.names[1])
    return figure


def _checked(
    landscape: Landscape, plane: Plane, marked: Sequence[int], resolution: int
) -> list[int]:
    if resolution < 2:
        raise InputError(f"resolution: found {resolution}, expected an integer >= 2")
    if plane.origin.size != landscape.objective.size:
        raise InputError(
            f"plane: found {plane.origin.size} parameters, expected {landscape.objective.size}"
        )
    for place in marked:
        if not 0 <= place < len(landscape.points):
            raise InputError(
                f"marked: found {place}, expected places from 0 to {len(landscape.points) - 1}"
            )
    return list(dict.fromkeys(marked))


def _coordinates(
    landscape: Landscape, plane: Plane, places: Sequence[int], resolution: int
) -> tuple[Vector, Vector]:
    """The grid along both axes: the square of the plane, wider if a marked point needs it."""
    low, high = np.full(2, -plane.reach), np.full(2, plane.reach)
    if places:
        within, distance = plane.coordinates([landscape.points[k].parameters for k in places])
        inside = within[distance <= _IN_PLANE * plane.reach]
        low = np.minimum(low, np.min(1.15 * inside, axis=0, initial=0.0))
        high = np.maximum(high, np.max(1.15 * inside, axis=0, initial=0.0))
    s, t = (np.linspace(a, b, resolution) for a, b in zip(low, high, strict=True))
    return s, t


def _values_on(objective: Objective, plane: Plane, s: Vector, t: Vector) -> Vector:
    """Values (len(t), len(s)); what overflows is NaN."""
    ss, tt = np.meshgrid(s, t)
    points = plane.points(ss, tt).reshape(-1, objective.size)
    ar = Float64()
    parts = [
        np.asarray(objective.value(ar, points[begin : begin + _BATCH]))
        for begin in range(0, len(points), _BATCH)
    ]
    values = np.concatenate(parts).reshape(ss.shape)
    return np.where(np.isfinite(values), values, np.nan)


def _excess(values: Vector) -> tuple[Vector, Vector]:
    """Excess over the lowest value, at least the lowest level, and logarithmic levels for it."""
    lowest, highest = float(np.nanmin(values)), float(np.nanmax(values))
    excess = values - lowest
    spread = highest - lowest
    if spread == 0:
        return np.where(np.isfinite(excess), 1.0, np.nan), np.array([0.5, 2.0])
    low = float(np.nanquantile(excess[excess > 0], 0.005))
    low = max(low, spread * 10.0**-_DECADES)
    levels = np.geomspace(low, spread, _LEVELS)
    return np.maximum(excess, low * 1e-3), levels


def _contours(
    figure: Figure, axes: Axes, s: Vector, t: Vector, excess: Vector, levels: Vector
) -> None:
    from matplotlib.colors import LogNorm
    from matplotlib.ticker import LogFormatterSciNotation, LogLocator

    masked = np.ma.masked_invalid(excess)
    norm = LogNorm(levels[0], levels[-1])
    filled: Any = axes.contourf(
        s, t, masked, levels=levels, norm=norm, cmap="viridis", extend="min"
    )
    axes.contour(s, t, masked, levels=levels, colors="white", linewidths=0.3)
    beside = axes.inset_axes((1.04, 0.0, 0.05, 1.0))
    bar = figure.colorbar(filled, cax=beside, label="value − lowest value shown")
    bar.ax.yaxis.set_major_locator(LogLocator(10))
    bar.ax.yaxis.set_major_formatter(LogFormatterSciNotation(10, labelOnlyBase=False))
    bar.ax.minorticks_off()
    bar.ax.tick_params(labelsize=7.0)


def _mark(axes: Axes, landscape: Landscape, plane: Plane, places: Sequence[int]) -> None:
    if not places:
        return
    within, distances = plane.coordinates([landscape.points[place].parameters for place in places])
    outside = distances > _IN_PLANE * plane.reach
    for place, (x, y), is_outside in zip(places, within, outside, strict=True):
        axes.plot(
            [x],
            [y],
            linestyle="none",
            marker=look_of(landscape.points[place]).marker,
            markersize=6,
            markerfacecolor="none" if is_outside else "white",
            markeredgecolor="white" if is_outside else BLACK,
            markeredgewidth=1.0,
            zorder=3,
        )
    texts = [
        f"({place + 1})" if is_outside else str(place + 1)
        for place, is_outside in zip(places, outside, strict=True)
    ]
    _number(axes, within, texts)


def _number(axes: Axes, within: Vector, texts: Sequence[str]) -> None:
    """Write each text beside its point, where it covers no marker and no other text."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    points = (within - [left, bottom]) * _SIDE / max(right - left, top - bottom)
    taken = [(point, np.full(2, _MARKER)) for point in points]
    for point, place, text in zip(points, within, texts, strict=True):
        half = np.array([2.2 * len(text) + 1.0, 4.5])
        free = [
            offset
            for offset in _OFFSETS * (half + _MARKER + 1.0)
            if all(np.any(np.abs(point + offset - at) >= half + size) for at, size in taken)
        ]
        offset = free[0] if free else _OFFSETS[0] * (half + _MARKER + 1.0)
        taken.append((point + offset, half))
        axes.annotate(
            text,
            tuple(place),
            xytext=tuple(offset),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=8,
            color=BLACK,
            annotation_clip=True,
            bbox={"boxstyle": "round,pad=0.1", "facecolor": "white", "alpha": 0.8, "lw": 0},
            zorder=4,
        )
