"""Affine near the point, stationary, and not the best affine function.

If all units of a relu network are on at all samples, the network is affine in x near the point. One
is tempted to conclude that a stationary point is a least-squares problem solved: the network then
computes the affine function of least squared error, and the point is a local minimum.

But the parameters need not reach all affine functions to first order. If the first and the last
layer have zero weights, the derivatives of the outputs in all parameters are constant over the
samples. With the mean target as its output the network is stationary, whatever slope the
least-squares line has. The mixed derivative in an outgoing weight of the last hidden layer and an
incoming weight of the first one is a multiple of sum r_i x_i, where the r_i are the output
gradients, and the second derivative in the incoming weight is 0. So the Hessian has a negative
eigenvalue unless that sum is 0: the point is a saddle.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, linear_regions, sources
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals


def build(network: Network, inputs: Array, targets: Array, weights: Array) -> Member:
    """Positive ``weights`` (p,) but for the first and the last layer, which get weights 0."""
    point = exact(weights)
    last = len(network.layers) - 1
    point[network.slices["W1"]] = fmpq(0)
    point[network.slices[f"W{last}"]] = fmpq(0)
    point[-1] = np.sum(targets) / len(targets)
    objective = Objective(network, Data(inputs, targets), "squared")
    return Member(objective, point, least_squares_point(network, inputs, targets))


def least_squares_point(network: Network, inputs: Array, targets: Array) -> Array:
    """One unit per layer lets the first coordinate pass, with its best slope."""
    x, y = inputs[:, 0], targets[:, 0]
    centered = x - np.sum(x) / len(x)
    slope = np.sum(centered * y) / np.sum(centered * centered)
    point = exact([0] * network.size)
    last = len(network.layers) - 1
    for number in range(1, last + 1):
        point[network.slices[f"W{number}"].start] = fmpq(1)
    lift = 1 - min(x)
    point[network.slices["b1"].start] = lift
    point[network.slices[f"W{last}"].start] = slope
    point[-1] = np.sum(y) / len(y) - slope * (np.sum(x) / len(x) + lift)
    return point


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One to three hidden layers, their widths, biases and weights, one or two inputs, data."""
    hidden = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    d_x, m = draw(st.integers(1, 2)), draw(st.integers(2, 4))
    network = Network([d_x, *hidden, 1], "relu")
    inputs = draw(exact_arrays((m, d_x)))
    inputs[:, 0] = np.cumsum(draw(exact_arrays((m,), positive_rationals(2))))
    targets = np.cumsum(draw(exact_arrays((m, 1), positive_rationals(2))), axis=0)
    targets = targets * draw(rationals(zero=False))
    weights = draw(exact_arrays((network.size,), positive_rationals(2)))
    return build(network, inputs, targets, weights)


def canonical() -> Member:
    """Inputs 0, 1, 2, targets 0, 1, 3, one unit with bias 1."""
    weights = exact([0, 1, 0, 0])
    return build(
        Network([1, 1, 1], "relu"), exact([[0], [1], [2]]), exact([[0], [1], [3]]), weights
    )


EXAMPLE = Example(
    __name__,
    title="A stationary relu network with all units on computes the least-squares line.",
    statement=(
        "A relu network of any depth with positive biases, weights 0 in the first and the last "
        "layer, positive weights between and the mean target as its output has all units on and "
        "gradient 0, but it is a saddle of the squared loss if the targets rise or fall with the "
        "first input."
    ),
    source=f"own; the claim would sharpen a construction of {sources.YUN}",
    kind="trap",
    phenomenon="linear region",
    activation="relu",
    loss="squared",
    depth=(2, 3, 4),
    family=family,
    canonical=canonical,
    claims=(
        linear_regions.ALL_UNITS_ARE_ON,
        claims.stationary(),
        claims.not_a_local_minimum(evidence=Evidence.NEGATIVE_CURVATURE),
        claims.better_point_is_lower("the least-squares line in one coordinate is lower"),
    ),
    cost=0.1,
    picture=Line(extent=(-0.3, 1.2)),
)
