"""The tree of basins that merge as the level rises."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pgb.search.connections import Connection, Connections, Foot, Minimum, Side
from pgb.search.merge_tree import merge_tree, restricted

NOWHERE = np.zeros(1)


def graph(
    values: Sequence[float], edges: Sequence[tuple[float, tuple[int | None, ...]]]
) -> Connections:
    """Minima of these values, and saddles (value, minima below it; None is infinity)."""
    connections = []
    for number, (value, feet) in enumerate(edges):
        sides = tuple(
            Side(Foot.INFINITY if foot is None else Foot.MINIMUM, foot, NOWHERE, 0.0, -1.0)
            for foot in feet
        )
        connections.append(Connection(number, value, sides))
    minima = tuple(Minimum(NOWHERE, value, place) for place, value in enumerate(values))
    return Connections(minima, (NOWHERE,) * len(edges), tuple(connections), 0)


def test_minima_merge_at_the_lowest_path_between_them() -> None:
    (tree,) = merge_tree(graph([0, 1, 2], [(5, (0, 2)), (3, (0, 1)), (4, (1, 2)), (6, (0, 1))]))
    assert tree.value == 4
    assert tree.leaves == (0, 1, 2)
    inner, leaf = tree.parts
    assert (inner.value, inner.leaves) == (3, (0, 1))
    assert (leaf.value, leaf.leaves) == (2, (2,))


def test_a_saddle_of_higher_index_merges_several_basins_at_once() -> None:
    (tree,) = merge_tree(graph([2, 1, 0], [(7, (0, 1, 2))]))
    assert [part.leaves for part in tree.parts] == [(2,), (1,), (0,)]


def test_basins_that_no_saddle_joins_are_separate_trees() -> None:
    trees = merge_tree(graph([0, 1, 2], [(3, (1, 2))]))
    assert [tree.leaves for tree in trees] == [(0,), (1, 2)]


def test_a_saddle_between_copies_merges_nothing() -> None:
    (tree,) = merge_tree(graph([0], [(3, (0, 0))]))
    assert tree.parts == ()


def test_the_lowest_way_out_is_kept() -> None:
    edges = [(3.0, (0, 1)), (4.0, (1, None)), (2.0, (0, None)), (5.0, (None, None))]
    (tree,) = merge_tree(graph([0, 1], edges))
    assert tree.open
    assert tree.way_out is None
    assert [part.way_out for part in tree.parts] == [2.0, None]


def test_a_way_out_above_the_merging_belongs_to_it() -> None:
    (tree,) = merge_tree(graph([0, 1], [(3, (0, 1)), (4, (1, None))]))
    assert tree.way_out == 4


def test_a_long_chain_of_mergings_needs_no_recursion() -> None:
    count = 3000
    values = [float(k) for k in range(count)]
    trees = merge_tree(graph(values, [(count + k, (0, k)) for k in range(1, count)]))
    (tree,) = trees
    assert sum(1 for _ in tree) == 2 * count - 1
    (small,) = restricted(trees, 2)
    assert (small.value, small.leaves) == (count + 1, (0, 1))


def test_restriction_keeps_the_lowest_minima_and_where_they_merge() -> None:
    trees = merge_tree(graph([0, 1, 2, 3], [(4, (0, 3)), (5, (0, 1)), (6, (1, None))]))
    kept = restricted(trees, 2)
    (tree,) = kept
    assert (tree.value, tree.leaves, tree.way_out) == (5, (0, 1), 6)
    assert restricted(trees, 4) == trees
