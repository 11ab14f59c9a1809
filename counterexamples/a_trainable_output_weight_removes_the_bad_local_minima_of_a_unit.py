"""The outputs at two samples turn back at w = log 2, and a second weight only stretches them.

The output is G(u s(w x)) with the sigmoid s, at the inputs x = c and 3 c. The pair
(s(c w), s(3 c w)) has the direction given by s(3 c w) / s(c w). With z = e^{c w} this ratio is
z^2 (1 + z) / (1 + z^3), which rises from 0 to its greatest value 4/3 at z = 2 and falls to 1. So at
w = log(2) / c the derivatives in w and in u are parallel, and both vanish if

    v_1 r_1 G'(2 u / 3) (2/3) + v_2 r_2 G'(8 u / 9) (8/9) = 0

with r_i the residuals, output minus target, and v_i the weights of the samples. There is one such
pair of residuals up to a factor. With the sign for which
r_2 u < 0 the targets lie beyond the turning point: any other direction is farther from them, at
first. As G is smooth with G''(0) = 0, the minimum is strict for small u.

It is bad for small u, since then v_1 r_1^2 + v_2 r_2^2 > v_2 (y_2 - G(0))^2, y_2 the target at 3 c:
let c w be far below 0 and fit the first sample by a huge u; the second has an output of about G(0).
"""

from __future__ import annotations

from math import atanh, exp, log, tan

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Curves,
    Example,
    Member,
    Trace,
    claims,
    exact,
    sources,
    with_best_last,
)
from pgb.models import Network
from pgb.models.activations import activation
from pgb.numbers import Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals, rationals

#: Output activations: the largest |r_1| that is drawn, and their inverses.
OUTPUTS = {
    "identity": (fmpq(3), lambda y: y),
    "sigmoid": (fmpq(2, 5), lambda y: log(y / (1 - y))),
    "tanh": (fmpq(3, 4), atanh),
    "arctan": (fmpq(5, 4), tan),
}
#: How far c w lies below 0 at the better point.
FAR = 6


def build(output: str, c: fmpq, u: fmpq, miss: fmpq, v: Array) -> Member:
    """Inputs c and 3 c of weights v; r_1 = ``miss`` u / |u|."""
    ar, g = Exact(), activation(output)
    units = exact(["2/3", "8/9"])
    sign = 1 if u > 0 else -1
    pulls = ar.asarray(v) * g.first(ar, u * units) * units
    residuals = exact([sign * miss, -sign * miss * pulls[0] / pulls[1]])
    targets = g.value(ar, u * units) - residuals
    network = Network([1, 1, 1], "sigmoid", output, bias=False)
    data = Data(exact([[c], [3 * c]]), targets.reshape(-1, 1), v)
    steep = OUTPUTS[output][1](float(targets[0])) * (1 + exp(FAR))
    better = exact([-FAR / c, fmpq(round(1000 * steep), 1000)])
    return Member(Objective(network, data, "squared", "sum"), exact([f"log(2)/({c})", u]), better)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Four output activations, any c, the weight u, the size of the residuals, the weights."""
    output = draw(st.sampled_from(list(OUTPUTS)))
    c, v = draw(rationals(zero=False)), exact([draw(positive_rationals()) for _ in range(2)])
    miss = OUTPUTS[output][0] * draw(st.integers(1, 16)) / 16
    u = miss * draw(rationals(2, zero=False)) / 10
    return build(output, c, u, miss, v)


def canonical() -> Member:
    """Output u s(w x), samples (1, -1) and (3, 1): w = log 2, u = 9/50."""
    return build("identity", fmpq(1), fmpq(9, 50), fmpq(28, 25), exact([1, 1]))


EXAMPLE = Example(
    __name__,
    title="A trainable output weight removes the bad local minima of a unit.",
    statement=(
        "For inputs c and 3 c with any weights and any c != 0, and G one of the identity, sigmoid, "
        "tanh and arctan, targets exist such that the squared loss of G(u sigmoid(w x)) has a "
        "strict bad local minimum at w = log(2) / c and a small u exactly."
    ),
    source=f"own instance; the phenomenon for single units is that of {sources.AUER}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="sigmoid",
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    cost=0.06,
    picture=Curves((Trace("w with its best u", with_best_last),), extent=(-0.6, 6), t="w"),
)
