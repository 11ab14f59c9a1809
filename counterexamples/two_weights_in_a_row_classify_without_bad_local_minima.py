"""A turning point of the outputs stops every smooth classification loss as it stops the squares.

The output is u s(w x) with the sigmoid s, at the inputs c, with label -1, and 3 c, with label 1.
The ratio s(3 c w) / s(c w) has its greatest value, 4/3, at w = log(2) / c, so that there the
derivatives of the two outputs in w and in u are parallel. Both derivatives of the loss vanish as
soon as the one in u does:

    v_1 l'(-2 u / 3) (2/3) = v_2 l'(8 u / 9) (8/9),

which fixes the ratio of the weights v_1, v_2. On either side of w = log(2) / c the output at 3 c
falls relative to the other and the loss rises, so that the minimum is strict for u > 0.

No (w, u) classifies both samples right, since the outputs have the same sign. But the first one can
be right with an output of about 0 at the second, for w c far below 0 and a huge -u; this costs
v_2 l(0). For small u the loss at the minimum is about (v_1 + v_2) l(0), so that it is bad.
"""

from __future__ import annotations

from math import exp
from typing import Any

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Curves, Example, Member, Trace, claims, exact, sources
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective
from pgb.problems import loss as loss_of
from pgb.strategies import positive_rationals, rationals

LOSSES: tuple[dict[str, Any], ...] = (
    {"name": "logistic"},
    {"name": "exponential"},
    *({"name": "polynomial-hinge", "degree": d} for d in (2, 3, 4, 5)),
)
#: How far c w lies below 0 at the better point, and the first output there.
FAR, RIGHT = 6, -12


def build(loss: dict[str, Any], c: fmpq, u: fmpq, weight: fmpq, label: int) -> Member:
    """Labels -label at c, of the given weight, and label at 3 c; 0 < u, the weight is label u."""
    ar = Exact()
    units, labels = exact([["2/3"], ["8/9"]]), exact([[-label], [label]])
    pulls = loss_of(loss).gradient(ar, units * (label * u), labels) * units
    weights = exact([weight, -weight * pulls[0, 0] / pulls[1, 0]])
    network = Network([1, 1, 1], "sigmoid", bias=False)
    data = Data(exact([[c], [3 * c]]), labels, weights)
    better = exact([-FAR / c, label * RIGHT * round(1 + exp(FAR))])
    here = exact([f"log(2)/({c})", label * u])
    return Member(Objective(network, data, loss, "sum"), here, better)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Three kinds of losses, any c, u up to 1/5, a common factor of the weights, which label."""
    c, weight = draw(rationals(zero=False)), draw(positive_rationals())
    u = fmpq(draw(st.integers(1, 16)), 80)
    label = draw(st.sampled_from([1, -1]))
    return build(draw(st.sampled_from(LOSSES)), c, u, weight, label)


def canonical() -> Member:
    """Hinge loss of degree 3, inputs 1 and 3: w = log 2, u = 1/8, weights 1 and 4563/4096."""
    return build({"name": "polynomial-hinge", "degree": 3}, fmpq(1), fmpq(1, 8), fmpq(1), 1)


def best_u(member: Member, ar: Arithmetic, w: float) -> Array:
    """(w, u) with the u of least loss, at which the derivative in u changes its sign."""
    low, high = -1e6, 1e6
    for _ in range(80):
        u = (low + high) / 2
        falls = member.objective.gradient(ar, ar.asarray([w, u]))[1] < 0
        low, high = (u, high) if falls else (low, u)
    return ar.asarray([w, low])


EXAMPLE = Example(
    __name__,
    title="Two weights in a row classify without bad local minima.",
    statement=(
        "For the inputs c and 3 c with opposite labels, c != 0 and 0 < |u| <= 1/5 of the second "
        "label's sign, and the logistic, the exponential and smooth hinge losses of degree 2 to 5, "
        "weights of the samples exist such that the loss of u sigmoid(w x) has a strict bad local "
        "minimum at (log(2) / c, u) exactly."
    ),
    source=f"own instance of a phenomenon from {sources.LIANG_CLASSIFICATION}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="sigmoid",
    loss=("logistic", "exponential", "polynomial-hinge"),
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.stationary(),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Curves(
        (Trace("least loss over u", best_u),), extent=(-0.5, 4), t="w", level="local minimum"
    ),
)
