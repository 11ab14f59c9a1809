"""Residuals that are weights of a divided difference: saddles of any order.

Let the output gradients r_i at nodes x_i be the weights of a divided difference of order n >= 2:
all moments sum r_i x_i^j with j < n vanish. At a = w = 0 the derivative of the eliminated loss in
a is e^b S(w) with S(w) = sum r_i e^{w x_i} = O(w^n), so gradient and Hessian vanish but for the
entry 2 lambda + ... > 0 at (a, a).

Along a straight line (t alpha, b + t beta, t omega) the loss changes by at least

    t alpha e^{b + t beta} S(t omega) + lambda t^2 alpha^2.

By Taylor's theorem |S(t omega)| <= C |t|^n for |t| <= 1, with C = sum |r_i| |omega x_i|^n
e^{|omega x_i|} / n!. So the loss does not fall where |t| <= 1 and C e^{b + |beta|} |t| <=
lambda |alpha|: a weak minimum along every line through the point.

On the curve a ~ -w^n it does fall, by about w^{2n}, which for n >= 3 is far below the rounding
errors of doubles. S is not identically 0, so that with a = 0, w can move, without any change of an
output, to where the derivative in a differs from 0.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, exp, factorial
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Curves,
    Example,
    Member,
    Trace,
    augmented,
    claims,
    constant_model,
    divided_difference_weights,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def build(nodes: Array, scale: fmpq, output: fmpq, b: fmpq, lam: fmpq, line: Array) -> Member:
    """A constant model whose output gradients are ``scale`` times the divided difference's weights.

    ``line`` is a direction (3,) in (a, b, w), not 0 in a.
    """
    r = divided_difference_weights(nodes) * scale
    data = Data(nodes.reshape(-1, 1), (output - r / 2).reshape(-1, 1))
    base = Objective(constant_model([output], 1), data, "squared", "sum")
    objective = eliminate(base, lam)
    candidate = augmented([], [0], [b], [[0]])
    notes = {"nodes": nodes, "r": r, "b": b, "lambda": lam, "line": line}
    return Member(objective, candidate, notes={**notes, "order": len(nodes) - 1})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Orders 2 to 6, any rational spacing, scale, output, b, penalty and line."""
    order = draw(st.integers(2, 6))
    steps = draw(exact_arrays((order,), positive_rationals(2)))
    start = draw(rationals(2))
    nodes = np.cumsum(np.append(exact([start]), steps))
    scale, output, b = draw(rationals(zero=False)), draw(rationals()), draw(rationals(1))
    line = draw(exact_arrays((3,), rationals(zero=False)))
    line[1:] = draw(exact_arrays((2,)))
    return build(nodes, scale, output, b, draw(positive_rationals()), line)


def of_order(n: int) -> Member:
    """Nodes 0..n, output gradients (-1)^i C(n, i), penalty 1/10, at a = b = w = 0."""
    nodes, scale = exact(range(n + 1)), fmpq((-1) ** n * factorial(n))
    return build(nodes, scale, fmpq(0), fmpq(0), fmpq(1, 10), exact([1, 1, 1]))


def canonical() -> Member:
    """Order 6 on the nodes 0..6."""
    return of_order(6)


def rise_along_the_line(member: Member, ar: Arithmetic) -> Array:
    """What the value rises by at t = T, -T, T / 4, -T / 4, with a T as in the mathematics above."""
    notes, n = member.notes, member.notes["order"]
    alpha, beta, omega = (abs(float(v)) for v in notes["line"])
    x, r = (np.abs(notes[name].astype(float)) for name in ("nodes", "r"))
    C = float(np.sum(r * (omega * x) ** n * np.exp(omega * x))) / factorial(n)
    T = fmpq(1, 1 + ceil(C * exp(float(notes["b"]) + beta) / (float(notes["lambda"]) * alpha)))
    start = member.candidate.point
    points = [start + notes["line"] * t for t in (T, -T, T / 4, -T / 4)]
    return rise(member, ar, [ar.asarray(point) for point in points])


def fall_along_the_curve(member: Member, ar: Arithmetic) -> Array:
    """What the value falls by on the curve at w = 1/10 and 1/1000."""
    points = [best_a(member, ar, exact(t)) for t in (fmpq(-1, 10), fmpq(-1, 1000))]
    return -rise(member, ar, points)


def rise(member: Member, ar: Arithmetic, points: list[Array]) -> Array:
    """Values at points minus that at the candidate."""
    value = member.objective.value
    here = value(ar, ar.asarray(member.candidate.point))
    return ar.stack([np.asarray(value(ar, point) - here) for point in points])


def best_a(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The curve on which a is the best for w = -t; the loss is quadratic in a."""
    notes, w = member.notes, ar.asarray(-t)
    grown = ar.exp(ar.asarray(notes["nodes"]) * w + ar.asarray(exact(notes["b"])))
    slope = ar.sum(ar.asarray(notes["r"]) * grown)
    a = -slope / (2 * (ar.sum(grown * grown) + ar.asarray(exact(notes["lambda"]))))
    return ar.stack([np.asarray(v) for v in (a, ar.asarray(exact(notes["b"])), w)])


def straight(divisor: int) -> Callable[[Member, Arithmetic, Any], Array]:
    """The line a = w / divisor at w = -t."""
    return lambda member, ar, t: ar.asarray([-t / divisor, 0.0, -t])


EXAMPLE = Example(
    __name__,
    title="A minimum along every straight line, at every order, is a local minimum.",
    statement=(
        "If the output gradients are the weights of a divided difference of order n >= 2, then "
        "a = w = 0 is stationary with positive semidefinite Hessian and a weak minimum along every "
        "straight line, yet a curve a ~ w^n leads to lower values; one probe far along the fiber "
        "a = 0 shows it."
    ),
    source=f"own; the probe is the necessary condition of {sources.INDUCED_MODEL}",
    kind="failure mode",
    phenomenon="vanishing moments",
    activation="none",
    loss="squared",
    depth=0,
    family=family,
    canonical=canonical,
    claims=(
        claims.moments_vanish(lambda member: member.notes["order"]),
        claims.stationary(),
        claims.positive_semidefinite_hessian(
            "the Hessian is positive semidefinite of rank 1", rank=lambda member: 1
        ),
        claims.positive(
            "the value rises from the point along a straight line, by T and T / 4 to either side",
            "straight lines",
            rise_along_the_line,
            "the rises",
        ),
        claims.positive(
            "on the curve a ~ w^n the value is lower, at w = 1/10 and 1/1000",
            "value",
            fall_along_the_curve,
            "the falls",
        ),
        claims.not_a_local_minimum(
            "a PGB probe proves that it is no local minimum", Evidence.PGB_PROBE
        ),
    ),
    picture=Curves(
        (
            Trace("the curve a ~ w^6", best_a),
            Trace("the line a = w/10", straight(10)),
            Trace("the line a = w/20", straight(20)),
            Trace("the line a = w/40", straight(40)),
        ),
        extent=(0, 1.3),
        t="-w, at b = 0",
        change=True,
    ),
)
