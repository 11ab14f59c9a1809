"""Refutations for intact eliminated problems, and those of regularizers.

auxiliary-weight: a dQ/da - dQ/db = 2 quadratic_a a^2 for an exponential neuron a exp(w.x + b).
group-sum: at a local minimum of an intact eliminated problem a = 0, so all near (b, w) are local
    minima, sum_i r_i exp(w.x_i) = 0 for all w near; exponentials of different exponents are
    independent, so r sums to 0 over every group of equal inputs.
regularizer-gradient: if all group sums are 0 and phi is locally Lipschitz, the data part changes by
    o(|step|), so Q decreases against any nonzero derivative of R.
"""

from __future__ import annotations

from typing import Any

import flint
from flint import arb

from .claims import REFUTED, Claim
from .exact import EXACT_BITS, ZERO, is_zero, sign
from .hypotheses import differentiable, precise, zero_group_sums
from .reading import fields, indices, need
from .trees import exact


def auxiliary_weight(claim: Claim, witness: Any) -> Any:
    """An auxiliary weight is not 0."""
    _, output = fields(witness, "method output")
    need(claim.P.intact, "the elimination is not intact")
    differentiable(claim.P)
    indices([output], claim.P.d_y)
    flint.ctx.prec = 256
    need(bool(claim.theta()[claim.P.base + output] != 0), "the auxiliary weight may be 0")
    return (REFUTED,)


def group_sum(claim: Claim, witness: Any) -> Any:
    """The output gradients of equal inputs do not sum to 0."""
    _, precision, group, output = fields(witness, "method precision group output")
    P = claim.P
    need(P.intact, "the elimination is not intact")
    differentiable(P)
    indices([output], P.d_y)
    flint.ctx.prec = EXACT_BITS
    need(sorted(indices(group, P.samples)) in P.groups(), "that is no group of equal inputs")
    precise(precision)
    # Only points with a = 0 can be local minima, so on a ball no others need be looked at.
    weights = range(P.base, P.base + P.d_y) if not claim.exact else range(0)
    center, radii = (
        [ZERO if j in weights else v for j, v in enumerate(values)]
        for values in (claim.center, claim.radii)
    )
    at = claim.balls(center=center, radii=radii)
    total = sum((at.r[i][output] for i in group), arb(0))
    need(bool(total != 0), "the sum of the output gradients may be 0")
    return (REFUTED,)


def regularizer_gradient(claim: Claim, witness: Any) -> Any:
    """R pulls at a point where the data part is least."""
    _, index = fields(witness, "method index")
    P = claim.P
    indices([index], P.size)
    need(P.elimination != "without-units", "the data part has another form")
    claim.balls()  # refuses unless all derivatives are bounded near the point
    zero_group_sums(claim)
    q, a, t = (exact(v) for v in (P.quadratic[index], P.absolute[index], claim.center[index]))
    if is_zero(a):
        need(sign(q * t) != 0, "the derivative of the regularizer is 0")
    else:
        need(sign(2 * q * t + a * sign(t)) != 0 and sign(t) != 0, "the derivative may be 0")
    return (REFUTED,)
