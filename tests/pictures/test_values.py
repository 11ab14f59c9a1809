"""Values of critical points against the number of runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from pgb import InputError
from pgb.pictures import plot_values
from pgb.search import Landscape

Texts = Callable[[Figure], dict[str, Bbox]]


def marks(figure: Figure) -> dict[str, Line2D]:
    (axes,) = figure.axes
    return {str(line.get_label()): line for line in axes.lines if line.get_marker() != "None"}


def test_every_point_is_drawn_at_its_value_and_number_of_runs(
    network: Landscape, written: Texts
) -> None:
    figure = plot_values(network)
    drawn = marks(figure)
    for label, points in (("minimum", network.minima), ("saddle", network.saddles)):
        np.testing.assert_allclose(drawn[label].get_ydata(), [point.value for point in points])
        np.testing.assert_array_equal(drawn[label].get_xdata(), [point.hits for point in points])
    texts = written(figure)
    assert {"objective value", "runs that ended there", "minimum", "saddle"} <= set(texts)


def test_kinds_differ_in_marker_and_colour(way_out: Landscape) -> None:
    drawn = marks(plot_values(way_out)).values()
    assert len({line.get_marker() for line in drawn}) == len(drawn)
    assert len({line.get_markeredgecolor() for line in drawn}) == len(drawn)


def test_runs_to_infinity_are_at_their_limit_value(way_out: Landscape) -> None:
    (group,) = way_out.escapes
    known = replace(group, escape=replace(group.escape, limit=0.25))
    line = marks(plot_values(replace(way_out, escapes=(known,))))["to infinity (limit)"]
    assert list(line.get_ydata()) == [0.25]
    assert list(line.get_xdata()) == [group.hits]


def test_proved_points_are_filled(two_wells: Landscape) -> None:
    first, *rest = two_wells.points
    mixed = replace(two_wells, points=(replace(first, proved=True), *rest))
    drawn = marks(plot_values(mixed))
    assert drawn["minimum, proved"].get_markerfacecolor() != "none"
    assert drawn["minimum"].get_markerfacecolor() == "none"


def test_values_of_different_orders_get_a_logarithmic_axis(network: Landscape) -> None:
    points = tuple(
        replace(point, value=10.0**-k) for k, point in enumerate(reversed(network.points))
    )
    (axes,) = plot_values(replace(network, points=points, stalled=())).axes
    assert axes.get_yscale() == "log"


def test_rounding_errors_are_drawn_as_zero(two_wells: Landscape, written: Texts) -> None:
    first, *rest = two_wells.points
    tiny = replace(two_wells, points=(replace(first, value=-3e-33), *rest))
    figure = plot_values(tiny)
    (axes,) = figure.axes
    assert 0.0 in marks(figure)["minimum"].get_ydata()
    assert axes.get_yscale() in ("linear", "symlog")
    written(figure)


def test_nothing_found_is_refused(two_wells: Landscape) -> None:
    empty = replace(two_wells, points=(), escapes=(), stalled=())
    with pytest.raises(InputError, match="landscape: found no end of a run"):
        plot_values(empty)
