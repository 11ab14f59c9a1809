"""However small the weight decay: with three or more layers it makes 0 a strict local minimum.

In a network without biases, with at least two hidden layers and activations that are 0 at 0, all
derivatives of the outputs of first and second order vanish at all weights 0. So gradient and
Hessian of the loss are 0 there, and weight decay mu |theta|^2 with any mu > 0 adds 2 mu times the
identity: 0 becomes a strict local minimum.

Without weight decay 0 is not even a local minimum, for positive inputs and targets: as long as the
last layer is 0 the outputs are 0, but with positive weights in the other layers the derivative in
the last layer is not 0. So the bad minimum is due to the weight decay alone. It is bad as long as a
better fit pays for its weights, so for all small mu > 0.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Curves, Example, Member, Question, Trace, claims, exact, sources
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Float64
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, positive_rationals

ACTIVATIONS = ("identity", "tanh", "arctan", "erf", "sine", "silu", "gelu")


def build(network: Network, inputs: Array, targets: Array, share: fmpq) -> Member:
    """Decay ``share`` times the greatest one that leaves a certain better point a better one."""
    data = Data(inputs, targets)
    plain, ar = Objective(network, data, "squared"), Float64()
    zero = exact([0] * network.size)
    theta = good_point(plain)
    gain = plain.value(ar, ar.asarray(zero)) - plain.value(ar, ar.asarray(theta))
    size = np.sum(ar.asarray(theta) * ar.asarray(theta))
    most = Fraction(float(gain / size)).limit_denominator(10**6)
    decay = fmpq(most.numerator, most.denominator) * share
    before = Question(plain, Candidate.of(plain.parameters, zero))
    objective = Objective(network, data, "squared", weight_decay=decay)
    return Member(objective, zero, theta, {"before": before})


def good_point(objective: Objective) -> Array:
    """Equal weights along one unit of each layer, the first ones, of the size of least loss."""
    ar, network = Float64(), objective.model
    assert isinstance(network, Network)
    path = np.zeros(network.size)
    for number in range(1, len(network.layers)):
        path[network.slices[f"W{number}"].start] = 1
    sizes = np.arange(1, 65) / 32
    values = objective.value(ar, sizes[:, None] * path)
    return exact(path) * fmpq(int(np.argmin(values)) + 1, 32)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Two or three hidden layers, widths, activation, positive inputs and targets, the decay."""
    d_x, m = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    hidden = draw(st.lists(st.integers(1, 2), min_size=2, max_size=3))
    network = Network([d_x, *hidden, 1], draw(st.sampled_from(ACTIVATIONS)), bias=False)
    inputs = draw(exact_arrays((m, d_x), positive_rationals(1)))
    targets = draw(exact_arrays((m, 1), positive_rationals()))
    share = draw(st.sampled_from([fmpq(9, 10), *(fmpq(1, d) for d in (2, 10, 1000))]))
    return build(network, inputs, targets, share)


def canonical() -> Member:
    """The loss (w3 w2 w1 - 1)^2 with decay 3/10."""
    network = Network([1, 1, 1, 1], "identity", bias=False)
    return build(network, exact([[1]]), exact([[1]]), fmpq(9, 10))


def equal_weights(member: Member, ar: Arithmetic, t: float) -> Array:
    """All weights equal to t."""
    return ar.asarray([t] * member.objective.size)


EXAMPLE = Example(
    __name__,
    title="Weight decay creates no bad local minima.",
    statement=(
        "For a network without biases, with at least two hidden layers, activations that are 0 at "
        "0, positive inputs and positive targets, all weights 0 is a strict bad local minimum of "
        "the squared loss with every small weight decay, and no local minimum without it."
    ),
    source=f"own; the degenerate saddle is as in {sources.KAWAGUCHI}",
    kind="bad minimum",
    phenomenon="regularization",
    activation=ACTIVATIONS,
    loss="squared",
    depth=(3, 4),
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.refuted("without weight decay the same point is not a local minimum", "before"),
    ),
    cost=0.11,
    picture=Curves(
        (
            Trace("with weight decay 3/10", equal_weights),
            Trace("without", equal_weights, lambda member: member.notes["before"].objective),
        ),
        extent=(-0.35, 1.1),
        t="all weights",
        level="at weights 0",
    ),
)
