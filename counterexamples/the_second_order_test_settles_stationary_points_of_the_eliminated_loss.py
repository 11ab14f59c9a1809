"""A bad local minimum of the loss, after elimination: no minimum, and the Hessian does not tell.

Take a network with one input, one hidden layer, all incoming weights 0, and a constant output whose
output gradients r are a positive multiple of the weights of the second divided difference at three
inputs. With u_j h''(v_j) > 0 for all units this is a bad local minimum of the squared loss.

Add the exponential neuron at a = w = 0. The derivative in a is e^b sum r_i = 0: the point is
stationary. The Hessian is the Gauss-Newton part, which is positive semidefinite, plus 2 lambda at
(a, a), plus the sum of the r_i times the second derivatives of the outputs. In the latter all
entries are multiples of sum r_i = 0 or sum r_i x_i = 0, but for u_j h''(v_j) sum r_i x_i^2 > 0 in
the incoming weights. So the Hessian is positive semidefinite, and singular.

Yet the point is not a local minimum, as the r_i at distinct inputs are not 0: the sum S(w) of the
r_i e^{w x_i} is of second order in w, so that a ~ -w^2 lowers the loss by about w^4 (in the picture
the line of equal loss bounds lower regions that narrow towards the point). The second-order test,
which accepts the point before elimination, where it is right, accepts it after elimination, where
it is wrong.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Basis,
    Claim,
    Example,
    Member,
    Outcome,
    Question,
    Surface,
    augmented,
    claims,
    constant_units,
    divided_difference_weights,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Array, Exact
from pgb.problems import Candidate
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def build(
    name: str, x: Array, v: Array, u: Array, constant: fmpq, s: fmpq, b: fmpq, lam: fmpq
) -> Member:
    """Inputs x (3,), biases v and outgoing weights u of the units, the added neuron's b, lambda."""
    network, residuals = Network([1, len(v), 1], name), s * divided_difference_weights(x)
    base = constant_units.constant_objective(network, x.reshape(-1, 1), residuals, constant)
    theta = constant_units.constant_network(network, v, u, constant)
    point = augmented(theta, [0], [b], [[0]])
    before = Question(base, Candidate.of(base.parameters, theta))
    return Member(eliminate(base, lam), point, notes={"before": before, "width": len(v)})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Ten activations, one to three units, three inputs, all biases, sizes, b and the penalty."""
    name = draw(st.sampled_from(constant_units.ACTIVATIONS))
    x = constant_units.draw_nodes(draw)
    width = draw(st.integers(1, 3))
    v = constant_units.draw_biases(draw, name, width)
    u = draw(exact_arrays((width,), positive_rationals()))
    s, lam = draw(positive_rationals()), draw(positive_rationals())
    return build(name, x, v, u, draw(rationals()), s, draw(rationals(1)), lam)


def canonical() -> Member:
    """Inputs -1, 0, 1 with targets 0, 1, 0, a tanh unit with bias -1, b = 0 and penalty 1/10."""
    x, third = exact([-1, 0, 1]), fmpq(1, 3)
    return build("tanh", x, exact([-1]), exact([1]), third, 2 * third, fmpq(0), fmpq(1, 10))


def hessian_is_positive_semidefinite(member: Member) -> Outcome:
    """What the Hessian has beside its Gauss-Newton part and 2 lambda is diagonal, nowhere negative.

    The Gauss-Newton part sum_i l''_i J_i^T J_i is positive semidefinite since the loss is convex.
    """
    ar, objective = Exact(), member.objective
    theta, x = ar.asarray(member.candidate.point), ar.asarray(objective.data.inputs)
    C = objective.model.curvature(ar, theta, x, objective.output_gradients(ar, theta))
    weights = range(member.notes["width"])
    positive = all(bool(np.all(ar.certainly_positive(C[j, j]))) for j in weights)
    for j in weights:
        C[j, j] = fmpq(0)
    if positive and np.all(ar.certainly_zero(C)):
        return Outcome.holds("Gauss-Newton part plus a diagonal matrix without negative entries")
    return Outcome.undecided("an entry of the curvature is not certainly 0, or not positive")


EXAMPLE = Example(
    __name__,
    title="The second-order test settles stationary points of the eliminated loss.",
    statement=(
        "At a bad local minimum with constant hidden units, whose output gradients are orthogonal "
        "to affine functions, the eliminated loss at a = w = 0 is stationary with a positive "
        "semidefinite Hessian, like the loss itself; but now the point is not a local minimum."
    ),
    source=f"own; minima as in {sources.YUN}, elimination of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="silent test",
    activation=constant_units.ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.stationary(),
        Claim(
            "the Hessian is positive semidefinite",
            hessian_is_positive_semidefinite,
            "curvature",
            basis=Basis.EXACT,
        ),
        claims.not_a_local_minimum(evidence=Evidence.PGB_PROBE),
        claims.local_minimum(
            "branch",
            "before elimination the same parameters are a local minimum",
            claims.noted("before"),
        ),
    ),
    cost=0.11,
    picture=Surface(x=4, y=6, x_range=(-0.04, 0.02), y_range=(-1, 1), log=False),
)
