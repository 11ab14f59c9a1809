"""Critical points with the numbers of negative eigenvalues (the Morse index) and of zero ones.

critical-point: at an exact point the gradient is exactly 0. Of a ball, a box X in it holds a zero
    of the gradient as in krawczyk, which makes all symmetric matrices in the enclosure of the
    Hessians on X, a connected set, nonsingular: all have the inertia of one. For that one (at an
    exact point, for all in the enclosure) S'HS is strictly diagonally dominant, so that S is
    nonsingular and by the theorems of Sylvester and Gershgorin H has as many negative eigenvalues
    as S'HS has negative entries on the diagonal. Q is C^2 there. With none, the point is a strict
    local minimum; with some, no local minimum, which says nothing of other points of a ball.
critical-line: two equal units as in equal-units, with a line of zeros of the gradient along which
    their outgoing weight is split. H is 0 along the line, and S'HS is dominant as above for an S
    with one column less than rows, so that the other eigenvalues have the signs of its diagonal.
"""

from __future__ import annotations

from typing import Any

from flint import arb, arb_mat

from .balls import critical_box
from .branches import split_line
from .claims import MINIMUM, REFUTED, Claim
from .hypotheses import precise, smooth_up_to, stationary
from .reading import fields, listed, need, rational


def critical_point(claim: Claim, witness: Any) -> Any:
    """A critical point with a nonsingular Hessian, and its index."""
    _, precision, basis, center, radius = fields(witness, "method precision basis", "center radius")
    need(claim.P.size > 0, "there are no parameters")
    if claim.exact:
        need(center is None and radius is None, "a point needs no box")
        stationary(claim)
        precise(precision)
        at = claim.balls(2)
        smooth_up_to(at, 2)
        H = at.hessian
    else:
        precise(precision)
        on_box = critical_box(claim, center, radius, None, 2)[2]
        H = [[v.mid() for v in row] for row in on_box]
    index = negative(H, basis)
    if index == 0:
        return MINIMUM, "strict", None, None, (index, 0)
    return (REFUTED if claim.exact else None), None, None, None, (index, 0)


def critical_line(claim: Claim, witness: Any) -> Any:
    """A line of critical points through the ball, and their index."""
    _, precision, layer, units, merged, basis = fields(
        witness, "method precision layer units merged basis"
    )
    box = split_line(claim, layer, units, merged)
    precise(precision)
    at = claim.balls(2, *box)
    smooth_up_to(at, 2)
    return None, None, None, None, (negative(at.hessian, basis, 1), 1)


def negative(H: Any, basis: Any, nullity: int = 0) -> int:
    """How many eigenvalues of all symmetric matrices in H (n, n) of that nullity are negative.

    Refused unless S'HS is strictly diagonally dominant; the witness has the n rows of S, each of
    n - nullity numbers.
    """
    n = len(H)
    S = arb_mat([[rational(v) for v in listed(row, n - nullity)] for row in listed(basis, n)])
    count = 0
    for j, row in enumerate((S.transpose() * arb_mat(H) * S).tolist()):
        rest = sum((abs(v) for k, v in enumerate(row) if k != j), arb(0))
        need(bool(row[j] > rest) or bool(-row[j] > rest), "an eigenvalue may have another sign")
        count += bool(row[j] < 0)
    return count
