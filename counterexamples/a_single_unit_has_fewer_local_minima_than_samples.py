"""Blocks of k inputs on each of d axes: n = k d samples, and at least k^d strict local minima.

In one dimension let the inputs be x, R x, R^2 x, ... with R large and one target t between h(0)
and h(oo), h bounded and increasing. Where w times one of the inputs is h^-1(t), the smaller inputs
give about h(0) and the larger ones are saturated; neither pulls noticeably, and the loss has
a strict local minimum close by. So k inputs give k of them, at weights that differ by factors of
about R. The closer t is to h(oo), the larger R must be.

Put one such block on each axis of R^d. A sample on axis j sees only w_j, so that the loss is a sum
of d functions of one variable each. Any choice of one minimum for each axis is a strict local
minimum: k^d = floor(n/d)^d in all, at least as many as samples for d, k >= 2, and for fixed d they
grow like n^d. Those with the least sum may be global; the others are bad.
"""

from __future__ import annotations

from itertools import combinations, product
from math import atanh, log, sqrt
from statistics import NormalDist
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
    claims,
    exact,
    polished,
    proved_verdict,
    sources,
)
from counterexamples.kit.building import candidate_at
from pgb.conditions import Verdict
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Float64
from pgb.problems import Data, Objective
from pgb.strategies import rationals

#: The inverses of the units; all units tend to 1.
INVERSES = {
    "sigmoid": lambda t: log(t / (1 - t)),
    "tanh": atanh,
    "erf": lambda t: NormalDist().inv_cdf((1 + t) / 2) / sqrt(2),
}

#: k inputs on an axis and their target.
Block = tuple[Array, fmpq]


def build(unit: str, blocks: list[Block]) -> Member:
    """One block for each axis.

    The candidate is the highest of the minima, the better point the lowest.
    """
    d, k = len(blocks), len(blocks[0][0])
    inputs, targets, on_axes = exact(np.zeros((d * k, d), dtype=int)), [], []
    for axis, (x, target) in enumerate(blocks):
        inputs[axis * k : (axis + 1) * k, axis] = x
        targets += [[target]] * k
        alone = objective_of(unit, Data(x.reshape(-1, 1), exact([[target]] * k)))
        starts = [INVERSES[unit](float(target)) / float(v) for v in x]
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
    unit = draw(st.sampled_from(list(INVERSES)))
    d, k = draw(st.sampled_from([(1, 3), (2, 2), (2, 2), (2, 3), (3, 2)]))
    blocks = []
    for _ in range(d):
        middle, factor = draw(rationals(zero=False)), fmpq(draw(st.integers(100, 300)))
        x = exact([middle * factor ** (i - k // 2) for i in range(k)])
        part = fmpq(draw(st.integers(4, 12)), 16)
        blocks.append((x, (1 + part) / 2 if unit == "sigmoid" else part))
    return build(unit, blocks)


def canonical() -> Member:
    """The sigmoid, inputs 10^-4, 10^-2, ..., 10^4 on each axis of the plane, all targets 3/4."""
    x = exact([fmpq(100) ** (i - 2) for i in range(5)])
    return build("sigmoid", [(x, fmpq(3, 4))] * 2)


def all_are_minima(member: Member) -> Outcome:
    """``check`` proves a strict minimum in each ball, the balls are disjoint, and enough of them.

    Two balls are disjoint if in one coordinate their centres differ by more than both half-widths.
    """
    objective, minima = member.objective, member.notes["minima"]
    samples, d = objective.data.inputs.shape
    if len(minima) != (samples // d) ** d:
        return Outcome.fails(f"{len(minima)} points for {samples} samples in dimension {d}")
    candidates = [candidate_at(objective, point) for point in minima]
    for candidate in candidates:
        report = Question(objective, candidate).report
        if not (report.proved and report.verdict is Verdict.LOCAL_MINIMUM):
            return proved_verdict(report, Verdict.LOCAL_MINIMUM)
        if report.kind != "strict":
            return Outcome.undecided(f"of kind {report.kind}")
    for one, other in combinations(candidates, 2):
        if not np.any(np.abs(one.point - other.point) > 1.001 * (one.radii() + other.radii())):
            return Outcome.undecided("two balls meet")
    return Outcome.holds(f"{len(minima)} minima")


def equal_weights(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The weight 10^t on every axis."""
    return ar.asarray(np.full(member.objective.size, 10.0**t))


EXAMPLE = Example(
    __name__,
    title="A single unit has fewer local minima than samples.",
    statement=(
        "With k inputs on each of d axes, growing by factors of 100 or more, and one target on "
        "each axis, 1/4 to 3/4 of the way from h(0) to h(oo), the squared loss of one sigmoid, "
        "tanh or erf unit h on these n = k d samples has at least floor(n/d)^d strict local "
        "minima, and the highest of them is bad."
    ),
    source=f"own instance of a phenomenon from {sources.AUER}",
    kind="bad minimum",
    phenomenon="many minima",
    activation=tuple(INVERSES),
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        Claim(
            "floor(n/d)^d listed points are strict minima, each its own",
            all_are_minima,
            "count",
            basis=Basis.VERDICTS,
        ),
        claims.bad_local_minimum("strict"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Curves(
        (Trace("equal weights", equal_weights),),
        extent=(-5, 5),
        t="log10 of the weights",
        level="candidate, the highest of 25 minima",
    ),
)
