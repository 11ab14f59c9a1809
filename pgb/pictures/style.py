"""What all pictures share: size, colours that colour-blind readers tell apart, axes of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError
from pgb.numbers import Float64

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from pgb.problems import Objective
    from pgb.search.landscape import CriticalPoint

#: Inches: one column of a paper.
WIDTH = 3.4

# The palette of Okabe and Ito 2008.
BLACK, GREY = "#000000", "#767676"
BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
VERMILION, PURPLE, SKY = "#D55E00", "#CC79A7", "#56B4E9"

# Any: matplotlib's stubs list every key.
_RC: Any = {
    "font.size": 8.0,
    "axes.labelsize": 8.0,
    "axes.titlesize": 8.0,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "legend.fontsize": 7.0,
    "axes.linewidth": 0.6,
    "lines.linewidth": 1.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "mathtext.default": "regular",
}
# Values that span more than this factor are drawn on a logarithmic axis.
_WIDE = 20.0
# Values below this times that at the origin are rounding errors.
_ROUNDING = 1e-14


@dataclass(frozen=True)
class Look:
    """How a kind of point is drawn: a colour and, for those who do not see it, a marker."""

    label: str
    color: str
    marker: str


MINIMUM = Look("minimum", BLUE, "o")
SADDLE = Look("saddle", VERMILION, "v")
DEGENERATE = Look("degenerate", GREEN, "s")
ESCAPE = Look("to infinity (limit)", ORANGE, ">")
STALLED = Look("stalled (lowest)", GREY, "x")


def look_of(point: CriticalPoint) -> Look:
    """How a critical point is drawn."""
    if point.is_minimum:
        return MINIMUM
    return SADDLE if point.is_saddle else DEGENERATE


@contextmanager
def new_figure(height: float, width: float = WIDTH) -> Iterator[tuple[Figure, Axes]]:
    """A figure with one pair of axes, drawn in this style within the context.

    Raises:
        InputError: if matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_RC):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        # Ticks are made when they are drawn, after the context.
        axes.tick_params(
            labelsize=_RC["xtick.labelsize"], width=_RC["axes.linewidth"], which="both"
        )
        yield figure, axes


def require_matplotlib() -> None:
    """Refuse, with the command that installs it, if matplotlib is missing."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise InputError(
            "matplotlib: found no such package, expected it for pictures: pip install 'pgb[plot]'"
        ) from None


def scale_values(axis: Any, values: Iterable[float]) -> None:
    """Make an axis (``axes.xaxis`` or ``axes.yaxis``) fit the values.

    Logarithmic for positive values of different orders of magnitude; 0 then lies on a linear piece
    at its lower end.
    """
    finite = np.array([value for value in values if np.isfinite(value)])
    top = float(np.max(finite, initial=0.0))
    sized = finite[finite > 0]
    if not len(sized) or np.any(finite < 0) or top <= _WIDE * np.min(sized):
        return
    set_scale = getattr(axis.axes, f"set_{axis.axis_name}scale")
    if len(sized) == len(finite):
        set_scale("log")
        if top <= 1000 * np.min(sized) and 1e-3 <= top <= 1e5:
            _plain_numbers(axis, every=top <= 100 * np.min(sized))
    else:
        floor = 10.0 ** np.floor(np.log10(np.min(sized)))
        set_scale("symlog", linthresh=floor, linscale=0.5)


def _plain_numbers(axis: Any, every: bool) -> None:
    """Label 1, 2 and 5 times each power of ten (or only the powers) without exponents."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(10, subs=(1.0, 2.0, 5.0) if every else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def cleaned(objective: Objective, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The values, with 0 for what is a rounding error of the value at the origin."""
    array = np.asarray(values, dtype=np.float64)
    scale = float(objective.value(Float64(), np.zeros(objective.size)))
    scale = abs(scale) if np.isfinite(scale) else 1.0
    return np.where(np.abs(array) <= _ROUNDING * scale, 0.0, array)


def legend_above(figure: Figure, axes: Axes, columns: int = 3) -> None:
    """A legend outside the axes, where it covers nothing."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles,
            labels,
            loc="outside upper left",
            ncols=columns,
            handletextpad=0.4,
            columnspacing=1.0,
            borderpad=0.1,
        )
