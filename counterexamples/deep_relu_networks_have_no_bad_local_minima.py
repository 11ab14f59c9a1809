"""A dead layer makes the output constant, whatever the depth.

If all units of one hidden layer are off at all samples, the output of the network is one constant
q at all of them. This stays so near the point, where q may move. If the output gradients add up to
0, the constant q is already the best one, by convexity of the loss: the point is a local minimum.
It is flat: no parameter before the dead layer has any effect.

For the squared loss the condition says that q is the (weighted) mean of the targets. If the last
hidden layer is dead, q is the output bias. Without this condition the point is not even stationary,
since the derivative in the output bias is the sum of the output gradients.

If the first input coordinate is correlated with the targets, a network that lets a multiple of it
pass through one unit per layer has a lower loss.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Correction,
    Example,
    Line,
    Member,
    claims,
    dead_layers,
    exact,
    sources,
)
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

ZERO = fmpq(0)


def build(
    network: Network,
    inputs: Array,
    r: Array,
    weights: Array,
    dead: int,
    gap: fmpq,
    off: fmpq = ZERO,
) -> Member:
    """Targets: the constant output less ``r`` (m,), which adds up to 0; the last bias is moved."""
    ar = Exact()
    point = dead_layers.turned_off(network, weights, dead, gap, inputs)
    output = network.outputs(ar, ar.asarray(point), ar.asarray(inputs))
    objective = Objective(network, Data(inputs, output - r[:, None]), "squared")
    point[-1] = point[-1] + off
    return Member(objective, point, lower_point(objective, output[0, 0], inputs, r))


def lower_point(objective: Objective, output: Any, inputs: Array, r: Array) -> Array:
    """A point at which the output is ``output`` + t x_1, with t small enough for a lower loss."""
    network = objective.model
    assert isinstance(network, Network)
    point = exact([0] * network.size)
    layers = len(network.layers) - 1
    for number in range(1, layers + 1):
        point[network.slices[f"W{number}"].start] = fmpq(1)
    lift = 1 - min(inputs[:, 0])
    point[network.slices["b1"].start] = lift
    t = -np.sum(r * inputs[:, 0]) / np.sum(inputs[:, 0] * inputs[:, 0])
    point[network.slices[f"W{layers}"].start] = t
    point[-1] = output - t * lift
    return point


@st.composite
def problems(draw: st.DrawFn) -> tuple[Network, Array, Array, Array, int, fmpq]:
    """A deep network, inputs, output gradients, weights, the number of the dead layer, a margin."""
    hidden = draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    d_x, m = draw(st.integers(1, 2)), draw(st.integers(2, 4))
    network = Network([d_x, *hidden, 1], "relu")
    inputs = draw(exact_arrays((m, d_x)))
    inputs[1, 0] = inputs[0, 0] + draw(positive_rationals())
    r = draw(exact_arrays((m,)))
    r[0] = r[0] - np.sum(r)
    if np.sum(r * inputs[:, 0]) == 0:
        r = r + exact([1, -1] + [0] * (m - 2))
    weights = draw(exact_arrays((network.size,), rationals(2, denominators=(1, 2))))
    dead = draw(st.integers(1, len(hidden)))
    return network, inputs, r, weights, dead, draw(positive_rationals())


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One to four hidden layers, which of them is dead, all weights, one or two inputs, data."""
    return build(*draw(problems()))


def instance(off: fmpq) -> Member:
    """Two hidden layers of one unit, the second off; inputs -1, 0, 1 with targets 0, 1, 1."""
    network = Network([1, 1, 1, 1], "relu")
    r, weights = exact(["2/3", "-1/3", "-1/3"]), exact([1, 2, 1, 0, 1, "2/3"])
    return build(network, exact([[-1], [0], [1]]), r, weights, 2, fmpq(1), off)


def canonical() -> Member:
    """Two hidden layers of one unit, the second off; inputs -1, 0, 1 with targets 0, 1, 1."""
    return instance(ZERO)


@st.composite
def moved_bias(draw: st.DrawFn) -> Member:
    """The same with any other output bias."""
    return build(*draw(problems()), off=draw(rationals(zero=False)))


def zero_bias() -> Member:
    """The canonical member with output bias 0 instead of the mean target 2/3."""
    return instance(-fmpq(2, 3))


def derivative(member: Member, ar: Arithmetic) -> Array:
    """The derivative in the output bias: the sum of the output gradients."""
    r = member.objective.output_gradients(ar, ar.asarray(member.candidate.point))
    return ar.sum(r)


def spread_and_sum(member: Member, ar: Arithmetic) -> Array:
    """The outputs less the first one, and the sum of the output gradients."""
    outputs = member.objective.outputs(ar, ar.asarray(member.candidate.point))[:, 0]
    return ar.concatenate([outputs - outputs[0], derivative(member, ar).reshape(1)])


EXAMPLE = Example(
    __name__,
    title="Deep relu networks have no bad local minima.",
    statement=(
        "If some hidden layer of a relu network is off at all samples and the constant output is "
        "the mean of the targets, the point is a flat local minimum of the squared loss, at any "
        "depth; it is bad as soon as an input coordinate is correlated with the targets."
    ),
    source=f"own instances of a phenomenon from {sources.SWIRSZCZ}",
    kind="bad minimum",
    phenomenon="dead units",
    activation="relu",
    loss="squared",
    depth=(2, 3, 4, 5),
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum(),
        claims.exactly_zero(
            "the output is the same at all samples, and the output gradients add up to 0",
            "outputs",
            spread_and_sum,
            "differences of the outputs and the sum",
        ),
    ),
    picture=Line(extent=(-0.3, 1.2)),
    correction=Correction(
        stated=(
            f"{sources.SWIRSZCZ}, in our words: on finitely many samples the weights and biases "
            "of a relu network can be such that all units of one hidden layer are off at every "
            "sample, and such a point is a local minimum of the squared loss. As we read it, "
            "nothing is asked of the bias of the last layer."
        ),
        corrected=(
            "The step that needs more is from a constant output to a local minimum: near the "
            "point the output stays constant, but the parameters after the dead layer, such as "
            "the last bias, still move that constant. The point is a local minimum if and only if "
            "the constant is the mean of the targets."
        ),
        family=moved_bias,
        canonical=zero_bias,
        claims=(
            claims.not_a_local_minimum("with another output bias it is not a local minimum"),
            claims.nonzero(
                "the derivative in the output bias is not 0",
                "output gradients",
                derivative,
                "the derivative",
            ),
        ),
    ),
)
