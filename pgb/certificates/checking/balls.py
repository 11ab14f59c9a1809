"""Strict local minima in balls.

krawczyk: if c - Y g(c) + (I - Y H)(X - c) is in the interior of the box X, where H encloses all
    one-sided Hessians on X, then X holds a zero of the gradient, and all symmetric matrices in H, a
    connected set, are nonsingular: if one is positive definite, all are, and the zero is a strict
    local minimum.
"""

from __future__ import annotations

from typing import Any

import flint
from flint import arb, arb_mat, fmpq

from .claims import MINIMUM, Claim
from .exact import ZERO
from .hypotheses import precise, smooth_up_to
from .matrices import positive_definite
from .reading import fields, listed, need, rational


def krawczyk(claim: Claim, witness: Any) -> Any:
    """A strict local minimum in the ball."""
    unique_minimum(claim, witness)
    return MINIMUM, "strict", None, None


def unique_minimum(claim: Claim, witness: Any) -> tuple[list[fmpq], list[fmpq]]:
    """Center and half-widths of a box in the ball in which a strict local minimum is proved."""
    method, precision, center, radius, Y = fields(
        witness, "method precision center radius", "preconditioner"
    )
    P = claim.P
    precise(precision)
    need(method == "krawczyk" and not claim.exact and P.size > 0, "a box says nothing of a point")
    c, rho = ([rational(v) for v in listed(values, P.size)] for values in (center, radius))
    need(all(bool(r > 0) for r in rho), "a radius of the box is not positive")
    around = zip(claim.theta([ZERO] * P.size), c, rho, claim.radii, strict=True)
    need(all(bool(abs(m - x) + r <= big) for m, x, r, big in around), "the box leaves the ball")
    on_box = claim.balls(2, rho, c)
    smooth_up_to(on_box, 1)
    g, H = claim.balls(1, [ZERO] * P.size, c).gradient, on_box.hessian
    middle = [[v.mid() for v in row] for row in H]
    if Y is None:
        Y = [[v.mid() for v in row] for row in arb_mat(middle).inv().tolist()]
    else:
        Y = [[arb(rational(v)) for v in listed(row, P.size)] for row in listed(Y, P.size)]
    step = (arb_mat(Y) * arb_mat([[v] for v in g])).tolist()
    product = (arb_mat(Y) * arb_mat(H)).tolist()
    for j in range(P.size):
        product[j][j] = product[j][j] - 1
        spread = sum((abs(v) * r for v, r in zip(product[j], rho, strict=True)), abs(step[j][0]))
        need(bool(spread < rho[j]), "the image of the box does not lie in its interior")
    flint.ctx.prec = max(precision, 128)
    need(positive_definite(middle), "the Hessian may not be positive definite")
    return c, rho
