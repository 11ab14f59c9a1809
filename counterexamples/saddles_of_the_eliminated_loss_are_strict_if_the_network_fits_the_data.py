"""A network that can fit the data, and a stationary point without any negative curvature.

One hidden layer with h(s) = s^n, n = 2 or 3, and an output bias; the targets y_i are the values at
the inputs of a polynomial of degree n that is orthogonal to all of lower degree on the data. The
network with n hidden units of incoming weight 1 and different biases computes every polynomial of
degree n: it fits the data, and the eliminated loss has global minima.

With all parameters 0 the output and its derivatives vanish, but for that in the output bias, which
is 1. The inputs may have weights c_i, and the output gradients are r_i = -2 c_i y_i. As they add up
to 0 the loss is stationary; as all sum r_i x_i^j with j < n vanish so is the eliminated loss at
a = w = 0 for every b, to a high order: S(w) = sum r_i e^{w x_i} = O(w^n). Both h and h' vanish at
0, so that the Hessian has nonzero entries in the output bias and a only, where it is a positive
definite 2 by 2 matrix: there is no negative curvature. Yet the point is no local minimum, since S
is not identically 0.
"""

from __future__ import annotations

from math import comb

import numpy as np
from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Line,
    Member,
    Question,
    augmented,
    claims,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate

ACTIVATIONS = {2: "quadratic", 3: "cubic"}


def orthogonal_polynomial(n: int, nodes: Array, weights: Array) -> Array:
    """Coefficients (n + 1,) of the monic one of degree n that is orthogonal to all lower powers."""
    moments = [np.sum(weights * nodes**k) for k in range(2 * n)]
    A = fmpq_mat([[moments[i + j] for j in range(n)] for i in range(n)])
    b = fmpq_mat([[-moments[i + n]] for i in range(n)])
    return exact([*A.solve(b).entries(), 1])


def fitting_parameters(n: int, coefficients: Array, shifts: Array) -> Array:
    """(W1, b1, W2, b2) of n units (x + shift)^n whose combination has these coefficients."""
    rows = [[comb(n, k) * shift ** (n - k) for shift in shifts] for k in range(1, n + 1)]
    u = fmpq_mat(rows).solve(fmpq_mat([[c] for c in coefficients[1:]])).entries()
    return exact([*([1] * n), *shifts, *u, coefficients[0] - np.sum(exact(u) * shifts**n)])


def build(
    n: int, nodes: Array, weights: Array, scale: fmpq, shifts: Array, b: fmpq, lam: fmpq
) -> Member:
    """Targets are ``scale`` times the orthogonal polynomial of degree n."""
    coefficients = orthogonal_polynomial(n, nodes, weights) * scale
    targets = sum(nodes**k * coefficients[k] for k in range(n + 1))
    data = Data(nodes.reshape(-1, 1), np.asarray(targets).reshape(-1, 1), weights)
    network = Network([1, n, 1], ACTIVATIONS[n])
    base = Objective(network, data, "squared")
    objective = eliminate(base, lam)
    fit = fitting_parameters(n, coefficients, shifts)
    candidate = augmented([0] * network.size, [0], [b], [[0]])
    return Member(objective, candidate, augmented(fit, [0], [b], [[0]]), notes={"n": n})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The degree, n + 1 to n + 3 weighted inputs, scale, the fitting units' biases, b, penalty."""
    n = draw(st.integers(2, 3))
    m = n + 1 + draw(st.integers(0, 2))
    steps = draw(exact_arrays((m,), positive_rationals(1)))
    nodes = exact(np.cumsum(steps)) - exact([draw(rationals(2))] * m)
    weights = draw(exact_arrays((m,), positive_rationals(2)))
    shifts = draw(st.lists(rationals(2), min_size=n, max_size=n, unique_by=str))
    scale, b = draw(rationals(zero=False)), draw(rationals(1))
    return build(n, nodes, weights, scale, exact(shifts), b, draw(positive_rationals()))


def canonical() -> Member:
    """The targets 1, -2, 1 at -1, 0, 1 (3 x^2 - 2) and quadratic units, penalty 1/10."""
    nodes, ones = exact([-1, 0, 1]), exact([1, 1, 1])
    return build(2, nodes, ones, fmpq(3), exact([1, -1]), fmpq(0), fmpq(1, 10))


def fit(member: Member) -> Question:
    """The question about the fitting parameters."""
    assert member.better is not None
    return Question(member.objective, member.better)


EXAMPLE = Example(
    __name__,
    title="Saddles of the eliminated loss are strict if the network fits the data.",
    statement=(
        "For targets that are a polynomial of degree n = 2 or 3, orthogonal to lower degrees on "
        "the data, and n hidden units s^n, the eliminated loss has the global minimum 0, and at "
        "network parameters 0, a = w = 0 a stationary point with positive semidefinite Hessian "
        "that is no local minimum."
    ),
    source=f"own; the added neuron is that of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="vanishing moments",
    activation=("quadratic", "cubic"),
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.global_minimum(
            "the fitting parameters are a global minimum", Evidence.FUNCTION_OPTIMAL, fit
        ),
        claims.stationary(),
        claims.moments_vanish(lambda member: member.notes["n"]),
        claims.positive_semidefinite_hessian(
            "the Hessian is positive semidefinite of rank 2", lambda member: 2
        ),
        claims.better_point_is_lower("the value at the candidate is higher"),
        claims.not_a_local_minimum(
            "a PGB probe proves that it is no local minimum", Evidence.PGB_PROBE
        ),
    ),
    cost=0.16,
    picture=Line(extent=(-0.5, 1.2)),
)
