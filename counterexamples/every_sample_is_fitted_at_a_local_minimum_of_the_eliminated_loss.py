"""Repeated inputs with conflicting targets: elimination asks for the mean, not for a fit.

At a local minimum of the eliminated loss the output gradients of each group of equal inputs add
up to 0. For the squared loss the output there is the weighted mean of the group's targets, which
is the best that any function can do; conflicting targets are not fitted. Conversely a = 0 with
the means as outputs is a global minimum for all b and W. Where some group's output is not its
mean, its sum of output gradients differs from 0, and the point is no local minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, networks, positive_rationals, rationals
from pgb.strategies.models import RATIONAL
from pgb.transforms import eliminate


class Group(NamedTuple):
    """Copies of one input x (d_x,), their weights (k,), their targets less the output (k, d_y)."""

    x: Array
    weights: Array
    deviations: Array


def build(
    network: Network,
    theta: Array,
    groups: list[Group],
    shift: fmpq,
    b: Array,
    W: Array,
    lam: fmpq,
) -> Member:
    """Weighted deviations add up to 0 in every group; ``shift`` moves the last target of the last.

    Only the problem "off" has the shifted target.
    """
    ar = Exact()
    points = ar.asarray(np.stack([group.x for group in groups]))
    outputs = network.outputs(ar, ar.asarray(theta), points)
    targets = [f + group.deviations for f, group in zip(outputs, groups, strict=True)]
    inputs = np.concatenate([np.tile(g.x, (len(g.weights), 1)) for g in groups])
    weights = np.concatenate([group.weights for group in groups])
    point = augmented(theta, [0] * network.output_dimension, b, W)

    def ask(aims: Array) -> Question:
        base = Objective(network, Data(inputs, aims, weights), "squared")
        objective = eliminate(base, lam)
        return Question(objective, Candidate.of(objective.parameters, point))

    at_mean = np.concatenate(targets)
    off = at_mean.copy()
    off[-1, 0] += shift
    return Member(ask(at_mean).objective, point, notes={"off": ask(off)})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any small network with rational outputs, two to four weighted copies of each input."""
    network = draw(networks(activations=RATIONAL, hidden_layers=(0, 1)))
    d_x, d_y = network.inputs, network.output_dimension
    pool = st.tuples(*[st.integers(-2, 2)] * d_x)
    xs = draw(st.lists(pool, min_size=1, max_size=2, unique=True))
    groups = []
    for x in xs:
        weights = draw(
            st.integers(2, 4).flatmap(lambda k: exact_arrays((k,), positive_rationals(2)))
        )
        deviations = draw(exact_arrays((len(weights), d_y), rationals(2)))
        deviations[0, 0] = draw(rationals(2, zero=False))
        others = np.sum(weights[:-1, None] * deviations[:-1], axis=0)
        deviations[-1] = -others / weights[-1]
        groups.append(Group(exact(list(x)), weights, deviations))
    theta, shift = draw(exact_arrays((network.size,), rationals(2))), rationals(2, zero=False)
    b, W = draw(exact_arrays((d_y,), rationals(2))), draw(exact_arrays((d_y, d_x), rationals(2)))
    return build(network, theta, groups, draw(shift), b, W, draw(positive_rationals()))


def canonical() -> Member:
    """Targets -1 and 1 at the same input and a linear unit with output 0."""
    group, zero = Group(exact([0]), exact([1, 1]), exact([[-1], [1]])), exact([0])
    lam = fmpq(1, 10)
    return build(Network([1, 1]), exact([0, 0]), [group], fmpq(1), zero, exact([[0]]), lam)


def group_sums(member: Member, ar: Arithmetic) -> Array:
    """Sums of the output gradients of equal inputs, (groups, d_y)."""
    return member.objective.group_sums(ar, ar.asarray(member.candidate.point))


def in_the_bias(a: int) -> Callable[[Member, Arithmetic, Any], Array]:
    """The canonical network, weight 0 and bias t, with this a and b = W = 0."""
    return lambda member, ar, t: ar.asarray([0.0, t, float(a), 0.0, 0.0])


EXAMPLE = Example(
    __name__,
    title="At a local minimum of the eliminated loss every sample is fitted.",
    statement=(
        "With equal inputs and different targets (squared loss), a = 0 and outputs at the weighted "
        "means of the groups give a global minimum of the eliminated loss for all b and W, though "
        "no residual need be 0; with outputs elsewhere the point is no local minimum."
    ),
    source=sources.ELIMINATION,
    kind="failure mode",
    phenomenon="repeated inputs",
    activation=("identity", "relu", "leaky-relu", "quadratic", "cubic"),
    loss="squared",
    depth=(1, 2),
    family=family,
    canonical=canonical,
    claims=(
        claims.global_minimum("with outputs at the groups' means it is a global minimum"),
        claims.exactly_zero(
            "the output gradients of equal inputs add up to exactly 0",
            "function-space optimality",
            group_sums,
            "sums over equal inputs",
        ),
        claims.some_residual_remains("some sample is not fitted"),
        claims.refuted(
            "with another target, so that an output is not a mean, no local minimum, whatever "
            "a, b, W",
            "off",
            Evidence.GROUP_SUM,
        ),
    ),
    picture=Curves(
        (
            Trace("a = 0: the mean is best", in_the_bias(0)),
            Trace("a = 1", in_the_bias(1)),
            Trace("a = 2", in_the_bias(2)),
        ),
        extent=(-3, 2),
        t="the bias, targets -1 and 1, b = W = 0",
        level="candidate: 1, not 0",
    ),
)
