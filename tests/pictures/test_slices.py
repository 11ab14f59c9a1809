"""Planes in parameter space and slices of objectives along them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from pgb import Data, Expression, InputError, Objective
from pgb.pictures import Plane, plot_slice
from pgb.search import Landscape

Texts = Callable[[Figure], dict[str, Bbox]]


def numbers(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_a_plane_through_three_points_contains_them_with_their_distances() -> None:
    points = np.random.default_rng(0).normal(size=(3, 7))
    plane = Plane.through(*points)
    within, outside = plane.coordinates(points)
    np.testing.assert_allclose(outside, 0, atol=1e-12)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        expected = np.linalg.norm(points[i] - points[j])
        assert np.linalg.norm(within[i] - within[j]) == pytest.approx(expected)
    back = plane.points(within[:, 0], within[:, 1])
    np.testing.assert_allclose(back, points, atol=1e-12)


@pytest.mark.parametrize("third", [[2.0, 2.0], [1.0, 1.0], [0.0, 0.0]])
def test_three_points_on_a_line_are_refused(third: list[float]) -> None:
    with pytest.raises(InputError, match="three points on a line"):
        Plane.through([0.0, 0.0], [1.0, 1.0], third)


def test_points_of_different_sizes_are_refused() -> None:
    with pytest.raises(InputError, match="plane: found sizes 1, 2, 2"):
        Plane.through([0.0], [1.0, 1.0], [2.0, 1.0])


def test_eigenvectors_are_those_of_the_hessian(two_wells: Landscape) -> None:
    saddle = two_wells.saddles[0].parameters
    plane = Plane.along(two_wells.objective, saddle, (0, 1))
    assert plane.first @ plane.second == pytest.approx(0)
    assert plane.names[0].startswith("along eigenvector 1 (curvature -")


@pytest.mark.parametrize(
    ("places", "sentence"),
    [((0, 2), "expected two of 0, ..., 1"), ((1, -1), "found eigenvector 1 twice")],
)
def test_wrong_eigenvectors_are_refused(
    two_wells: Landscape, places: tuple[int, int], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        Plane.along(two_wells.objective, np.zeros(2), places)


def test_marked_points_have_their_numbers(network: Landscape, written: Texts) -> None:
    plane = Plane.through(*(point.parameters for point in network.points[:3]))
    figure = plot_slice(network, plane, marked=(0, 1, 2, 3), resolution=41)
    assert numbers(figure) == ["1", "2", "3", "(4)"]
    texts = written(figure)
    assert {*plane.names, "value − lowest value shown"} <= set(texts)


def test_close_points_have_numbers_that_do_not_overlap(
    two_wells: Landscape, written: Texts
) -> None:
    first = two_wells.points[0]
    near = tuple(
        replace(first, parameters=first.parameters + 0.02 * np.array(shift))
        for shift in ((0, 0), (1, 0), (0, 1))
    )
    figure = plot_slice(
        replace(two_wells, points=near),
        Plane.along(two_wells.objective, first.parameters),
        marked=(0, 1, 2),
        resolution=21,
    )
    assert numbers(figure) == ["1", "2", "3"]
    written(figure)


def test_places_without_a_value_are_left_out(two_wells: Landscape, written: Texts) -> None:
    model = Expression(["x"], ["w", "u"], ["exp(exp(w))", "exp(exp(u))"])
    landscape = replace(two_wells, objective=Objective(model, Data([[0]], [[1, 1]])))
    plane = Plane(np.zeros(2), np.array([1.0, 0.0]), np.array([0.0, 1.0]), ("w", "u"), 20.0)
    figure = plot_slice(landscape, plane, resolution=31)
    assert {"w", "u"} <= set(written(figure))
    with pytest.raises(InputError, match="no finite value"):
        plot_slice(landscape, replace(plane, origin=np.full(2, 50.0)), resolution=5)


def test_a_constant_objective_is_drawn(two_wells: Landscape) -> None:
    flat = Objective(Expression(["x"], ["w", "u"], ["0*w*u"]), Data([[0]], [[1]]))
    plane = Plane(np.zeros(2), np.array([1.0, 0.0]), np.array([0.0, 1.0]), ("w", "u"), 1.0)
    plot_slice(replace(two_wells, objective=flat), plane, resolution=5).draw_without_rendering()


def test_points_that_do_not_exist_are_refused(two_wells: Landscape) -> None:
    plane = Plane.along(two_wells.objective, np.zeros(2))
    with pytest.raises(InputError, match="marked: found 9, expected places from 0 to 2"):
        plot_slice(two_wells, plane, marked=(9,))
    with pytest.raises(InputError, match="resolution: found 1"):
        plot_slice(two_wells, plane, resolution=1)
    with pytest.raises(InputError, match="plane: found 3 parameters, expected 2"):
        plot_slice(two_wells, Plane.through(*np.eye(3)))
