"""The dimensions of flat branches through a point do not add up.

Take a chain of hidden layers of one unit with activations that are 0 at 0, without biases but for
that of the output: c + w_L h(... h(w_1 x)). At weights 0, with c the mean target, the loss does not
change along any of the L weights, also not if all but one of them change together, and the Hessian
is positive definite in what is left, c. With a manifold of dimension L through the point on which
the loss is constant and the gradient 0, that would prove a local minimum (Morse and Bott).

But there is no such manifold: each of the L hyperplanes w_j = 0 is a branch on which the loss is
constant; together they are no manifold, and on none of them is the gradient 0 throughout. Off
w_L = 0 the derivative in w_L is the sum of the output gradients r_i times h(... h(w_1 x_i)), and it
is not 0 in general. So the point is a saddle of order L.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact
from pgb.conditions import Evidence
from pgb.models import Expression
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

ACTIVATIONS = ("identity", "tanh", "arctan", "erf", "sine", "silu", "gelu")


def build(name: str, depth: int, x: Array, y: Array, moves: Array) -> Member:
    """A chain of ``depth`` layers; ``moves`` (depth,) are nonzero, to try the branches with."""
    chain = "w1*x"
    for number in range(2, depth + 1):
        inner = f"({chain})" if name == "identity" else f"{name}({chain})"
        chain = f"w{number}*{inner}"
    names = [f"w{number}" for number in range(1, depth + 1)]
    model = Expression(inputs=["x"], parameters=[*names, "c"], outputs=[f"{chain} + c"])
    objective = Objective(model, Data(x.reshape(-1, 1), y.reshape(-1, 1)), "squared")
    point = exact([0] * depth + [np.sum(y) / len(y)])
    return Member(objective, point, notes={"moves": moves})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Three or four layers, the activation, increasing inputs and targets, points to compare."""
    name, depth = draw(st.sampled_from(ACTIVATIONS)), draw(st.integers(3, 4))
    m = draw(st.integers(2, 4))
    steps = draw(exact_arrays((2, m), positive_rationals(1)))
    x, y = np.cumsum(steps[0]) + draw(rationals(1)), np.cumsum(steps[1]) + draw(rationals())
    return build(name, depth, x, y, draw(exact_arrays((depth,), rationals(2, zero=False))))


def canonical() -> Member:
    """The model w3 tanh(w2 tanh(w1 x)) + c, inputs 0, 1 with targets 0, 1."""
    return build("tanh", 3, exact([0, 1]), exact([0, 1]), exact([1, 1, 1]))


def changes_where_one_weight_is_zero(member: Member, ar: Arithmetic) -> Array:
    """Values at the member's move with one of its weights put to 0, minus that at the candidate."""
    objective, moves = member.objective, member.notes["moves"]
    points = np.tile(np.append(moves, member.candidate.point[-1]), (len(moves), 1))
    np.fill_diagonal(points, fmpq(0))
    here = objective.value(ar, ar.asarray(member.candidate.point))
    return np.asarray(objective.value(ar, ar.asarray(points)) - here)


EXAMPLE = Example(
    __name__,
    title="A positive definite Hessian across all flat directions proves a local minimum.",
    statement=(
        "At weights 0 and the mean target as output bias, a chain of three or four layers of one "
        "unit has gradient 0, the same loss wherever one of its weights is 0, and a positive "
        "definite Hessian in the remaining parameter; if the targets increase with the input, it "
        "is not a local minimum."
    ),
    source="own",
    kind="trap",
    phenomenon="symmetric stationary point",
    activation=ACTIVATIONS,
    loss="squared",
    depth=(3, 4),
    family=family,
    canonical=canonical,
    claims=(
        claims.stationary(),
        claims.exactly_zero(
            "the value is the same where one weight is 0, for each weight at a drawn point",
            "value",
            changes_where_one_weight_is_zero,
            "changes of the value",
        ),
        claims.positive_semidefinite_hessian(
            "the Hessian is positive semidefinite of rank 1, across the L flat directions",
            rank=lambda member: 1,
        ),
        claims.not_a_local_minimum(evidence=Evidence.PGB_PROBE),
    ),
    cost=0.1,
    picture=Line(to=lambda member: exact([*member.notes["moves"], "1/2"]), extent=(-1, 1.2)),
)
