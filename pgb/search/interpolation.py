"""Ends of runs at which no function on the data is better, in floats.

Such a point is a global minimum whatever its derivatives look like, also where kinks meet and where
a run was given up as escaping. What must not be taken for one is a point on the way to infinity
that fits the data only in the limit. The test for that is the Jacobian: where the outputs take all
values near those at the point, a Newton step in the outputs leads to a point that fits, and it is
short.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.kinks import Kinks
from pgb.search.mechanisms import is_saturated
from pgb.search.optimality import is_optimal
from pgb.search.scales import typical_magnitudes

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# Rounding errors of outputs, in units of the last place of what they are sums of.
_ROUNDING = 64 * float(np.finfo(np.float64).eps)
# Values above the infimum that are never rounding, relative to the value at the origin.
_HIGHER = 1e-10
# Singular values of normalised rows that count as 0.
_RANK = 1e-6
# The same where the Newton step to a fit is known to be short, relative to the parameters.
_LEAST_RANK, _STEP = 1e-10, 1e-6


def fits_freely(objective: Objective, point: Vector) -> bool:
    """Whether the outputs take all values near those at the point (p,), the best ones too."""
    rows, _ = _normalised(objective, point)
    return _rank(rows, _RANK) == len(rows)


def interpolating(objective: Objective, points: Vector) -> Mask:
    """(n,): the objective at points (n, p), stationary or not, is that of the best function."""
    found = np.zeros(len(points), dtype=bool)
    if not len(points) or objective.elimination is not None or not objective.infimum().attained:
        return found
    with np.errstate(all="ignore"):
        finite = np.all(np.isfinite(points), axis=1)
        if objective.loss.smoothness == 0:
            chosen = [k for k in np.flatnonzero(finite) if _is_least(objective, points[k])]
            found[[k for k in chosen if _is_taken(objective, points[k])]] = True
            return found
        best = np.flatnonzero(finite & is_optimal(objective, points))
        found[[k for k in best if _fit_is_near(objective, points[k])]] = True
    return found


def flat_directions(objective: Objective, point: Vector) -> int:
    """The dimension of the points near an interpolating one (p,) that keep its outputs."""
    penalty = np.eye(objective.size)[_weighted(objective)]
    rows, _ = _normalised(objective, point)
    return objective.size - _rank(np.concatenate([rows, penalty]), _LEAST_RANK)


def kinks_at(objective: Objective, point: Vector) -> int:
    """Switches that are 0 at a point (p,)."""
    return len(Kinks(objective, typical_magnitudes(objective)).active(point))


def _is_least(objective: Objective, point: Vector) -> bool:
    """Whether the value at a point (p,) is that of the best function up to rounding."""
    ar = Float64()
    jacobian = np.abs(np.asarray(objective.jacobian(ar, point)))
    sizes = jacobian @ np.abs(point) + np.abs(np.asarray(objective.outputs(ar, point)))
    weights = np.abs(np.asarray(objective.coefficients(ar)))
    height = abs(float(objective.value(ar, np.zeros(objective.size))))
    least = objective.infimum().value
    allowed = _ROUNDING * (float(np.sum(weights * sizes)) + height)
    return float(objective.value(ar, point)) - least <= min(allowed, _HIGHER * height)


def _is_taken(objective: Objective, point: Vector) -> bool:
    return not is_saturated(objective, point) or fits_freely(objective, point)


def _fit_is_near(objective: Objective, point: Vector) -> bool:
    """Whether a short Newton step in the outputs leads from a point (p,) to the best ones."""
    rows, sizes = _normalised(objective, point)
    if _rank(rows, _LEAST_RANK) < len(rows):
        return False
    ar, groups = Float64(), objective.data.groups
    x, y, c = objective.samples(ar)
    outputs = np.asarray(objective.model.outputs(ar, point, x))
    bend = c * np.einsum("...kk->...k", np.asarray(objective.loss.hessian(ar, outputs, y)))
    bends = np.stack([np.sum(bend[group], axis=0) for group in groups]).reshape(-1)
    sums = np.asarray(objective.group_sums(ar, point)).reshape(-1)
    if not np.all(bends[sums != 0] > 0):
        return False
    change = np.where(sums != 0, -sums / np.where(bends > 0, bends, 1.0), 0.0) / sizes
    step = np.linalg.lstsq(rows, change, rcond=None)[0]
    return bool(np.max(np.abs(step), initial=0.0) <= _STEP)


def _normalised(objective: Objective, point: Vector) -> tuple[Vector, Vector]:
    """Derivatives (k, p) of the outputs at different inputs, in the sizes of the parameters.

    Each row is divided by its length; these are the second array, (k,).
    """
    scale = np.maximum(np.abs(point), typical_magnitudes(objective))
    jacobian = np.asarray(objective.jacobian(Float64(), point)) * scale
    rows = jacobian[[int(group[0]) for group in objective.data.groups]].reshape(-1, len(point))
    sizes = np.linalg.norm(rows, axis=1)
    sizes = np.where(sizes > 0, sizes, 1)
    return rows / sizes[:, None], sizes


def _rank(rows: Vector, tolerance: float) -> int:
    if not rows.size or not np.all(np.isfinite(rows)):
        return 0
    return int(np.linalg.matrix_rank(rows, tol=tolerance))


def _weighted(objective: Objective) -> Mask:
    """(p,): which parameters are penalised."""
    quadratic, absolute = objective.regularizer.coefficients(Float64())
    weighted: Mask = (np.asarray(quadratic) != 0) | (np.asarray(absolute) != 0)
    return weighted
