"""Output gradients that add up to 0: gradient 0 at a = w = 0, and yet no local minimum.

A network with all weights 0 is constant; with the mean target as its output bias the output
gradients r add up to 0 and the gradient of the loss vanishes. At a = w = 0 the derivative of the
eliminated loss in a is e^b sum r_i = 0 and the one in w is 0: the point is stationary.

The mixed derivative in (a, w) is e^b sum r_i x_i and the one in (w, w) is 0, so that the Hessian
is indefinite where the first moment differs from 0, that is, where a target is correlated with an
input coordinate. In any case S(w) = sum r_i e^{w . x_i} is not identically 0 for distinct inputs
and r != 0, so that with these parameters of the network there is no local minimum.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Member,
    Surface,
    augmented,
    claims,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Array
from pgb.problems import Data, Objective, loss
from pgb.strategies import data_sets, exact_arrays, networks, positive_rationals, rationals
from pgb.transforms import eliminate

ACTIVATIONS = ("tanh", "sigmoid", "softplus", "quadratic", "arctan", "silu")


def sample_weights(data: Data) -> Array:
    """The weights (m,) of the samples, 1 where none are given."""
    return exact([1] * data.samples if data.weights is None else data.weights)


def mean(data: Data, rows: Array) -> Array:
    """The weighted mean (k,) of the rows (m, k)."""
    weights = sample_weights(data)
    return np.asarray(weights @ rows / np.sum(weights))


def build(network: Network, data: Data, hidden_bias: Array, b: Array, lam: fmpq) -> Member:
    """One hidden layer, all weights 0, the output bias at the mean of the targets, a = w = 0."""
    theta = exact([0] * network.size)
    theta[network.slices["b1"]] = hidden_bias
    theta[network.slices["b2"]] = mean(data, exact(data.targets))
    objective = eliminate(Objective(network, data, loss("squared")), lam)
    d_x, d_y = network.inputs, network.output_dimension
    point = augmented(theta, [0] * d_y, b, exact([[0] * d_x] * d_y))
    return Member(objective, point)


def correlated(data: Data) -> Array:
    """The targets, changed if the first one is uncorrelated with every input coordinate."""
    x, targets = exact(data.inputs), exact(data.targets)
    centered = x - mean(data, x)
    if not np.any((sample_weights(data) * targets[:, 0]) @ centered):
        targets[:, 0] += centered[:, np.flatnonzero(np.any(centered, axis=0))[0]]
    return targets


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any distinct inputs, targets correlated with them, weights, a smooth network, b, penalty."""
    network = draw(networks(activations=ACTIVATIONS, hidden_layers=(1, 1), biased=True))
    data = draw(
        data_sets(
            input_dimension=network.inputs,
            output_dimension=network.output_dimension,
            samples=(2, 4),
            distinct=True,
        )
    )
    data = Data(data.inputs, correlated(data), data.weights)
    hidden_bias = draw(exact_arrays((network.layers[1],), rationals(2)))
    b = draw(exact_arrays((network.output_dimension,), rationals(1)))
    return build(network, data, hidden_bias, b, draw(positive_rationals()))


def canonical() -> Member:
    """Inputs 0 and 1, targets 0 and 1, one tanh unit with all weights 0 and output 1/2."""
    data = Data(exact([[0], [1]]), exact([[0], [1]]))
    return build(Network([1, 1, 1]), data, exact([0]), exact([0]), fmpq(1, 10))


EXAMPLE = Example(
    __name__,
    title="Every stationary point of the eliminated loss is a local minimum.",
    statement=(
        "For distinct inputs and a network with all weights 0 and the mean target as its output, "
        "the point a = w = 0 is stationary; unless every target is the mean it is no local "
        "minimum, and the Hessian in (a, w) is indefinite if sum r_i x_i != 0."
    ),
    source=f"in the spirit of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="vanishing moments",
    activation=ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.stationary(),
        claims.some_residual_remains(),
        claims.not_a_local_minimum(
            "sum r_i x_i != 0: the Hessian has a negative eigenvalue", Evidence.NEGATIVE_CURVATURE
        ),
        claims.not_a_local_minimum(
            "no other a, b, w give a local minimum there", Evidence.GROUP_SUM
        ),
    ),
    picture=Surface(x=4, y=6, x_range=(-0.4, 0.4), y_range=(-1.5, 0.8), log=False),
)
