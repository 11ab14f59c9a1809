"""Penalty 0: the added neurons fit the data themselves and stay.

All samples share one input x, which the network misses by the same gap. The added neuron with a =
gap, b = -w . x adds exactly the gap, and the eliminated loss is 0, its least possible value.

With a penalty lambda > 0 a stationary point has a = 0, by a dL/da - dL/db = 2 lambda a^2. With
lambda = 0 that identity says nothing, and dropping the added neuron from the minimum leaves a
network that is not optimal.
"""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from counterexamples.kit import (
    Claim,
    Example,
    Member,
    Outcome,
    Surface,
    all_positive,
    all_zero,
    augmented,
    claims,
    exact,
    sources,
)
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
    return Member(objective, point, notes={"base": base, "theta": theta})


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
    __name__,
    title="Elimination works without a penalty on the added neurons.",
    statement=(
        "With penalty 0 the eliminated loss has global minima with a != 0 at parameters of the "
        "network that are far from optimal: a unit that fits what the network misses."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="dropped assumption",
    activation=("identity", "relu", "leaky-relu", "quadratic", "cubic"),
    loss="squared",
    depth=(1, 2),
    family=family,
    canonical=canonical,
    claims=(
        Claim("the eliminated loss is exactly 0", value_is_zero, "value"),
        Claim("the network's own loss is positive", network_is_not_optimal, "value"),
        Claim("a differs from 0", auxiliary_weight_remains, "auxiliary weight"),
        claims.global_minimum("the candidate is a global minimum of the eliminated loss"),
    ),
    picture=Surface(x=2, y=3, x_range=(-1, 3), y_range=(-2, 2)),
)
