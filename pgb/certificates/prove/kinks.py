"""Local minima at kinks that are strict up to the objective's own continuous symmetries.

Affine fields X_1, ..., X_r whose flows keep Q, with a nonsingular matrix of values in r coordinates
at the point, move every nearby point to one with the same value on the slice on which these
coordinates are frozen. So a local minimum of Q on the slice is one of Q; there it is proved by
multipliers for every sign pattern, with free coordinates if need be. An example are minima of
networks with relu units on their kinks: (w, b) -> s (w, b) with outgoing weights divided by s.
"""

from __future__ import annotations

import numpy as np

from pgb.certificates.prove.symmetries import (
    certainly_independent,
    symmetries,
    transversal_coordinates,
)
from pgb.conditions.evaluation import Evaluation
from pgb.conditions.kinks import free_coordinates, has_kinks, kink_finding, kink_multipliers
from pgb.conditions.symmetry_minimum import plain_field
from pgb.conditions.verdict import Evidence, Finding
from pgb.models import AffineField
from pgb.numbers import Array, Balls, Float64

_PRECISION = 256


def prove_kink_slice(at: Evaluation) -> Finding | None:
    """A proved local minimum at a kink, strict on a slice across symmetries; None otherwise."""
    fields = symmetries(at.objective) if has_kinks(at) else []
    for free in ([], free_coordinates(at)) if fields else ():
        chosen, frozen = _transversal(at, fields, set(free))
        if not chosen or (free and set(free) & set(frozen)):
            continue
        found = kink_multipliers(at, free, frozen)
        if found is not None:
            kind = Evidence.KINK_BRANCH if free else Evidence.KINK_SYMMETRY
            plain = [plain_field(field) for field in chosen]
            return kink_finding(kind, found, free, plain, frozen)
    return None


def _transversal(
    at: Evaluation, fields: list[AffineField], free: set[int]
) -> tuple[list[AffineField], list[int]]:
    """Fields, and as many coordinates, none of them free, on which they are independent."""
    others = [f for f in fields if not free & {*f.shift, *(row for row, _ in f.entries)}]
    moving = [f for f in others if np.any(f.at(Float64(), at.floats) != 0)]
    if not moving:
        return [], []
    chosen, places = transversal_coordinates(moving, at.floats)
    with Balls(_PRECISION) as ar:
        point: Array = ar.asarray(at.candidate.point)
        independent = len(chosen) > 0 and certainly_independent(ar, chosen, places, point)
    return (chosen, [int(j) for j in places]) if independent else ([], [])
