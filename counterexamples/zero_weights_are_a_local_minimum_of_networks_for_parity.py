"""Parity hides from every derivative of low order.

The inputs are the 2^n corners of a box, and the targets tell whether a corner has an odd number of
coordinates at the upper end. At weights 0, with the mean target as its output, the network is
constant, and the output gradients are a multiple of the signs of parity. Their sums against all
polynomials in the inputs of degree below n are 0.

In a change of the parameters by t along a line, every power of an input comes with an incoming
weight, and each unit with an outgoing weight: the term of order t^k of the outputs is a polynomial
in the inputs of degree below k. So the output gradients do not see the terms of order up to n. Up
to this order the loss does not fall along any line, by convexity: derivative tests say nothing.

As long as the outgoing weights are 0, the incoming weights can move without any change of the
outputs. At generic incoming weights the derivative in an outgoing weight, the sum of the output
gradients times the outputs of the unit, is not 0: so zero weights are no local minimum.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Basis,
    Claim,
    Curves,
    Example,
    Member,
    Outcome,
    Trace,
    all_zero,
    claims,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

ACTIVATIONS = ("tanh", "sigmoid", "softplus", "exp", "arctan", "silu", "sine")
OUTPUTS = ("identity", "sigmoid")


def build(name: str, output: str, corners: Array, ends: tuple[fmpq, fmpq], biases: Array) -> Member:
    """The corners are rows of a pair (2, n); ``ends`` are the targets of even and odd corners."""
    n, width = corners.shape[1], len(biases)
    choices = list(product((0, 1), repeat=n))
    inputs = exact([[corners[c, j] for j, c in enumerate(choice)] for choice in choices])
    targets = exact([[ends[sum(choice) % 2]] for choice in choices])
    network = Network([n, width, 1], name, output_activation=output)
    mean = (ends[0] + ends[1]) / 2 if output == "identity" else fmpq(0)
    point = np.concatenate([exact([0] * (width * n)), biases, exact([0] * width), exact([mean])])
    return Member(Objective(network, Data(inputs, targets), "squared"), point)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Two or three inputs, any box, one to three hidden units, activations, biases, two targets.

    With a sigmoid as output activation the targets are 0 and 1, or 1/10 and 9/10.
    """
    n, width = draw(st.integers(2, 3)), draw(st.integers(1, 3))
    lower = draw(exact_arrays((n,), rationals(1)))
    upper = lower + draw(exact_arrays((n,), positive_rationals(2)))
    name, output = draw(st.sampled_from(ACTIVATIONS)), draw(st.sampled_from(OUTPUTS))
    if output == "identity":
        even = draw(rationals(1))
        ends = even, even + draw(positive_rationals())
    else:
        even = draw(st.sampled_from((fmpq(0), fmpq(1, 10))))
        ends = even, 1 - even
    biases = draw(exact_arrays((width,), rationals(1)))
    return build(name, output, np.stack([lower, upper]), ends, biases)


def canonical() -> Member:
    """XOR with two sigmoid units and a sigmoid output, all parameters 0."""
    corners = exact([[0, 0], [1, 1]])
    return build("sigmoid", "sigmoid", corners, (fmpq(0), fmpq(1)), exact([0, 0]))


def moments_vanish(member: Member) -> Outcome:
    """Sums of the output gradients against products of fewer than all coordinates.

    Powers add nothing, as the square of a coordinate with two values is an affine function of it.
    """
    ar, objective = Exact(), member.objective
    r = objective.output_gradients(ar, ar.asarray(member.candidate.point))[:, 0]
    x, n = ar.asarray(objective.data.inputs), objective.data.inputs.shape[1]
    sums = [
        np.sum(r * np.prod(x[:, list(chosen)], axis=1))
        for degree in range(n)
        for chosen in combinations(range(n), degree)
    ]
    return all_zero(exact(sums), "sums against products of fewer than all coordinates")


def both_units(incoming: float, outgoing: float, bias: float) -> Array:
    """The canonical network with these weights in both units, and b2."""
    return np.array([*[incoming] * 4, 0, 0, outgoing, outgoing, bias])


def keeps_the_mean(member: Member, ar: Arithmetic, t: float) -> Array:
    """All weights, with b2 so that the mean of what the last unit gets stays 0."""
    h = 1 / (1 + np.exp(-t * np.array([0, 1, 1, 2])))
    return ar.asarray(both_units(t, t / 2, -t * float(np.mean(h))))


def line(incoming: float, outgoing: float) -> Callable[[Member, Arithmetic, float], Array]:
    """A straight line in the weights."""
    return lambda member, ar, t: ar.asarray(both_units(incoming * t, outgoing * t, 0.0))


EXAMPLE = Example(
    __name__,
    title="Zero weights are a local minimum of networks for parity.",
    statement=(
        "For the parity of the corners of a box in two or three dimensions, a network with one "
        "hidden layer, weights 0 and the mean target as its output has gradient 0, a positive "
        "semidefinite Hessian and output gradients without moments below the dimension, and yet "
        "is not at a local minimum."
    ),
    source=f"own instances; the XOR network is studied by {sources.SPRINKHUIZEN}",
    kind="saddle",
    phenomenon="vanishing moments",
    activation=ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.stationary(),
        claims.positive_semidefinite_hessian(
            "the Hessian is positive semidefinite of rank 1", lambda member: 1
        ),
        Claim(
            "the output gradients are orthogonal to all monomials of degree below the dimension",
            moments_vanish,
            "residuals",
            basis=Basis.EXACT,
        ),
        claims.not_a_local_minimum(evidence=Evidence.PGB_PROBE),
    ),
    picture=Curves(
        (
            Trace("both, b2 so that the mean stays", keeps_the_mean),
            Trace("incoming weights t alone", line(1, 0)),
            Trace("outgoing weights t/2 alone", line(0, 0.5)),
            Trace("both on a straight line", line(1, 0.5)),
        ),
        extent=(-2.5, 2.5),
        change=True,
    ),
)
