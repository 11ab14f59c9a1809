"""A loss with a hump: elimination keeps a = 0 and zero group sums, not optimality.

Take the squared loss of h(q) = (q - 1)^2 (q + 1)^2 (q^2 - k^2) with k > 1. This polynomial has a
local maximum at q = 1 and at q = -1, both of value 0, as the last factor is negative there, and it
grows without bound for |q| > k. As a loss of q it is not convex: for a target y > 0
both humps are strict local minima of (h(q) - y)^2, of value y^2, while h(q) = y is possible.

A network with outputs 1 or -1 at every sample has output gradients 0 there. The proof that a = 0
and that group sums vanish at a local minimum uses no convexity, and both are so here; only the
last step, from zero sums to the optimum, fails. With a = 0 the gradient is 0 for all b and w, and
the Hessian across is positive definite: a local minimum with all samples missed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Line,
    Member,
    Question,
    claims,
    exact,
    sources,
)
from pgb.models import Expression
from pgb.numbers import Arithmetic, Array
from pgb.problems import Candidate, Data, Objective, Regularizer
from pgb.strategies import positive_rationals, rationals

Q = "(u*x + c + a*exp(w*x + b))"


@lru_cache
def hump(k: fmpq) -> Expression:
    """h(q) = (q - 1)^2 (q + 1)^2 (q^2 - k^2) of the output q of a linear model and neuron."""
    h = f"({Q} - 1)^2*({Q} + 1)^2*({Q}^2 - {k * k})"
    return Expression(["x"], ["u", "c", "a", "b", "w"], [h])


def height(q: fmpq, k: fmpq) -> fmpq:
    """The value h(q)."""
    square = q * q
    return (square - 1) * (square - 1) * (square - k * k)


def build(
    k: fmpq, line: tuple[fmpq, fmpq], data: Data, unit: tuple[fmpq, ...], lam: fmpq
) -> Member:
    """The line (u, c) is 1 or -1 at every input; ``unit`` is (b, w), then (a, shift).

    With ``shift`` added to c the outputs leave the humps.
    """
    (u, c), (b, w, a, shift) = line, unit
    penalty = Regularizer(exact([0, 0, lam, 0, 0]))
    objective = Objective(hump(k), data, "squared", regularizer=penalty)
    lowest, step = min(exact(data.targets).ravel()), fmpq(1)
    while height(k + step, k) >= lowest:
        step = step / 2

    def ask(*point: Any) -> Question:
        return Question(objective, Candidate.of(objective.parameters, exact(list(point))))

    notes = {"with a": ask(u, c, a, b, w), "shifted": ask(u, c + shift, 0, b, w)}
    return Member(objective, exact([u, c, 0, b, w]), exact([0, k + step, 0, 0, 0]), notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The polynomial, a line through humps, samples with repeated inputs, targets, a, b, w.

    The line and the inputs are dyadic, so that balls hold the outputs on the humps exactly.
    """
    k = draw(st.sampled_from([fmpq(2), fmpq(5, 4), fmpq(3, 2), fmpq(3)]))
    u = draw(st.sampled_from([fmpq(1), fmpq(-1), fmpq(2), fmpq(-2), fmpq(1, 2), fmpq(-1, 4)]))
    dyadic, signs = rationals(2, denominators=(1, 2, 4)), draw(st.sampled_from([(1, -1), (-1, 1)]))
    if draw(st.booleans()):
        c = draw(dyadic)
        nodes = [(sign - c) / u for sign in signs]
    else:
        u, c = fmpq(0), fmpq(signs[0])
        nodes = draw(st.lists(dyadic, min_size=2, max_size=3, unique_by=str))
    copies = draw(st.lists(st.sampled_from(nodes), max_size=2))
    x = exact([*nodes, *copies]).reshape(-1, 1)
    targets = exact([draw(positive_rationals()) for _ in x]).reshape(-1, 1)
    weights = exact([draw(positive_rationals(2)) for _ in x])
    b, w, a = draw(rationals(1)), draw(rationals(1)), draw(rationals(1, zero=False))
    unit = (b, w, a, draw(st.sampled_from([fmpq(1, 10), fmpq(-1, 10), fmpq(1, 3)])))
    data = Data(x, targets, weights)
    return build(k, (u, c), data, unit, draw(positive_rationals()))


def canonical() -> Member:
    """Outputs 1 and -1 at x = 0 and 1, both targets 1, k = 2, b = w = 0, lambda 1/10."""
    data = Data(exact([[0], [1]]), exact([[1], [1]]))
    unit = (fmpq(0), fmpq(0), fmpq(1), fmpq(1, 10))
    return build(fmpq(2), (fmpq(-2), fmpq(1)), data, unit, fmpq(1, 10))


def slopes_at_the_humps(member: Member, ar: Arithmetic) -> Array:
    """The derivative of the loss in q at every sample: 2 (h(q) - y) h'(q), by the column of c.

    At a = 0 the derivative of h(q) with respect to c is h'(q).
    """
    objective, theta = member.objective, ar.asarray(member.candidate.point)
    r = objective.output_gradients(ar, theta)[:, 0]
    return np.asarray(r * objective.jacobian(ar, theta)[:, 0, 1])


def misses(member: Member, ar: Arithmetic) -> Array:
    """Targets minus h(q)."""
    objective = member.objective
    outputs = objective.outputs(ar, ar.asarray(member.candidate.point))
    return np.asarray(ar.asarray(exact(objective.data.targets)) - outputs)


EXAMPLE = Example(
    __name__,
    title="Elimination works for losses that are not convex.",
    statement=(
        "With the loss (h(q) - y)^2 of the output q, where h(q) = (q - 1)^2 (q + 1)^2 (q^2 - k^2) "
        "with k > 1 has local maxima 0 at q = 1 and q = -1, and with targets y > 0, linear models "
        "with outputs 1 or -1 at every sample give bad local minima of the eliminated loss for all "
        "b and w; a = 0 and zero group sums remain."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="dropped assumption",
    activation="none",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    cost=0.15,
    claims=(
        claims.bad_local_minimum("branch"),
        claims.exactly_zero(
            "all derivatives of the loss in the outputs are exactly 0",
            "sums",
            slopes_at_the_humps,
            "derivatives in the outputs",
        ),
        claims.positive("every sample is missed", "residuals", misses),
        claims.refuted("with a != 0 it is no local minimum", "with a"),
        claims.refuted("off the humps, where they are not 0, it is none either", "shifted"),
    ),
    picture=Line(extent=(-0.1, 1.02)),
)
