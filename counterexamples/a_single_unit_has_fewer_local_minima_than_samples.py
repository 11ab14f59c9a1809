"""Blocks of k inputs on each of d axes: n = k d samples, and at least k^d strict local minima.

In one dimension let the inputs be x, R x, R^2 x, ... with R large and one target t between h(0)
and h(oo), h bounded and increasing. Where w times one of the inputs is h^-1(t), the smaller inputs
give about h(0) and the larger ones are saturated; neither pulls noticeably, and the loss has
a strict local minimum there. So k inputs give k of them, at weights that differ by factors of R.

Put one such block on each axis of R^d. A sample on axis j sees only w_j, so that the loss is a sum
of d functions of one variable each. Any choice of one minimum for each axis is a strict local
minimum: k^d = floor(n/d)^d in all, at least as many as samples for d, k >= 2, and for fixed d they
grow like n^d. Those with the least sum may be global; the others are bad.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Claim,
    Example,
    Member,
    Outcome,
    Path,
    Question,
    claims,
    exact,
    first_failure,
    polished,
    proved_verdict,
    some_nonzero,
    sources,
)
from pgb.conditions import Evidence, Verdict
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Balls, Float64
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import rationals

#: Where each unit has the target, roughly: the start of the descent.
STARTS = {
    "sigmoid": {"3/5": 0.4, "3/4": 1.1, "7/8": 1.9},
    "tanh": {"1/3": 0.35, "1/2": 0.55, "3/4": 1.0},
    "erf": {"1/3": 0.3, "1/2": 0.48, "3/4": 0.8},
}

Block = tuple[Array, str]


def build(unit: str, blocks: list[Block]) -> Member:
    """One block (k inputs, their target) for each axis.

    The candidate is the highest of the minima, the better point the lowest.
    """
    d, k = len(blocks), len(blocks[0][0])
    inputs = exact(np.zeros((d * k, d), dtype=int))
    targets, on_axes = [], []
    for axis, (x, target) in enumerate(blocks):
        inputs[axis * k : (axis + 1) * k, axis] = x
        targets += [[target]] * k
        alone = objective_of(unit, Data(x.reshape(-1, 1), exact([[target]] * k)))
        starts = [STARTS[unit][target] / float(v) for v in x]
        on_axes.append([polished(alone, [start]).point[0] for start in starts])
    objective = objective_of(unit, Data(inputs, exact(targets)))
    minima = [np.array(point) for point in product(*on_axes)]
    minima.sort(key=lambda point: float(objective.value(Float64(), point)))
    return Member(objective, minima[-1], minima[0], notes={"minima": minima})


def objective_of(unit: str, data: Data) -> Objective:
    """The sum of squares of one unit without bias."""
    network = Network([data.inputs.shape[1], 1], output_activation=unit, bias=False)
    return Objective(network, data, "squared", "sum")


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Three units; one to three axes with two or three inputs each; x, R, t for each axis."""
    unit = draw(st.sampled_from(list(STARTS)))
    d, k = draw(st.sampled_from([(1, 3), (2, 2), (2, 2), (2, 3), (3, 2)]))
    blocks = []
    for _ in range(d):
        middle, factor = draw(rationals(zero=False)), fmpq(draw(st.integers(100, 300)))
        x = exact([middle * factor ** (i - k // 2) for i in range(k)])
        blocks.append((x, draw(st.sampled_from(list(STARTS[unit])))))
    return build(unit, blocks)


def canonical() -> Member:
    """The sigmoid, inputs 10^-4, 10^-2, ..., 10^4 on each axis of the plane, all targets 3/4."""
    x = exact([fmpq(100) ** (i - 2) for i in range(5)])
    return build("sigmoid", [(x, "3/4")] * 2)


def all_are_minima(member: Member) -> Outcome:
    """``check`` proves a strict minimum in each ball, the balls are disjoint, and enough of them.

    Two balls are disjoint if in one coordinate their centres differ by more than both half-widths.
    """
    objective, minima = member.objective, member.notes["minima"]
    samples, d = objective.data.inputs.shape
    if len(minima) != (samples // d) ** d:
        return Outcome.fails(f"{len(minima)} points for {samples} samples in dimension {d}")
    found, balls = [], []
    for point in minima:
        candidate = Candidate.from_vector(objective.parameters, point)
        report = Question(objective, candidate).report
        found.append(proved_verdict(report, Verdict.LOCAL_MINIMUM))
        if report.kind != "strict":
            return Outcome.undecided(f"of kind {report.kind}")
        balls.append((point, candidate.radii()))
    for i, (point, radii) in enumerate(balls):
        for other, widths in balls[:i]:
            if not np.any(np.abs(point - other) > 1.001 * (radii + widths)):
                return Outcome.undecided("two balls meet")
    worst = first_failure(*found)
    return worst if worst.decision.name != "HOLDS" else Outcome.holds(f"{len(minima)} minima")


def diagonal(member: Member, ar: Arithmetic, t: Any) -> Array:
    """Equal weights e^(2 t - 11)."""
    return ar.exp(ar.asarray(np.array([2.0, 2.0])) * t - 11)


def no_cancellation(member: Member) -> Outcome:
    """An output gradient is not 0 on the ball; no other sample has its input."""

    def gradients(ar: Arithmetic) -> Array:
        if not isinstance(ar, Balls):
            raise TypeError("needs balls")
        point = ar.ball(member.candidate.point, member.candidate.radii())
        return member.objective.output_gradients(ar, point)

    if len(member.objective.data.groups) != member.objective.data.samples:
        return Outcome.undecided("an input occurs twice")
    return some_nonzero(gradients, "an output gradient on the ball")


EXAMPLE = Example(
    __name__,
    title="A single unit has fewer local minima than samples.",
    statement=(
        "With k inputs on each of d axes, growing by factors of 100 or more, and one target on "
        "each axis, the squared loss of one sigmoid, tanh or erf unit on these n = k d samples has "
        "at least floor(n/d)^d strict local minima, and the highest of them is bad."
    ),
    source=f"own instance of a phenomenon from {sources.AUER}",
    kind="bad minimum",
    phenomenon="many minima",
    activation=tuple(STARTS),
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        Claim(
            "floor(n/d)^d listed points are strict minima, each its own", all_are_minima, "count"
        ),
        Claim(
            "after elimination no a, b, W give a local minimum in the ball",
            no_cancellation,
            "local minimum after elimination",
            expected=Verdict.NOT_A_LOCAL_MINIMUM,
            question=lambda member: member.eliminated(),
            evidence=Evidence.GROUP_SUM,
        ),
    ),
    cost=0.2,
    picture=Path(diagonal, until=11, log=False),
)
