"""Sizes of orbits under the finite moves of units, and tangents of the continuous ones."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from pgb.search.symmetry.layers import UnitLayer
from pgb.search.symmetry.networks import NetworkMoves, flip, permute

Vector = npt.NDArray[np.float64]
Choice = list[tuple[int, int]]

# Parameters that differ by less than this, relative to their sizes, are equal.
_EQUAL = 1e-6
# Partial maps looked at before the search for elements that fix a point is given up.
_MOST_MAPS = 5_000


def finite_orbit_size(moves: NetworkMoves, theta: Vector) -> int:
    """Number of images of theta (p,), in normal form, under permutations and changes of sign.

    The order of the group divided by that of the elements that fix theta.
    """
    order = 1
    for layer in moves.layers:
        if not layer.rotates:
            order *= 2 ** int(np.sum(layer.flips))
            for members in layer.classes:
                order *= factorial(len(members))
    return order // _Stabilizer(moves, theta).order()


class _Stabilizer:
    """Counts the elements that fix a point.

    Twins are units that may be exchanged without any other move; exchanges of twins, and changes of
    sign that alone do nothing, are counted in closed form. The other elements are found layer by
    layer: after the moves of the layers before, the incoming weights must come back in some order.
    """

    def __init__(self, moves: NetworkMoves, theta: Vector) -> None:
        self.layers = [layer for layer in moves.layers if not layer.rotates]
        self.theta = theta
        self.width = _EQUAL * np.maximum(np.abs(theta), moves.typical)
        self.maps = 0
        self.twins = [_twins(layer, theta, self.width) for layer in self.layers]
        self.idle = [_idle(layer, theta, self.width) for layer in self.layers]

    def order(self) -> int:
        """The number of elements."""
        alone = 1
        for twins, idle in zip(self.twins, self.idle, strict=True):
            alone *= 2 ** int(np.sum(idle))
            for twin in np.unique(twins):
                alone *= factorial(int(np.sum(twins == twin)))
        return alone * max(1, self._count(0, self.theta[None, :]))

    def _count(self, depth: int, moved: Vector) -> int:
        if depth == len(self.layers):
            return int(np.all(np.abs(moved[0] - self.theta) <= self.width))
        total = 0
        for choice in self._choices(depth, moved, []):
            image, layer = moved.copy(), self.layers[depth]
            flipped = np.zeros((1, layer.units), dtype=bool)
            for unit, sign in choice:
                flipped[0, unit] = sign < 0
            flip(layer, image, flipped)
            permute(layer, image, np.array([[unit for unit, _ in choice]]))
            total += self._count(depth + 1, image)
        return total

    def _choices(self, depth: int, moved: Vector, chosen: Choice) -> Iterator[Choice]:
        """Which unit comes with which sign to each place, one representative up to twins."""
        layer = self.layers[depth]
        place = len(chosen)
        if place == layer.units:
            yield chosen
            return
        self.maps += 1
        if self.maps > _MOST_MAPS:
            return
        goal, width = self.theta[layer.incoming[place]], self.width[layer.incoming[place]]
        used = [unit for unit, _ in chosen]
        members = next(m for m in layer.classes if place in m)
        seen: set[int] = set()
        for unit in (int(u) for u in members if u not in used):
            twin = int(self.twins[depth][unit])
            if twin in seen:
                continue
            seen.add(twin)
            row = moved[0, layer.incoming[unit]]
            signs = (1, -1) if layer.flips[unit] and not self.idle[depth][unit] else (1,)
            for sign in signs:
                if np.all(np.abs(sign * row - goal) <= width):
                    yield from self._choices(depth, moved, [*chosen, (unit, sign)])


def _twins(layer: UnitLayer, theta: Vector, width: Vector) -> npt.NDArray[np.intp]:
    """(units,): the first unit that is a twin of each."""
    found = np.arange(layer.units)
    number = {int(u): index for index, members in enumerate(layer.classes) for u in members}
    for first, second in combinations(range(layer.units), 2):
        if found[second] == second and number[first] == number[second]:
            for places, sign in _signs(layer, first, second):
                one, two = (theta[layer.incoming[u]] for u in places)
                out, back = (theta[layer.outgoing[u]] for u in places)
                turned = sign if layer.parity != "even" else 1
                near = np.abs(one - sign * two) <= width[layer.incoming[first]]
                if np.all(near) and np.all(
                    np.abs(out - turned * back) <= width[layer.outgoing[first]]
                ):
                    found[second] = found[first]
    return found


def _signs(layer: UnitLayer, first: int, second: int) -> list[tuple[tuple[int, int], int]]:
    # An exchange that also reflects would move the bias of the consumers.
    both = layer.flips[first] and layer.flips[second] and layer.parity != "reflection"
    return [((first, second), sign) for sign in ((1, -1) if both else (1,))]


def _idle(layer: UnitLayer, theta: Vector, width: Vector) -> npt.NDArray[np.bool_]:
    """(units,): whether changing the sign of the unit's argument alone does nothing."""
    places = [layer.incoming] if layer.parity == "even" else [layer.incoming, layer.outgoing]
    zero = [np.all(np.abs(theta[p]) <= width[p], axis=1) for p in places]
    return np.asarray(np.logical_and.reduce([layer.flips, *zero]))


def tangents_of(moves: NetworkMoves, theta: Vector) -> list[Vector]:
    """Velocities (p,) at theta of moves that are no affine field of the model."""
    found = []
    for layer in moves.layers:
        if layer.sigma.name == "exp" and layer.bias is not None:
            for unit in np.flatnonzero(layer.shifts):
                v = np.zeros(moves.size)
                v[layer.bias[unit]] = 1.0
                v[layer.outgoing[unit]] = -theta[layer.outgoing[unit]]
                found.append(v)
        if layer.rotates:
            for one, two in combinations(range(layer.units), 2):
                v = np.zeros(moves.size)
                for places in (layer.incoming, layer.outgoing):
                    v[places[one]], v[places[two]] = theta[places[two]], -theta[places[one]]
                found.append(v)
    for row in moves.layers[0].incoming:
        for direction in moves.unseen:
            v = np.zeros(moves.size)
            v[row] = direction
            found.append(v)
    for places in moves.shift_free:
        v = np.zeros(moves.size)
        v[places] = 1.0
        found.append(v)
    return found


def rank_of(tangents: list[Vector], scale: Vector) -> int:
    """Numerical rank of velocities (p,), in units (p,) of the parameters."""
    if not tangents:
        return 0
    rows = np.array(tangents) / scale
    sizes = np.max(np.abs(rows), axis=1)
    rows = rows[sizes > _EQUAL]
    if not len(rows):
        return 0
    singular = np.linalg.svd(rows, compute_uv=False)
    return int(np.sum(singular > _EQUAL * max(1.0, float(singular[0]))))
