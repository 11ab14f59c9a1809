"""Output gradients that add up to 0: gradient 0 at a = w = 0, and yet no local minimum.

A network with all weights 0 is constant; with the mean target as its output bias the output
gradients r add up to 0 and the gradient of the loss vanishes. At a = w = 0 the derivative of the
eliminated loss in a is e^b sum r_i = 0 and the one in w is 0: the point is stationary.

The mixed derivative in (a, w) is e^b sum r_i x_i and the one in (w, w) is 0, so that the Hessian
is indefinite where the first moment differs from 0. In any case S(w) = sum r_i e^{w . x_i} is not
identically 0 for distinct inputs and r != 0, so that the point is no local minimum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Claim,
    Example,
    Member,
    Outcome,
    Surface,
    all_positive,
    augmented,
    claims,
    exact,
    sources,
)
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective, loss
from pgb.strategies import data_sets, exact_arrays, networks, positive_rationals, rationals
from pgb.transforms import eliminate

ACTIVATIONS = ("tanh", "sigmoid", "softplus", "quadratic", "arctan", "silu")


def build(network: Network, data: Data, hidden_bias: Array, b: Array, lam: fmpq) -> Member:
    """One hidden layer, all weights 0, the output bias at the mean of the targets, a = w = 0."""
    targets = exact(data.targets)
    weights = exact([1] * data.samples) if data.weights is None else exact(data.weights)
    mean = np.sum(weights[:, None] * targets, axis=0) / np.sum(weights)
    theta = exact([0] * network.size)
    theta[network.slices["b1"]] = hidden_bias
    theta[network.slices["b2"]] = mean
    objective = eliminate(Objective(network, data, loss("squared")), lam)
    d_x, d_y = network.inputs, network.output_dimension
    point = augmented(theta, [0] * d_y, b, exact([[0] * d_x] * d_y))
    return Member(objective, point)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any distinct inputs, targets not all equal, weights, a smooth network, b, penalty."""
    network = draw(networks(activations=ACTIVATIONS, hidden_layers=(1, 1), biased=True))
    data = draw(
        data_sets(
            input_dimension=network.inputs,
            output_dimension=network.output_dimension,
            samples=(2, 4),
            distinct=True,
        )
    )
    targets = exact(data.targets)
    targets[1, 0] = targets[0, 0] + draw(rationals(2, zero=False))
    data = Data(data.inputs, targets, data.weights)
    hidden_bias = draw(exact_arrays((network.layers[1],), rationals(2)))
    b = draw(exact_arrays((network.output_dimension,), rationals(1)))
    return build(network, data, hidden_bias, b, draw(positive_rationals()))


def canonical() -> Member:
    """Inputs 0 and 1, targets 0 and 1, one tanh unit with all weights 0 and output 1/2."""
    data = Data(exact([[0], [1]]), exact([[0], [1]]))
    return build(Network([1, 1, 1]), data, exact([0]), exact([0]), fmpq(1, 10))


def first_moments(member: Member) -> Iterator[tuple[int, int, Any]]:
    """(k, j, sum_i r_ik x_ij) for every output k and input coordinate j."""
    ar, objective = Exact(), member.objective
    r = objective.output_gradients(ar, ar.asarray(member.candidate.point))
    x = ar.asarray(objective.data.inputs)
    for k in range(r.shape[1]):
        for j in range(x.shape[1]):
            yield k, j, ar.sum(r[:, k] * x[:, j])


def hessian_is_indefinite_where_a_first_moment_differs_from_zero(member: Member) -> Outcome:
    """The minor in (a_k, w_kj) is negative if sum_i r_ik x_ij != 0; else its mixed entry is 0."""
    ar, objective = Exact(), member.objective
    d_x = objective.data.inputs.shape[1]
    starts = objective.slices["a"].start, objective.slices["W"].start
    for k, j, moment in first_moments(member):
        if not np.all(ar.certainly_zero(moment)):
            return _negative_minor(member, starts[0] + k, starts[1] + k * d_x + j)
    return Outcome.holds("every first moment is exactly 0: the claim says nothing here")


def _negative_minor(member: Member, first: int, second: int) -> Outcome:
    def negated(ar: Arithmetic) -> Array:
        H = member.objective.hessian(ar, ar.asarray(member.candidate.point))
        return np.asarray(H[first, second] * H[second, first] - H[first, first] * H[second, second])

    return all_positive(negated, f"minor of the Hessian in parameters {first}, {second} < 0")


EXAMPLE = Example(
    __name__,
    title="Every stationary point of the eliminated loss is a local minimum.",
    statement=(
        "With distinct inputs and output gradients r != 0 that add up to 0, the point a = w = 0 is "
        "stationary and not a local minimum; the Hessian in (a, w) is indefinite as soon as "
        "sum r_i x_i != 0."
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
        claims.not_a_local_minimum(),
        Claim(
            "the Hessian in (a, w) is indefinite where sum r_i x_i != 0",
            hessian_is_indefinite_where_a_first_moment_differs_from_zero,
            "curvature",
        ),
    ),
    cost=0.12,
    picture=Surface(x=4, y=6, x_range=(-0.4, 0.4), y_range=(-1.5, 0.8), log=False),
)
