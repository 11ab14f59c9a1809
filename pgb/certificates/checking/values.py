"""Values: that one is the least of all, or that another point has a lower one.

function-optimal: equal inputs have equal outputs, and convex functions are least where their
    gradient is 0, so zero group sums make the data part least. Without units, Q >= 0 is least if it
    is 0.
better: the value there is certainly lower than everywhere on the point or ball.
"""

from __future__ import annotations

from typing import Any

from .claims import MINIMUM, Claim
from .exact import is_zero
from .hypotheses import precise, zero_group_sums
from .objective import evaluate
from .reading import fields, listed, need
from .rings import BALLS
from .trees import exact, inside, number


def function_optimal(claim: Claim, witness: Any) -> Any:
    """The data part and R are least."""
    fields(witness, "method")
    P = claim.P
    if P.elimination == "without-units":
        need(is_zero(claim.exactly(0).value), "the value is not exactly 0")
    else:
        zero_group_sums(claim)
        rest = [exact(claim.center[j]) for j in P.penalized]
        need(all(is_zero(v) for v in rest), "the regularizer is not least")
    return MINIMUM, "function-optimal", None, True


def better(claim: Claim, witness: Any) -> Any:
    """A point of lower value."""
    _, precision, point = fields(witness, "method precision point")
    precise(precision)
    there = [inside(BALLS, number(v)) for v in listed(point, claim.P.size)]
    value = evaluate(claim.P, BALLS, there, 0).value
    need(bool(value < claim.balls(0).value), "the value there may not be lower")
    return "better", point
