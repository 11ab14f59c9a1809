"""All weights 0 in a deep network: every derivative test of low order is passed.

Take a network without biases, with two or more hidden layers and activations that are 0 at 0, such
as a deep linear one. Every monomial of its Taylor series in the weights has a factor from each
layer, so that at 0 all derivatives of the outputs of an order below the depth vanish. Gradient and
Hessian of the loss are 0: the necessary conditions of first and second order hold.

Change the weights of all layers but the last: as long as the last layer is 0, so is the output, and
the loss stays the same. But the derivative in the last layer is now the sum of the output gradients
times the outputs of the last hidden layer. If it is not 0 at one point of a segment that starts at
0, it is not 0 arbitrarily close to 0, at points with the same loss, so that 0 is not a local
minimum.

Where first coordinates of inputs and targets are positive there is such a point: with small
positive weights on the first coordinate and 0 on the others, a unit of the last hidden layer has
outputs of one sign at all samples, and so have the gradients in the first output.
"""

from __future__ import annotations

from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

ACTIVATIONS = ("identity", "tanh", "arctan", "erf", "sine", "quadratic", "cubic", "silu", "gelu")
LOSSES = ("squared", "half-squared", "log-cosh")


def build(network: Network, inputs: Array, targets: Array, loss: str) -> Member:
    """The point 0 of a network without biases."""
    objective = Objective(network, Data(inputs, targets), loss)
    return Member(objective, exact([0] * network.size))


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Two or three hidden layers, their widths and activations, positive inputs, targets, loss."""
    d_x, d_y, m = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 3))
    hidden = draw(st.lists(st.integers(1, 2), min_size=2, max_size=3))
    activation = draw(st.sampled_from(ACTIVATIONS))
    network = Network([d_x, *hidden, d_y], activation, bias=False)
    inputs = draw(exact_arrays((m, d_x), rationals(2)))
    inputs[:, 0] = draw(exact_arrays((m,), positive_rationals(2)))
    targets = draw(exact_arrays((m, d_y)))
    targets[:, 0] = draw(exact_arrays((m,), positive_rationals(2)))
    return build(network, inputs, targets, draw(st.sampled_from(LOSSES)))


def canonical() -> Member:
    """The loss (w3 w2 w1 - 1)^2 at 0."""
    network = Network([1, 1, 1, 1], "identity", bias=False)
    return build(network, exact([[1]]), exact([[1]]), "squared")


EXAMPLE = Example(
    __name__,
    title="A stationary point with a positive semidefinite Hessian is a local minimum.",
    statement=(
        "A network without biases, with at least two hidden layers and activations that are 0 at "
        "0, has gradient 0 and Hessian 0 at all weights 0; with inputs and targets whose first "
        "coordinates are positive this is not a local minimum."
    ),
    source=f"own instances of a phenomenon from {sources.KAWAGUCHI}",
    kind="saddle",
    phenomenon="symmetric stationary point",
    activation=ACTIVATIONS,
    loss=LOSSES,
    depth=(3, 4),
    family=family,
    canonical=canonical,
    claims=(
        claims.stationary(),
        claims.positive_semidefinite_hessian("the Hessian is 0", rank=lambda member: 0),
        claims.not_a_local_minimum(evidence=Evidence.PGB_PROBE),
    ),
    cost=0.1,
    picture=Line(to=lambda member: exact([1] * member.objective.size), extent=(-1, 1.2)),
)
