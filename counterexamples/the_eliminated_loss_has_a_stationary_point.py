"""Outputs that can only err to one side: no stationary point at all, anywhere.

At a stationary point of the eliminated loss a = 0, by a_k dL/da_k - dL/db_k = 2 lambda a_k^2, and
then dL/da_k = e^{b_k} sum_i r_ik e^{w_k . x_i} = 0. If a bounded output lies on one side of all
targets, the output gradients r_ik have one sign at every theta, and the sum of positive multiples
of them differs from 0. So nothing is stationary, and gradient descent can only run off to
infinity. Here the targets of the first output are 2 or more in absolute value.
"""

from __future__ import annotations

from typing import Any

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
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Balls
from pgb.problems import Data, Objective, loss
from pgb.strategies import data_sets, exact_arrays, parameter_vectors, positive_rationals
from pgb.transforms import eliminate

BOUNDED = ("tanh", "sigmoid", "erf", "arctan")
HIDDEN = ("tanh", "sigmoid", "relu", "softplus", "identity", "leaky-relu")
LOSSES: tuple[dict[str, Any], ...] = (
    {"name": "squared"},
    {"name": "half-squared"},
    {"name": "log-cosh"},
    {"name": "huber", "delta": "1/2"},
)
#: Above the absolute value of all these outputs: arctan is the largest, |arctan(s)| < pi / 2.
REACH = fmpq(8, 5)


def build(
    network: Network, data: Data, loss_name: dict[str, Any], point: Array, lam: fmpq, side: int
) -> Member:
    """``side`` is 1 if the first output lies below all its targets, -1 if above."""
    objective = eliminate(Objective(network, data, loss(loss_name)), lam)
    return Member(objective, point, notes={"side": side})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any bounded output activation, hidden layer, data, loss and point, exact or floats.

    The first output's targets are out of its reach. Floats ask about a ball around them.
    """
    d_x, d_y = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    hidden = draw(st.lists(st.integers(1, 2), max_size=1))
    network = Network(
        [d_x, *hidden, d_y],
        activation=[draw(st.sampled_from(HIDDEN)) for _ in hidden],
        output_activation=draw(st.sampled_from(BOUNDED)),
        bias=draw(st.booleans()),
    )
    drawn = draw(data_sets(input_dimension=d_x, output_dimension=d_y))
    side = draw(st.sampled_from([1, -1]))
    targets = exact(drawn.targets)
    targets[:, 0] = (draw(exact_arrays((drawn.samples,), positive_rationals(2))) + 2) * side
    data = Data(drawn.inputs, targets, drawn.weights)
    point = draw(parameter_vectors(network.size + d_y * (2 + d_x), exact=None))
    return build(
        network, data, draw(st.sampled_from(LOSSES)), point, draw(positive_rationals()), side
    )


def canonical() -> Member:
    """tanh(w x) at x = 1 with target 2."""
    network = Network([1, 1], output_activation="tanh", bias=False)
    data = Data(exact([[1]]), exact([[2]]))
    point = augmented([1], [0], [0], [[0]])
    return build(network, data, {"name": "squared"}, point, fmpq(1, 10), 1)


def towards_the_targets(member: Member, ar: Arithmetic) -> Array:
    """The first-output gradients, signed, for outputs in [-REACH, REACH], enclosed in balls."""
    objective = member.objective
    if not isinstance(ar, Balls):
        raise TypeError("an interval of outputs needs balls")
    reach = np.full(objective.data.targets.shape, REACH)
    gradients = objective.loss.gradient(ar, ar.ball(0 * reach, reach), objective.samples(ar)[1])
    return gradients[:, 0] * -member.notes["side"]


EXAMPLE = Example(
    __name__,
    title="The eliminated loss has a stationary point.",
    statement=(
        "If at every theta some output's gradients have one sign and are not all 0, as for bounded "
        "outputs and targets beyond the bound, the eliminated loss has no stationary point at all."
    ),
    source=f"in the spirit of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="no stationary point",
    activation=("tanh", "sigmoid", "erf", "arctan"),
    loss=("squared", "half-squared", "log-cosh", "huber"),
    depth=(1, 2),
    family=family,
    canonical=canonical,
    claims=(
        claims.positive(
            "the first output's gradients have one sign for all outputs from -8/5 to 8/5",
            "residuals",
            towards_the_targets,
            "the gradients times their sign",
        ),
        claims.gradient_differs_from_zero(),
        claims.not_a_local_minimum(),
    ),
    picture=Surface(x=1, y=2, x_range=(-0.5, 2), y_range=(-1, 8)),
)
