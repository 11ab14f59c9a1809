"""Hypotheses that several lemmas share, refused unless they are established."""

from __future__ import annotations

from typing import Any

import flint
from flint import arb

from .claims import Claim
from .exact import ZERO, is_zero, named
from .problem import Problem
from .reading import need
from .trees import exact


def smooth_up_to(at: Any, order: int) -> None:
    """Refuse unless no switch of at most this order may vanish."""
    for value, place, _ in at.switches:
        need(place > order or bool(value != 0), f"a derivative of order {place} may jump")


def stationary(claim: Claim) -> None:
    """Refuse unless the gradient at the exact point is exactly 0."""
    at = claim.exactly()
    need(all(is_zero(v) for v in at.gradient), "the gradient is not exactly 0")


def free(claim: Claim, moved: list[int], box: list[arb]) -> list[Any]:
    """The exact point with names for the moved coordinates: any numbers of the box."""
    return [
        named(f"free {j}", box[j]) if j in set(moved) else exact(value)
        for j, value in enumerate(claim.center)
    ]


def precise(value: Any) -> int:
    """Set the precision of balls that a witness asks for."""
    need(type(value) is int and 30 <= value <= 4096, "the precision is not from 30 to 4096")
    flint.ctx.prec = value
    return value


def differentiable(P: Problem) -> None:
    """Refuse unless the loss, convex as all are, is differentiable."""
    need(P.smoothness >= 1, "the loss is not differentiable")


def zero_group_sums(claim: Claim) -> None:
    """Refuse unless the group sums are exactly 0; derivatives of the outputs play no role."""
    differentiable(claim.P)
    at = claim.exactly(0)
    outputs = range(claim.P.d_y)
    sums = [sum((at.r[i][k] for i in g), ZERO) for g in claim.P.groups() for k in outputs]
    need(all(is_zero(v) for v in sums), "a group sum is not exactly 0")
