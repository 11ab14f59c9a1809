"""Penalty 0: the added neurons fit the data themselves and stay.

With a penalty lambda > 0 a stationary point has a = 0, by a dL/da - dL/db = 2 lambda a^2. With
lambda = 0 that identity says nothing, and both conclusions of the theorem fail.

The network need not be optimal. Let all samples share one input x, which the network misses by the
same gap: the added neurons with a = gap, b = -W x add exactly the gap, and the eliminated loss is
0, its least possible value, whatever the network is.

Nor need the sum of network and neuron be the best function. Let the network be 0, and the output
gradients r at a, w, with a != 0 and b = 0, be orthogonal to e^{w x} and x e^{w x}. Then the
gradient is 0. The second derivatives are those of least squares with these two features, and
a sum_i r_i x_i^2 e^{w x_i} in w. If this is not negative they are positive definite but for the
shift a e^{-t}, b + t, which changes nothing: a local minimum, with r != 0 at distinct inputs.

What survives: at a local minimum with a = 0 the neurons' b and W are free, so that the output
gradients of equal inputs add up to 0, and no function has a lower loss than the network.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Member,
    Part,
    Question,
    Surface,
    augmented,
    claims,
    constant_model,
    exact,
    left_null_space,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, networks, positive_rationals, rationals
from pgb.strategies.models import RATIONAL
from pgb.transforms import eliminate


def ask(base: Objective, lam: Any, point: Array) -> Question:
    """Whether the point is a local minimum after elimination with this penalty."""
    objective = eliminate(base, lam)
    return Question(objective, Candidate.of(objective.parameters, point))


def build(network: Network, theta: Array, x: Array, weights: Array, gap: Array, W: Array) -> Member:
    """Copies of one input whose targets miss the output by ``gap`` (d_y,), which a = gap adds."""
    ar, m = Exact(), len(weights)
    outputs = network.outputs(ar, ar.asarray(theta), ar.asarray(x.reshape(1, -1)))
    data = Data(np.tile(x, (m, 1)), np.tile(outputs + gap, (m, 1)), weights)
    base = Objective(network, data, "squared")
    here, without = (augmented(theta, a, -(W @ x), W) for a in (gap, 0 * gap))
    notes = {
        "base": base,
        "theta": theta,
        "penalty": ask(base, "1/10", here),
        "a = 0": ask(base, 0, without),
    }
    return Member(eliminate(base, 0), here, notes=notes)


def exponential_fit(x: Array, a: fmpq, w: fmpq, mix: Array) -> Member:
    """A stationary point (a, 0, w) of the fit by a e^{w x + b} alone, at three or more inputs.

    Its output gradients are e^{-w x} times numbers that are orthogonal to 1 and x, mixed by
    ``mix`` and with the sign for which the second derivative in w is not lowered.
    """
    basis = left_null_space(np.stack([x * 0 + 1, x], axis=1))
    s = sum((c * v for c, v in zip(mix[1:], basis[1:], strict=True)), mix[0] * basis[0])
    if a * np.sum(s * x * x) < 0:
        s = -s
    grown, ar = x * w, Exact()
    targets = a * ar.exp(ar.asarray(grown)) - s * ar.exp(ar.asarray(-grown))
    data = Data(x.reshape(-1, 1), targets.reshape(-1, 1))
    base = Objective(constant_model([0], 1), data, "half-squared", "sum")
    return Member(eliminate(base, 0), augmented([], [a], [0], [[w]]))


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any network with rational outputs, input, gap, W, one to three weighted copies."""
    network = draw(networks(activations=RATIONAL, hidden_layers=(0, 1)))
    d_x, d_y = network.inputs, network.output_dimension
    theta = draw(exact_arrays((network.size,), rationals(2)))
    gap = draw(exact_arrays((d_y,), rationals(2)))
    gap[0] = draw(rationals(2, zero=False))
    weights = draw(st.integers(1, 3).flatmap(lambda m: exact_arrays((m,), positive_rationals(2))))
    x, W = draw(exact_arrays((d_x,), rationals(2))), draw(exact_arrays((d_y, d_x), rationals(2)))
    return build(network, theta, x, weights, gap, W)


def canonical() -> Member:
    """A linear unit with output 0 and target 1 at x = 0: a = 1 fits."""
    one = exact([1])
    return build(Network([1, 1]), exact([0, 0]), exact([0]), one, one, exact([[0]]))


@st.composite
def fits(draw: st.DrawFn) -> Member:
    """Three or four inputs, a, w and the output gradients, of the network 0 and one neuron."""
    count = draw(st.integers(3, 4))
    x = np.cumsum(draw(exact_arrays((count,), positive_rationals(1)))) + draw(rationals(1))
    mix = draw(exact_arrays((count - 2,), rationals(2)))
    mix[0] = draw(rationals(2, zero=False))
    return exponential_fit(x, draw(rationals(2, zero=False)), draw(rationals(1)), mix)


def canonical_fit() -> Member:
    """The constant 1, with a = 1 and w = 0, for the targets 0, 3, 0 at -1, 0, 1.

    The loss is half the sum of the squares, (1 + 4 + 1) / 2 = 3.
    """
    return exponential_fit(exact([-1, 0, 1]), fmpq(1), fmpq(0), exact([1]))


def value_of_the_network(member: Member, ar: Arithmetic) -> Array:
    """The loss of the network alone."""
    return np.asarray(member.notes["base"].value(ar, ar.asarray(member.notes["theta"])))


EXAMPLE = Example(
    __name__,
    title="Elimination works without a penalty on the added neurons.",
    statement=(
        "With penalty 0 the eliminated loss has global minima with a != 0 at parameters of the "
        "network that are far from optimal, and local minima with a != 0 at which network and "
        "neuron together miss samples that other functions fit; with a = 0 neither is possible."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="dropped assumption",
    activation=("identity", "relu", "leaky-relu", "quadratic", "cubic"),
    loss=("squared", "half-squared"),
    depth=(0, 1, 2),
    family=family,
    canonical=canonical,
    claims=(
        claims.global_minimum("the candidate is a global minimum of the eliminated loss"),
        claims.value_is(lambda member, ar: 0, "the eliminated loss is exactly 0"),
        claims.positive(
            "the network's own loss is positive",
            "value",
            value_of_the_network,
        ),
        claims.refuted(
            "with the penalty 1/10 a != 0 makes it no local minimum",
            "penalty",
            Evidence.AUXILIARY_WEIGHT,
        ),
        claims.refuted("with a = 0 there it is none without a penalty either", "a = 0"),
    ),
    picture=Surface(x=2, y=3, x_range=(-1, 3), y_range=(-2, 2)),
    further=(
        Part(
            "local minima that miss samples",
            fits,
            canonical_fit,
            (
                claims.local_minimum("symmetry"),
                claims.positive(
                    "though no two inputs are equal, the loss is positive",
                    "value",
                    lambda m, ar: np.asarray(m.objective.value(ar, ar.asarray(m.candidate.point))),
                ),
            ),
        ),
    ),
)
