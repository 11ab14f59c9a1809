"""Proof of a local minimum at a kink: a sufficient condition for every sign pattern.

Around an exact point Q is Q^sigma where sigma_j s_j^sigma >= 0 (see ``pieces``), one smooth
function for each sign pattern sigma. So the point is a strict local minimum of Q if for each sigma
it is one of the nonlinear program that minimizes Q^sigma under these constraints. For that the
second-order sufficient condition is enough, without a constraint qualification: multipliers
lambda_j >= 0 with grad Q^sigma = sum_j lambda_j sigma_j grad s_j^sigma, and a Lagrangian whose
Hessian is positive definite on the critical cone, here on all directions orthogonal to
grad s_j^sigma for each j with lambda_j > 0.

Free coordinates v: if on a box of them, the others held, all s_j^sigma are 0, Q is constant and the
condition in the others holds, with multipliers that depend continuously on v and do not become 0,
the same estimates hold uniformly, and the point is a local minimum.

Convex pieces: if a Lagrangian is stationary and a convex quadratic function, it is least at the
point, and so is Q^sigma under its constraints: the point is a local minimum, maybe a flat one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

import numpy as np

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.multipliers import Program
from pgb.conditions.pieces import pieces
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.errors import InputError, UndecidedError
from pgb.numbers import Array, Exact, ExactNumber

# Parameters up to which exact Hessians are tried, and sign patterns times cubes of parameters.
_LARGEST, _MOST_WORK = 60, 2 * 10**6
# Sign patterns that are looked at for coordinates on which nothing depends.
_MOST_LOOKED_AT = 16

Multipliers = list[list[object]]

_REASONS = {
    Evidence.KINKS: "multipliers satisfy the second-order sufficient condition",
    Evidence.CONVEX_PIECES: "multipliers make the Lagrangian a convex function that is least here",
    Evidence.KINK_BRANCH: (
        "free coordinates change nothing, and across them multipliers satisfy the second-order "
        "sufficient condition"
    ),
    Evidence.KINK_SYMMETRY: (
        "across the orbit of the symmetries multipliers satisfy the second-order sufficient "
        "condition"
    ),
}


def kink_minimum(at: Evaluation) -> Finding | None:
    """A proved local minimum at a kink of the objective; None otherwise."""
    if not has_kinks(at):
        return None
    found = kink_multipliers(at)
    if found is not None:
        return kink_finding(Evidence.KINKS, found)
    branch = _along_free_coordinates(at)
    if branch is not None:
        return branch
    found = _undecided_is_none(lambda: _convex(at))
    return None if found is None else kink_finding(Evidence.CONVEX_PIECES, found)


def has_kinks(at: Evaluation) -> bool:
    """Whether this is an exact point at which a first or second derivative may jump."""
    return at.exact and at.switch_order in (1, 2) and at.objective.size <= _LARGEST


def free_branch_minimum(at: Evaluation) -> Finding | None:
    """A minimum on a branch away from kinks: as above, with the one pattern that has no signs.

    Unlike ``branch_minimum`` it knows the functions of the free coordinates, not only enclosures.
    """
    smooth = at.exact and at.switch_order is None and at.objective.size <= _LARGEST
    return _along_free_coordinates(at) if smooth and at.exact_gradient_is_zero else None


def _along_free_coordinates(at: Evaluation) -> Finding | None:
    free = free_coordinates(at)
    found = kink_multipliers(at, free) if free else None
    return None if found is None else kink_finding(Evidence.KINK_BRANCH, found, free)


def kink_finding(
    evidence: Evidence,
    multipliers: Multipliers,
    free: Sequence[int] = (),
    fields: Sequence[object] = (),
    frozen: Sequence[int] = (),
) -> Finding:
    """The finding of multipliers for every sign pattern."""
    reason = f"{_REASONS[evidence]}, for each of {len(multipliers)} sign pattern(s) of the kinks"
    if not multipliers[0][0]:
        reason = (
            "free coordinates change nothing while the others are held, and whatever they are the "
            "gradient is 0 and the Hessian in the others positive definite"
        )
    details: dict[str, object] = {"patterns": len(multipliers)}
    if free or frozen:
        details["dimension"] = len(free) + len(frozen)
    witness: dict[str, object] = {"method": "convex-pieces", "patterns": multipliers}
    if evidence is not Evidence.CONVEX_PIECES:
        held = {"free": list(free), "fields": list(fields), "frozen": list(frozen)}
        witness = {**witness, "method": "kinks", **held}
    return Finding(Verdict.LOCAL_MINIMUM, True, evidence, reason, details, witness)


def kink_multipliers(
    at: Evaluation, free: Sequence[int] = (), frozen: Sequence[int] = ()
) -> Multipliers | None:
    """Multipliers of every sign pattern, as a witness holds them; None if some has none.

    The free coordinates may have any values near the point's, the frozen ones have the point's.
    """
    return _undecided_is_none(lambda: _strict(at, free, frozen))


def _undecided_is_none(proof: Callable[[], Multipliers | None]) -> Multipliers | None:
    try:
        return proof()
    except (UndecidedError, InputError, ZeroDivisionError):
        return None


def _strict(at: Evaluation, free: Sequence[int], frozen: Sequence[int]) -> Multipliers | None:
    point = Exact().asarray(at.candidate.point)
    moved = tuple(j for j in range(at.objective.size) if j not in {*free, *frozen})
    value = at.objective.value(Exact(), point).item() if free else None
    found: Multipliers = []
    # The same patterns with the free coordinates at the point: their numbers propose multipliers.
    proposing = pieces(at.objective, point, (), (*free, *frozen))
    for piece in pieces(at.objective, point, free, frozen):
        if len(found) * len(moved) ** 3 > _MOST_WORK:
            return None
        if value is not None and not Exact().certainly_zero(_array(piece.value.value - value)):
            return None
        program = Program(piece, moved)
        proposals = Program(next(proposing), moved).proposals() if free else program.proposals()
        proved = next((v for v in proposals if program.is_sufficient(v)), None)
        if proved is None:
            return None
        found.append([piece.signs, [str(v) for v in proved]])
    return found


def _convex(at: Evaluation) -> Multipliers | None:
    point = Exact().asarray(at.candidate.point)
    moved = tuple(range(at.objective.size))
    found: Multipliers = []
    for piece in pieces(at.objective, point):
        if len(found) * len(moved) ** 3 > _MOST_WORK:
            return None
        program = Program(piece, moved)
        proved = next((v for v in program.proposals() if program.is_convex(v)), None)
        if proved is None:
            return None
        found.append([piece.signs, [str(v) for v in proved]])
    return found


def free_coordinates(at: Evaluation) -> list[int]:
    """Coordinates on which, at the point, no value seems to depend: only a proposal."""
    point = Exact().asarray(at.candidate.point)
    chosen = list(range(at.objective.size))
    try:
        for piece in islice(pieces(at.objective, point), _MOST_LOOKED_AT):
            jets = [piece.value, *(kink.argument for kink in piece.kinks)]
            for jet in jets:
                first = {j for j, v in (jet.first or {}).items() if not _vanishes(v)}
                pairs = [key for key, v in jet.second.items() if not _vanishes(v)]
                chosen = [j for j in chosen if j not in first]
                for j, k in pairs:
                    if j in chosen and k in chosen:
                        chosen.remove(k)
            if not chosen:
                return []
    except (UndecidedError, InputError, ZeroDivisionError):
        return []
    return chosen


def _vanishes(value: ExactNumber) -> bool:
    return bool(Exact().certainly_zero(_array(value)))


def _array(value: ExactNumber) -> Array:
    found = np.empty((), dtype=object)
    found[()] = value
    return found
