"""What the end of a run is: a minimum, a saddle, a degenerate point, an escape, or none of them.

Everything here is done in floats and is evidence, not proof. Where second derivatives do not decide
the answer is DEGENERATE, unless one of these explains the zero eigenvalues of the Hessian:

* they are the tangents of an orbit of the objective's symmetries, all of which is critical;
* a convex data part is as low as that of any function on the data, and the penalty is stationary
  (for linear networks: as that of any linear function), also at kinks and at singular points, and
  where runs were given up;
* near the point the critical points form a manifold of that dimension (found by Newton's method on
  the complement of the null space, from several places in it).

With exponential neurons whose theorem applies, local minima are the points with a = 0 at which the
output gradients sum to 0 over each group of equal inputs; every other stationary point is a saddle,
of however high an order, even where its Hessian is positive semidefinite.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Ends, Rule, State
from pgb.search.escapes import Escape, escapes_of
from pgb.search.flatness import Flatness, explore
from pgb.search.interpolation import fits_freely, flat_directions, interpolating, kinks_at
from pgb.search.kink_points import along_kinks_of
from pgb.search.mechanisms import is_saturated, leans_on_tails
from pgb.search.optimality import auxiliary_outputs, is_optimal, theorem_applies
from pgb.search.scales import typical_magnitudes
from pgb.search.symmetry import SymmetryGroup, group_of

Vector = npt.NDArray[np.float64]

# Eigenvalues of the scaled Hessian below this times the sum of their sizes count as 0 ...
_ZERO = 1e-10
# ... and those up to this many times more may be 0.
_GREY = 100.0
# Numbers in the Hessians that are held at once.
_ENTRIES = 1 << 22


class Outcome(Enum):
    """What became of a run; the value is a sentence."""

    MINIMUM = "A local minimum in floats, strict or flat only along explained directions."
    SADDLE = "A stationary point with lower values nearby."
    DEGENERATE = "A stationary point that second derivatives do not classify."
    ESCAPING = "The parameters leave every bounded set while the value decreases."
    STALLED = "The run settled nowhere within its budget, or where kinks meet in a singular way."


@dataclass(frozen=True)
class Classified:
    """The outcome of one run.

    Attributes:
        outcome: which.
        index: negative eigenvalues of the Hessian (the Morse index), of stationary points only.
        nullity: eigenvalues that floats cannot tell from 0.
        explained: whether all of those are accounted for.
        flat: whether there are more of them than symmetries explain.
        reason: what decided.
        lowest, highest: the least and the greatest eigenvalue of the Hessian in units of the
            typical sizes of the parameters; None where it was not needed.
        escape: of escaping runs.
        kinks: switches that are 0 at the point, where the objective is not differentiable; index
            and nullity are then those of the Hessian along them.
    """

    outcome: Outcome
    index: int = 0
    nullity: int = 0
    explained: bool = True
    flat: bool = False
    reason: str = ""
    lowest: float | None = None
    highest: float | None = None
    escape: Escape | None = None
    kinks: int = 0


def classify(
    objective: Objective, ends: Ends, group: SymmetryGroup | None = None
) -> list[Classified]:
    """The outcome of each run, in order; ``group`` is the objective's own if it is at hand."""
    group = group_of(objective) if group is None else group
    escaping = np.asarray(ends.states) == State.ESCAPING
    settled = (np.asarray(ends.states) == State.CONVERGED) & ~np.asarray(ends.at_kink)
    settled &= np.all(np.isfinite(ends.points), axis=1)
    driven = settled & auxiliary_outputs(objective, ends.points, settled)
    rules = zip(ends.rules, ends.at_kink, strict=True)
    found = [Classified(Outcome.STALLED, reason=_stalled(int(r), bool(k))) for r, k in rules]
    rows = np.flatnonzero(settled & ~driven)
    step = max(1, _ENTRIES // max(1, objective.size**2))
    for start in range(0, len(rows), step):
        chosen = rows[start : start + step]
        for place, result in zip(chosen, _stationary(objective, ends, chosen, group), strict=True):
            found[place] = result
    least = _least(objective, ends, settled, escaping, group)
    for place in np.flatnonzero(np.asarray(ends.rules) == Rule.ALONG_KINKS):
        found[place] = _at_kinks(objective, np.asarray(ends.points)[place], group)
    for place, result in least.items():
        found[place] = result
    given_up = [k for k in np.flatnonzero(escaping | driven).tolist() if k not in least]
    reasons = dict.fromkeys(given_up, _GROWS)
    reasons |= {place: _SATURATED for place in rows.tolist() if found[place].reason == _SATURATED}
    away = sorted(reasons)
    for place, escape in zip(away, escapes_of(objective, ends, away), strict=True):
        found[place] = Classified(Outcome.ESCAPING, reason=reasons[place], escape=escape)
    return found


def _least(
    objective: Objective,
    ends: Ends,
    settled: npt.NDArray[np.bool_],
    escaping: npt.NDArray[np.bool_],
    group: SymmetryGroup,
) -> dict[int, Classified]:
    """The runs that did not settle at smooth points, but where no function is better."""
    points, found, jumps = np.asarray(ends.points), {}, objective.loss.smoothness == 0
    rows = np.flatnonzero(~settled)
    for place in rows[interpolating(objective, points[rows])].tolist():
        if escaping[place] and jumps and not fits_freely(objective, points[place]):
            continue
        flat = flat_directions(objective, points[place])
        free = flat > group.orbit_dimension(points[place])
        kinks = kinks_at(objective, points[place])
        found[place] = Classified(
            Outcome.MINIMUM, nullity=flat, flat=free, reason=_LEAST, kinks=kinks
        )
    return found


_LEAST = "no function on the data has a lower value"
_GROWS = "parameters grow without bound while the value decreases"
_SATURATED = "units are saturated, so that some derivatives are 0 in floats only"


def _at_kinks(objective: Objective, point: Vector, group: SymmetryGroup) -> Classified:
    """A point that is stationary along its kinks, with positive slopes away from them."""
    dimension = group.orbit_dimension(point)
    at = along_kinks_of(objective, point, dimension)
    if at is None:
        return Classified(Outcome.STALLED, reason=_stalled(int(Rule.KINK), True))
    flat = at.nullity > dimension
    base = Classified(
        Outcome.DEGENERATE,
        at.index,
        at.nullity,
        at.clear and (not flat or bool(at.flat)),
        flat,
        "stationary along its kinks, where the Hessian has eigenvalues that may be 0",
        at.lowest,
        at.highest,
        kinks=at.kinks,
    )
    if at.index and not at.lower:
        reason = "negative curvature along its kinks, but no lower values were found there"
        return replace(base, explained=False, reason=reason)
    if at.index:
        return replace(base, outcome=Outcome.SADDLE, reason="negative curvature along its kinks")
    if base.explained:
        reason = "uphill away from its kinks, and a minimum along them"
        return replace(base, outcome=Outcome.MINIMUM, reason=reason)
    return base


def _stalled(rule: int, at_kink: bool) -> str:
    if at_kink:
        return "the run stopped where the objective is not differentiable"
    return _RULES.get(Rule(rule), "no point was reached at which the gradient vanishes")


_RULES = {
    Rule.BUDGET: "the run used up its iterations",
    Rule.SPURIOUS: "the gradient norm has a local minimum that is not 0",
}


@dataclass(frozen=True)
class _Spectrum:
    """Eigenvalues (p,) and vectors (p, p) of the scaled Hessian at a point (p,), in rank order."""

    point: Vector
    scale: Vector
    values: Vector
    vectors: Vector

    @property
    def width(self) -> float:
        """Eigenvalues of at most this size count as 0."""
        return _ZERO * float(np.sum(np.abs(self.values)))

    @property
    def null(self) -> npt.NDArray[np.bool_]:
        """(p,): which eigenvalues count as 0."""
        return np.abs(self.values) <= self.width

    @property
    def is_clear(self) -> bool:
        """No eigenvalue is so near to the border that it may be 0 or not."""
        sizes = np.abs(self.values)
        return not np.any((sizes > self.width) & (sizes <= _GREY * self.width))


def _stationary(
    objective: Objective, ends: Ends, rows: npt.NDArray[np.intp], group: SymmetryGroup
) -> list[Classified]:
    points = np.asarray(ends.points)[rows]
    scales = np.maximum(np.abs(points), typical_magnitudes(objective))
    with np.errstate(all="ignore"):
        hessians = np.asarray(objective.hessian(Float64(), points))
        scaled = hessians * scales[:, :, None] * scales[:, None, :]
    finite = np.all(np.isfinite(scaled), axis=(1, 2))
    scaled[~finite] = 0.0
    values, vectors = np.linalg.eigh((scaled + scaled.swapaxes(-1, -2)) / 2)
    optimal = is_optimal(objective, points) | group.has_optimal_products(points)
    theorem = theorem_applies(objective)
    found = []
    for k in range(len(rows)):
        if not finite[k]:
            reason = "the second derivatives are out of the range of doubles"
            found.append(Classified(Outcome.DEGENERATE, explained=False, reason=reason))
            continue
        spectrum = _Spectrum(points[k], scales[k], values[k], vectors[k])
        result = _judge(objective, spectrum, bool(optimal[k]), theorem, group)
        if result.nullity and result.outcome is not Outcome.SADDLE:
            result = _doubted(objective, spectrum, bool(optimal[k]), result)
        found.append(result)
    return found


def _judge(
    objective: Objective, at: _Spectrum, optimal: bool, theorem: bool, group: SymmetryGroup
) -> Classified:
    index, nullity = int(np.sum(at.values < -at.width)), int(np.sum(at.null))
    ends = [float(v) for v in (*at.values[:1], *at.values[-1:])] or [0.0, 0.0]
    base = Classified(Outcome.DEGENERATE, index, nullity, nullity == 0)
    dimension = group.orbit_dimension(at.point) if nullity else 0
    flat = nullity > dimension
    base = replace(base, flat=flat, explained=not flat, lowest=ends[0], highest=ends[-1])
    if optimal and not np.any(at.values < -_GREY * at.width):
        return replace(base, outcome=Outcome.MINIMUM, index=0, explained=True, reason=_LEAST)
    if theorem:
        reason = "stationary, but output gradients of equal inputs do not sum to 0"
        return replace(base, outcome=Outcome.SADDLE, reason=reason)
    if np.any(at.values < -_GREY * at.width):
        return replace(base, outcome=Outcome.SADDLE, reason="negative curvature")
    if not at.is_clear:
        reason = "some eigenvalues of the Hessian can hardly be told from 0"
        return replace(base, explained=False, reason=reason)
    if nullity == 0:
        return replace(base, outcome=Outcome.MINIMUM, reason="positive definite Hessian")
    if not flat:
        reason = "positive definite Hessian across the orbit of the symmetries"
        return replace(base, outcome=Outcome.MINIMUM, reason=reason)
    return _explored(objective, at, base)


def _doubted(objective: Objective, at: _Spectrum, optimal: bool, result: Classified) -> Classified:
    moves = (at.vectors[:, at.null] * at.scale[:, None]).T
    vanishing = is_saturated(objective, at.point)
    vanishing = vanishing or (result.flat and leans_on_tails(objective, at.point, moves))
    if not vanishing or (optimal and _fits(objective, at.point)):
        return result
    return replace(result, outcome=Outcome.DEGENERATE, explained=False, reason=_SATURATED)


def _fits(objective: Objective, point: Vector) -> bool:
    """Whether the least value that a point (p,) has in floats is taken at or near it in truth."""
    return fits_freely(objective, point) or bool(interpolating(objective, point[None])[0])


def _explored(objective: Objective, at: _Spectrum, base: Classified) -> Classified:
    flatness = explore(objective, at.point, at.scale, at.values, at.vectors, at.null)
    if flatness is Flatness.CRITICAL:
        reason = "critical points fill a neighborhood in the null space of the Hessian"
        return replace(base, outcome=Outcome.MINIMUM, explained=True, reason=reason)
    if flatness is Flatness.DECREASING:
        reason = "lower values along a curve tangent to the null space of the Hessian"
        return replace(base, outcome=Outcome.SADDLE, explained=False, reason=reason)
    reason = "the Hessian has zero eigenvalues of unknown origin"
    return replace(base, explained=False, reason=reason)
