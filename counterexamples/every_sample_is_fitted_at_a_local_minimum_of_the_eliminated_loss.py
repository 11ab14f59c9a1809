"""Repeated inputs with conflicting targets: elimination asks for the mean, not for a fit.

At a local minimum of the eliminated loss the output gradients of each group of equal inputs add
up to 0. For the squared loss the output there is the weighted mean of the group's targets, which
is the best that any function can do; conflicting targets are not fitted. Conversely a = 0 with
the means as outputs is a global minimum for all b and W. Where some group's output is not its
mean, its sum of output gradients differs from 0, and the point is no local minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Claim,
    Curves,
    Decision,
    Example,
    Member,
    Outcome,
    Trace,
    all_zero,
    augmented,
    exact,
    proved_verdict,
    sources,
)
from pgb.conditions import Verdict
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective, loss
from pgb.strategies import exact_arrays, networks, positive_rationals, rationals
from pgb.strategies.models import RATIONAL
from pgb.transforms import eliminate


def build(
    network: Network, theta: Array, groups: list[dict[str, Any]], b: Array, W: Array, lam: fmpq
) -> Member:
    """Targets are the network's own outputs plus deviations.

    Each group is an input ``x``, the ``weights`` (k,) of its copies, and the ``deviations``
    (k, d_y) of their targets from the output there. The weighted sum of the deviations decides.
    """
    ar = Exact()
    points = np.stack([group["x"] for group in groups])
    outputs = network.outputs(ar, ar.asarray(theta), ar.asarray(points))
    targets = [f + group["deviations"] for f, group in zip(outputs, groups, strict=True)]
    inputs = [np.tile(g["x"], (len(g["weights"]), 1)) for g in groups]
    weights = np.concatenate([group["weights"] for group in groups])
    data = Data(np.concatenate(inputs), np.concatenate(targets), weights)
    objective = eliminate(Objective(network, data, loss("squared")), lam)
    point = augmented(theta, [0] * network.output_dimension, b, W)
    sums = [np.sum(g["weights"][:, None] * g["deviations"], axis=0) for g in groups]
    at_mean = all(entry == 0 for row in sums for entry in row)
    return Member(objective, point, notes={"at_mean": at_mean})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any small network with rational outputs, two to four weighted copies of each input."""
    network = draw(networks(activations=RATIONAL, hidden_layers=(0, 1)))
    d_x, d_y = network.inputs, network.output_dimension
    pool = st.tuples(*[st.integers(-2, 2)] * d_x)
    xs = draw(st.lists(pool, min_size=1, max_size=2, unique=True))
    at_mean = draw(st.booleans())
    groups = []
    for x in xs:
        weights = draw(
            st.integers(2, 4).flatmap(lambda k: exact_arrays((k,), positive_rationals(2)))
        )
        deviations = draw(exact_arrays((len(weights), d_y), rationals(2)))
        deviations[0, 0] = draw(rationals(2, zero=False))
        others = np.sum(weights[:-1, None] * deviations[:-1], axis=0)
        deviations[-1] = -others / weights[-1]
        if not at_mean:
            deviations[-1, 0] += draw(rationals(2, zero=False))
        groups.append({"x": exact(list(x)), "weights": weights, "deviations": deviations})
    theta = draw(exact_arrays((network.size,), rationals(2)))
    b, W = draw(exact_arrays((d_y,), rationals(2))), draw(exact_arrays((d_y, d_x), rationals(2)))
    return build(network, theta, groups, b, W, draw(positive_rationals()))


def canonical() -> Member:
    """Targets -1 and 1 at the same input and a linear unit with output 0."""
    group = {"x": exact([0]), "weights": exact([1, 1]), "deviations": exact([[-1], [1]])}
    network = Network([1, 1])
    return build(network, exact([0, 0]), [group], exact([0]), exact([[0]]), fmpq(1, 10))


def local_minimum_exactly_at_the_mean(member: Member) -> Outcome:
    """LOCAL_MINIMUM where every group's output is its mean target, refuted elsewhere."""
    if member.notes["at_mean"]:
        return proved_verdict(member.report, Verdict.LOCAL_MINIMUM)
    return proved_verdict(member.report, Verdict.NOT_A_LOCAL_MINIMUM, Verdict.ESCAPING)


def group_sums_vanish_exactly_at_the_mean(member: Member) -> Outcome:
    """The weighted output gradients of each group add up to 0 at the mean and only there."""
    ar = Exact()
    sums = member.objective.group_sums(ar, ar.asarray(member.candidate.point))
    outcome = all_zero(sums, "group sums")
    if member.notes["at_mean"]:
        return outcome
    opposite = {
        Decision.FAILS: Outcome.holds("a group sum differs from 0"),
        Decision.HOLDS: Outcome.fails("all group sums vanish away from the mean"),
    }
    return opposite.get(outcome.decision, outcome)


def some_sample_is_missed(member: Member) -> Outcome:
    """Some residual of the candidate differs from 0."""
    ar, objective = Exact(), member.objective
    outputs = objective.outputs(ar, ar.asarray(member.candidate.point))
    residuals = outputs - ar.asarray(objective.data.targets)
    if np.any(ar.certainly_nonzero(residuals)):
        return Outcome.holds("a residual differs from 0")
    return Outcome.undecided("no residual certainly differs from 0")


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
        Claim(
            "a local minimum where the outputs are the groups' means, none elsewhere",
            local_minimum_exactly_at_the_mean,
            "local minimum",
            Verdict.LOCAL_MINIMUM,
            lambda member: member.question,
        ),
        Claim(
            "the group sums of output gradients vanish exactly there",
            group_sums_vanish_exactly_at_the_mean,
            "function-space optimality",
        ),
        Claim("some sample is not fitted", some_sample_is_missed, "residuals"),
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
