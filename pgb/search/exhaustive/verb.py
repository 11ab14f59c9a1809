"""The verb: all critical points in a box."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pgb.errors import InputError
from pgb.problems import Objective
from pgb.search.exhaustive.bisection import Progress, Search, Tree
from pgb.search.exhaustive.enclosures import Floats
from pgb.search.exhaustive.listing import CompleteList, listed_points
from pgb.search.exhaustive.undecided import undecided

MOST_PARAMETERS = 4
_BUDGET = 2_000_000

Ends = float | int | Sequence[Any]


def exhaustive(
    objective: Objective,
    low: Ends,
    high: Ends,
    *,
    budget: int = _BUDGET,
    seconds: float | None = None,
    workers: int | None = None,
    progress: Callable[[Progress], object] | None = None,
) -> CompleteList:
    """All critical points of an objective of at most 4 parameters in a box.

    Args:
        objective: the objective.
        low: the lower ends of the box, one number for all parameters or one for each; they are
            taken as doubles.
        high: the upper ends.
        budget: how many boxes are tested at most; what is left then is listed as undecided.
        seconds: a limit in time as well, looked at between generations of boxes.
        workers: threads; by default as many as there are processors.
        progress: called after each generation of boxes.

    Raises:
        InputError: for more than 4 parameters, ends that are no box, or a budget below 1.
    """
    p = objective.size
    if not 1 <= p <= MOST_PARAMETERS:
        raise InputError(
            f"parameters: found {p}, expected from 1 to {MOST_PARAMETERS} for a complete list"
        )
    below, above = _ends(low, p, "low"), _ends(high, p, "high")
    if not bool(np.all(below < above)):
        raise InputError(f"high: found {high}, expected more than low, which is {low}")
    if budget < 1 or (seconds is not None and not seconds > 0):
        raise InputError("budget: found no boxes or no time, expected a positive number")
    start = time.monotonic()
    search = Search(objective, below, above, workers or os.cpu_count() or 1)
    tree = search.run(budget, seconds, progress)
    return _listing(search, tree, time.monotonic() - start)


def _listing(search: Search, tree: Tree, seconds: float) -> CompleteList:
    found = listed_points(search, tree)
    return CompleteList(
        objective=search.objective,
        low=search.low,
        high=search.high,
        points=tuple(point for point in found if point.place != "outside"),
        beyond=tuple(point for point in found if point.place == "outside"),
        undecided=undecided(search, tree),
        boxes=tree.boxes,
        seconds=seconds,
        tree=tree.letters(),
        assumed=tuple(sorted(search.enclosures.ar.tested)),
    )


def _ends(values: Ends, size: int, name: str) -> Floats:
    try:
        found = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name}: found {values!r}, expected numbers") from None
    if found.shape not in ((), (size,)) or not bool(np.all(np.isfinite(found))):
        raise InputError(
            f"{name}: found {values!r}, expected a finite number, or {size} of them, one for each "
            "parameter"
        )
    return np.array(np.broadcast_to(found, (size,)))
