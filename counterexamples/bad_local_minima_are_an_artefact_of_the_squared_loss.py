"""Logistic, exponential and smooth hinge loss: two inputs, each with both labels, in two valleys.

The output is relu(w x), the inputs are p > 0 and -n < 0, and at each of them the label 1 weighs
more, m, than the label -1, m rho^e with 0 < rho < 1. For w > 0 the output at -n is 0 and that
at p is v = p w, so that the loss is a constant plus

    m l(v) + m rho^e l(-v),

convex, with a negative derivative at v = 0 and one minimum at some v > 0:

    logistic loss,            e = 1:      v = -log rho,
    exponential loss,         e = 2:      v = -log rho,
    hinge loss of degree d,   e = d - 1:  v = (1 - rho) / (1 + rho).

It is strict, as l'' > 0 there. For w < 0 the roles are exchanged. The minimum on the side that
gains less compared with w = 0 is bad. The gain grows with m and falls with rho, so it is less at
an input with the smaller m and the larger rho.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals

LOSSES: tuple[dict[str, Any], ...] = (
    {"name": "logistic"},
    {"name": "exponential"},
    *({"name": "polynomial-hinge", "degree": d} for d in (2, 3, 4, 5)),
)
EXPONENTS = {"logistic": 1, "exponential": 2}

#: The distance of the input from 0, the weight m of the label 1, rho.
Side = tuple[fmpq, fmpq, fmpq]


def build(loss: dict[str, Any], right: Side, left: Side) -> Member:
    """The candidate is the higher of the two minima."""
    e = EXPONENTS.get(loss["name"], loss.get("degree", 0) - 1)
    inputs = [s * x for s, (x, _, _) in ((1, right), (-1, left)) for _ in range(2)]
    weights = [w for _, m, rho in (right, left) for w in (m, m * rho**e)]
    data = Data(exact(inputs).reshape(-1, 1), exact([[1], [-1]] * 2), exact(weights))
    network = Network([1, 1], output_activation="relu", bias=False)
    objective = Objective(network, data, loss, "sum")
    minima = [exact([best(loss, rho)]) * (s / x) for s, (x, _, rho) in ((1, right), (-1, left))]
    ar = Float64()
    good, bad = sorted(minima, key=lambda w: float(objective.value(ar, ar.asarray(w))))
    return Member(objective, bad, good)


def best(loss: dict[str, Any], rho: fmpq) -> Any:
    """The output v that is best at one input alone."""
    return (1 - rho) / (1 + rho) if loss["name"] == "polynomial-hinge" else f"-log({rho})"


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Three kinds of losses; both inputs, the weights of the labels at both."""
    x, y, m, gap = (draw(positive_rationals()) for _ in range(4))
    low, high = sorted(draw(st.lists(st.integers(1, 11), min_size=2, max_size=2)))
    sides = [(x, m, fmpq(high, 12)), (y, m + gap, fmpq(low, 12))]
    right, left = draw(st.permutations(sides))
    return build(draw(st.sampled_from(LOSSES)), right, left)


def canonical() -> Member:
    """Hinge loss of degree 3, label 1 nine times at x = 1 and four times at -1, -1 once at both."""
    right, left = (fmpq(1), fmpq(9), fmpq(1, 3)), (fmpq(1), fmpq(4), fmpq(1, 2))
    return build({"name": "polynomial-hinge", "degree": 3}, right, left)


EXAMPLE = Example(
    __name__,
    title="Bad local minima are an artefact of the squared loss.",
    statement=(
        "For the logistic and exponential loss and the smooth hinge losses of degree 2 to 5, and "
        "two inputs of opposite sign at which both labels occur, the label 1 with more weight, the "
        "loss of relu(w x) has a strict local minimum on each side of 0; the higher is bad where "
        "they differ."
    ),
    source=f"own instance of a phenomenon from {sources.LIANG_CLASSIFICATION}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="relu",
    loss=("logistic", "exponential", "polynomial-hinge"),
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.stationary("the derivative is exactly 0"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.5, 1.6)),
)
