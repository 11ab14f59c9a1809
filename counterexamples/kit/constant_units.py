"""Networks whose hidden units are constant: biases, outgoing weights, residuals at three inputs."""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit.building import exact
from pgb.models import Network
from pgb.numbers import Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

#: For each activation a bias at which it is strictly convex, made from any number in [-1, 1].
CONVEX_AT = {
    "quadratic": lambda b: b,
    "exp": lambda b: b,
    "softplus": lambda b: b,
    "sigmoid": lambda b: -abs(b) - fmpq(1, 2),
    "tanh": lambda b: -abs(b) - fmpq(1, 2),
    "arctan": lambda b: -abs(b) - fmpq(1, 2),
    "erf": lambda b: -abs(b) - fmpq(1, 2),
    "elu": lambda b: -abs(b) - fmpq(1, 2),
    "silu": lambda b: b / 2,
    "gelu": lambda b: b / 3,
}
ACTIVATIONS = tuple(sorted(CONVEX_AT))


def constant_network(network: Network, biases: Array, u: Array, constant: fmpq) -> Array:
    """Incoming weights 0, biases and outgoing weights (H,): the output is the constant."""
    ar, d = Exact(), network.inputs
    point = np.concatenate([exact([0] * (len(biases) * d)), biases, u, exact([0])])
    origin = ar.asarray(exact([[0] * d]))
    point[-1] = constant - network.outputs(ar, ar.asarray(point), origin)[0, 0]
    return point


def constant_objective(
    network: Network, inputs: Array, residuals: Array, constant: fmpq
) -> Objective:
    """The squared loss with targets (m,) that a constant output misses by the residuals (m,)."""
    return Objective(network, Data(inputs, (constant - residuals).reshape(-1, 1)), "squared")


def draw_nodes(draw: st.DrawFn) -> Array:
    """Three increasing inputs."""
    return np.cumsum(draw(exact_arrays((3,), positive_rationals(2)))) + draw(rationals())


def draw_biases(draw: st.DrawFn, name: str, count: int) -> Array:
    """Biases at which the activation is strictly convex."""
    return exact([CONVEX_AT[name](draw(rationals(1))) for _ in range(count)])
