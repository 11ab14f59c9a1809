"""Proof of a local minimum at a kink: a sufficient condition for every sign pattern.

Around an exact point Q is Q^sigma where sigma_j s_j^sigma >= 0 (see ``pieces``), one smooth
function for each sign pattern sigma. So the point is a strict local minimum of Q if for each sigma
it is one of the nonlinear program that minimizes Q^sigma under these constraints. For that the
second-order sufficient condition is enough, without a constraint qualification: multipliers
lambda_j >= 0 with grad Q^sigma = sum_j lambda_j sigma_j grad s_j^sigma, and a Lagrangian whose
Hessian is positive definite on the critical cone, here on all directions orthogonal to
grad s_j^sigma for each j with lambda_j > 0.
"""

from __future__ import annotations

from collections.abc import Sequence

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.multipliers import Program
from pgb.conditions.pieces import pieces
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.errors import InputError, UndecidedError
from pgb.numbers import Exact

# Parameters up to which exact Hessians are tried, and sign patterns times cubes of parameters.
_LARGEST, _MOST_WORK = 60, 10**7


def kink_minimum(at: Evaluation) -> Finding | None:
    """A proved local minimum at a kink of the objective; None otherwise."""
    if not at.exact or at.switch_order not in (1, 2) or at.objective.size > _LARGEST:
        return None
    try:
        found = _multipliers(at, (), ())
    except (UndecidedError, InputError, ZeroDivisionError):
        return None
    if found is None:
        return None
    reason = (
        f"for each of {len(found)} sign pattern(s) of the kinks at the point there are multipliers "
        "with which it satisfies the second-order sufficient condition"
    )
    witness = {"method": "kinks", "patterns": found, "free": [], "fields": [], "frozen": []}
    verdict, evidence = Verdict.LOCAL_MINIMUM, Evidence.KINKS
    return Finding(verdict, True, evidence, reason, {"patterns": len(found)}, witness)


def _multipliers(
    at: Evaluation, free: Sequence[int], frozen: Sequence[int]
) -> list[list[object]] | None:
    """The multipliers of every sign pattern as a witness holds them; None if some has none."""
    point = Exact().asarray(at.candidate.point)
    moved = tuple(j for j in range(at.objective.size) if j not in {*free, *frozen})
    found: list[list[object]] = []
    for piece in pieces(at.objective, point, free, frozen):
        if len(found) * len(moved) ** 3 > _MOST_WORK:
            return None
        program = Program(piece, moved)
        proved = next((v for v in program.proposals() if program.is_sufficient(v)), None)
        if proved is None:
            return None
        found.append([piece.signs, [str(v) for v in proved]])
    return found
