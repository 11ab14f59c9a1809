"""The Morse index of a critical point that a ball certainly holds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.certificates.prove.krawczyk import enclose_critical_point, prove_inertia, room
from pgb.numbers import Float64
from pgb.problems import Candidate, Objective

Floats = npt.NDArray[np.float64]


def index_in_ball(objective: Objective, candidate: Candidate, radii: Floats) -> int | None:
    """The number of negative eigenvalues at a critical point in the ball; None if not proved.

    ``radii`` (p,) are the half-widths of the ball. Other points of the ball may be local minima all
    the same, so a positive index is no verdict about the ball.
    """
    if candidate.exact or objective.size == 0 or not bool(np.all(radii > 0)):
        return None
    enclosure = enclose_critical_point(objective, Float64().asarray(candidate.point))
    if enclosure is None:
        return None
    space = room(enclosure.frame.center, candidate.point, radii)
    if not bool(np.all(enclosure.existence < space)):
        return None
    return prove_inertia(objective, enclosure)
