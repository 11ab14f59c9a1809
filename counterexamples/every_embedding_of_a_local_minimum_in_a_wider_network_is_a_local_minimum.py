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
import numpy.typing as npt
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, Question, claims, exact, polished, sources
from pgb.conditions import Verdict
from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import positive_rationals

Floats = npt.NDArray[np.float64]
ACTIVATIONS = ("arctan", "exp", "sigmoid", "sine", "softplus", "tanh")


def smaller_network(name: str, x: Any, y: Any) -> Objective:
    """One hidden unit without bias, inputs (m,) and targets (m,)."""
    data = Data(exact(x).reshape(-1, 1), exact(y).reshape(-1, 1))
    return Objective(Network([1, 1, 1], name, bias=False), data, "squared", "sum")


def targets_with_a_minimum(name: str, x: Floats, w: float, u: float, sign: int) -> list[fmpq]:
    """Targets for which the smaller network has a strict local minimum near (w, u).

    The residuals are orthogonal to the derivatives of the outputs by w and u, as far as that allows
    a multiple of x^2 h''(w x), so that A is not 0; ``sign`` is the sign of A.
    """
    ar, network = Float64(), Network([1, 1, 1], name, bias=False)
    theta, inputs, h = np.array([w, u]), x.reshape(-1, 1), network.activations[0]
    J = network.jacobian(ar, theta, inputs)[:, 0]
    bending = u * h.second(ar, w * x) * x * x
    r = bending - J @ np.linalg.lstsq(J, bending, rcond=None)[0]
    K = np.linalg.norm(network.curvature(ar, theta, inputs, r[:, None]), 2)
    r = sign * r * np.linalg.svd(J, compute_uv=False)[-1] ** 2 / (4 * K)
    y = network.outputs(ar, theta, inputs)[:, 0] - r
    return [fmpq(round(float(v) * 10**4), 10**4) for v in y]


def split(minimum: Candidate, share: float) -> Floats:
    """The unit with its outgoing weight divided in ``share`` and 1 - ``share``."""
    w, u = (float(v) for v in minimum.point)
    return np.array([w, w, share * u, (1 - share) * u])


def build(name: str, x: Any, y: Any, start: Any, share: float) -> Member:
    """Inputs, targets, where to start the search for the smaller network's minimum, the split."""
    smaller = smaller_network(name, x, y)
    minimum = polished(smaller, start)
    larger = Objective(Network([1, 2, 1], name, bias=False), smaller.data, "squared", "sum")
    notes = {"before": Question(smaller, minimum)}
    return Member(larger, split(minimum, share), notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Six activations, three or four inputs, w and u, the sign of A, a split on the wrong side."""
    name = draw(st.sampled_from(ACTIVATIONS))
    m = draw(st.integers(3, 4))
    x = np.cumsum([float(draw(positive_rationals(1, denominators=(1, 2)))) for _ in range(m)])
    reach, u = (float(draw(positive_rationals(2))) for _ in range(2))
    w = (1 + reach) / x[-1]
    sign = draw(st.sampled_from((-1, 1)))
    y = targets_with_a_minimum(name, x, w, u, sign)
    inside = float(draw(st.fractions("1/8", "1/2", max_denominator=8)))
    share = inside if sign < 0 else draw(st.sampled_from((-inside, 1 + inside)))
    return build(name, x, y, [w, u], share)


def canonical() -> Member:
    """A tanh unit at inputs 1, 2, 3 with targets 2, 2, 3, split in equal halves."""
    return build("tanh", [1, 2, 3], [2, 2, 3], [0.77, 2.7], 0.5)


def moved_apart(member: Member) -> Floats:
    """The candidate with the incoming weights of the two units moved in opposite directions."""
    return np.asarray(member.candidate.point) + np.array([0.3, -0.3, 0, 0])


EXAMPLE = Example(
    __name__,
    title="Every embedding of a local minimum in a wider network is a local minimum.",
    statement=(
        "If a strict local minimum of a network with one hidden unit has A != 0, then splitting "
        "the unit in two with shares l and 1 - l gives a point of a line of stationary points that "
        "is a saddle of index 1 where l (1 - l) A < 0."
    ),
    source=f"own instances of a phenomenon from {sources.FUKUMIZU}",
    kind="saddle",
    phenomenon="duplicated units",
    activation=ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.verdict(
            Verdict.LOCAL_MINIMUM,
            text="the smaller network has a strict local minimum there",
            kind="strict",
            question=lambda member: member.notes["before"],
        ),
        claims.saddle(1, "the wider network has a saddle of index 1 there"),
    ),
    cost=0.1,
    picture=Line(to=moved_apart, extent=(-1, 1)),
)
