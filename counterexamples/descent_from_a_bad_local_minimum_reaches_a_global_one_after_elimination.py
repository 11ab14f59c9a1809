"""A mirror symmetry holds descent on a manifold that contains no local minimum.

One unit h(w x + v) with an even h that grows on both sides from h(0) = 0, the target T = h(q) at
x = -p, 0 and p. The data are fitted by w = 0, v = q. At w = q / p, v = 0 the unit fits the outer
samples and misses the middle one by T; the Hessian of the loss is diagonal there, positive in w
and, as long as the middle sample has less than 2 h'(q)^2 / (T h''(0)) times the weight of an outer
one, positive in v: a bad strict local minimum.

Let M be the set of points (w, 0, a, b, 0) of the eliminated loss. Changing the signs of v and W is
the same as exchanging the outer samples, which have the same target and weight; so at points of M
the derivatives in v and W are exactly 0. Gradient flow, gradient descent with any steps, and
descent with momentum that start on M stay on M. But on M the middle output is a e^b, so that with
a = 0 it is off by T: M contains neither a global minimum nor any local minimum of the eliminated
loss. On M the values tend to 0 only at infinity, along a = T e^{-b}, b to infinity, w = 0.

All this rests on W = 0 and v = 0 exactly. M has measure zero: nothing is said of descent that
starts off it, however near, nor of descent whose steps are rounded or perturbed.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from math import cos, cosh, exp, tanh
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Curves, Example, Member, Trace, claims, exact, sources
from pgb.models import Expression
from pgb.numbers import Arithmetic, Array, Balls, Exact
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals, rationals
from pgb.transforms import eliminate

#: Half the side of the interval of w on which the middle sample is enclosed at once.
SIDE = 1000
#: Even functions h of s, and 2 h'(q)^2 / (h(q) h''(0)) at q, which bounds the middle weight; any
#: number where h''(0) = 0.
EVEN: dict[str, Callable[[float], float]] = {
    "{s}^2": lambda q: 4.0,
    "{s}^4": lambda q: 4.0,
    "{s}^2 + {s}^4": lambda q: (2 * q + 4 * q**3) ** 2 / (q**2 + q**4),
    "1 - exp(-{s}^2)": lambda q: 4 * q * q * exp(-2 * q * q) / (1 - exp(-q * q)),
    "{s}*tanh({s})": lambda q: (tanh(q) + q / cosh(q) ** 2) ** 2 / (q * tanh(q)),
    "1 - cos({s})": lambda q: 2 + 2 * cos(q),
}


def build(
    h: str, p: fmpq, q: fmpq, middle: fmpq, lam: fmpq, points: list[tuple[fmpq, fmpq, fmpq]]
) -> Member:
    """The outer samples have weight 1, the middle one ``middle``; ``points`` are (w, a, b)."""
    model = Expression(["x"], ["w", "v"], [h.format(s="(w*x + v)")])
    ar = Exact()
    target = model.outputs(ar, exact([0, q]), exact([[0]]))[0, 0]
    data = Data(exact([[-p], [0], [p]]), exact([[target]] * 3), exact([1, middle, 1]))
    objective = Objective(model, data, "squared", "sum")
    notes = {"after": eliminate(objective, lam), "target": target, "points": points}
    return Member(objective, exact([q / p, 0]), exact([0, q]), notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The even function, the inputs and targets, the middle weight, penalty, points of M."""
    h = draw(st.sampled_from(sorted(EVEN)))
    q, p = draw(positive_rationals(1)), draw(positive_rationals(2))
    share = draw(st.integers(1, 9))
    middle = fmpq(int(share * 1000 * EVEN[h](float(q))), 10000)
    count = draw(st.integers(1, 3))
    points = [(draw(rationals(2)), draw(rationals(2)), draw(rationals(2))) for _ in range(count)]
    return build(h, p, q, middle, draw(positive_rationals()), points)


