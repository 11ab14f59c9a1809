"""Points in balls that no function beats, where no penalty is paid.

interpolation: let f be, for one sample of each group of equal inputs, the difference of its outputs
    and targets, if these are those of the whole group and the loss is least there; else the sum of
    the output gradients of the group, without the last output if the loss ignores a shift of all
    outputs: then all of these add up to 0. If c - Y f(c) + (I - Y J)(X - c) is in the interior of
    the box X, where J encloses the slopes of f on X, then X holds a zero of f, by Brouwer's
    theorem. There the data part is least of any outputs that are equal for equal inputs, as the
    loss is convex; and R >= 0 is 0 where all penalized parameters are. So Q is least there. With an
    elimination, R contains the penalty on a.
"""

from __future__ import annotations

from typing import Any

import flint
from flint import arb

from .balls import box_in_ball, contracts
from .claims import MINIMUM, Claim
from .exact import EXACT_BITS, ZERO, sign
from .hypotheses import differentiable, precise
from .problem import Problem
from .reading import fields, indices, need
from .rings import BALLS
from .trees import exact, inside

LEAST_AT_TARGET = {"squared", "half-squared", "huber", "log-cosh", "absolute"}


def interpolation(claim: Claim, witness: Any) -> Any:
    """A global minimum in the ball."""
    _, precision, moved, center, radius, Y = fields(
        witness, "method precision moved center radius", "preconditioner"
    )
    P = claim.P
    need(P.elimination != "without-units", "Q is not a sum over the samples and R")
    flint.ctx.prec = EXACT_BITS
    parts = [
        (group, k, fit)
        for group in P.groups()
        for fit in [fits(P, group)]
        for k in range(P.d_y if fit else P.d_y - P.classes)
    ]
    need(len(indices(moved, P.size)) == len(parts), "equations and unknowns differ")
    precise(precision)
    c, rho = box_in_ball(claim, center, radius, set(moved))
    frozen = [bool(c[j] == 0 and rho[j] == 0) for j in P.penalized]
    need(all(frozen), "a penalized parameter is not frozen at 0")
    f, _ = equations(claim.balls(1, [ZERO] * P.size, c), parts, P, moved)
    _, J = equations(claim.balls(1, rho, c), parts, P, moved)
    contracts(f, J, [rho[j] for j in moved], Y)
    return MINIMUM, "function-optimal", None, True


def fits(P: Problem, group: list[int]) -> bool:
    """Whether the losses of samples with equal inputs are all least at the first one's target."""
    y = [[exact(v) for v in P.y[i]] for i in group]
    same = [sign(a - b) == 0 for row in y for a, b in zip(row, y[0], strict=True)]
    if P.raw["loss"]["name"] in LEAST_AT_TARGET and all(same):
        return True
    differentiable(P)
    return False


def equations(at: Any, parts: Any, P: Problem, moved: list[int]) -> tuple[list[Any], list[Any]]:
    """The values of f, and its slopes by the moved coordinates."""
    values, rows = [], []
    for group, k, fit in parts:
        if fit:
            output = at.q[group[0]][k]
            values.append(output[0] - inside(BALLS, P.y[group[0]][k]))
            terms = [(arb(1), output)]
        else:
            values.append(sum((at.r[i][k] for i in group), arb(0)))
            terms = [(at.curvatures[i][k][n], at.q[i][n]) for i in group for n in range(P.d_y)]
        row = [[v * d[j] for v, (_, d, _) in terms if d and j in d] for j in moved]
        rows.append([sum(products, arb(0)) for products in row])
    return values, rows
