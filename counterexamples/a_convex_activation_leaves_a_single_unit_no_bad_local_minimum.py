"""exp, softplus and ELU: convex and increasing, and yet two samples have two valleys.

The output is h(w x) at the samples (p, y) and (-n, z). Write r = h(p w) - y and q = h(-n w) - z.
The derivative of the squared loss is 2 (p h'(p w) r - n h'(-n w) q). At w = log g, g rational,
the slopes are rational, so that every q < 0 gives an r, and with it targets, for which the
derivative is exactly 0. The second derivative is twice

    p^2 h'(p w)^2 + n^2 h'(-n w)^2 + p^2 h''(p w) r + n^2 h''(-n w) q,

positive as long as |q| is not too large. Here g > 1: the first sample is nearly fitted, and the
second is missed by q, since h is flat to the left and cannot be bent without losing the first. In
the other valley, w < 0, the second sample is fitted and the first missed by less than q.

A convex loss of a convex function is convex where the loss increases with the output. Below the
target the squared loss decreases, and its composition with a convex function need not be convex.
"""

from __future__ import annotations

from functools import cache
from math import exp, log

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.models.activations import activation
from pgb.numbers import Exact, Float64
from pgb.problems import Data, Objective

UNITS = ("softplus", "exp", "elu")


def build(unit: str, g: fmpq, p: int, n: int, miss: fmpq) -> Member:
    """Stationary at w = log g with the residual q = -miss at the input -n."""
    ar, h = Exact(), activation(unit)
    w = exact([f"log({g})"])
    slopes = h.first(ar, w * exact([p, -n]))
    residuals = exact([-n * slopes[1] * miss / (p * slopes[0]), -miss])
    targets = h.value(ar, w * exact([p, -n])) - residuals
    network = Network([1, 1], output_activation=unit, bias=False)
    data = Data(exact([[p], [-n]]), targets.reshape(-1, 1))
    better = exact([fmpq(round(-64 * inverse(unit, float(targets[1]))), 64 * n)])
    return Member(Objective(network, data, "squared", "sum"), w, better)


def inverse(unit: str, z: float) -> float:
    """Where the unit has the value z > 0."""
    if unit == "exp":
        return log(z)
    return z + log(1 - exp(-z)) if unit == "softplus" else z


@cache
def limits(unit: str, g: fmpq, p: int, n: int) -> tuple[float, float]:
    """The misses between which the minimum is strict and the other valley lower, by floats.

    Over there the first output is above -1, so that the first sample costs less than (y + 1)^2.
    """
    ar, h = Float64(), activation(unit)
    s = np.array([p, -n]) * log(float(g))
    value, (a, b), (c, d) = h.value(ar, s)[0], h.first(ar, s), h.second(ar, s)
    strict = (p * p * a * a + n * n * b * b) / (n * n * d + p * n * c * b / a)
    bad = (value + 1) / (1 - n * b / (p * a))
    return 1.05 * bad, min(0.95 * strict, 10 * bad)


@cache
def choices() -> list[tuple[str, fmpq, int, int]]:
    """Units, g, p and n with room between the limits."""
    sizes = [fmpq(g) for g in (2, 3, 4, 5)] + [fmpq(3, 2), fmpq(5, 2), fmpq(7, 2)]
    every = [(u, g, p, n) for g in sizes for p in (1, 2, 3) for n in (1, 2, 3) for u in UNITS]
    return [choice for choice in every if 1 < limits(*choice)[0] < limits(*choice)[1]]


@st.composite
def family(draw: st.DrawFn) -> Member:
    """softplus, exp or ELU; g, integers p and n; how far the second sample is missed."""
    choice = draw(st.sampled_from(choices()))
    low, high = (fmpq(int(limit * 1024), 1024) for limit in limits(*choice))
    return build(*choice, low + (high - low) * draw(st.integers(1, 15)) / 16)


def canonical() -> Member:
    """The unit exp at w = log 3, with p = n = 1: (3 - y)^2 + (1/3 - z)^2 for y = 32/9, z = 16/3."""
    return build("exp", fmpq(3), 1, 1, fmpq(5))


EXAMPLE = Example(
    __name__,
    title="A convex activation leaves a single unit no bad local minimum.",
    statement=(
        "For h one of exp, softplus and ELU, convex and increasing, there are g > 1, inputs p > 0 "
        "and -n < 0 and an interval of residuals at -n, for each of which targets exist such that "
        "the squared loss of h(w x) has a strict bad local minimum at w = log g exactly."
    ),
    source=f"own instance; the phenomenon for sigmoid units is that of {sources.AUER}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation=UNITS,
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.2, 1.4)),
)
