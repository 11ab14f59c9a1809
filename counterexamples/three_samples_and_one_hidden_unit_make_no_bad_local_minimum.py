"""Three samples with a defect of convexity and a constant hidden unit.

The network is f(x) = u h(w x + b) + c. At w = 0 it is constant. Let its residuals r be s > 0 times
the weights of the second divided difference at the three inputs: they are orthogonal to constants
and lines. Moving c, u or b changes the outputs by a common constant, so that the sum of the r_i
times the change is 0; moving w adds u times sum r_i h(w x_i + b), and this is positive for small
w != 0 if h is strictly convex near b, since r takes a second difference. So for u h''(b) s > 0 no
point nearby has a lower loss. The gradient vanishes on the whole plane of points with w = 0 and the
same constant, and the Hessian is positive definite across it.

With the opposite sign of u the same change lowers the loss: the sum of r_i h(w x_i + b) is
multiplied by a negative number, and a u that is close enough to 0 makes the rest smaller.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, constant_units, exact, sources
from pgb.models import Network
from pgb.numbers import Array, Float64
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals, rationals


def build(name: str, x: Array, b: fmpq, u: fmpq, constant: fmpq, s: fmpq) -> Member:
    """Increasing inputs x (3,), a constant output, residuals s times the second difference."""
    network = Network([1, 1, 1], name)
    residuals = s * constant_units.second_difference(x)
    objective = Objective(
        network,
        Data(exact([[v] for v in x]), exact([[constant - r] for r in residuals])),
        "squared",
    )
    point = constant_units.constant_network(network, exact([b]), exact([u]), constant)
    return Member(objective, point, lower_point(network, x, b, constant, residuals))


def lower_point(network: Network, x: Array, b: fmpq, constant: fmpq, r: Array) -> Array:
    """Parameters with w = 1 / (2 (x3 - x1)) and the best u and c, rounded; u changes its sign.

    The preactivations stay within 1/2 of b, where h is convex.
    """
    ar, w = Float64(), 1 / (x[2] - x[0]) / 2
    bare = ar.asarray(exact([w, b - w * x[1], 1, 0]))
    h = np.ravel(network.outputs(ar, bare, ar.asarray(exact([[v] for v in x]))))
    spread = h - np.mean(h)
    u = rounded(-(ar.asarray(r) @ spread) / (spread @ spread))
    return exact([w, b - w * x[1], u, constant - u * rounded(np.mean(h))])


def rounded(value: Any) -> fmpq:
    """A nearby number with few digits."""
    return fmpq(round(float(value) * 2**30), 2**30)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Ten activations, any three inputs, the constant, the size of the residuals, u and b."""
    name = draw(st.sampled_from(sorted(constant_units.CONVEX_AT)))
    x, (b,) = constant_units.draw_nodes(draw), constant_units.draw_biases(draw, name, 1)
    u, s = draw(positive_rationals()), draw(positive_rationals())
    return build(name, x, b, u, draw(rationals()), s)


def canonical() -> Member:
    """Inputs -1, 0, 1 with targets 0, 1, 0 and a tanh unit with b = -1."""
    return build("tanh", exact([-1, 0, 1]), fmpq(-1), fmpq(1), fmpq(1, 3), fmpq(2, 3))


EXAMPLE = Example(
    __name__,
    title="Three samples and one hidden unit make no bad local minimum.",
    statement=(
        "For any three inputs, a constant output whose residuals are s > 0 times the weights of "
        "the second divided difference, w = 0 and u h''(b) > 0, the point is a bad local minimum "
        "of the squared loss of u h(w x + b) + c."
    ),
    source=f"own instances, distilled from a phenomenon of {sources.YUN}",
    kind="bad minimum",
    phenomenon="constant units",
    activation=tuple(sorted(constant_units.CONVEX_AT)),
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("branch"),
        claims.stationary(),
    ),
    cost=0.15,
    picture=Line(extent=(-0.3, 1.2)),
)
