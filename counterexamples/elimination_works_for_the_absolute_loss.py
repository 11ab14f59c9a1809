"""The absolute loss: samples that are fitted hold the added neuron at 0 by their kinks.

Let the last hidden layer of a relu network be off at all samples, so that the output is one
constant c at all of them, at the parameters theta and close by. Some samples are fitted by c,
others missed. For fixed (b, w) the eliminated loss is convex in (c, a). At a fitted sample the
derivative in the output may be any rho_j with |rho_j| <= v_j, the sample's weight; at the missed
ones, which here lie on one side of c, it is s v_i, s = 1 or -1. So (c, 0) is least as soon as some
rho satisfies

    sum_j rho_j (1, e^{w x_j}) + s sum_i v_i (1, e^{w x_i}) = 0,   j fitted, i missed.

Two of the fitted samples are enough: for w != 0 they have a unique solution, which is continuous in
w. If |rho_j| < v_j there, the same holds for all w and b close by, where a = 0 gives one value: a
local minimum, at which theta is a local minimum of the loss. It is bad, since other parameters fit
all samples.

The theorem uses that the loss is differentiable: then the derivative in a vanishes at a = 0, for
all w close by. That a = 0 at every local minimum does not need it, and survives.
"""

from __future__ import annotations

from math import e
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


def multipliers(ar: Arithmetic, x: Array, fitted: int, pull: Array, w: fmpq) -> Array:
    """The rho_j of the first and of the last fitted sample; ``pull`` holds the s v_i."""
    grown = ar.exp(ar.asarray(x) * w)
    first, last, missed, signed = grown[0], grown[fitted - 1], grown[fitted:], ar.asarray(pull)
    towards_first = ar.sum(signed * (missed - last)) / (last - first)
    towards_last = ar.sum(signed * (first - missed)) / (last - first)
    return ar.stack([towards_first, towards_last])


def build(
    network: Network,
    x: Array,
    better: Array,
    start: Array,
    weights: Array,
    unit: tuple[fmpq, fmpq, fmpq, fmpq],
) -> Member:
    """The samples before the kink of ``better`` come first; ``unit`` is (a, b, w, lambda).

    The first and the last fitted sample weigh |rho_j|, rounded up, plus their ``weights``.
    """
    ar, inputs, (a, b, w, lam) = Exact(), x.reshape(-1, 1), unit
    targets = network.outputs(ar, ar.asarray(better), ar.asarray(inputs))
    c, weights = better[-1], weights.copy()
    last = len(network.layers) - 2
    theta = dead_layers.turned_off(network, start, last, fmpq(1), inputs)
    theta = dead_layers.with_constant(network, theta, c, inputs)
    fitted = int(np.sum(targets[:, 0] == c))
    pull = weights[fitted:] * (1 if targets[-1, 0] < c else -1)
    with Balls(128) as balls:
        sizes = balls.to_float(multipliers(balls, x, fitted, pull, w))
    for place, size in zip((0, fitted - 1), sizes, strict=True):
        weights[place] += fmpq(int(abs(size) * 64) + 1, 64)
    data = Data(inputs, targets, weights)

    def ask(loss: str, aux: fmpq) -> Question:
        objective = eliminate(Objective(network, data, loss, "sum"), lam)
        point = augmented(theta, [aux], [b], [[w]])
        return Question(objective, Candidate.of(objective.parameters, point))

    here = ask("absolute", fmpq(0))
    notes = {"with a": ask("absolute", a), "squared": ask("squared", fmpq(0))}
    return Member(here.objective, here.candidate, augmented(better, [0], [b], [[w]]), notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Relu networks with one or two hidden layers, inputs, fitted and missed samples, weights."""
    widths = draw(st.lists(st.integers(1, 2), min_size=1, max_size=2))
    network = Network([1, *widths, 1], activation="relu")
    count, side = draw(st.integers(3, 5)), draw(st.sampled_from([fmpq(1), fmpq(-1)]))
    x = (np.cumsum(draw(exact_arrays((count,), positive_rationals(1)))) + draw(rationals(1))) * side
    knot, slope = x[draw(st.integers(1, count - 2))], draw(positive_rationals(2)) * side
    height, offset = draw(rationals(2, zero=False)), draw(rationals())
    better = dead_layers.one_kink(network, slope, knot, height, offset)
    start = draw(exact_arrays((network.size,), rationals(2)))
    start[network.slices["b1"]] += fmpq(1, 97)  # no unit before the last layer is at its kink
    weights = draw(exact_arrays((count,), positive_rationals(2)))
    a, w, lam = draw(rationals(2, zero=False)), draw(rationals(1, zero=False)), positive_rationals()
    return build(network, x, better, start, weights, (a, draw(rationals(1)), w, draw(lam)))


def canonical() -> Member:
    """Targets relu(x) at x = -1, 0, 1 and one relu unit that is off; w = -1."""
    network = Network([1, 1, 1], activation="relu")
    better = dead_layers.one_kink(network, fmpq(1), fmpq(0), fmpq(1), fmpq(0))
    unit = (fmpq(1), fmpq(0), fmpq(-1), fmpq(1, 10))
    x, start = exact([-1, 0, 1]), exact([1, 0, 1, 0])
    return build(network, x, better, start, exact([1, 1, 1]), unit)


def better_point(member: Member, ar: Arithmetic) -> Array:
    """The parameters that fit all samples, with a = 0."""
    assert member.better is not None
    return ar.asarray(member.better.point)


def along(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The canonical candidate with a = t and an output bias that keeps the sample at -1 fitted."""
    point = np.array(ar.asarray(member.candidate.point))
    place = member.objective.slices["a"].start
    point[place], point[place - 1] = t, point[place - 1] - e * t
    return point


def squared(member: Member) -> Objective:
    """The eliminated loss with squared errors."""
    objective: Objective = member.notes["squared"].objective
    return objective


EXAMPLE = Example(
    __name__,
    title="Elimination works for the absolute loss.",
    statement=(
        "With the absolute loss, bad local minima of relu networks with a hidden layer that is "
        "off give local minima of the eliminated loss with a = 0, for all b and all w close by: "
        "there the kinks of fitted samples outweigh the missed ones. So the loss must be "
        "differentiable; that a = 0 at every local minimum remains true."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="dropped assumption",
    activation="relu",
    loss="absolute",
    depth=(2, 3),
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum(
            "branch",
            text="it is a local minimum whose kinks hold it, and the better point is lower",
        ),
        claims.value_is(
            lambda member, ar: 0,
            "the better point fits all samples",
            better_point,
        ),
        claims.refuted("with a != 0 it is no local minimum", "with a", Evidence.ESCAPE_RAY),
        claims.refuted(
            "with the squared loss no local minimum there, whatever a, b, w",
            "squared",
            Evidence.GROUP_SUM,
        ),
    ),
    cost=0.2,
    picture=Curves(
        (
            Trace("absolute loss", along),
            Trace("squared loss", along, squared),
        ),
        extent=(-0.35, 0.1),
        t="a, with a change of the output bias that keeps x = -1 fitted",
        change=True,
    ),
)
