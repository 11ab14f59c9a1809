"""Trajectories of runs that escape to infinity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from pgb import InputError
from pgb.pictures import plot_escapes
from pgb.pictures.escapes import trajectories
from pgb.search import Landscape

Texts = Callable[[Figure], dict[str, Bbox]]


def test_the_first_run_of_an_escape_is_made_again(way_out: Landscape) -> None:
    (found,) = trajectories(way_out)
    (group,) = way_out.escapes
    assert len(found.norms) > 3
    assert found.norms[-1] > 5 * found.norms[0]
    assert np.all(np.diff(found.excess) <= 0)
    assert np.max(found.norms) <= np.linalg.norm(group.parameters) * (1 + 1e-9)


def test_each_way_of_escaping_is_a_line_with_its_own_look(
    way_out: Landscape, written: Texts
) -> None:
    (group,) = way_out.escapes
    other = replace(group, escape=replace(group.escape, limit=-1.0), hits=1)
    figure = plot_escapes(replace(way_out, escapes=(group, other)))
    (axes,) = figure.axes
    assert len(axes.lines) == 2
    first, second = axes.lines
    assert first.get_marker() != second.get_marker()
    assert first.get_linestyle() != second.get_linestyle()
    assert axes.get_yscale() == "log"
    np.testing.assert_allclose(
        second.get_ydata()[: len(first.get_ydata())],
        np.asarray(first.get_ydata()) + 1,
        rtol=1e-6,
    )
    texts = " ".join(written(figure)).replace("\n", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert group.escape.mechanism in texts
    assert "limit -1, 1 run" in texts
    assert "value − limit" in texts


def test_a_landscape_without_escapes_is_refused(two_wells: Landscape) -> None:
    with pytest.raises(InputError, match="found no run that escapes"):
        plot_escapes(two_wells)


def test_a_wrong_number_of_lines_is_refused(way_out: Landscape) -> None:
    with pytest.raises(InputError, match="most: found 7, expected an integer from 1 to 6"):
        plot_escapes(way_out, most=7)
