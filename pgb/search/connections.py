"""Which minima the saddles connect: gradient flow down both sides of every unstable direction.

A saddle shows that the minima at its foot can be joined by a path that never rises above its
value. The converse needs every saddle, which no search promises: a lower one may be missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError, kind_of
from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent import DENSE_LIMIT, Ends, State, descend
from pgb.search.flow import flow
from pgb.search.landscape import CriticalPoint, Landscape
from pgb.search.outcome import Classified, Outcome, classify
from pgb.search.recognition import KnownMinima, Minimum
from pgb.search.scales import typical_magnitudes

Vector = npt.NDArray[np.float64]

_AR = Float64()
# First displacements from a saddle, relative to the parameters; the largest on which the quadratic
# model is right within _MODEL is taken.
_DISPLACEMENTS = 10.0 ** -np.arange(1, 7)
_MODEL = 0.1
# Curvatures above minus this times the largest one are not unstable.
_FLAT = 1e-8


class Foot(Enum):
    """Where a path down from a saddle leads."""

    MINIMUM = "a minimum"
    INFINITY = "to infinity"
    UNKNOWN = "not known: the path was lost at a kink, a degenerate point or the budget"


@dataclass(frozen=True, eq=False)
class Side:
    """One way down from a saddle.

    Attributes:
        foot: where it leads.
        minimum: the place of the minimum in ``Connections.minima``; None for another foot.
        point: (p,), where the path ended; value: objective there.
        negative_curvature: of the direction in which the path left the saddle.
    """

    foot: Foot
    minimum: int | None
    point: Vector
    value: float
    negative_curvature: float


@dataclass(frozen=True, eq=False)
class Connection:
    """A saddle and what lies below it.

    Attributes:
        saddle: its place in ``Connections.saddles``; value: objective there.
        sides: two for each unstable direction that was followed, lowest curvature first.
    """

    saddle: int
    value: float
    sides: tuple[Side, ...]

    @property
    def minima(self) -> tuple[int, ...]:
        """The different minima below it, by place."""
        return tuple(sorted({side.minimum for side in self.sides if side.minimum is not None}))

    @property
    def joins_copies(self) -> bool:
        """Whether all sides lead to one minimum up to symmetry, or back to the same one."""
        return len(self.minima) == 1 and all(side.foot is Foot.MINIMUM for side in self.sides)

    @property
    def escapes(self) -> bool:
        """Whether some side leads to infinity."""
        return any(side.foot is Foot.INFINITY for side in self.sides)


@dataclass(frozen=True, eq=False)
class Connections:
    """The graph of minima and saddles.

    Attributes:
        minima: by ascending value; those that only a path found are marked.
        saddles: (p,) each, by ascending value.
        connections: one for each saddle, in that order.
        undecided: ends for which symmetry with a known minimum of the same value could not be
            decided; they are counted as that minimum.
    """

    minima: tuple[Minimum, ...]
    saddles: tuple[Vector, ...]
    connections: tuple[Connection, ...]
    undecided: int

    @property
    def lost(self) -> int:
        """Sides whose foot is not known."""
        return sum(s.foot is Foot.UNKNOWN for c in self.connections for s in c.sides)


def connect(landscape: Landscape, *, directions: int = 3, steps: int = 1000) -> Connections:
    """Follow the gradient flow down from the saddles of a landscape.

    Args:
        landscape: of a search that also sought saddles.
        directions: the most unstable directions to follow from one saddle; from a saddle of index
            k the lowest min(k, directions) eigenvectors are taken.
        steps: the most steps of a path.

    Raises:
        InputError: for wrong arguments, or too many parameters for dense Hessians.
    """
    objective = _checked(landscape, directions, steps)
    saddles = sorted(landscape.saddles, key=lambda point: point.value)
    known = KnownMinima(landscape)
    sides: list[list[Side]] = [[] for _ in saddles]
    if not saddles:
        return _graph(known, saddles, sides)
    owners, starts, curvatures = _first_points(objective, saddles, directions)
    points, settled = flow(objective, starts, steps)
    ends = descend(objective, points)
    for place, found in enumerate(classify(objective, ends)):
        foot = _foot(found, bool(settled[place]), points[place], ends, place)
        minimum = None
        if foot is Foot.MINIMUM:
            minimum = known.place(ends.points[place], float(ends.values[place]))
        side = Side(
            foot, minimum, ends.points[place], float(ends.values[place]), float(curvatures[place])
        )
        sides[owners[place]].append(side)
    return _graph(known, saddles, sides)


def _checked(landscape: Landscape, directions: int, steps: int) -> Objective:
    if not isinstance(landscape, Landscape):
        raise InputError(f"landscape: found {kind_of(landscape)}, expected a Landscape")
    for name, value in (("directions", directions), ("steps", steps)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise InputError(f"{name}: found {value!r}, expected an integer >= 1")
    if landscape.objective.size > DENSE_LIMIT:
        raise InputError(
            f"landscape: found {landscape.objective.size} parameters, expected at most "
            f"{DENSE_LIMIT}, since paths from saddles need whole Hessians"
        )
    return landscape.objective


def _first_points(
    objective: Objective, saddles: Sequence[CriticalPoint], directions: int
) -> tuple[list[int], Vector, Vector]:
    """For each side its saddle, a first point on it (n, p), and its curvature (n,)."""
    owners: list[int] = []
    starts: list[Vector] = []
    curvatures: list[float] = []
    typical = typical_magnitudes(objective)
    for number, saddle in enumerate(saddles):
        point = np.asarray(saddle.parameters, dtype=np.float64)
        values, vectors = np.linalg.eigh(objective.hessian(_AR, point))
        unstable = np.flatnonzero(values < -_FLAT * np.max(np.abs(values)))[:directions]
        for column in unstable:
            arrow = vectors[:, column]
            arrow = arrow / np.max(np.abs(arrow) / np.maximum(np.abs(point), typical))
            for sign in (1.0, -1.0):
                owners.append(number)
                curvatures.append(float(values[column]))
                starts.append(_displaced(objective, point, sign * arrow, float(values[column])))
    return owners, np.reshape(starts, (-1, objective.size)), np.array(curvatures)


def _displaced(objective: Objective, point: Vector, arrow: Vector, curvature: float) -> Vector:
    moves = _DISPLACEMENTS[:, None] * arrow
    expected = curvature * moves
    misfit = np.linalg.norm(objective.gradient(_AR, point + moves) - expected, axis=-1)
    lower = objective.value(_AR, point + moves) < objective.value(_AR, point)
    good = (misfit <= _MODEL * np.linalg.norm(expected, axis=-1)) & lower
    result: Vector = point + moves[int(np.argmax(good)) if np.any(good) else -1]
    return result


def _foot(found: Classified, settled: bool, left_at: Vector, ends: Ends, place: int) -> Foot:
    if found.outcome is Outcome.ESCAPING:
        return Foot.INFINITY
    minimum = found.outcome is Outcome.MINIMUM or (
        found.outcome is Outcome.DEGENERATE and found.index == 0 and found.explained
    )
    moved = np.abs(ends.points[place] - left_at) / np.maximum(np.abs(left_at), 1.0)
    # Newton's method may have jumped if it had far to go.
    trusted = settled or float(np.max(moved, initial=0.0)) < 0.1
    converged = ends.states[place] == State.CONVERGED
    return Foot.MINIMUM if minimum and converged and trusted else Foot.UNKNOWN


def _graph(
    known: KnownMinima, saddles: Sequence[CriticalPoint], sides: Sequence[list[Side]]
) -> Connections:
    """The graph, with the minima by ascending value."""
    order = sorted(range(len(known.minima)), key=lambda number: known.minima[number].value)
    rank = {number: place for place, number in enumerate(order)}

    def ranked(side: Side) -> Side:
        place = None if side.minimum is None else rank[side.minimum]
        return Side(side.foot, place, side.point, side.value, side.negative_curvature)

    return Connections(
        tuple(known.minima[number] for number in order),
        tuple(saddle.parameters for saddle in saddles),
        tuple(
            Connection(number, saddle.value, tuple(map(ranked, sides[number])))
            for number, saddle in enumerate(saddles)
        ),
        known.undecided,
    )
