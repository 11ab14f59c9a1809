"""A linear network with a bottleneck has a bad local minimum if the outputs are weighted.

A linear network with two inputs, two outputs and hidden layers of one unit computes x -> u (v . x),
any matrix of rank 1. The inputs are the two unit vectors up to factors, the targets are (alpha, 0)
and (0, beta) with 0 < beta < alpha, and the four errors have weights: 1 for those on the diagonal,
mu and nu for those off the diagonal.

One matrix of rank 1 fits the first sample and gives 0 at the second, with loss beta^2; another one
fits the second only, with loss alpha^2. Near the latter let p and q be the outputs off the
diagonal, at the first and at the second sample. Since the rank is 1, the first diagonal output is p
q / beta to leading order, which lowers the loss by 2 alpha p q / beta, at the price of mu p^2 + nu
q^2. If mu nu beta^2 > alpha^2 the loss rises in all directions: the point is a local minimum,
strict but for the rescaling of the layers, and it is bad. If mu nu beta^2 < alpha^2 the loss falls
in some direction.

This is weighted low-rank approximation, the best approximation of a matrix by one of rank 1 when
its entries have different weights, and that it has bad local minima is known since Srebro and
Jaakkola (2003). Theorems for the unweighted squared loss (Kawaguchi 2016), that a local minimum of
a deep linear network is global, are not contradicted: with equal weights mu nu beta^2 < alpha^2,
and the same point is a saddle.
"""

from __future__ import annotations

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, Question, claims, exact, sources
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals


def build(
    alpha: fmpq, beta: fmpq, weights: tuple[fmpq, fmpq], sizes: list[fmpq], layers: list[fmpq]
) -> Member:
    """Targets alpha > beta > 0, the weights (mu, nu), factors of the inputs.

    ``layers`` holds the scale of each layer but the last, to which the targets adapt.
    """
    depth = len(layers) + 1
    network = Network([2, *[1] * (depth - 1), 2], "identity", bias=False)
    inputs = exact([[sizes[0], 0], [0, sizes[1]]])
    targets = exact([[alpha, 0], [0, beta]])

    def objective(mu: fmpq, nu: fmpq) -> Objective:
        data = Data(inputs, targets, exact([[1, mu], [nu, 1]]))
        return Objective(network, data, "squared", "sum")

    product = fmpq(1)
    for scale in layers:
        product *= scale
    first, rest = layers[0], layers[1:]
    bad = exact([0, first, *rest, 0, beta / product / sizes[1]])
    better = exact([first, 0, *rest, alpha / product / sizes[0], 0])
    plain = objective(fmpq(1), fmpq(1))
    notes = {"plain": Question(plain, Candidate.of(plain.parameters, bad))}
    return Member(objective(*weights), bad, better, notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Depth two to four, alpha > beta > 0, mu nu > (alpha / beta)^2, input sizes, layer scales."""
    beta, gap, mu, excess = (draw(positive_rationals()) for _ in range(4))
    alpha = beta + gap
    nu = (alpha / beta) * (alpha / beta) / mu + excess
    sizes = draw(exact_arrays((2,), rationals(zero=False)))
    layers = draw(exact_arrays((draw(st.integers(1, 3)),), rationals(2, zero=False)))
    return build(alpha, beta, (mu, nu), list(sizes), list(layers))


def canonical() -> Member:
    """Targets (1, 0) and (0, 3/4), weight 4 off the diagonal, two layers."""
    return build(fmpq(1), fmpq(3, 4), (fmpq(4), fmpq(4)), [fmpq(1)] * 2, [fmpq(1)])


EXAMPLE = Example(
    __name__,
    title="Deep linear networks have no bad local minima.",
    statement=(
        "For targets (alpha, 0) and (0, beta) with alpha > beta > 0, a linear network with hidden "
        "layers of one unit that fits the second sample only is at a bad local minimum of the "
        "squared loss with weights mu, nu off the diagonal if mu nu beta^2 > alpha^2; with equal "
        "weights it is at a saddle."
    ),
    source=(
        f"own instances of a phenomenon from {sources.SREBRO}; with equal weights the theorem of "
        f"{sources.KAWAGUCHI} holds and is not contradicted"
    ),
    kind="bad minimum",
    phenomenon="bottleneck",
    activation="identity",
    loss="squared",
    depth=(2, 3, 4),
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("symmetry"),
        claims.stationary(),
        claims.refuted(
            "with equal weights the same point is not a local minimum",
            "plain",
            Evidence.NEGATIVE_CURVATURE,
        ),
    ),
    picture=Line(extent=(-0.3, 1.3)),
)
