"""All labels are 1, and yet a softplus unit gets stuck between two samples.

The output is softplus(w x), positive everywhere, and all labels are 1, so that each sample wants a
large output. At the inputs -k c and c no w makes both large. With E = e^{w x} a sample's loss is

    logistic loss:      log(1 + e^-softplus) = log((2 + E) / (1 + E)),
    exponential loss:   e^-softplus = 1 / (1 + E),

falling from l(0) to 0 in E; as a function of s = w x it is concave at first and convex from
E = sqrt(2) or E = 1 on. At e^{c w} = q < 1 the far sample, E = q^-k, is in its convex part, the
near one in its concave part. Call -D(E) the derivative in s. The weights 1 for the far sample
and k D(q^-k) / D(q) for the near one make w = log(q) / c exactly stationary, and the far sample's
second derivative is the greater one if q^-k is large enough, so that the minimum is strict.

It is bad if its value is above l(0): for c w -> oo the near sample costs nothing, the far one l(0).
That is so if q^-k is not too large. For every k >= 2 and both losses q^-k = 3 is neither too small
nor too large, nor are the numbers close to it.
"""

from __future__ import annotations

from functools import cache
from math import log

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.problems import Data, Objective
from pgb.strategies import rationals

LOSSES = ("logistic", "exponential")
#: At the better point the near sample has e^{w x} = e^FAR.
FAR = 12


def slope(loss: str, E: fmpq) -> fmpq:
    """D(E) > 0."""
    return E / ((1 + E) * (2 + E)) if loss == "logistic" else E / (1 + E) ** 2


def bend(loss: str, E: fmpq) -> fmpq:
    """The second derivative in s, divided by D(E)."""
    if loss == "logistic":
        return (E * E - 2) / ((1 + E) * (2 + E))
    return (E - 1) / (E + 1)


def value(loss: str, E: fmpq) -> float:
    """The loss of one sample."""
    ratio = float((2 + E) / (1 + E))
    return log(ratio) if loss == "logistic" else float(1 / (1 + E))


def build(loss: str, k: int, q: fmpq, c: fmpq, weight: fmpq) -> Member:
    """Inputs -k c and c, the first of the given weight."""
    near = weight * k * slope(loss, q**-k) / slope(loss, q)
    data = Data(exact([[-k * c], [c]]), exact([[1], [1]]), exact([weight, near]))
    network = Network([1, 1], output_activation="softplus", bias=False)
    objective = Objective(network, data, loss, "sum")
    return Member(objective, exact([f"log({q})/({c})"]), exact([FAR / c]))


@cache
def choices(loss: str) -> list[tuple[int, fmpq]]:
    """Some k and all q of small denominators for which the minimum is strict and bad."""
    quotients = {fmpq(p, d) for d in range(2, 13) for p in range(1, d)}
    found = []
    for k in range(2, 7):
        for q in sorted(quotients, key=lambda v: (int(v.q), int(v.p))):
            near = k * slope(loss, q**-k) / slope(loss, q)
            total = value(loss, q**-k) + float(near) * value(loss, q)
            strict = k * bend(loss, q**-k) + bend(loss, q) > 0
            if strict and total > 1.02 * value(loss, fmpq(0)):
                found.append((k, q))
    return found


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Logistic or exponential loss, k and q, the near input, a common factor of the weights."""
    loss = draw(st.sampled_from(LOSSES))
    k, q = draw(st.sampled_from(choices(loss)))
    return build(loss, k, q, draw(rationals(zero=False)), abs(draw(rationals(zero=False))))


def canonical() -> Member:
    """The logistic loss at -4 once and at 2 twice: log(10/3) at w = -log(2) / 2."""
    return build("logistic", 2, fmpq(1, 2), fmpq(2), fmpq(1))


EXAMPLE = Example(
    __name__,
    title="A classification problem with one class has no bad local minimum.",
    statement=(
        "For two inputs -k c and c, k >= 2, both of label 1, and every q < 1 with q^-k close to 3, "
        "weights exist such that the logistic or exponential loss of softplus(w x) has a strict "
        "bad local minimum at w = log(q) / c exactly."
    ),
    source=f"own instance of a phenomenon from {sources.LIANG_CLASSIFICATION}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="softplus",
    loss=LOSSES,
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.function_space_infimum_is_zero(attained=False),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.25, 1.05)),
)
