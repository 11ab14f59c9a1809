"""Exponentials and polynomial targets: infimum 0, and nothing attains it.

The network has n units, f(x) = sum_j a_j e^{w_j x}, and the targets at m distinct inputs are the
values of a polynomial P of degree d with 1 <= d < n. Since ((e^{s x} - 1) / s)^j tends to x^j for
s to 0, and is a combination of e^{0 x}, ..., e^{j s x}, some choice of the a_j with w_j = j s
brings the loss to 0 as s does; the a_j grow like s^{-d}.

If the loss were 0 somewhere, the exponential polynomial f - P, with at most n + d + 1 terms
x^k e^{w x} and real w, would have m zeros. It has at most n + d, or is identically 0. The
latter is impossible because P is not constant. So for m >= n + d + 1 the infimum is not attained.
"""

from __future__ import annotations

from math import comb

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Basis,
    Claim,
    Example,
    Member,
    Outcome,
    Path,
    all_zero,
    claims,
    exact,
    first_failure,
    sources,
)
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals


def build(units: int, nodes: Array, coefficients: Array, weights: Array) -> Member:
    """The targets are the polynomial with these ``coefficients`` (d + 1,), lowest first."""
    powers = np.stack([nodes**k for k in range(len(coefficients))], axis=1)
    data = Data(nodes.reshape(-1, 1), (powers @ coefficients).reshape(-1, 1), weights)
    network = Network([1, units, 1], "exp", bias=False)
    notes = {"units": units, "coefficients": coefficients}
    start = path_point(units, coefficients, fmpq(1, 16))
    return Member(Objective(network, data, "squared", "sum"), start, notes=notes)


def path_point(units: int, coefficients: Array, s: fmpq) -> Array:
    """The flat vector (W1, W2) with w_j = j s and sum_j c_j ((e^{s x} - 1) / s)^j as output.

    Units beyond the degree have a = w = 0.
    """
    d = len(coefficients) - 1
    a = [fmpq(0)] * units
    for j in range(d + 1):
        for k in range(j + 1):
            a[k] += coefficients[j] * comb(j, k) * (-1) ** (j - k) / s**j
    return exact([*(s * k if k <= d else 0 for k in range(units)), *a])


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Two to four units, a polynomial of any degree below, enough inputs or one more, weights."""
    units = draw(st.integers(2, 4))
    d = draw(st.integers(1, units - 1))
    m = units + d + 1 + draw(st.integers(0, 1))
    steps = draw(exact_arrays((m,), positive_rationals(1, denominators=(2, 3, 4))))
    nodes = exact(np.cumsum(steps) / 2) - exact([draw(rationals(1))] * m)
    coefficients = draw(exact_arrays((d + 1,), rationals(2)))
    coefficients[d] = draw(rationals(2, zero=False))
    return build(units, nodes, coefficients, draw(exact_arrays((m,), positive_rationals(2))))


def canonical() -> Member:
    """Two exponentials and the targets x at x = 0, 1, 2, 3."""
    return build(2, exact([0, 1, 2, 3]), exact([0, 1]), exact([1] * 4))


def targets_are_a_polynomial_at_enough_points(member: Member) -> Outcome:
    """Divided differences of order d + 1 vanish, that of order d does not; m >= n + d + 1."""
    ar, data = Exact(), member.objective.data
    nodes, d = ar.asarray(data.inputs)[:, 0], len(member.notes["coefficients"]) - 1
    table = [ar.asarray(data.targets)[:, 0]]
    for k in range(1, d + 2):
        table.append((table[-1][1:] - table[-1][:-1]) / (nodes[k:] - nodes[:-k]))
    units, m = member.notes["units"], len(nodes)
    if not 1 <= d < units or m < units + d + 1:
        return Outcome.fails(f"{m} inputs, {units} units, degree {d}")
    if not np.all(ar.certainly_nonzero(table[d])):
        return Outcome.fails("the degree is lower")
    enough = Outcome.holds(f"degree {d} at {m} inputs, {units} units")
    return first_failure(all_zero(table[d + 1], "divided differences above the degree"), enough)


def curve(member: Member, ar: Arithmetic, t: float) -> Array:
    """The path at s = 4^{-t} / 16."""
    s = fmpq(*(4.0**-t / 16).as_integer_ratio())
    return ar.asarray(path_point(member.notes["units"], member.notes["coefficients"], s))


EXAMPLE = Example(
    __name__,
    title="A sum of squares with infimum zero has a global minimum.",
    statement=(
        "For n exponentials sum_j a_j e^{w_j x} and targets P(x_i), P a polynomial of degree d "
        "with 1 <= d < n, at n + d + 1 or more distinct inputs, the squared loss comes arbitrarily "
        "close to 0 along an explicit path and is 0 nowhere."
    ),
    source=f"own instance; such channels to infinity are the subject of {sources.MARTINELLI}",
    kind="no minimum",
    phenomenon="infimum not attained",
    activation="exp",
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        Claim(
            "the targets are a polynomial of degree d at n + d + 1 or more inputs",
            targets_are_a_polynomial_at_enough_points,
            "data",
            basis=Basis.EXACT,
        ),
        claims.decreasing_path(
            curve,
            "along the path with s = 4^{-t} / 16",
            times=(0, 1, 2, 3, 6),
            limit=lambda member, ar: ar.asarray(exact(0)),
        ),
        claims.not_stationary("the path's first point is not stationary"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Path(curve, until=6),
)
