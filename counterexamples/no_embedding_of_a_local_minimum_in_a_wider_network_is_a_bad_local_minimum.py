"""Splitting a unit in two can also leave a local minimum: a wider network does not help there.

Let (w, u) be a strict local minimum of the squared loss of the network u h(w x). In the network
u_1 h(w_1 x) + u_2 h(w_2 x) all points w_1 = w_2 = w, u_1 = l u, u_2 = (1 - l) u compute the same
function and have gradient 0. Across this line the Hessian is that of the smaller network and, for
moves of w_1 against w_2, a number with the sign of l (1 - l) A, where r are the output gradients
and A = u sum r_i h''(w x_i) x_i^2.

So if A != 0 the points with l (1 - l) A > 0 are local minima: for A > 0 the unit split in two parts
of the same sign, for A < 0 the unit split in two parts of opposite signs, on two rays that lead to
infinity. They are bad: at the points of the line with l (1 - l) A < 0 the loss is the same, and a
direction leads down from there.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, Question, claims, exact, polished, sources
from pgb.conditions import Verdict, descend
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


def build(name: str, x: Any, y: Any, start: Any, share: float, other: float) -> Member:
    """Inputs, targets, where to start the search for the smaller network's minimum, two splits.

    ``share`` gives the local minimum, ``other`` a saddle of the same line, where descent starts.
    """
    smaller = smaller_network(name, x, y)
    minimum = polished(smaller, start)
    larger = Objective(Network([1, 2, 1], name, bias=False), smaller.data, "squared", "sum")
    notes = {"before": Question(smaller, minimum)}
    better = below(larger, split(minimum, other))
    return Member(larger, split(minimum, share), exact(better), notes)


def below(objective: Objective, saddle: Floats) -> Floats:
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
    name = draw(st.sampled_from(ACTIVATIONS))
    m = draw(st.integers(3, 4))
    x = np.cumsum([float(draw(positive_rationals(1, denominators=(1, 2)))) for _ in range(m)])
    reach, u = (float(draw(positive_rationals(2))) for _ in range(2))
    w = (1 + reach) / x[-1]
    sign = draw(st.sampled_from((-1, 1)))
    y = targets_with_a_minimum(name, x, w, u, sign)
    inside = float(draw(st.fractions("1/8", "1/2", max_denominator=8)))
    outside = draw(st.sampled_from((-inside, 1 + inside)))
    shares = (inside, outside) if sign > 0 else (outside, inside)
    return build(name, x, y, [w, u], *shares)


def canonical() -> Member:
    """A tanh unit at inputs 1, 2, 3 with targets 2, 2, 3, split in 2 and -1 times the weight."""
    return build("tanh", [1, 2, 3], [2, 2, 3], [0.77, 2.7], 2.0, 0.5)


EXAMPLE = Example(
    __name__,
    title="No embedding of a local minimum in a wider network is a bad local minimum.",
    statement=(
        "If a strict local minimum of a network with one hidden unit has A != 0, then splitting "
        "the unit in two with shares l and 1 - l, l (1 - l) A > 0, gives a local minimum of the "
        "wider network, and it is not global."
    ),
    source=f"own instances of a phenomenon from {sources.FUKUMIZU}",
    kind="bad minimum",
    phenomenon="duplicated units",
    activation=ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("branch"),
        claims.verdict(
            Verdict.LOCAL_MINIMUM,
            text="the smaller network has a strict local minimum there",
            kind="strict",
            question=lambda member: member.notes["before"],
        ),
    ),
    cost=0.1,
    picture=Line(extent=(-0.3, 1.2)),
)
