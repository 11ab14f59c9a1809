"""Outputs that can only err to one side: no stationary point at all, anywhere."""

from __future__ import annotations

from typing import Any

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.building import augmented, candidate_at, exact
from counterexamples.decisions import (
    all_positive,
    gradient_differs_from_zero,
    not_a_local_minimum,
)
from counterexamples.example import Claim, Example, Member, Outcome
from counterexamples.sources import ELIMINATION
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
#: Half the side of the box of network parameters over which the sign is enclosed at once.
HALF_SIDE = 1000


def build(
    network: Network, data: Data, loss_name: dict[str, Any], point: Array, lam: fmpq, side: int
) -> Member:
    """``side`` is 1 if the first output lies below all its targets, -1 if above."""
    base = Objective(network, data, loss(loss_name))
    objective = eliminate(base, lam)
    return Member(objective, candidate_at(objective, point), {"base": base, "side": side})


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


def output_gradients_have_one_sign(member: Member) -> Outcome:
    """All first-output gradients have one sign, for every theta in a large box at once.

    Then sum_i r_i exp(w . x_i) differs from 0 for every w, so that no point with a = 0 and theta in
    the box is stationary; points with a != 0 never are.
    """
    base, side = member.notes["base"], member.notes["side"]

    def towards_the_targets(ar: Arithmetic) -> Array:
        if not isinstance(ar, Balls):
            raise TypeError("a box of parameters needs balls")
        box = ar.ball([0] * base.size, [HALF_SIDE] * base.size)
        return base.output_gradients(ar, box)[:, 0] * -side

    return all_positive(towards_the_targets, f"one sign for all |theta_j| <= {HALF_SIDE}")


EXAMPLE = Example(
    name="the_eliminated_loss_has_a_stationary_point",
    title="The eliminated loss has a stationary point.",
    statement=(
        "If at every theta some output's gradients have one sign and are not all 0, as for bounded "
        "outputs and targets beyond the bound, the eliminated loss has no stationary point at all."
    ),
    source=f"in the spirit of {ELIMINATION}",
    phenomenon="no stationary point",
    family=family(),
    build_canonical=canonical,
    claims=(
        Claim(
            "the first output's gradients have one sign on a whole box of parameters",
            output_gradients_have_one_sign,
            "residuals",
        ),
        Claim("the gradient is not 0", gradient_differs_from_zero, "stationary point"),
        not_a_local_minimum(),
    ),
)