def canonical() -> Member:
    """The function s^2 and the targets 1 at -1, 0 and 1: the bad minimum is w = 1, v = 0."""
    points = [(fmpq(1), fmpq(0), fmpq(0)), (fmpq(1, 2), fmpq(1), fmpq(-1))]
    return build("{s}^2", fmpq(1), fmpq(1), fmpq(1), fmpq(1, 10), points)


def derivatives_across(member: Member, ar: Arithmetic) -> Array:
    """Derivatives in v and W at the member's points of M."""
    after: Objective = member.notes["after"]
    across = []
    for w, a, b in member.notes["points"]:
        gradient = after.gradient(ar, ar.asarray(exact([w, 0, a, b, 0])))
        across += [gradient[after.slices["v"]], gradient[after.slices["W"]]]
    return ar.concatenate([np.asarray(part).reshape((-1,)) for part in across])


def middle_miss(member: Member, ar: Arithmetic) -> Array:
    """Minus the middle output gradient at points of M with a = 0, for all |w| <= SIDE, any b."""
    if not isinstance(ar, Balls):
        raise TypeError("a box of parameters needs balls")
    box = ar.ball([0, 0], [SIDE, 0])
    return np.asarray(-member.objective.output_gradients(ar, box)[1, 0])


def good_point(member: Member, ar: Arithmetic) -> Array:
    """The point (0, q)."""
    assert member.better is not None
    return ar.asarray(member.better.point)


def path(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The point w = v = W = 0, a = T e^{-t}, b = t of M, which has the output T everywhere."""
    a = ar.exp(ar.asarray(exact([-t]))) * ar.asarray(exact([member.notes["target"]]))
    return ar.concatenate([ar.asarray(exact([0, 0])), a, ar.asarray(exact([t, 0]))])


def values_on_the_path(member: Member, ar: Arithmetic) -> Array:
    """The steps of the value along the path, and how far it ends below 1/1000."""
    after = member.notes["after"]
    values = [np.asarray(after.value(ar, path(member, ar, t))) for t in (0, 1, 2, 4, 8)]
    steps = [first - second for first, second in pairwise(values)]
    return ar.stack([*steps, ar.asarray(exact("1/1000")) - values[-1]])


def eliminated(member: Member) -> Objective:
    """The loss after elimination."""
    after: Objective = member.notes["after"]
    return after


EXAMPLE = Example(
    __name__,
    title="Descent from a bad local minimum reaches a global one after elimination.",
    statement=(
        "For one unit h(w x + v), h even, with the targets h(q) at -p, 0 and p, the loss has the "
        "global minimum (0, q) with value 0 and a bad strict local minimum (q / p, 0); descent of "
        "the eliminated loss that starts there with any a and b and with W = 0 stays where "
        "v = W = 0, an invariant set of measure zero, and no local minimum of the eliminated loss "
        "has v = W = 0. It rests on W = 0 exactly; nothing is said of other starts."
    ),
    source=f"own; the added neuron is that of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="gradient flow",
    activation="quadratic",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.value_is(
            lambda member, ar: ar.asarray(exact(0)),
            "the loss at (0, q) is exactly 0",
            good_point,
        ),
        claims.after_elimination_no_local_minimum_here(),
        claims.exactly_zero(
            "at the member's points with v = W = 0 the derivatives in v and W are exactly 0",
            "invariant manifold",
            derivatives_across,
            "derivatives in v and W",
        ),
        claims.positive(
            f"with v = a = 0 the middle sample is missed, for all |w| <= {SIDE} at once",
            "function-space optimality",
            middle_miss,
            "the miss",
        ),
        claims.positive(
            "on a = h(q) e^{-t}, b = t, w = v = W = 0 the value falls at t = 0, 1, 2, 4, 8, to "
            "less than 1/1000",
            "path",
            values_on_the_path,
            "the margins of the inequalities",
        ),
    ),
    picture=Curves(
        (Trace("after elimination, v = W = 0", path, eliminated),),
        extent=(0, 8),
        t="b, with w = 0 and a e^b = h(q)",
        level="the bad minimum",
        log=True,
    ),
)
