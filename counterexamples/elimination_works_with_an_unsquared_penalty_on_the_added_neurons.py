"""Penalty lambda |a|: bad local minima stay wherever the penalty outweighs the data.

Let theta be a local minimum of the loss L, which is convex and differentiable in the outputs, and
let S_k(theta, b, w) = sum_i r_ik e^{w_k . x_i + b_k} with the output gradients r_i at theta. By
convexity the eliminated loss with the penalty lambda sum |a_k| is at least

    L(theta') + sum_k (a_k S_k(theta', b', w') + lambda |a_k|).

If every |S_k| < lambda at the point, the same holds close by, so the sum is not negative and L
decides: (theta, 0, b, w) is a local minimum, as bad as theta. With lambda a^2 the penalty is flat
at a = 0 and cannot hold any S_k against 0.

What survives: along a e^{-t}, b + t the outputs stay and the penalty falls, so that a = 0 at every
local minimum. And b is free: raise it until |S_k| > lambda for some k, and the derivative in one
direction of a_k is negative. So such a minimum ends along the flat direction b, which nothing makes
a descent take.

The losses here are those of deep ReLU networks with a dead layer, whose targets another choice of
the parameters fits exactly.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, log
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Curves,
    Example,
    Member,
    Question,
    Trace,
    augmented,
    claims,
    dead_layers,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Balls, Exact
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def build(
    network: Network,
    x: Array,
    better: Array,
    start: Array,
    margins: Array,
    unit: tuple[fmpq, fmpq, fmpq],
    room: fmpq,
) -> Member:
    """Targets that ``better`` fits, and ``start`` with a dead layer; ``unit`` is (a, b, w).

    lambda is |S| at (b, w), rounded up, plus ``room``.
    """
    ar, (a, b, w) = Exact(), unit
    targets = network.outputs(ar, ar.asarray(better), ar.asarray(x))
    mean = sum(targets[:, 0], fmpq(0)) / len(x)
    theta = dead_layers.turned_off(network, start, len(network.layers) - 2, margins, x)
    theta = dead_layers.with_constant(network, theta, mean, x)
    base = Objective(network, Data(x, targets), "squared")
    with Balls(128) as balls:
        pull = abs(float(balls.to_float(np.asarray(pull_at(base, theta, b, w, balls)))))
    lam = fmpq(floor(pull * 64) + 1, 64) + room
    far = b + ceil(log(float(Fraction(str(lam))) / pull)) + 1
    objective = eliminate(base, lam, penalty="absolute")
    squared = eliminate(base, lam)

    def ask(about: Objective, point: Array, lower: Array | None = None) -> Question:
        other = None if lower is None else Candidate.of(about.parameters, lower)
        return Question(about, Candidate.of(about.parameters, point), other)

    here = augmented(theta, [0], [b], [[w]])
    notes: dict[str, Any] = {
        "base": ask(base, theta, better),
        "theta": theta,
        "unit": unit,
        "lambda": lam,
        "with a": ask(objective, augmented(theta, [a], [b], [[w]])),
        "far": ask(objective, augmented(theta, [0], [far], [[w]])),
        "squared": ask(squared, here),
    }
    return Member(objective, here, augmented(better, [0], [b], [[w]]), notes)


def pull_at(base: Objective, theta: Array, b: fmpq, w: fmpq, ar: Arithmetic) -> Any:
    """S = sum_i r_i exp(w x_i + b)."""
    r = base.output_gradients(ar, ar.asarray(theta))[:, 0]
    return ar.sum(r * ar.exp(ar.asarray(base.data.inputs)[:, 0] * w + b))


@st.composite
def family(draw: st.DrawFn) -> Member:
    """ReLU networks, the last hidden layer off; inputs, fitted targets, a, b, w, lambda."""
    widths = draw(st.lists(st.integers(1, 2), min_size=1, max_size=2))
    network = Network([1, *widths, 1], activation="relu")
    nodes = draw(st.lists(rationals(2), min_size=2, max_size=4, unique_by=str))
    slope, height = draw(rationals(2, zero=False)), draw(rationals(2, zero=False))
    better = dead_layers.one_kink(network, slope, nodes[0], height, draw(rationals()))
    if not any(slope * (x - nodes[0]) > 0 for x in nodes):
        better = dead_layers.one_kink(network, -slope, nodes[0], height, draw(rationals()))
    start = draw(exact_arrays((network.size,), rationals(2)))
    start[network.slices["b1"]] += fmpq(1, 97)  # no unit before the last layer is at its kink
    margins = draw(exact_arrays((widths[-1],), positive_rationals(2)))
    a, w = draw(rationals(2, zero=False)), draw(rationals(2, zero=False))
    unit, room = (a, draw(rationals(2)), w), draw(positive_rationals())
    x = exact([[node] for node in nodes])
    return build(network, x, better, start, margins, unit, room)


def canonical() -> Member:
    """Targets relu(x) at x = -1, 0, 1 and one ReLU unit that is off; w = 1."""
    network, x = Network([1, 1, 1], activation="relu"), exact([[-1], [0], [1]])
    better = dead_layers.one_kink(network, fmpq(1), fmpq(0), fmpq(1), fmpq(0))
    start, unit = exact([1, 0, 1, 0]), (fmpq(1), fmpq(0), fmpq(1))
    return build(network, x, better, start, exact([1]), unit, fmpq(1, 2))


def penalty_minus_pull(member: Member, ar: Arithmetic) -> Any:
    """The numbers lambda - S and lambda + S."""
    notes, (_, b, w) = member.notes, member.notes["unit"]
    S = pull_at(notes["base"].objective, notes["theta"], b, w, ar)
    lam = ar.asarray(exact([notes["lambda"]]))[0]
    return ar.stack([np.asarray(lam - S), np.asarray(lam + S)])


def in_a(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The candidate with a = t."""
    point = np.array(ar.asarray(member.candidate.point))
    point[member.objective.slices["a"]] = t
    return point


