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
from .matrices import middle_inverse, positive_definite
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
    precise(precision)
    need(method == "krawczyk", "found another method")
    c, rho, H = critical_box(claim, center, radius, Y, 1)
    definite(H, precision)
    return c, rho


def critical_box(claim: Claim, center: Any, radius: Any, Y: Any, order: int) -> Any:
    """Center and half-widths of a box in the ball that holds a zero of the gradient; Hessians.

    Refused unless that is proved, and no derivative up to the order jumps in the box.
    """
    size = claim.P.size
    c, rho = box_in_ball(claim, center, radius, set(range(size)))
    on_box = claim.balls(2, rho, c)
    smooth_up_to(on_box, order)
    contracts(claim.balls(1, [ZERO] * size, c).gradient, on_box.hessian, rho, Y)
    return c, rho, on_box.hessian


def contracts(f: Any, J: Any, rho: list[fmpq], Y: Any) -> None:
    """Refuse unless |Y f| + |I - Y J| rho < rho, for balls f (n), J (n, n) and a witness Y or None.

    Then a function with the value f at the center of a box of half-widths rho, and with slopes in J
    on the box, has a zero in the box.
    """
    n = len(rho)
    if Y is None:
        Y = middle_inverse(J, "the derivatives in the box may be singular")
    else:
        Y = [[arb(rational(v)) for v in listed(row, n)] for row in listed(Y, n)]
    step = (arb_mat(Y) * arb_mat([[v] for v in f])).tolist()
    product = (arb_mat(Y) * arb_mat(J)).tolist()
    for j in range(n):
        product[j][j] = product[j][j] - 1
        spread = sum((abs(v) * r for v, r in zip(product[j], rho, strict=True)), abs(step[j][0]))
        need(bool(spread < rho[j]), "the image of the box does not lie in its interior")


def definite(H: Any, precision: int) -> None:
    """Refuse unless one matrix in an enclosure of nonsingular ones is positive definite."""
    flint.ctx.prec = max(precision, 128)
    middle = [[v.mid() for v in row] for row in H]
    need(positive_definite(middle), "the Hessian may not be positive definite")


def box_in_ball(claim: Claim, center: Any, radius: Any, moved: set[int]) -> Any:
    """Center and half-widths of a box in the ball, of positive width in the moved coordinates."""
    size = claim.P.size
    need(not claim.exact and len(moved) > 0, "a box says nothing of a point")
    c, rho = ([rational(v) for v in listed(values, size)] for values in (center, radius))
    signs = [bool(r > 0 if j in moved else r == 0) for j, r in enumerate(rho)]
    need(all(signs), "a radius of the box is not positive, or that of a frozen coordinate not 0")
    around = zip(claim.theta([ZERO] * size), c, rho, claim.radii, strict=True)
    need(all(bool(abs(m - x) + r <= big) for m, x, r, big in around), "the box leaves the ball")
    return c, rho
