"""Residuals that are weights of a divided difference: saddles of any order.

Let the output gradients r_i at nodes x_i be the weights of a divided difference of order n >= 2:
all moments sum r_i x_i^j with j < n vanish. At a = w = 0 the derivative of the eliminated loss in
a is e^b S(w) with S(w) = sum r_i e^{w x_i} = O(w^n), so gradient and Hessian vanish but for the
entry 2 lambda + ... > 0 at (a, a).

Along a straight line (t alpha, t beta, t omega) the loss changes by t^2 lambda alpha^2 or more
plus a term of order t^{n+1}: it does not fall, at any order. On the curve a ~ -w^n it does fall,
by about w^{2n}, which for n >= 3 is far below the rounding errors of doubles. S is not
identically 0, so that with a = 0, w can move, without any change of an output, to where the
derivative in a differs from 0.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Claim,
    Curves,
    Example,
    Member,
    Outcome,
    Trace,
    all_zero,
    augmented,
    claims,
    constant_model,
    exact,
    first_failure,
    sources,
)
from pgb.conditions import Evidence
from pgb.numbers import Arithmetic, Array, Balls, Exact
from pgb.problems import Data, Objective, loss
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def divided_difference_weights(nodes: Array) -> Array:
    """Weights (n + 1,) of the divided difference of order n at n + 1 distinct nodes."""
    weights = exact([1] * len(nodes))
    for i, node in enumerate(nodes):
        for j, other in enumerate(nodes):
            if i != j:
                weights[i] = weights[i] / (node - other)
    return weights


def build(nodes: Array, scale: fmpq, output: fmpq, b: fmpq, lam: fmpq, line: Array) -> Member:
    """A constant model whose output gradients are ``scale`` times the divided difference's weights.

    ``line`` is a direction (3,) in (a, b, w).
    """
    r = divided_difference_weights(nodes) * scale
    data = Data(nodes.reshape(-1, 1), (output - r / 2).reshape(-1, 1))
    base = Objective(constant_model([output], 1), data, loss("squared"), reduction="sum")
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
    nodes = exact([start + sum(steps[:i], fmpq(0)) for i in range(order + 1)])
    scale, output, b = draw(rationals(zero=False)), draw(rationals()), draw(rationals(1))
    return build(nodes, scale, output, b, draw(positive_rationals()), draw(exact_arrays((3,))))


def of_order(n: int) -> Member:
    """Nodes 0..n, output gradients (-1)^i C(n, i), penalty 1/10, at a = b = w = 0."""
    nodes = exact(list(range(n + 1)))
    scale = fmpq((-1) ** n * factorial(n))
    return build(nodes, scale, fmpq(0), fmpq(0), fmpq(1, 10), exact([1, 1, 1]))


def canonical() -> Member:
    """Order 6 on the nodes 0..6."""
    return of_order(6)


def hessian_is_positive_semidefinite(member: Member) -> Outcome:
    """The Hessian in (a, b, w) is exactly diag(h, 0, 0) with h > 0."""
    ar = Exact()
    H = member.objective.hessian(ar, ar.asarray(member.candidate.point))
    if not np.all(ar.certainly_positive(H[0, 0])):
        return Outcome.undecided("the second derivative in a is not certainly positive")
    return all_zero(np.concatenate([H[0, 1:], H[1:].ravel()]), "Hessian entries other than (a, a)")


def minimum_along_a_line(member: Member) -> Outcome:
    """The value rises (or stays) on a whole interval of the member's line around the point.

    With direction (alpha, beta, omega) the difference of values is at least
    t alpha e^{b + t beta} S(t omega) + lambda t^2 alpha^2, and Taylor's theorem with the vanishing
    moments bounds |S(w)| by |w|^n sum |r_i| |x_i|^n e^{|w x_i|} / n!.
    """
    notes, n = member.notes, member.notes["order"]
    alpha, beta, omega = (abs(v) for v in notes["line"])
    if alpha == 0:
        return Outcome.holds("a stays 0 along the line, so the value is constant")
    with Balls(128) as ar:
        r, x = ar.absolute(ar.asarray(notes["r"])), ar.absolute(ar.asarray(notes["nodes"]))
        power = ar.asarray(exact([omega]))[0]
        for _ in range(n - 1):
            power = power * omega
        for _ in range(n):
            r = r * x
        for k in range(1, 200):
            t = fmpq(1, 10**k)
            bound = ar.sum(r * ar.exp(x * (t * omega))) / factorial(n) * power
            growth = ar.exp(ar.asarray(exact([notes["b"] + t * beta])))[0]
            slope = bound * growth * t * _power(t, n - 2)
            if np.all(ar.certainly_positive(np.asarray(notes["lambda"] * alpha - slope))):
                return Outcome.holds(f"no lower value within 10^-{k} along the line")
    return Outcome.undecided("no interval found on which the bound decides")


def _power(base: fmpq, exponent: int) -> fmpq:
    result = fmpq(1)
    for _ in range(exponent):
        result = result * base
    return result


def lower_values_on_a_curve(member: Member) -> Outcome:
    """With a(w) = -S(w) / (2 (sum e^{2 w x_i} + lambda)) the value is lower at w = 1/10, 1/1000."""
    return first_failure(*[_lower_at(member, fmpq(1, d)) for d in (10, 1000)])


def _lower_at(member: Member, w: fmpq) -> Outcome:
    objective, b = member.objective, member.notes["b"]
    with Balls(512) as ar:
        grown = ar.exp(ar.asarray(member.notes["nodes"]) * w + b)
        S = ar.sum(ar.asarray(member.notes["r"]) * grown)
        best = -S / (2 * (ar.sum(grown * grown) + member.notes["lambda"]))
        a = fmpq(*float(ar.to_float(best)).as_integer_ratio())
        moved = objective.value(ar, ar.asarray(augmented([], [a], [b], [[w]])))
        here = objective.value(ar, ar.asarray(member.candidate.point))
        if np.all(ar.certainly_positive(np.asarray(here - moved))):
            return Outcome.holds(f"a lower value at w = {w}")
        if np.all(ar.certainly_positive(np.asarray(moved - here))):
            return Outcome.fails(f"a higher value at w = {w}")
    return Outcome.undecided(f"values not separated at w = {w}")


def best_a(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The curve on which a is best at w = -t."""
    grown = np.exp(-t * ar.asarray(member.notes["nodes"]))
    S = np.sum(ar.asarray(member.notes["r"]) * grown)
    a = -S / (2 * (np.sum(grown * grown) + float(member.notes["lambda"])))
    return ar.asarray([a, 0.0, -t])


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
        Claim(
            "the Hessian is positive semidefinite", hessian_is_positive_semidefinite, "curvature"
        ),
        Claim("a weak minimum along a straight line", minimum_along_a_line, "straight lines"),
        Claim("lower values on a curve into the point", lower_values_on_a_curve, "value"),
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
