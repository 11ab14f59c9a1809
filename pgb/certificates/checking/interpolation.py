"""Points in balls at which the model fits all targets.

interpolation: if c - Y f(c) + (I - Y J)(X - c) is in the interior of the box X, where f are the
    differences of outputs and targets and J encloses the slopes of f on X, then X holds a zero of
    f, by Brouwer's theorem. Without penalties, and with a loss that is least where the output is
    the target, Q is there as low as it can be with any outputs.
"""

from __future__ import annotations

from typing import Any

import flint

from .balls import box_in_ball, contracts
from .claims import MINIMUM, Claim
from .exact import EXACT_BITS, ZERO, sign
from .hypotheses import precise
from .jets import Jets
from .objective import all_outputs
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
    plain = P.elimination != "without-units" and not P.penalized
    need(plain and P.raw["loss"]["name"] in LEAST_AT_TARGET, "Q is not least at the targets")
    flint.ctx.prec = EXACT_BITS
    samples = one_of_each_group(P)
    need(len(indices(moved, P.size)) == len(samples) * P.d_y, "equations and unknowns differ")
    precise(precision)
    c, rho = box_in_ball(claim, center, radius, set(moved))
    f, _ = equations(P, samples, claim.theta([ZERO] * P.size, c), moved)
    _, J = equations(P, samples, claim.theta(rho, c), moved)
    contracts(f, J, [rho[j] for j in moved], Y)
    return MINIMUM, "function-optimal", None, True


def one_of_each_group(P: Problem) -> list[int]:
    """The first of all samples with equal inputs; refused unless their targets are equal."""
    y = [[exact(v) for v in row] for row in P.y]
    for first, *others in P.groups():
        for other in others:
            same = [sign(a - b) == 0 for a, b in zip(y[first], y[other], strict=True)]
            need(all(same), "equal inputs have different targets")
    return [group[0] for group in P.groups()]


def equations(P: Problem, samples: list[int], theta: Any, moved: list[int]) -> tuple[Any, Any]:
    """Differences of outputs and targets at the samples, and slopes by the moved coordinates."""
    found = [q for q, _ in all_outputs(P, Jets(BALLS, 1), theta, None)]
    zero = BALLS.number(ZERO)
    values, rows = [], []
    for i in samples:
        for (value, first, _), target in zip(found[i], P.y[i], strict=True):
            values.append(value - inside(BALLS, target))
            rows.append([(first or {}).get(j, zero) for j in moved])
    return values, rows
