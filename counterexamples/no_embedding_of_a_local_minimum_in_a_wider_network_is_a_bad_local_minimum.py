"""Splitting a unit in two can also leave a local minimum: a wider network does not help there.

Let (w, u) be a local minimum of the squared loss of the network u h(w x) with a positive definite
Hessian, and r_i the output gradients there. In the network u_1 h(w_1 x) + u_2 h(w_2 x) all points
w_1 = w_2 = w, u_1 = l u, u_2 = (1 - l) u compute the same function and have gradient 0. Across this
line the Hessian is that of the smaller network and, for moves of w_1 against w_2, the number
l (1 - l) A with A = u sum r_i h''(w x_i) x_i^2.

So if A != 0 the points with l (1 - l) A > 0 are local minima: for A > 0 the unit split in two parts
of the same sign, for A < 0 the unit split in two parts of opposite signs, on two rays that lead to
infinity. They are bad: at the points of the line with l (1 - l) A < 0 the loss is the same, and a
direction leads down from there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, embeddings, exact, sources
from pgb.conditions import descend
from pgb.numbers import Float64
from pgb.problems import Objective


def build(name: str, x: Any, y: Any, start: Any, share: float, other: float) -> Member:
    """Inputs, targets, where to start the search for the smaller network's minimum, two splits.

    ``share`` gives the local minimum, ``other`` a saddle of the same line, where descent starts.
    """
    before, larger = embeddings.before_and_after(name, x, y, start)
    minimum, notes = before.candidate, {"before": before}
    better = below(larger, embeddings.split(minimum, other))
    return Member(larger, embeddings.split(minimum, share), exact(better), notes)


def below(objective: Objective, saddle: embeddings.Floats) -> embeddings.Floats:
    """Where twenty steps of descent lead that start along the negative curvature of a saddle."""
    ar = Float64()
    _, vectors = np.linalg.eigh(np.asarray(objective.hessian(ar, saddle)))
    steps = [sign * 2.0**-k for k in range(12) for sign in (-1, 1)]
    points = np.array([saddle + step * vectors[:, 0] for step in steps])
    lowest = np.asarray(points[np.argmin(objective.value(ar, points))])
    return descend(objective, lowest, iterations=20).point


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Six activations, three or four inputs, w and u, the sign of A, a split on the right side."""
    name, x, y, near, sign = embeddings.draw_start(draw)
    inside = float(draw(st.fractions("1/8", "1/2", max_denominator=8)))
    outside = draw(st.sampled_from((-inside, 1 + inside)))
    shares = (inside, outside) if sign > 0 else (outside, inside)
    return build(name, x, y, near, *shares)


def canonical() -> Member:
    """A tanh unit at inputs 1, 2, 3 with targets 2, 2, 3, split in 2 and -1 times the weight."""
    return build("tanh", [1, 2, 3], [2, 2, 3], [0.77, 2.7], 2.0, 0.5)


EXAMPLE = Example(
    __name__,
    title="No embedding of a local minimum in a wider network is a bad local minimum.",
    statement=(
        "Let the squared loss of u h(w x) have a local minimum with positive definite Hessian, and "
        "let A = u sum r_i h''(w x_i) x_i^2 != 0, r_i being the output gradients. Then splitting "
        "the unit in two with shares l and 1 - l, l (1 - l) A > 0, gives a local minimum of the "
        "wider network, and it is not global."
    ),
    source=f"own instances of a phenomenon from {sources.FUKUMIZU}",
    kind="bad minimum",
    phenomenon="duplicated units",
    activation=embeddings.ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("branch"),
        embeddings.SMALLER_MINIMUM,
    ),
    picture=Line(extent=(-0.06, 1.1), log=True),
)
