"""Deep linear classifiers: Newton's steps tend to 0 and their sum to infinity.

The logit is w_1 ... w_N x (N >= 2 linear layers of width 1), the loss is the sum of the
c_i l(y_i w_1 ... w_N x_i) with l the logistic or the exponential loss, and all g_i = y_i x_i are
positive. At w = t (1, ..., 1), t > 0, put A = sum c_i l''(g_i t^N) g_i^2 and
B = -sum c_i l'(g_i t^N) g_i, both positive. The gradient is -t^{N-1} B in each weight and tends to
0. The Hessian is t^{2N-2} A on the diagonal and t^{2N-2} A - t^{N-2} B off it, with the eigenvalues
t^{N-2} B and N t^{2N-2} A - (N-1) t^{N-2} B, positive for large t.

Newton's step is t B / (N t^N A - (N-1) B) in each weight: it tends to 0 like 1 / t^{N-1}. But as
l'' <= -l' for the logistic and the exponential loss, B / A >= 1 / max g_i, so that each step adds
more than 1 / max g_i to t^N: Newton's iterates tend to infinity. The gradient is 0 only where two
weights are 0, at a distance that grows with t.
"""

from __future__ import annotations

from itertools import pairwise, product
from math import ceil, prod

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Member, Path, claims, exact
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Balls, Float64
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals

#: How many of Newton's steps are enclosed.
STEPS = 12
#: How many parts each side of a box is split into.
PARTS = 4


def build(layers: int, inputs: Array, labels: Array, weights: Array, name: str, t: fmpq) -> Member:
    """Inputs of the sign of their labels; the candidate is t in each weight."""
    network = Network([1] * (layers + 1), ["identity"] * (layers - 1), bias=False)
    data = Data(inputs.reshape(-1, 1), labels.reshape(-1, 1), weights)
    objective = Objective(network, data, name)
    notes = {"layers": layers, "t": t, "steepest": max(abs(x) for x in inputs)}
    return Member(objective, exact([t] * layers), notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Two to four layers, one to four weighted samples, margins within a factor 2, loss, start.

    The start is so far out that the Hessian is positive definite from there on.
    """
    layers, m = draw(st.integers(2, 4)), draw(st.integers(1, 4))
    scale = draw(positive_rationals(2))
    margins = (draw(exact_arrays((m,), positive_rationals(1))) + fmpq(1, 2)) * scale
    labels = draw(exact_arrays((m,), st.sampled_from([1, -1])))
    weights = draw(exact_arrays((m,), positive_rationals(2)))
    name = draw(st.sampled_from(["logistic", "exponential"]))
    start = fmpq(1)
    while start**layers * min(margins) < 4:
        start += fmpq(1, 4)
    start = start * draw(st.sampled_from([fmpq(1), fmpq(6, 5), fmpq(5, 4)]))
    return build(layers, margins * labels, labels, weights, name, start)


def canonical() -> Member:
    """exp(-w_1 w_2), started at (3, 3)."""
    one = exact([1])
    return build(2, one, one, one, "exponential", fmpq(3))


def newton_step(member: Member, ar: Arithmetic, t: Array) -> tuple[Array, Array]:
    """Newton's step in each weight at t (1, ..., 1), and the eigenvalues of the Hessian.

    As the weights are interchangeable there, the gradient has equal entries, and the vector of ones
    is an eigenvector of the Hessian, with the sum of a row as its eigenvalue.
    """
    point = ar.stack([t] * member.notes["layers"])
    gradient, H = member.objective.gradient(ar, point), member.objective.hessian(ar, point)
    along = ar.sum(H[0])
    return -gradient[0] / along, ar.stack([H[0, 0] - H[0, 1], along])


def newton_runs_away(member: Member, ar: Arithmetic) -> Array:
    """Newton's iterates, enclosed: what must be positive at each of STEPS steps.

    These are the step, the eigenvalues of the Hessian, what the step adds to t^N beyond 1 / max g,
    and what the step is shorter than the one before.
    """
    layers, steepest = member.notes["layers"], member.notes["steepest"]
    t, last, found = ar.asarray(exact(member.notes["t"])), None, []
    for _ in range(STEPS):
        step, eigenvalues = newton_step(member, ar, t)
        moved = t + step
        found += [step, *eigenvalues, prod([moved] * layers) - prod([t] * layers) - 1 / steepest]
        found += [] if last is None else [last - step]
        t, last = moved, step
    return ar.stack([np.asarray(gap) for gap in found])


def slopes_on_a_box(member: Member, ar: Arithmetic) -> Array:
    """Minus the gradient, enclosed where no w_j differs from t by more than two Newton steps."""
    if not isinstance(ar, Balls):
        raise TypeError("a box of parameters needs balls")
    layers, t = member.notes["layers"], member.notes["t"]
    floats = Float64()
    step = float(newton_step(member, floats, floats.asarray(exact(t)))[0])
    half = 2 * fmpq(*step.as_integer_ratio()) / PARTS
    centers = [t + half * (2 * k + 1 - PARTS) for k in range(PARTS)]
    boxes = [ar.ball(list(c), [half] * layers) for c in product(centers, repeat=layers)]
    return -member.objective.gradient(ar, ar.stack(boxes))


def values_far_out(member: Member, ar: Arithmetic) -> Array:
    """The steps by which norms of the gradient and Newton's steps shrink at t, 3 t / 2, 2 t."""
    rows = []
    for k in (fmpq(1), fmpq(3, 2), fmpq(2)):
        t = ar.asarray(exact(member.notes["t"] * k))
        gradient = member.objective.gradient(ar, ar.stack([t] * member.notes["layers"]))
        rows.append((-gradient[0], newton_step(member, ar, t)[0]))
    pairs = pairwise(rows)
    return ar.stack([a - b for first, then in pairs for a, b in zip(first, then, strict=True)])


def iterates(member: Member, ar: Arithmetic, t: float) -> Array:
    """Newton's iterates after t steps, joined by straight lines; in floats."""
    w = ar.asarray(exact(member.notes["t"]))
    for k in range(ceil(t)):
        w = w + newton_step(member, ar, w)[0] * min(1.0, t - k)
    return ar.stack([w] * member.notes["layers"])


EXAMPLE = Example(
    __name__,
    title="A Newton step that tends to zero shows convergence.",
    statement=(
        "For a deep linear classifier w_1 ... w_N x, N >= 2, on data of the right sign with the "
        "logistic or exponential loss, started at t (1, ..., 1) far enough out, the gradients tend "
        "to 0, the Hessians are positive definite, Newton's steps tend to 0, and Newton's iterates "
        "tend to infinity: there is no critical point near."
    ),
    source="own",
    kind="trap",
    phenomenon="escape to infinity",
    activation="identity",
    loss=("logistic", "exponential"),
    depth=(2, 3, 4),
    family=family,
    canonical=canonical,
    claims=(
        claims.not_stationary("the candidate is not stationary"),
        claims.positive_semidefinite_hessian("the Hessian is positive definite"),
        claims.positive(
            f"{STEPS} of Newton's steps shrink, and each adds more than 1 / max g_i to t^N",
            "Newton's method",
            newton_runs_away,
            "the margins of the inequalities",
        ),
        claims.positive(
            "gradients and Newton's steps are smaller at 3 t / 2 than at t and at 2 t than there",
            "decay",
            values_far_out,
            "the margins of the inequalities",
        ),
        claims.positive(
            "no point within two of Newton's steps in each weight is stationary",
            "gradient",
            slopes_on_a_box,
            "slopes on the box",
        ),
    ),
    picture=Path(iterates, until=STEPS),
)
