"""Coordinates that move freely while all outputs stay fixed, found by exact zeros.

Covers hidden units without outgoing weights, units that are off on all samples, exponential
neurons with a = 0, and products with a factor 0 in any model.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.fibers.family import FiberFamily
from pgb.numbers import Array, Balls

# Half-widths of the boxes that are tried, widest first; a smaller box helps units that are off by
# a small margin.
_WIDTHS = (fmpq(2), fmpq(1, 2), fmpq(1, 16), fmpq(1, 1024))
_TRIALS = 400


def free_coordinates(
    at: Evaluation, width: fmpq, order: Iterable[int], budget: list[int]
) -> list[int]:
    """A maximal set of coordinates on whose whole box the outputs are constant, proved.

    A set is accepted if the columns of the Jacobian enclosed over the box (the set's coordinates
    within ``width`` of the candidate, the others at it) are exactly 0: an exact zero times a
    finite enclosure is exactly 0, so this is a proof, at kinks too. ``budget`` holds the number
    of enclosures still allowed.
    """
    candidates = list(order)
    if _columns_vanish(at, candidates, width):
        return candidates
    chosen: list[int] = []
    for index in candidates:
        budget[0] -= 1
        if budget[0] < 0:
            break
        if _columns_vanish(at, [*chosen, index], width):
            chosen.append(index)
    return chosen


def _columns_vanish(at: Evaluation, indices: list[int], width: fmpq) -> bool:
    with Balls(64) as ar:
        radii = np.array([fmpq(0)] * at.objective.size, dtype=object)
        radii[indices] = width
        theta = ar.ball(at.candidate.point, radii)
        jacobian = at.objective.jacobian(ar, theta)
        return bool(np.all(ar.certainly_zero(jacobian[..., indices])))


def coordinate_families(at: Evaluation, seed: int = 0) -> list[FiberFamily]:
    """The coordinate families at a candidate whose zeros are exact."""
    penalized = at.objective.regularizer.active
    zero = [j for j in _zero_columns(at) if not penalized[j]]
    if not zero:
        return []
    rng = np.random.default_rng(seed)
    shuffled = [[int(j) for j in rng.permutation(zero)] for _ in range(4)]
    orders = [zero, zero[::-1], *shuffled]
    found: dict[frozenset[int], fmpq] = {}
    budget = [_TRIALS]
    for width in _WIDTHS:
        for order in orders:
            if frozenset(zero) in found:  # all others are part of it
                break
            chosen = frozenset(free_coordinates(at, width, order, budget))
            if chosen and not any(chosen <= other for other in found):
                found[chosen] = width
    return [_family(at, sorted(chosen), width) for chosen, width in found.items()]


def _zero_columns(at: Evaluation) -> list[int]:
    if at.objective.size == 0:
        return []
    with Balls(64) as ar:
        jacobian = at.objective.jacobian(ar, ar.asarray(at.candidate.point))
        flat = ar.certainly_zero(jacobian).reshape(-1, at.objective.size)
        return [int(j) for j in np.flatnonzero(np.all(flat, axis=0))]


def _family(at: Evaluation, indices: list[int], width: fmpq) -> FiberFamily:
    p = at.objective.size

    def segments(rng: np.random.Generator) -> list[Array]:
        grid = [np.ones(len(indices), dtype=int) * 2, *rng.integers(-4, 5, (6, len(indices)))]
        return [_spread(indices, p, row, width / 4) for row in grid]

    tangent: npt.NDArray[np.float64] = np.eye(p)[indices]
    return FiberFamily("free coordinates", tangent, segments, {"kind": "coordinates"})


def _spread(indices: list[int], p: int, row: npt.NDArray[np.int_], unit: fmpq) -> Array:
    direction = np.array([fmpq(0)] * p, dtype=object)
    for index, steps in zip(indices, row, strict=True):
        direction[index] = unit * int(steps)
    return direction
