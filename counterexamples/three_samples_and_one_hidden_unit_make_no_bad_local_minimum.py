"""Three samples with a defect of convexity and a constant hidden unit.

The network is f(x) = u h(w x + b) + c. At w = 0 it is constant. Let its residuals r be s times the
weights of the second divided difference at the three inputs: they are orthogonal to constants and
lines. Moving c, u or b changes the outputs by a common constant, so that the sum of the r_i times
the change is 0; moving w adds u times sum r_i h(w x_i + b). As r takes a second difference and h
is strictly convex near b, this is positive for small w != 0 if u s > 0, and then no point nearby
has a lower loss. The gradient vanishes on the whole surface of points with w = 0 and the same
constant, and the Hessian is positive definite across it.

With the opposite sign of u the same change lowers the loss: the sum of r_i times the change is
negative, and for u close enough to 0 it exceeds the squares of the changes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Line,
    Member,
    claims,
    constant_units,
    divided_difference_weights,
    exact,
    sources,
)
from pgb.models import Network
from pgb.numbers import Array, Float64
from pgb.strategies import positive_rationals, rationals


def build(name: str, x: Array, b: fmpq, u: fmpq, constant: fmpq, s: fmpq) -> Member:
    """Increasing inputs x (3,), a constant output, residuals s times the second difference."""
    network = Network([1, 1, 1], name)
    residuals = s * divided_difference_weights(x)
    objective = constant_units.constant_objective(network, x.reshape(-1, 1), residuals, constant)
    point = constant_units.constant_network(network, exact([b]), exact([u]), constant)
    return Member(objective, point, lower_point(network, x, b, constant, residuals))


def lower_point(network: Network, x: Array, b: fmpq, constant: fmpq, r: Array) -> Array:
    """Parameters with w = 1 / (2 (x3 - x1)) and the best u and c, rounded; u changes its sign.

    The preactivations stay within 1/2 of b, where h is convex.
    """
    ar, w = Float64(), 1 / (x[2] - x[0]) / 2
    bare = ar.asarray(exact([w, b - w * x[1], 1, 0]))
    h = np.ravel(network.outputs(ar, bare, ar.asarray(x.reshape(-1, 1))))
    spread = h - np.mean(h)
    u = rounded(-(ar.asarray(r) @ spread) / (spread @ spread))
    return exact([w, b - w * x[1], u, constant - u * rounded(np.mean(h))])


def rounded(value: Any) -> fmpq:
    """A nearby number with few digits."""
    return fmpq(round(float(value) * 2**30), 2**30)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Ten activations, any three inputs, the constant, s and u of either sign, b."""
    name = draw(st.sampled_from(constant_units.ACTIVATIONS))
    x, (b,) = constant_units.draw_nodes(draw), constant_units.draw_biases(draw, name, 1)
    sign = draw(st.sampled_from([1, -1]))
    u, s = sign * draw(positive_rationals()), sign * draw(positive_rationals())
    return build(name, x, b, u, draw(rationals()), s)


def canonical() -> Member:
    """Inputs -1, 0, 1 with targets 0, 1, 0 and a tanh unit with b = -1."""
    return build("tanh", exact([-1, 0, 1]), fmpq(-1), fmpq(1), fmpq(1, 3), fmpq(2, 3))


EXAMPLE = Example(
    __name__,
    title="Three samples and one hidden unit make no bad local minimum.",
    statement=(
        "For any three inputs there are targets for which the squared loss of u h(w x + b) + c has "
        "a bad local minimum at w = 0: the constant output has residuals that are s times the "
        "weights of the second divided difference, and s u h''(b) > 0."
    ),
    source=f"own instances, distilled from a phenomenon of {sources.YUN}",
    kind="bad minimum",
    phenomenon="constant units",
    activation=constant_units.ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(claims.bad_local_minimum("branch"),),
    picture=Line(extent=(-0.3, 1.2)),
)
