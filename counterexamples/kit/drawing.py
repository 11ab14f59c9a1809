"""Pictures of examples: matplotlib, from the extra ``plot``."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from counterexamples.kit.example import Example
from counterexamples.kit.members import Member
from counterexamples.kit.numbers import parameter_names
from counterexamples.kit.pictures import Curves, Line, Picture, Surface
from counterexamples.kit.pictures import Path as Route
from pgb.errors import InputError
from pgb.numbers import Array, Float64
from pgb.problems import Candidate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_POINTS = 400
_GRID = 121
_LEVEL = 1.0
_SIZE, _DPI = (5.0, 3.4), 120
_CURVE, _GOOD, _BAD = "#1f4e79", "#2e7d32", "#b3261e"
_TRACES = (_CURVE, _GOOD, "#e08a00", "#7b4fa3")


def draw(example: Example, path: str | Path) -> None:
    """Draw the example's picture of its canonical member into a file (.png, .svg, .pdf).

    Raises:
        InputError: the example has no picture, or matplotlib is not installed.
        OSError: the file cannot be written.
    """
    if example.picture is None:
        raise InputError(f"{example.name}: found no picture, expected an example that has one")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError("matplotlib: found none, expected pip install 'pgb[plot]'") from None
    figure = Figure(figsize=_SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    with np.errstate(all="ignore"):
        draw_on(axes, example.picture, example.member)
    figure.savefig(path, dpi=_DPI, metadata=_without_date(path))


def _without_date(path: str | Path) -> dict[str, Any]:
    return {"Software": None} if Path(path).suffix == ".png" else {}


def draw_on(axes: Axes, picture: Picture, member: Member) -> None:
    """Draw a picture of a member into axes of matplotlib."""
    if isinstance(picture, Line):
        _line(axes, picture, member)
    elif isinstance(picture, Surface):
        _surface(axes, picture, member)
    elif isinstance(picture, Curves):
        _curves(axes, picture, member)
    else:
        _route(axes, picture, member)


def _values(member: Member, points: Array) -> Array:
    return np.asarray(member.objective.value(Float64(), points), dtype=float)


def _floats(candidate: Candidate) -> Array:
    return np.asarray(Float64().asarray(candidate.point), dtype=float)


def _line(axes: Axes, picture: Line, member: Member) -> None:
    start = _floats(member.candidate)
    other = member.better if picture.to is None else picture.to(member)
    if other is None:
        raise InputError("picture: found no point to draw the line to, expected a better point")
    end = _floats(Candidate.of(member.objective.parameters, other))
    t = np.linspace(*picture.extent, _POINTS)
    axes.plot(t, _values(member, start + t[:, None] * (end - start)), color=_CURVE)
    ends = _values(member, np.stack([start, end]))
    axes.plot([0], ends[:1], "o", color=_BAD, label="candidate")
    label = "better point" if picture.to is None else "other point"
    axes.plot([1], ends[1:], "o", color=_GOOD, label=label)
    axes.set_xlabel(f"t on the line from the candidate (0) to the {label} (1)", fontsize=9)
    axes.set_ylabel("loss")
    _finish(axes, picture.log)


def _surface(axes: Axes, picture: Surface, member: Member) -> None:
    start = _floats(member.candidate)
    x, y = np.linspace(*picture.x_range, _GRID), np.linspace(*picture.y_range, _GRID)
    points = np.tile(start, (_GRID * _GRID, 1))
    grid_x, grid_y = np.meshgrid(x, y)
    points[:, picture.x], points[:, picture.y] = grid_x.ravel(), grid_y.ravel()
    values = _values(member, points).reshape(_GRID, _GRID)
    shown = np.log10(np.maximum(values, 1e-12)) if picture.log else values
    contours = axes.contourf(x, y, shown, levels=24, cmap="viridis")
    axes.figure.colorbar(contours, label="log10 of the loss" if picture.log else "loss")
    here = _candidate_loss(member)
    if values.min() < here < values.max():
        axes.contour(x, y, values, levels=[here], colors="white", linewidths=_LEVEL)
        axes.plot([], [], color="white", lw=_LEVEL, label="the candidate's loss")
    axes.plot(start[picture.x], start[picture.y], "o", color=_BAD, label="candidate")
    if member.better is not None:
        better = _floats(member.better)
        rest = [i for i in range(len(start)) if i not in (picture.x, picture.y)]
        inside = picture.x_range[0] <= better[picture.x] <= picture.x_range[1]
        inside = inside and picture.y_range[0] <= better[picture.y] <= picture.y_range[1]
        if inside and np.array_equal(start[rest], better[rest]):
            axes.plot(better[picture.x], better[picture.y], "o", color="white", label="better")
    names = parameter_names(member.objective)
    axes.set(xlabel=names[picture.x], ylabel=names[picture.y])
    axes.legend(loc="best", fontsize=8, facecolor="lightgray")


def _route(axes: Axes, picture: Route, member: Member) -> None:
    ar, t = Float64(), np.linspace(0.0, picture.until, _POINTS)
    points = np.stack([np.asarray(picture.curve(member, ar, v), dtype=float) for v in t])
    lines = axes.plot(t, _values(member, points), color=_CURVE, label="loss")
    axes.set(xlabel="t along the path")
    axes.set_ylabel("loss", color=_CURVE)
    norms = axes.twinx()
    lines += norms.plot(t, np.linalg.norm(points, axis=1), "--", color=_BAD, label="norm")
    norms.set_ylabel("norm of the parameters", color=_BAD)
    _finish(axes, picture.log)
    # Above the curves, which cross the whole picture.
    axes.legend(handles=lines, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=8)


def _curves(axes: Axes, picture: Curves, member: Member) -> None:
    ar, t = Float64(), np.linspace(*picture.extent, _POINTS)
    here = _candidate_loss(member)
    base = here if picture.change else 0.0
    for color, trace in zip(cycle(_TRACES), picture.traces, strict=False):
        objective = trace.objective(member) if trace.objective else member.objective
        points = np.stack([np.asarray(trace.curve(member, ar, v), dtype=float) for v in t])
        values = np.asarray(objective.value(ar, points), dtype=float)
        axes.plot(t, values - base, color=color, label=trace.label)
    axes.axhline(here - base, ls=":", color=_BAD, label=picture.level)
    axes.set(xlabel=picture.t, ylabel="change of the loss" if picture.change else "loss")
    _finish(axes, picture.log)


def _candidate_loss(member: Member) -> float:
    return float(_values(member, _floats(member.candidate)[None])[0])


def _finish(axes: Axes, log: bool) -> None:
    if log:
        axes.set_yscale("log")
    axes.grid(alpha=0.3)
    axes.legend(loc="best", fontsize=8)
