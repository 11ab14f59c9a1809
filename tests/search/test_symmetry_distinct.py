"""Which points are distinct: orbits, ties, doubts, buckets, families and proofs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.search.symmetry import (
    certainly_distinct,
    group_of,
    key,
    neighbors,
    partition,
    same_family,
)

Vector = npt.NDArray[np.float64]

AR = Float64()
RNG = np.random.default_rng(5)
OBJECTIVE = Objective(Network([2, 3, 1], "tanh"), Data(RNG.normal(size=(8, 2)), RNG.normal(size=8)))
GROUP = group_of(OBJECTIVE)


def image(theta: Vector, order: list[int], signs: list[int]) -> Vector:
    s = np.array(signs)
    W, b, V = theta[:6].reshape(3, 2), theta[6:9], theta[9:12]
    parts = [(W[order] * s[:, None]).ravel(), b[order] * s, V[order] * s, theta[12:]]
    return np.concatenate(parts)


def copies(theta: Vector, count: int, seed: int) -> Vector:
    generator = np.random.default_rng(seed)
    moved = [
        image(theta, list(generator.permutation(3)), list(generator.choice([-1, 1], 3)))
        for _ in range(count)
    ]
    return np.array(moved) + 1e-9 * generator.normal(size=(count, 13))


def test_copies_are_counted_as_one_point() -> None:
    bases = RNG.normal(size=(5, 13))
    points = np.concatenate([copies(base, 20, k) for k, base in enumerate(bases)])
    found = partition(GROUP, points, np.asarray(OBJECTIVE.value(AR, points)))
    assert found.representatives.tolist() == [0, 20, 40, 60, 80]
    assert found.hits.tolist() == [20] * 5
    assert found.undecided == ()


@given(st.integers(0, 10**6), st.sampled_from(["incoming", "outgoing", "both", "zero", "border"]))
@settings(max_examples=40, deadline=None)
def test_copies_are_recognized_where_sorting_ties(seed: int, tie: str) -> None:
    """Units that are equal, opposite, dead, or on the border between two signs."""
    theta = np.random.default_rng(seed).normal(size=13)
    if tie in ("incoming", "both"):
        theta[0:2], theta[6] = -theta[2:4], -theta[7]
    if tie in ("outgoing", "both"):
        theta[9] = -theta[10]
    if tie == "zero":
        theta[[0, 1, 6]] = 0.0
    if tie == "border":
        direction = GROUP.parts[0].moves.probes.T @ GROUP.parts[0].moves.weights
        theta[0:2], theta[6] = [direction[1], -direction[0]], 0.0
    first, second = copies(theta, 2, seed)
    assert GROUP.same(first, second) is True


@pytest.mark.parametrize(
    ("change", "size"),
    [("none", 48), ("twins", 24), ("opposite", 24), ("dead", 24), ("two dead", 6)],
)
def test_orbit_sizes(change: str, size: int) -> None:
    theta = np.random.default_rng(3).normal(size=13)
    if change in ("twins", "opposite"):
        sign = 1 if change == "twins" else -1
        theta[[0, 1, 6, 9]] = sign * theta[[2, 3, 7, 10]]
    if change in ("dead", "two dead"):
        theta[[0, 1, 6, 9]] = 0
    if change == "two dead":
        theta[[2, 3, 7, 10]] = 0
    moved = copies(theta, 400, 1)
    distinct = {tuple(np.round(point, 6) + 0.0) for point in moved}
    assert len(distinct) == size
    assert GROUP.orbit_size(theta) == size


def test_orbit_size_where_moves_of_two_layers_cancel() -> None:
    network = Network([1, 2, 2, 1], "softplus")
    group = group_of(Objective(network, Data([[0.0], [1.0]], [0, 1])))
    theta = np.concatenate([[1, 1], [0, 0], [1, 2, 2, 1], [0, 0], [3, 3], [0]]).astype(float)
    assert group.orbit_size(theta) == 2
    theta[-2] = 4
    assert group.orbit_size(theta) == 4


def test_little_more_than_the_tolerance_is_undecided() -> None:
    theta = RNG.normal(size=13)
    other = theta.copy()
    other[0] += 3e-6
    found = GROUP.compare(theta, other)
    assert found.same is None
    assert "tolerance" in found.reason
    assert GROUP.same(theta, other, tolerance=1e-5) is True


def test_differences_are_measured_in_the_sizes_of_the_parameters() -> None:
    """A weight that multiplies inputs of 10^8 is not 0 at 10^-8."""
    data = Data([[1.0], [1e4], [1e8]], [0.75, 0.75, 0.75])
    group = group_of(Objective(Network([1, 1], "tanh", "sigmoid", bias=False), data))
    assert group.same(np.array([1e-8]), np.array([2e-8])) is False
    assert group.same(np.array([1e-8]), np.array([1e-8 * (1 + 1e-9)])) is True


def test_images_fall_into_neighboring_buckets() -> None:
    for seed in range(20):
        first, second = copies(RNG.normal(size=13), 2, seed)
        values = OBJECTIVE.value(AR, np.stack([first, second]))
        one, two = (key(GROUP, p, float(v)) for p, v in zip((first, second), values, strict=True))
        assert two in neighbors(one)
    assert len(set(neighbors(one))) == 9
    assert key(GROUP, first + 0.01, float(values[0])) not in neighbors(one)


def test_merged_units_are_one_family_but_not_one_orbit() -> None:
    theta = RNG.normal(size=13)
    theta[0:2], theta[6] = theta[2:4], theta[7]
    other = theta.copy()
    other[9], other[10] = theta[9] + 0.5, theta[10] - 0.5
    assert GROUP.same(theta, other) is not True
    assert same_family(GROUP, theta, other)
    other[12] += 0.1
    assert not same_family(GROUP, theta, other)


def test_points_are_certainly_distinct_where_values_or_outputs_are() -> None:
    theta, radii = RNG.normal(size=13), np.full(13, 1e-8)
    assert certainly_distinct(OBJECTIVE, (theta, radii), (theta + 0.1, radii)) is True
    other = image(theta, [1, 2, 0], [1, -1, 1])
    assert certainly_distinct(OBJECTIVE, (theta, radii), (other, radii)) is None
    assert certainly_distinct(OBJECTIVE, (theta, radii), (theta + 0.1, np.full(13, 1.0))) is None


def test_many_points_are_brought_into_normal_form_at_once() -> None:
    theta = RNG.normal(size=(20_000, 13))
    forms = GROUP.canonical(theta)
    np.testing.assert_allclose(OBJECTIVE.value(AR, forms), OBJECTIVE.value(AR, theta), rtol=1e-12)
    np.testing.assert_array_equal(GROUP.canonical(forms), forms)
    np.testing.assert_array_equal(GROUP.canonical(theta[7]), forms[7])


def test_flat_points_of_one_family_are_one_class() -> None:
    theta = np.random.default_rng(2).normal(size=13)
    theta[0:2], theta[6] = theta[2:4], theta[7]
    points = np.array([theta, theta, theta])
    points[1, [9, 10]] += [0.5, -0.5]
    points[2, 12] += 1e-3
    values = np.asarray(OBJECTIVE.value(AR, points))
    flat = np.ones(3, dtype=bool)
    assert partition(GROUP, points, values, flat=flat).labels.tolist() == [0, 0, 2]
    assert len(partition(GROUP, points, values).representatives) == 3
