"""Which points of many are distinct, and proofs that two are."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.numbers import Array, Balls, Float64
from pgb.problems import Objective
from pgb.search.symmetry.group import TOLERANCE, SymmetryGroup

Vector = npt.NDArray[np.float64]
Key = tuple[int, ...]

# Values and outputs in one bucket agree to about this relative accuracy.
_CELL = 1e-6
_NEAR_ZERO = 1e-3


@dataclass(frozen=True)
class Partition:
    """Points sorted into classes of images of each other.

    Attributes:
        labels: (n,) the index of the first point of each point's class.
        undecided: pairs of indices of first points of classes of which nothing could tell whether
            they are one class, with the reason.
    """

    labels: npt.NDArray[np.intp]
    undecided: tuple[tuple[int, int, str], ...]

    @property
    def representatives(self) -> npt.NDArray[np.intp]:
        """The first point of each class, in order."""
        return np.unique(self.labels)

    @property
    def hits(self) -> npt.NDArray[np.intp]:
        """The number of points in each class, in the order of ``representatives``."""
        return np.asarray(np.unique(self.labels, return_counts=True)[1])


def partition(
    group: SymmetryGroup,
    points: Vector,
    values: Vector,
    tolerance: float = TOLERANCE,
    flat: npt.NDArray[np.bool_] | None = None,
) -> Partition:
    """Sort points (n, p) with these values (n,) into classes.

    Two points that are both ``flat`` (n,), with more zero eigenvalues than symmetries explain, are
    in one class also if ``same_family`` says so.

    Only points of equal value (up to the square root of what the tolerance allows) are compared;
    copies that have one canonical point up to the tolerance cost no more than a subtraction.
    """
    forms = group.canonical(points)
    labels, undecided = np.arange(len(points)), []
    known: list[tuple[float, int]] = []
    for place in range(len(points)):
        value = float(values[place])
        width = tolerance * (abs(value) + 1e-9)
        doubts = []
        for other in _within(known, value, width):
            if group.distance(forms[other], forms[place]) <= tolerance:
                labels[place] = other
                break
            found = group.compare(points[other], points[place], tolerance)
            both = flat is not None and bool(flat[other] and flat[place])
            if found.same or (both and same_family(group, points[other], points[place], tolerance)):
                labels[place] = other
                break
            if found.same is None:
                doubts.append((other, place, found.reason))
        else:
            insort(known, (value, place))
            undecided += doubts
    return Partition(labels, tuple(undecided))


def _within(known: list[tuple[float, int]], value: float, width: float) -> list[int]:
    start = bisect_left(known, (value - width, -1))
    found = []
    for other, place in known[start:]:
        if other > value + width:
            break
        found.append((abs(other - value), place))
    return [place for _, place in sorted(found)]


def key(group: SymmetryGroup, theta: Vector, value: float) -> Key:
    """A bucket for a point (p,) with this value: images fall into one bucket, or a neighboring one.

    Made of the value and one linear combination of the outputs on the data, which symmetries keep.
    """
    signature = group.signature(theta)[0]
    direction = np.cos(np.arange(1, len(signature) + 1))
    scale = max(float(np.linalg.norm(signature)), 1e-300)
    return _cell(value), _cell(float(signature @ direction) / scale * min(scale, 1.0))


def neighbors(bucket: Key) -> list[Key]:
    """The bucket itself and those next to it, in which copies may fall by rounding."""
    return [tuple(map(sum, zip(bucket, step, strict=True))) for step in product(*_AROUND)]


_AROUND = ((0, -1, 1), (0, -1, 1))


def _cell(number: float) -> int:
    """Cells of relative size, absolute near 0."""
    if not np.isfinite(number):
        return 0
    return round(float(np.arcsinh(number / _NEAR_ZERO)) / _CELL)


def same_family(
    group: SymmetryGroup, first: Vector, second: Vector, tolerance: float = TOLERANCE
) -> bool:
    """Whether two degenerate critical points (p,) give the same outputs on the data and values.

    Then they are taken for members of one flat family: along dead, merged or constant units, or
    different factors of one product. Points of different families with equal outputs exist, so
    this is a convention of counting, not a proof that a path of critical points joins them.
    """
    one, two = group.signature(np.stack([first, second]))
    values = np.asarray(group.objective.value(Float64(), np.stack([first, second])))
    scale = max(float(np.max(np.abs(one), initial=0.0)), 1e-3)
    near = bool(np.all(np.abs(one - two) <= np.sqrt(tolerance) * scale))
    return near and bool(abs(values[0] - values[1]) <= tolerance * (abs(values[0]) + 1e-9))


def certainly_distinct(
    objective: Objective,
    first: tuple[Any, Any],
    second: tuple[Any, Any],
    precision: int = 128,
) -> bool | None:
    """True if no symmetry that keeps outputs takes a point of one box to a point of the other.

    Each box is (center, radii), (p,) stored numbers each. Proved in balls: the values, or the
    outputs at some sample (their differences, for losses that see no more), are enclosed disjoint.
    None if they are not.
    """
    with Balls(precision) as ar:
        boxes = [ar.ball(np.asarray(c), np.asarray(r)) for c, r in (first, second)]
        values = [objective.value(ar, box).reshape((1,)) for box in boxes]
        outputs = [_invariants(objective, ar, box) for box in boxes]
        for one, two in (values, outputs):
            if bool(np.any(ar.certainly_nonzero(one - two))):
                return True
    return None


def _invariants(objective: Objective, ar: Balls, box: Array) -> Array:
    outputs = objective.outputs(ar, box)
    return outputs - outputs[..., :1] if objective.loss.shift_invariant else outputs
