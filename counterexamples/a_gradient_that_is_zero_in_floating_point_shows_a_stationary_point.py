"""The added neuron's gradient underflows: 0.0 in doubles at a point that is not stationary.

At a weight w > 0 the output relu(w x) fits the samples at x > 0 exactly and is off at the samples
at x < 0, whose targets are positive. This is a strict local minimum, and the gradient in w is 0, in
exact arithmetic and in doubles. Add a neuron a e^{W x + b}. At a = 0 the derivatives in b and W
vanish too, and the one in a is e^b S with S = sum r_i e^{W x_i} < 0, as all output gradients r_i
that are not 0 are negative: no (a, b, W) makes the point stationary. As no weight fits samples on
both sides, the eliminated loss has no local minimum at all.

Yet for b towards minus infinity the gradient is smaller than any tolerance; and for b < -746 or so
e^b is 0.0 in double precision, so that the computed gradient is exactly 0.0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Basis,
    Claim,
    Curves,
    Example,
    Member,
    Outcome,
    Question,
    Trace,
    augmented,
    claims,
    exact,
    sources,
)
from counterexamples.kit.building import candidate_at
from pgb.conditions import Evidence, Verdict
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Float64
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate

#: Exponents k of tolerances 10^-k.
TOLERANCES = (3, 8, 16, 300)
DYADIC = (1, 2, 4)


def build(w: fmpq, right: Array, left: Array, targets: Array, b: fmpq, W: fmpq) -> Member:
    """Positive inputs ``right`` with targets w x, negative ``left`` with positive ``targets``."""
    inputs = np.concatenate([right, left]).reshape(-1, 1)
    data = Data(inputs, np.concatenate([right * w, targets]).reshape(-1, 1))
    base = Objective(Network([1, 1], output_activation="relu", bias=False), data, "squared")
    objective = eliminate(base, fmpq(1, 10))
    before = Question(base, candidate_at(base, exact([w])))
    notes = {"before": before, "w": w, "W": W}
    return Member(objective, augmented([w], [0], [b], [[W]]), notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The weight, one to three samples on each side, the added neuron's W, and b <= -750.

    Numbers are dyadic, so that the network's own part of the gradient is not rounded.
    """
    positive = positive_rationals(2, denominators=DYADIC)
    sides = [draw(exact_arrays((draw(st.integers(1, 3)),), positive)) for _ in range(2)]
    targets = draw(exact_arrays(sides[1].shape, positive))
    b = fmpq(-draw(st.integers(750, 4000)))
    W = draw(rationals(1, denominators=DYADIC))
    return build(draw(positive), sides[0], -sides[1], targets, b, W)


def canonical() -> Member:
    """The samples (1, 3) and (-1, 4) at w = 3, with b = -750."""
    return build(fmpq(3), exact([1]), exact([-1]), exact([4]), fmpq(-750), fmpq(0))


def gradient_in_doubles_is_zero(member: Member) -> Outcome:
    """Whether every entry of the gradient that doubles give is 0.0."""
    ar = Float64()
    gradient = member.objective.gradient(ar, ar.asarray(member.candidate.point))
    if np.all(gradient == 0.0):
        return Outcome.holds("every entry is 0.0")
    return Outcome.fails(f"an entry is {float(np.max(np.abs(gradient)))}")


def room_below_tolerances(member: Member, ar: Arithmetic) -> Array:
    """10^-2k minus the square of the exact gradient's norm at b = -3 k - 12."""
    w, W = member.notes["w"], member.notes["W"]
    gaps = []
    for k in TOLERANCES:
        point = augmented([w], [0], [-3 * k - 12], [[W]])
        gradient = member.objective.gradient(ar, ar.asarray(point))
        tolerance = ar.asarray(exact(fmpq(1, 10 ** (2 * k))))
        gaps.append(np.asarray(tolerance - ar.sum(gradient * gradient)))
    return ar.stack(gaps)


def in_a(b: int) -> Callable[[Member, Arithmetic, Any], Array]:
    """The points with a = t at this b."""

    def curve(member: Member, ar: Arithmetic, t: Any) -> Array:
        w, W = float(member.notes["w"]), float(member.notes["W"])
        return ar.asarray([w, t, b, W])

    return curve


EXAMPLE = Example(
    __name__,
    title="A gradient that is zero in floating point shows a stationary point.",
    statement=(
        "At a strict local minimum w of relu(w x) that fits the samples at x > 0 only, with a "
        "neuron a e^{W x + b} added, a = 0 and b <= -750, the gradient in double precision is "
        "exactly 0.0, but no (a, b, W) makes the point stationary; at b = -3 k - 12 the norm of "
        "the gradient is below 10^-k."
    ),
    source=f"own; the added neuron is that of {sources.ELIMINATION}",
    kind="trap",
    phenomenon="rounding",
    activation="relu",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        Claim(
            "the gradient in double precision is 0.0",
            gradient_in_doubles_is_zero,
            "rounding",
            basis=Basis.DOUBLES,
        ),
        claims.not_stationary("the exact gradient is not 0"),
        claims.not_a_local_minimum("no local minimum there, whatever a, b, W", Evidence.GROUP_SUM),
        claims.positive(
            "the exact norm is below 10^-k at b = -3 k - 12 for k = 3, 8, 16, 300",
            "tolerance",
            room_below_tolerances,
            "10^-2k minus the squared norm",
        ),
        claims.verdict(
            Verdict.LOCAL_MINIMUM,
            text="before elimination w is a strict local minimum",
            kind="strict",
            question=lambda member: member.notes["before"],
        ),
    ),
    picture=Curves(
        (
            Trace("b = 0", in_a(0)),
            Trace("b = -1", in_a(-1)),
            Trace("b = -2", in_a(-2)),
            Trace("b = -750: e^b is 0.0", in_a(-750)),
        ),
        extent=(-1.5, 4.5),
        t="a",
    ),
)
