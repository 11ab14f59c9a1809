"""Values of listed points: which are certainly equal, and which is least in the box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pgb.numbers import Balls, Float64
from pgb.search.exhaustive.enclosures import Enclosures, Floats

if TYPE_CHECKING:
    from pgb.search.exhaustive.listing import CompleteList, ListedPoint

# How many parts of the border are looked at, at most.
_MOST = 200_000


def is_higher(found: CompleteList, point: ListedPoint, other: ListedPoint) -> bool:
    """Whether a proved point is proved to lie above the value at the center of another."""
    with Balls(128) as ar:
        box = ar.ball(point.center, point.radius)
        here, there = (found.objective.value(ar, at) for at in (box, ar.asarray(other.center)))
        return bool(ar.certainly_positive(here - there))


def is_image(found: CompleteList, point: ListedPoint, other: ListedPoint) -> bool:
    """Whether a symmetry certainly takes one point to the other, so that their values are equal.

    The image of a critical point is one; if it lies in the box in which the other point is the only
    one, it is that point. That an image is near the other point is not enough.
    """
    from pgb.search.scales import typical_magnitudes
    from pgb.search.symmetry import group_of

    nearest = group_of(found.objective).compare(point.center, other.center)
    if not nearest.same:
        return False
    size = max(np.max(np.abs([point.center, other.center])), 1.0)
    size = max(size, float(np.max(typical_magnitudes(found.objective))))
    slack = 2 * (nearest.distance + 1e-13) * size + 2 * np.max(point.radius)
    below, above = other.center - slack, other.center + slack
    return bool(np.all((other.proof.low <= below) & (above <= other.proof.high)))


def is_least(found: CompleteList, lowest: ListedPoint) -> bool | None:
    """Whether the lowest minimum is least in the whole box of a complete list; None: undecided.

    Q is least at a critical point or on the border. The Hessian is positive definite on the box
    around the minimum, so Q is there at most the value at the center.
    """
    enclosures = Enclosures(found.objective)
    ar: Any = enclosures.ar
    Q: Any = found.objective.value
    with np.errstate(all="ignore"):
        top = Q(ar, ar.asarray(lowest.center[None])).high[0]
        low, high = _faces(found.low, found.high)
        looked = 0
        while len(low):
            looked += len(low)
            if looked > _MOST:
                return None
            if lowest.place == "inside" and _has_lower(found, lowest, low / 2 + high / 2):
                return False
            left = ~(Q(ar, enclosures.box(low, high)).low > top)
            low, high = _halves(low[left], high[left])
    return True


def _has_lower(found: CompleteList, lowest: ListedPoint, points: Floats) -> bool:
    """Whether the value at one of the points is certainly below that at the minimum."""
    values = np.asarray(found.objective.value(Float64(), points))
    if not np.any(values < lowest.value):
        return False
    with Balls(128) as ar:
        box, least = ar.ball(lowest.center, lowest.radius), points[np.nanargmin(values)]
        here, there = (found.objective.value(ar, at) for at in (box, ar.asarray(least)))
        return bool(ar.certainly_positive(here - there))


def _faces(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The faces (2 p, p) of a box."""
    p = len(low)
    below, above = np.tile(low, (2 * p, 1)), np.tile(high, (2 * p, 1))
    axes = np.arange(p)
    above[axes, axes] = low
    below[p + axes, axes] = high
    return below, above


def _halves(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Boxes (n, p) split across their longest axes."""
    every, axes = np.arange(len(low)), np.argmax(high - low, axis=1)
    middle = low[every, axes] / 2 + high[every, axes] / 2
    left, right = high.copy(), low.copy()
    left[every, axes] = right[every, axes] = middle
    return np.concatenate([low, right]), np.concatenate([left, high])
