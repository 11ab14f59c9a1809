"""Splitting a unit in two: a strict local minimum of the smaller network becomes a saddle.

Let (w, u) be a strict local minimum of the squared loss of the network u h(w x). In the network
u_1 h(w_1 x) + u_2 h(w_2 x) all points w_1 = w_2 = w, u_1 = l u, u_2 = (1 - l) u compute the same
function, so that they have the same loss, and the gradient is 0 at each of them: the derivative in
w_1 is l times that of the smaller network in w.

Move w_1 and w_2 so that l times the first move and (1 - l) times the second cancel. To second order
the outputs change by a multiple of l (1 - l) u h''(w x_i) x_i^2 only. So the second derivative of
the loss in this direction has the sign of l (1 - l) A with A = u sum r_i h''(w x_i) x_i^2 and r the
output gradients. If A != 0, the line of points changes its nature at l = 0 and l = 1: there are
local minima on one side and saddles on the other. With A < 0 the saddles are those with 0 < l < 1,
for example the unit split in two equal halves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, embeddings, sources


def build(name: str, x: Any, y: Any, start: Any, share: float) -> Member:
    """Inputs, targets, where to start the search for the smaller network's minimum, the split."""
    before, larger = embeddings.before_and_after(name, x, y, start)
    minimum, notes = before.candidate, {"before": before}
    return Member(larger, embeddings.split(minimum, share), notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Six activations, three or four inputs, w and u, the sign of A, a split on the wrong side."""
    name, x, y, near, sign = embeddings.draw_start(draw)
    inside = float(draw(st.fractions("1/8", "1/2", max_denominator=8)))
    share = inside if sign < 0 else draw(st.sampled_from((-inside, 1 + inside)))
    return build(name, x, y, near, share)


def canonical() -> Member:
    """A tanh unit at inputs 1, 2, 3 with targets 2, 2, 3, split in equal halves."""
    return build("tanh", [1, 2, 3], [2, 2, 3], [0.77, 2.7], 0.5)


def moved_apart(member: Member) -> embeddings.Floats:
    """The candidate with the incoming weights of the two units moved in opposite directions."""
    return np.asarray(member.candidate.point) + np.array([0.3, -0.3, 0, 0])


EXAMPLE = Example(
    __name__,
    title="Every embedding of a local minimum in a wider network is a local minimum.",
    statement=(
        "Let (w, u) be a strict local minimum of the squared loss of u h(w x), with output "
        "gradients r and A = u sum_i r_i h''(w x_i) x_i^2 != 0. Two units with the weight w and "
        "the outgoing weights l u and (1 - l) u are at a stationary point for all l, and at a "
        "saddle of index 1 if l (1 - l) A < 0."
    ),
    source=f"own instances of a phenomenon from {sources.FUKUMIZU}",
    kind="saddle",
    phenomenon="duplicated units",
    activation=embeddings.ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        embeddings.SMALLER_MINIMUM,
        claims.saddle(1, "the wider network has a saddle of index 1 there"),
    ),
    picture=Line(to=moved_apart, extent=(-1, 1)),
)
