"""Folding results together: which ends of runs are the same point, and in memory that is bounded.

Memory holds the distinct points and the ways of escaping, never the runs. The outcome depends on
the order of folding alone, so whoever folds in the order of the chunks gets the same every time.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Sequence

import numpy as np

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.escapes import alike
from pgb.search.records import ChunkResult, EscapeRecord, Lowest, PointRecord, Vector
from pgb.search.scales import typical_magnitudes
from pgb.search.symmetry import SymmetryGroup, same_family

# Values of runs that ended at one point agree to the second order of the distance that is left.
_VALUE_RELATIVE = 1e-9
_VALUE_OF_SCALE = 1e-12
# Errors of values by rounding.
_ROUNDING = 1e-14
# Distance of two ends at one point, relative to the entries or their typical magnitudes.
_POINT = 1e-5


class Merger:
    """The distinct points, ways of escaping and counts of all results folded so far.

    Two critical points are one if a symmetry of the objective takes one to the other. Two points
    with flat directions beyond those of the symmetries, such as all that fit the data, are taken
    for members of one family if values and outputs on the data agree; nothing cheap tells more.

    Attributes:
        points: in the order of folding.
        escapes, stalled: one record for each kind.
        counts: runs by outcome.
        lowest: the end with the lowest value of all.
        undecided: pairs of points with one value that could not be told apart for certain.
    """

    def __init__(self, objective: Objective, group: SymmetryGroup) -> None:
        self.points: list[PointRecord] = []
        self.escapes: list[EscapeRecord] = []
        self.stalled: list[PointRecord] = []
        self.counts: Counter[str] = Counter()
        self.lowest: Lowest | None = None
        self.undecided = 0
        self._group = group
        self._scale = value_scale(objective)
        self._typical = typical_magnitudes(objective)
        self._images: list[Vector] = []
        self._by_value: list[tuple[float, int]] = []

    def fold(self, result: ChunkResult) -> None:
        """Take in the result of a chunk."""
        self.add_points(result.points)
        for escape in result.escapes:
            self.add_escape(escape)
        for run in result.stalled:
            self.add_stalled(run)
        self.counts.update(result.counts)
        self.add_lowest(result.lowest)

    def add_points(self, points: Sequence[PointRecord]) -> None:
        """Count points as known ones or take them in as new, one after another."""
        if points:
            canonical = self._group.canonical(np.stack([point.parameters for point in points]))
            for point, image in zip(points, canonical, strict=True):
                self._add(point, image)

    def _add(self, point: PointRecord, image: Vector) -> None:
        """Count a point, of which this is the canonical image."""
        undecided, near = 0, self._near(point.value)
        for place in near:
            if self._is_close(self._images[place], image):
                self.points[place] = self.points[place].joined(point)
                return
        for place in near:
            same = self._same(self.points[place], point)
            if same:
                self.points[place] = self.points[place].joined(point)
                return
            undecided += same is None
        self.undecided += undecided
        insort(self._by_value, (point.value, len(self.points)))
        self.points.append(point)
        self._images.append(image)

    def add_escape(self, escape: EscapeRecord) -> None:
        """Count a way of escaping as a known one or take it in as new."""
        for place, known in enumerate(self.escapes):
            if alike(known.escape, escape.escape):
                self.escapes[place] = known.joined(escape)
                return
        self.escapes.append(escape)

    def add_stalled(self, run: PointRecord) -> None:
        """Keep the lowest of the runs that settled nowhere, with the number of all."""
        for place, known in enumerate(self.stalled):
            if known.seek == run.seek:
                low, high = sorted((known, run), key=lambda r: (r.value, r.first_start))
                self.stalled[place] = low.joined(high)
                return
        self.stalled.append(run)

    def add_lowest(self, lowest: Lowest | None) -> None:
        """Keep the lower of two ends."""
        if lowest is not None and (self.lowest is None or lowest.value < self.lowest.value):
            self.lowest = lowest

    def is_lower(self, value: float, other: float) -> bool:
        """Whether a value is below another one by more than rounding."""
        return value < other - _ROUNDING * (abs(other) + self._scale)

    def _near(self, value: float) -> list[int]:
        """Places of the points with this value, nearest value first."""
        width = _width(value, self._scale)
        begin = bisect_left(self._by_value, (value - width, -1))
        found = []
        for known, place in self._by_value[begin:]:
            if known > value + width:
                break
            found.append((abs(known - value), place))
        return [place for _, place in sorted(found)]

    def _is_close(self, first: Vector, second: Vector) -> bool:
        sizes = np.maximum(self._typical, np.maximum(np.abs(first), np.abs(second)))
        return bool(np.all(np.abs(first - second) <= _POINT * sizes))

    def _same(self, known: PointRecord, point: PointRecord) -> bool | None:
        pair = known.parameters, point.parameters
        alike = (known.outcome, known.index) == (point.outcome, point.index)
        if known.free and point.free and alike and same_family(self._group, *pair, _POINT):
            return True
        return self._group.same(*pair, _POINT)


def _width(value: float, scale: float) -> float:
    return _VALUE_RELATIVE * abs(value) + _VALUE_OF_SCALE * scale


def value_scale(objective: Objective) -> float:
    """The size of the values that differences are compared with: the value at 0."""
    value = float(objective.value(Float64(), np.zeros(objective.size)))
    return abs(value) if np.isfinite(value) and value != 0 else 1.0
