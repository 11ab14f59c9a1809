"""The entry: checks the arguments, cuts the starts into portions, chooses the method."""

from __future__ import annotations

from typing import Any

import numpy as np

from pgb.errors import InputError, kind_of
from pgb.problems import Objective
from pgb.search.descent.dense import Solver
from pgb.search.descent.ends import Ends
from pgb.search.descent.kinks import along_kinks
from pgb.search.descent.matrix_free import minimize

#: Up to this many parameters Hessians are formed and factorised.
DENSE_LIMIT = 300

_SEEKS = ("minimum", "critical-point")
# Portions of this many starts, fewer for many parameters: Hessians of a portion stay in the cache.
_PORTION = 512
_PORTION_ENTRIES = 1 << 18


def descend(
    objective: Objective, starts: Any, *, iterations: int = 500, seek: str = "minimum"
) -> Ends:
    """Descend from every start (n, p) at once.

    Args:
        objective: in Float64, any model, loss and regularizer.
        starts: (n, p) finite floats.
        iterations: the most steps of a run.
        seek: "minimum" for local minima (values never increase), or "critical-point" for stationary
            points of every index near the starts.

    Up to ``DENSE_LIMIT`` parameters Hessians are factorised, and the parameters in which a squared
    loss is quadratic are always at their best (see ``projection``). Above it, minima are sought by
    conjugate gradients on products with Hessians; stationary points of other indices still need the
    dense way. Batches of runs are under way together; as runs end, others take their place. An end
    depends on its start alone up to rounding, and the same starts in the same order give the same
    ends bit for bit on one machine.

    Runs that stop at a kink go on along it (see ``kinks``).

    Raises:
        InputError: for starts of a wrong shape or not finite, and for wrong options.
    """
    points = _checked(objective, starts)
    if not isinstance(iterations, (int, np.integer)) or iterations < 1:
        raise InputError(f"iterations: found {iterations!r}, expected an integer >= 1")
    if seek not in _SEEKS:
        raise InputError(f"seek: found {seek!r}, expected 'minimum' or 'critical-point'")
    p = objective.size
    if p > DENSE_LIMIT and seek == "minimum":
        return minimize(objective, points, int(iterations))
    many = max(1, min(_PORTION, _PORTION_ENTRIES // max(1, p * p)))
    solver = Solver(objective, seek, many)
    ends = solver.run(points, int(iterations))
    return along_kinks(solver, ends, int(iterations)) if seek == "minimum" else ends


def _checked(objective: Objective, starts: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if not isinstance(objective, Objective):
        raise InputError(f"objective: found {kind_of(objective)}, expected an Objective")
    try:
        points = np.array(starts, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"starts: found {kind_of(starts)}, expected an array of floats") from None
    if points.ndim != 2 or points.shape[1] != objective.size:
        raise InputError(f"starts: found shape {points.shape}, expected (n, {objective.size})")
    if not np.all(np.isfinite(points)):
        raise InputError("starts: found entries that are not finite, expected finite floats")
    return points
