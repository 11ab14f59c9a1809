"""Penalty 0: the added neurons fit the data themselves and stay."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from counterexamples.building import augmented, candidate_at, exact
from counterexamples.decisions import all_positive, all_zero, proved_verdict
from counterexamples.example import Claim, Example, Member, Outcome
from counterexamples.sources import ELIMINATION
from pgb.conditions import Verdict
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective, loss
from pgb.strategies import exact_arrays, networks, positive_rationals, rationals
from pgb.strategies.models import RATIONAL
from pgb.transforms import eliminate


def build(network: Network, theta: Array, x: Array, weights: Array, gap: Array, W: Array) -> Member:
    """Copies of one input whose targets miss the output by ``gap`` (d_y,), which a = gap adds."""
    ar = Exact()
    outputs = network.outputs(ar, ar.asarray(theta), ar.asarray(x.reshape(1, -1)))
    m = len(weights)
    data = Data(np.tile(x, (m, 1)), np.tile(outputs + gap, (m, 1)), weights)
    base = Objective(network, data, loss("squared"))
    objective = eliminate(base, 0)
    point = augmented(theta, gap, -(W @ x), W)
    return Member(objective, candidate_at(objective, point), {"base": base, "theta": theta})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any network with rational outputs, input, gap, and W; one to three weighted copies."""
    network = draw(networks(activations=RATIONAL, hidden_layers=(0, 1)))
    d_x, d_y = network.inputs, network.output_dimension
    theta = draw(exact_arrays((network.size,), rationals(2)))
    gap = draw(exact_arrays((d_y,), rationals(2)))
    gap[0] = draw(rationals(2, zero=False))
    weights = draw(st.integers(1, 3).flatmap(lambda m: exact_arrays((m,), positive_rationals(2))))
    x, W = draw(exact_arrays((d_x,), rationals(2))), draw(exact_arrays((d_y, d_x), rationals(2)))
    return build(network, theta, x, weights, gap, W)


def canonical() -> Member:
    """A linear unit with output 0 and target 1 at x = 0: a = 1 fits."""
    return build(Network([1, 1]), exact([0, 0]), exact([0]), exact([1]), exact([1]), exact([[0]]))


def value_is_zero(member: Member) -> Outcome:
    """The eliminated loss is exactly 0, its least possible value."""
    ar = Exact()
    value = member.objective.value(ar, ar.asarray(member.candidate.point))
    return all_zero(np.asarray(value), "value of the eliminated loss")


def network_is_not_optimal(member: Member) -> Outcome:
    """The network's own loss is positive, though one function fits all samples."""

    def value(ar: Arithmetic) -> Array:
        return np.asarray(member.notes["base"].value(ar, ar.asarray(member.notes["theta"])))

    return all_positive(value, "0 < loss of the network")


def auxiliary_weight_remains(member: Member) -> Outcome:
    """Some a_k differs from 0."""
    ar = Exact()
    a = ar.asarray(member.candidate.point)[member.objective.slices["a"]]
    if np.any(ar.certainly_nonzero(a)):
        return Outcome.holds("a differs from 0")
    return Outcome.fails("a is 0")


EXAMPLE = Example(
    name="elimination_works_without_a_penalty",
    title="Elimination works without a penalty on the added neurons.",
    statement=(
        "With penalty 0 the eliminated loss has global minima with a != 0 at parameters of the "
        "network that are far from optimal: a unit that fits what the network misses."
    ),
    source=f"own; the hypothesis that fails is one of {ELIMINATION}",
    phenomenon="hypothesis needed",
    family=family(),
    build_canonical=canonical,
    claims=(
        Claim("the eliminated loss is exactly 0", value_is_zero, "value"),
        Claim("the network's own loss is positive", network_is_not_optimal, "value"),
        Claim("a differs from 0", auxiliary_weight_remains, "auxiliary weight"),
        Claim(
            "the candidate is a local minimum of the eliminated loss",
            lambda member: proved_verdict(member, Verdict.LOCAL_MINIMUM),
            "local minimum",
            Verdict.LOCAL_MINIMUM,
        ),
    ),
)
