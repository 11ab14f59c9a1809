"""Which minima a saddle connects, and the flow that finds them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from pgb import Data, Expression, InputError, Network, Objective
from pgb.numbers import Float64
from pgb.search import Landscape
from pgb.search.connections import Connections, Foot, connect
from pgb.search.flow import flow
from pgb.search.run import search

AR = Float64()


def squares(outputs: Sequence[str], targets: Sequence[float]) -> Objective:
    """The sum of the squares of outputs - targets, in the parameters w and u."""
    model = Expression(["x"], ["w", "u"], list(outputs))
    return Objective(model, Data([[0]], [list(targets)]))


def searched(objective: Objective) -> Landscape:
    return search(objective, starts=40, saddles=160, distribution="uniform", workers=1)


@pytest.fixture(scope="module")
def tilted() -> tuple[Landscape, Connections]:
    """(w^2 - 1)^2 + (w - 1/10)^2 + (u - w)^2: two wells of different depth."""
    landscape = searched(squares(["w^2", "w", "u - w"], [1, 0.1, 0]))
    return landscape, connect(landscape)


def test_a_saddle_joins_the_two_wells(tilted: tuple[Landscape, Connections]) -> None:
    landscape, graph = tilted
    (connection,) = graph.connections
    assert len(graph.minima) == 2
    assert connection.minima == (0, 1)
    assert not connection.joins_copies
    assert not connection.escapes
    assert connection.value == pytest.approx(landscape.saddles[0].value)
    assert graph.lost == graph.undecided == 0


def test_sides_end_at_the_minima_of_the_landscape(tilted: tuple[Landscape, Connections]) -> None:
    landscape, graph = tilted
    for side in graph.connections[0].sides:
        assert side.minimum is not None
        known = graph.minima[side.minimum]
        assert known.point is not None
        np.testing.assert_allclose(side.point, landscape.points[known.point].parameters, atol=1e-7)
        assert side.value < graph.connections[0].value
        assert side.negative_curvature < 0


def test_a_saddle_between_mirror_images_joins_a_minimum_with_its_copy() -> None:
    graph = connect(searched(squares(["w^2", "u"], [1, 0])))
    (connection,) = graph.connections
    assert connection.minima == (0,)
    assert connection.joins_copies
    first, second = (side.point for side in connection.sides)
    np.testing.assert_allclose(first, -second, atol=1e-7)


def test_a_side_that_runs_to_infinity_is_recorded_as_such() -> None:
    graph = connect(searched(squares(["w*exp(-w)", "u"], [0, 0])))
    (connection,) = graph.connections
    feet = {side.foot: side for side in connection.sides}
    assert set(feet) == {Foot.MINIMUM, Foot.INFINITY}
    assert connection.escapes
    assert not connection.joins_copies
    assert feet[Foot.INFINITY].minimum is None
    assert feet[Foot.INFINITY].point[0] > 5


def test_a_minimum_that_no_run_found_is_a_node_of_its_own(
    tilted: tuple[Landscape, Connections],
) -> None:
    landscape, _ = tilted
    (point,) = [p for p in landscape.points if p is landscape.minima[1]]
    fewer = tuple(p for p in landscape.points if p is not point)
    graph = connect(with_points(landscape, fewer))
    assert [minimum.point for minimum in graph.minima] == [0, None]
    np.testing.assert_allclose(graph.minima[1].parameters, point.parameters, atol=1e-7)


def with_points(landscape: Landscape, points: Sequence[object]) -> Landscape:
    from dataclasses import replace

    return replace(landscape, points=tuple(points))  # type: ignore[arg-type]


def test_without_saddles_the_graph_has_no_edges(tilted: tuple[Landscape, Connections]) -> None:
    landscape, _ = tilted
    graph = connect(with_points(landscape, landscape.minima))
    assert len(graph.minima) == 2
    assert graph.connections == ()


def test_a_saddle_of_higher_index_has_two_sides_for_each_direction_followed() -> None:
    landscape = searched(squares(["w^2", "u^2"], [1, 1]))
    graph = connect(landscape)
    sides = {len(connection.sides) for connection in graph.connections}
    assert sides == {2, 4}
    once = connect(landscape, directions=1)
    assert {len(connection.sides) for connection in once.connections} == {2}


def test_the_flow_ends_in_the_basin_of_its_start() -> None:
    """Compared with an integrator for stiff equations at tight tolerances."""
    random = np.random.default_rng(3)
    x = random.normal(size=(12, 2))
    y = np.sin(2 * x[:, :1]) + 0.3 * x[:, 1:] ** 2
    objective = Objective(Network([2, 2, 1], activation="tanh"), Data(x, y), weight_decay=0.01)
    starts = random.normal(size=(12, objective.size)) * 2
    points, settled = flow(objective, starts)
    assert np.all(settled)
    for start, point in zip(starts, points, strict=True):
        exact = solve_ivp(
            lambda _, theta: -objective.gradient(AR, theta),
            (0, 1e4),
            start,
            method="LSODA",
            jac=lambda _, theta: -objective.hessian(AR, theta),
            rtol=1e-7,
            atol=1e-9,
        )
        np.testing.assert_allclose(point, exact.y[:, -1], atol=1e-2)


def test_the_flow_never_rises() -> None:
    objective = squares(["w^2", "w", "u - w"], [1, 0.1, 0])
    starts = np.random.default_rng(0).uniform(-3, 3, size=(50, 2))
    before = objective.value(AR, starts)
    for steps in (1, 3, 10, 100):
        points, _ = flow(objective, starts, steps)
        after = objective.value(AR, points)
        assert np.all(after <= before * (1 + 1e-12))
        before = after


def test_the_flow_leaves_a_saddle_on_which_it_starts() -> None:
    objective = squares(["w^2", "u"], [1, 0])
    points, settled = flow(objective, np.array([[0.0, 0.5]]))
    assert settled[0]
    np.testing.assert_allclose(np.abs(points[0]), [1, 0], atol=1e-4)


def test_the_flow_crosses_regions_without_curvature() -> None:
    model = Expression(["x"], ["w", "u"], ["w", "u"])
    objective = Objective(model, Data([[0]], [[1, 0]]), loss="huber")
    points, settled = flow(objective, np.array([[300.0, -20.0], [1.0, 0.0]]))
    assert np.all(settled)
    np.testing.assert_allclose(points, [[1, 0], [1, 0]], atol=1e-4)


def test_the_flow_stops_at_a_kink_unsettled() -> None:
    objective = squares(["relu(w) + relu(-w)", "u"], [-1, 0])
    points, settled = flow(objective, np.array([[2.0, 1.0]]))
    assert not settled[0]
    assert abs(points[0, 0]) < 0.01


def test_the_flow_ends_where_values_overflow() -> None:
    objective = squares(["exp(exp(w))", "u"], [0, 0])
    points, settled = flow(objective, np.array([[50.0, 1.0], [1.0, 1.0]]))
    assert not settled[0]
    np.testing.assert_array_equal(points[0], [50, 1])


@pytest.mark.parametrize("option", [{"directions": 0}, {"directions": True}, {"steps": -1}])
def test_wrong_options_are_refused(
    tilted: tuple[Landscape, Connections], option: dict[str, int]
) -> None:
    with pytest.raises(InputError, match="expected an integer >= 1"):
        connect(tilted[0], **option)


def test_only_landscapes_have_connections() -> None:
    with pytest.raises(InputError, match="landscape: found None, expected a Landscape"):
        connect(None)  # type: ignore[arg-type]
