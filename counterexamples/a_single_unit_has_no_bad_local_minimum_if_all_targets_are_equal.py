"""A large input is saturated before a small one arrives at the target.

Let h be bounded and increasing, like the sigmoid, and let two samples share the target t: one at
the small input x, the other, of weight v, at a much larger input X. The loss is

    v (h(X w) - t)^2 + (h(x w) - t)^2.

Its derivative at w is 0 exactly if t is the mean of h(X w) and h(x w) with weights v X h'(X w) and
x h'(x w). Let s = x w be of moderate size and X w large. Then the first weight is tiny, since
h' tends to 0, and t is just above h(s): the small input is fitted, the large one is saturated
at about h(oo) and pulls no more. The second derivative is about 2 (x h'(s))^2 > 0.

In the other valley w is smaller by the factor x / X. There the large input is fitted, and the small
one has about h(0). So the first valley is bad if v (h(oo) - t)^2 > (t - h(0))^2.
"""

from __future__ import annotations

from math import ceil, pi

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.models.activations import activation
from pgb.numbers import Exact, Float64
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals, rationals

#: h(0), h(oo), and an argument at which h counts as saturated.
UNITS = {
    "sigmoid": (0.5, 1.0, 30),
    "tanh": (0.0, 1.0, 15),
    "erf": (0.0, 1.0, 6),
    "arctan": (0.0, pi / 2, 100),
}


def build(unit: str, x: fmpq, factor: int, s: fmpq, v: fmpq) -> Member:
    """Inputs ``factor`` x, of weight v, and x; the target makes w = s / x stationary."""
    ar, h = Exact(), activation(unit)
    inputs, weights = exact([factor * x, x]), exact([v, 1])
    w = exact([s / x])
    values, slopes = h.value(ar, w * inputs), h.first(ar, w * inputs)
    pulls = weights * inputs * slopes
    target = ar.sum(pulls * values) / ar.sum(pulls)
    network = Network([1, 1], output_activation=unit, bias=False)
    data = Data(inputs.reshape(-1, 1), exact([[target], [target]]), weights)
    return Member(Objective(network, data, "squared", "sum"), w, w / factor)


def weight_and_factor(unit: str, s: fmpq, more: int) -> tuple[int, int]:
    """A weight v for which the minimum is bad, and a factor for which it is strict, by floats."""
    zero, end, saturated = UNITS[unit]
    size = float(s)
    h = activation(unit).value(Float64(), np.array([size])).item()
    v = ceil(1.5 * (h - zero) ** 2 / (end - h) ** 2) + more
    slow = ceil(24 * v * (1 + size * size) ** 2 / size**3) if unit == "arctan" else 1
    return v, max(ceil(saturated / size), slow)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any of four units, any x, any s in (0, 2], any v and any factor above what s needs."""
    unit = draw(st.sampled_from(list(UNITS)))
    x, s = draw(rationals(zero=False)), draw(positive_rationals(2))
    v, factor = weight_and_factor(unit, s, draw(st.integers(0, 3)))
    return build(unit, x, factor * draw(st.integers(1, 3)), s, fmpq(v))


def canonical() -> Member:
    """The sigmoid at w = log 2 for the inputs 24 and 1: the target is 2/3 + 4.3e-6."""
    return build("sigmoid", fmpq(1), 24, exact(["log(2)"])[0], fmpq(1))


EXAMPLE = Example(
    __name__,
    title="A single unit has no bad local minimum if all targets are equal.",
    statement=(
        "For the sigmoid, tanh, erf and arctan, any s in (0, 2] and any x != 0, an input X = k x, "
        "k large, with enough weight, and one common target of X and x give the squared loss of "
        "h(w x) a strict bad local minimum at w = s / x exactly, where X is saturated."
    ),
    source=f"own instance of a phenomenon from {sources.AUER}",
    kind="bad minimum",
    phenomenon="saturation",
    activation=tuple(UNITS),
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.2, 1.05)),
)