def squared(member: Member) -> Objective:
    """The eliminated loss with the squared penalty."""
    objective: Objective = member.notes["squared"].objective
    return objective


EXAMPLE = Example(
    __name__,
    title="Elimination works with an unsquared penalty on the added neurons.",
    statement=(
        "With the penalty lambda |a| in place of lambda a^2, a bad local minimum theta of the loss "
        "gives the local minimum (theta, 0, b, w) of the eliminated loss wherever "
        "|sum_i r_i exp(w x_i + b)| < lambda; that a = 0 at local minima remains true."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="dropped assumption",
    activation="relu",
    loss="squared",
    depth=(2, 3),
    family=family,
    canonical=canonical,
    cost=0.3,
    picture=Curves(
        (Trace("lambda |a|", in_a), Trace("lambda a^2", in_a, squared)),
        extent=(-0.2, 0.25),
        t="a, at the dead network",
        change=True,
    ),
    claims=(
        claims.bad_local_minimum(
            text="theta is a bad local minimum of the loss",
            question=lambda member: member.notes["base"],
        ),
        claims.bad_local_minimum(
            "branch",
            text="(theta, 0, b, w) is a bad local minimum of the eliminated loss",
        ),
        claims.positive("|S| < lambda", "pull", penalty_minus_pull, "lambda - |S|"),
        claims.refuted("with a != 0 it is no local minimum", "with a", Evidence.ESCAPE_RAY),
        claims.refuted(
            "at a larger b, where |S| > lambda, it is none either",
            "far",
            Evidence.ONE_SIDED_DERIVATIVE,
        ),
        claims.refuted(
            "with lambda a^2 no local minimum there, whatever a, b, w",
            "squared",
            Evidence.GROUP_SUM,
        ),
    ),
)
