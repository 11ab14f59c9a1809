"""The valley of the eliminated loss: gradient below any bound, Hessian positive definite, no end.

Let a fixed output miss its targets by the same gap g_k at all inputs, which are centered and span
the input space. Put w = 0, any b, and for a_k the best value for that b,

    a_k(b) = g_k e^b / (e^{2b} + lambda),

with 2 lambda in place of lambda where the loss is half the square. The derivatives in a and w are
exactly 0, and by a dL/da - dL/db = 2 lambda a^2 the one in b_k is -2 lambda a_k^2, about
-2 lambda g_k^2 e^{-2b}: for b >= 25 and gaps and lambda up to 3 it is below 10^-19. In the
coordinates a e^b, b, w the loss is, to second order, a positive definite form in (a e^b, w) plus
lambda (a e^b)^2 e^{-2b}, whose second derivative in b is positive as well. The usual tests see a
strict local minimum.

There is none: the ray a e^{-t}, b + t keeps the outputs and lowers the penalty for ever. There is
not even a stationary point, near or far: it would have a = 0, and there the derivative in a_k is
-2 g_k times the mean of e^{w_k . x_i + b_k}, or half of that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Member,
    Path,
    augmented,
    claims,
    constant_model,
    exact,
    sources,
)
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def best_weight(gap: fmpq, b: int, lam: fmpq) -> str:
    """The weight gap e^b / (e^{2b} + lam) as text of the grammar."""
    return f"({gap})*exp({b})/(exp({2 * b}) + {lam})"


def build(outputs: Array, gaps: Array, x: Array, b: list[int], lam: fmpq, halved: bool) -> Member:
    """Centered inputs (m, d_x) and targets outputs + gaps (d_y,) at all of them."""
    data = Data(x, np.tile(outputs + gaps, (len(x), 1)))
    loss = "half-squared" if halved else "squared"
    base = Objective(constant_model(list(outputs), x.shape[1]), data, loss)
    share = 2 * lam if halved else lam
    a = exact([best_weight(gap, power, share) for gap, power in zip(gaps, b, strict=True)])
    point = augmented([], a, b, exact([[0] * x.shape[1]] * len(gaps)))
    notes = {"a": a, "b": b, "gaps": gaps, "lambda": lam, "d_x": x.shape[1]}
    return Member(eliminate(base, lam), point, notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Outputs, gaps, centered inputs of dimension 1 or 2, b from 25 to 60 for each output, lambda.

    One or two outputs, the squared loss or half of it.
    """
    d_x, d_y = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    scale = exact([draw(positive_rationals(2)) for _ in range(d_x)])
    corners = np.eye(d_x, dtype=int)
    x = exact(np.concatenate([corners, -corners]).tolist()) * scale
    if draw(st.booleans()):
        other = draw(exact_arrays((1, d_x), rationals(2)))
        x = np.concatenate([x, other, -other])
    gaps = exact([draw(rationals(zero=False)) for _ in range(d_y)])
    b = [draw(st.integers(25, 60)) for _ in range(d_y)]
    outputs, lam = draw(exact_arrays((d_y,))), draw(positive_rationals())
    return build(outputs, gaps, x, b, lam, draw(st.booleans()))


def canonical() -> Member:
    """The output 0, the target 1 at x = -1 and 1, lambda 1/10, b = 25: a = e^25 / (e^50 + 1/10)."""
    x = exact([[-1], [1]])
    return build(exact([0]), exact([1]), x, [25], fmpq(1, 10), halved=False)


def gradient_by_formula(member: Member, ar: Arithmetic) -> Array:
    """The gradient plus 2 lambda a_k^2 in every b_k."""
    notes = member.notes
    a = ar.asarray(notes["a"])
    expected = ar.concatenate(
        [a * 0, 2 * notes["lambda"] * a * a, ar.zeros((len(a) * notes["d_x"],))]
    )
    return member.objective.gradient(ar, ar.asarray(member.candidate.point)) + expected


def ray(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The point a e^{-t}, b + t, w = 0."""
    notes, time = member.notes, ar.asarray([t])
    a, b = ar.asarray(notes["a"]) * ar.exp(-time), ar.asarray(exact(notes["b"])) + time
    return ar.concatenate([a, b, ar.zeros((len(notes["a"]) * notes["d_x"],))])


EXAMPLE = Example(
    __name__,
    title="A tiny gradient and a positive definite Hessian mean that a local minimum is near.",
    statement=(
        "For a fixed output that misses its targets by a constant gap at centered inputs, points "
        "with w = 0, b >= 25 and the best a for that b have a gradient below 10^-19 and a positive "
        "definite Hessian; but the eliminated loss has no stationary point at all, and they lie on "
        "a valley that descends to infinity."
    ),
    source=f"in the spirit of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="escape to infinity",
    activation="none",
    loss=("squared", "half-squared"),
    depth=0,
    family=family,
    canonical=canonical,
    claims=(
        claims.exactly_zero(
            "the gradient is exactly -2 lambda a^2 in b and 0 elsewhere",
            "gradient",
            gradient_by_formula,
            "the gradient minus the one said",
        ),
        claims.gradient_norm_below(19),
        claims.positive_semidefinite_hessian("the Hessian is positive definite"),
        claims.escaping(),
        claims.not_stationary("the gradient is not 0"),
    ),
    picture=Path(ray, until=6),
)
