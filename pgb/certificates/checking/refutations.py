"""Refutations by derivatives: the point, or every point of the ball, is no local minimum.

gradient: at a local minimum of a locally Lipschitz function 0 is in the Clarke gradient, which the
    chain rule with all slopes of a kink encloses.
one-sided: directional derivatives of compositions of Lipschitz, directionally differentiable
    functions follow the chain rule; at a local minimum none is negative.
curvature: if Q is C^{1,1} and d'Hd < 0 for all one-sided Hessians, Q decreases along d or along -d.
"""

from __future__ import annotations

from typing import Any

from flint import arb_mat

from .claims import REFUTED, Claim
from .exact import sign
from .hypotheses import precise, smooth_up_to
from .reading import fields, indices, listed, need, rational


def gradient(claim: Claim, witness: Any) -> Any:
    """One derivative is not 0 on the point or ball."""
    _, precision, index = fields(witness, "method precision index")
    precise(precision)
    indices([index], claim.P.size)
    need(bool(claim.balls().gradient[index] != 0), "the derivative may be 0")
    return (REFUTED,)


def one_sided(claim: Claim, witness: Any) -> Any:
    """A one-sided derivative at an exact point is negative."""
    _, direction = fields(witness, "method direction")
    v = [rational(d) for d in listed(direction, claim.P.size)]
    (slope,) = claim.exactly(1, v).gradient
    need(sign(slope) < 0, "the one-sided derivative is not negative")
    return (REFUTED,)


def curvature(claim: Claim, witness: Any) -> Any:
    """One second derivative is negative on the point or ball."""
    _, precision, direction = fields(witness, "method precision direction")
    precise(precision)
    at = claim.balls(2)
    smooth_up_to(at, 1)
    d = arb_mat([[rational(v)] for v in listed(direction, claim.P.size)])
    form = (d.transpose() * arb_mat(at.hessian) * d)[0, 0]
    need(bool(form < 0), "the second derivative along the direction may be nonnegative")
    return (REFUTED,)
