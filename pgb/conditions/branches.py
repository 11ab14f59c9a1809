"""Proof of a degenerate local minimum on a branch of free coordinates.

If grad Q = 0 on a whole box of some coordinates around an exact point, the others held at it, and
the Hessian in the others is positive definite, then the point is a local minimum (Morse-Bott: in
each normal slice Q has a nondegenerate minimum on the branch, and Q is constant on the branch).
That the gradient vanishes on the whole branch is essential: freezing coordinates and proving a
strict minimum on the slice proves nothing.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq

from pgb.conditions.evaluation import PRECISIONS, Evaluation
from pgb.conditions.linear_algebra import certainly_positive_definite
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.numbers import Balls

_WIDTHS = (fmpq(1, 16), fmpq(1, 2**12), fmpq(1, 2**40))


def branch_minimum(at: Evaluation) -> Finding | None:
    """A proved local minimum, flat along free coordinates and strict across; None otherwise.

    The free coordinates are those whose row of the exact Hessian is 0. The gradient must be
    enclosed as exactly 0 on a box of them and no second derivative may jump in the box.
    """
    if not at.exact or at.switch_order == 1:
        return None
    if at.exact_gradient_is_zero is not True or at.exact_hessian is None:
        return None
    free = _zero_rows(at)
    if not free:
        return None
    normal = [j for j in range(at.objective.size) if j not in set(free)]
    width = next((w for w in _WIDTHS if _gradient_vanishes_on_branch(at, free, w)), None)
    if width is None:
        return None
    for precision in PRECISIONS:
        enclosure = at.hessian(precision)[np.ix_(normal, normal)]
        with Balls(precision) as ar:
            if certainly_positive_definite(ar, enclosure):
                reason = (
                    f"the gradient is exactly 0 on a {len(free)}-dimensional branch of free "
                    "coordinates, and the Hessian across it is positive definite"
                )
                details = {"free": free, "dimension": len(free), "precision": precision}
                witness = {"method": "branch", "precision": precision, "free": free}
                witness["width"] = str(width)
                verdict, evidence = Verdict.LOCAL_MINIMUM, Evidence.BRANCH
                return Finding(verdict, True, evidence, reason, details, witness)
    return None


def _zero_rows(at: Evaluation) -> list[int]:
    with Balls(64) as ar:
        zero = ar.certainly_zero(at.hessian(64))
    return [int(j) for j in np.flatnonzero(np.all(zero, axis=1))]


def _gradient_vanishes_on_branch(at: Evaluation, free: list[int], width: fmpq) -> bool:
    radii = np.array([fmpq(0)] * at.objective.size, dtype=object)
    radii[free] = width
    with Balls(64) as ar:
        theta = ar.ball(at.candidate.point, radii)
        gradient = at.objective.gradient(ar, theta)
        smooth = all(
            bool(np.all(ar.certainly_nonzero(s.values)))
            for s in at.objective.switches(ar, theta)
            if s.order <= 2
        )
        return smooth and bool(np.all(ar.certainly_zero(gradient)))
