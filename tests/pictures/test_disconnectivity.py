"""Disconnectivity graphs: leaves, heights of merging, ways out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from pgb import InputError
from pgb.pictures import plot_disconnectivity
from pgb.search import Landscape
from pgb.search.connections import connect
from pgb.search.merge_tree import merge_tree

Texts = Callable[[Figure], dict[str, Bbox]]


def marks(figure: Figure) -> dict[str, Line2D]:
    (axes,) = figure.axes
    return {str(line.get_label()): line for line in axes.lines if line.get_marker() != "None"}


def test_two_minima_merge_at_the_value_of_the_saddle(two_wells: Landscape, written: Texts) -> None:
    figure = plot_disconnectivity(two_wells)
    drawn = marks(figure)
    values = [minimum.value for minimum in two_wells.minima]
    np.testing.assert_allclose(sorted(drawn["minimum"].get_ydata()), values)
    saddle = two_wells.saddles[0].value
    assert list(drawn["lowest saddle found"].get_ydata()) == [saddle]
    (axes,) = figure.axes
    bars = [line for line in axes.lines if list(line.get_ydata()) == [saddle, saddle]]
    assert [list(bar.get_xdata()) for bar in bars] == [[0.0, 1.0]]
    texts = written(figure)
    assert {"1", "2", "2 minima, from the one saddle found", "objective value"} <= set(texts)


def test_leaves_and_merging_heights_of_a_network_are_those_of_the_tree(
    network: Landscape, written: Texts
) -> None:
    graph = connect(network)
    figure = plot_disconnectivity(network, graph)
    trees = merge_tree(graph)
    drawn = marks(figure)
    leaves = sum(
        len(drawn[label].get_ydata())
        for label in ("minimum", "minimum, from a saddle only")
        if label in drawn
    )
    assert leaves == len(graph.minima)
    joins = sorted(basin.value for tree in trees for basin in tree if basin.parts)
    found = drawn["lowest saddle found"].get_ydata() if joins else []
    np.testing.assert_allclose(sorted(found), joins)
    written(figure)


def test_a_way_to_infinity_is_marked_at_its_saddle(way_out: Landscape, written: Texts) -> None:
    figure = plot_disconnectivity(way_out)
    line = marks(figure)["way to infinity"]
    np.testing.assert_allclose(line.get_ydata(), [np.exp(-2)])
    assert "one minimum, from the one saddle found" in written(figure)


def test_minima_without_saddles_hang_in_separate_trees(
    two_wells: Landscape, written: Texts
) -> None:
    figure = plot_disconnectivity(replace(two_wells, points=two_wells.minima))
    assert set(marks(figure)) == {"minimum"}
    (axes,) = figure.axes
    stems = [line for line in axes.lines if line.get_marker() == "None"]
    assert len(stems) == 2
    assert all(line.get_ydata()[1] == axes.get_ylim()[1] for line in stems)
    assert "2 minima, no saddle found" in written(figure)


def test_only_the_lowest_minima_are_drawn_if_there_are_too_many(
    two_wells: Landscape, written: Texts
) -> None:
    figure = plot_disconnectivity(two_wells, leaves=1)
    assert list(marks(figure)["minimum"].get_ydata()) == [two_wells.minima[0].value]
    assert "lowest 1 of 2 minima, from the one saddle found" in written(figure)


def test_a_landscape_without_minima_is_refused(two_wells: Landscape) -> None:
    with pytest.raises(InputError, match="found no local minimum"):
        plot_disconnectivity(replace(two_wells, points=()))
    with pytest.raises(InputError, match="leaves: found 0"):
        plot_disconnectivity(two_wells, leaves=0)
