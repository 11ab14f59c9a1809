"""A point with a lower value, which makes a local minimum a bad one."""

from __future__ import annotations

import numpy as np

from pgb.numbers import Float64
from pgb.problems import Candidate, Objective
from pgb.search.run import search

__all__ = ["find_better"]


def find_better(
    objective: Objective, candidate: Candidate, *, starts: int = 100, seed: int = 0
) -> Candidate | None:
    """The lowest point of a small search if its value is below the candidate's, else None.

    The values are compared in floats: ``pgb.check(..., better=...)`` proves that one is lower. None
    says nothing about the points that the search has not seen.

    Raises:
        InputError: if ``starts`` or ``seed`` is out of range.
    """
    ar = Float64()
    value = float(objective.value(ar, ar.asarray(candidate.point)))
    lowest = search(objective, starts=starts, seed=seed).lowest
    if lowest is None or not lowest[0] < value:
        return None
    point = np.asarray(lowest[1], dtype=np.float64)
    return Candidate.from_vector(objective.parameters, point.tolist())
