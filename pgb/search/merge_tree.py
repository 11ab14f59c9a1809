"""The tree of basins that merge as the level rises: what a disconnectivity graph draws.

Becker and Karplus 1997, with exact merging values instead of a grid of levels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pgb.search.connections import Connections


@dataclass(frozen=True)
class Basin:
    """A leaf (a minimum) or a merging of basins.

    Attributes:
        leaves: places in ``Connections.minima`` of the minima below, from left to right.
        value: of a leaf's minimum, or of the saddle that merges the parts.
        lowest: value of the lowest minimum below.
        parts: the merged basins, that with the lowest minimum first; empty for a leaf.
        way_out: value of the lowest known saddle that leads from here to infinity; None if none is
            known, or one at a lower value leaves one of the parts.
        open: whether a way out is known here or in a part.
    """

    leaves: tuple[int, ...]
    value: float
    lowest: float
    parts: tuple[Basin, ...] = ()
    way_out: float | None = None
    open: bool = False

    def __iter__(self) -> Iterator[Basin]:
        """The basin itself and all below it, from the top down."""
        waiting = [self]
        while waiting:
            basin = waiting.pop()
            yield basin
            waiting.extend(reversed(basin.parts))

    @staticmethod
    def leaf(minimum: int, value: float) -> Basin:
        """The basin of one minimum."""
        return Basin((minimum,), value, value)

    @staticmethod
    def merged(parts: list[Basin], value: float) -> Basin:
        """The basin of several that merge at a value."""
        ordered = tuple(sorted(parts, key=lambda part: (part.lowest, part.leaves)))
        leaves = tuple(leaf for part in ordered for leaf in part.leaves)
        is_open = any(part.open for part in ordered)
        return Basin(leaves, value, ordered[0].lowest, ordered, open=is_open)


def merge_tree(connections: Connections) -> tuple[Basin, ...]:
    """The trees of basins, that with the lowest minimum first.

    Two minima merge at the lowest value at which the known saddles join them, an upper bound for
    the true one. Basins that no known saddle joins are separate trees.
    """
    basins = {n: Basin.leaf(n, found.value) for n, found in enumerate(connections.minima)}
    home = {n: n for n in basins}
    for connection in sorted(connections.connections, key=lambda each: each.value):
        met = sorted({home[minimum] for minimum in connection.minima})
        if not met:
            continue
        if len(met) > 1:
            merged = Basin.merged([basins.pop(place) for place in met], connection.value)
            basins[met[0]] = merged
            home.update(dict.fromkeys(merged.leaves, met[0]))
        basin = basins[met[0]]
        if connection.escapes and not basin.open:
            basins[met[0]] = replace(basin, way_out=connection.value, open=True)
    return tuple(sorted(basins.values(), key=lambda basin: (basin.lowest, basin.leaves)))


def restricted(trees: tuple[Basin, ...], count: int) -> tuple[Basin, ...]:
    """The trees with only the ``count`` minima of the least places, which have the least values."""
    kept: dict[int, Basin | None] = {}
    result = []
    for tree in trees:
        for basin in reversed(list(tree)):
            parts = [part for child in basin.parts if (part := kept.pop(id(child))) is not None]
            kept[id(basin)] = _without(basin, parts, count)
        whole = kept.pop(id(tree))
        if whole is not None:
            result.append(whole)
    return tuple(result)


def _without(basin: Basin, parts: list[Basin], count: int) -> Basin | None:
    if not basin.parts:
        return basin if basin.leaves[0] < count else None
    if len(parts) < 2:
        return parts[0] if parts else None
    return replace(Basin.merged(parts, basin.value), way_out=basin.way_out, open=basin.open)
