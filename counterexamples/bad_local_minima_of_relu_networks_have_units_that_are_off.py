"""A bad local minimum of a relu network in which every unit is on at every sample.

If all units of all hidden layers are on at all samples, the network is affine in x near the point,
at any depth. By convexity of the loss, L(theta') >= L(theta) + sum r_i (f'(x_i) - f(x_i)) with r
the output gradients at the point, and the sum is 0 if r is orthogonal to 1 and to every coordinate
of x: then the point is a local minimum. Such an r != 0 exists as soon as there are more than
d_x + 1 samples. Here the point is arbitrary and the targets are its outputs less r / 2.

The residuals r are not orthogonal to all functions: if f is the affine function, some
f + t max(d . x - k, 0) has a lower loss. A relu network can compute it, with one unit of the first
layer for t max(d . x - k, 0), one for f, and the other layers passing on both or their sum.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Line,
    Member,
    claims,
    exact,
    left_null_space,
    linear_regions,
    sources,
)
from pgb.models import Network
from pgb.numbers import Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals


def switched_on(network: Network, inputs: Array, weights: Array, gap: fmpq) -> Array:
    """The parameters ``weights`` (p,) with hidden biases that turn all units on by ``gap``."""
    ar, point = Exact(), exact(weights)
    for number in range(1, len(network.layers) - 1):
        s = network.preactivations(ar, ar.asarray(point), ar.asarray(inputs))[number - 1]
        biases = network.slices[f"b{number}"]
        point[biases] = point[biases] - np.min(s, axis=0) + gap
    return point


def best_direction(inputs: Array, r: Array) -> tuple[Array, fmpq, fmpq]:
    """A direction d with the kink k and the factor t that are best for max(d . x - k, 0).

    Seven directions are tried. One fails only if it merges inputs to points at which the residuals
    add up to 0, three inputs or two pairs at least, as r is orthogonal to affine functions. Of five
    inputs in the plane that is so for five directions at most.
    """
    found = []
    for step in range(1, 8):
        d = exact([fmpq(step, 7) ** j for j in range(inputs.shape[1])])
        gain, k, t = linear_regions.best_bend(inputs @ d, r[:, None])
        found.append((gain, d, k, t[0]))
    _, d, k, t = max(found, key=lambda entry: entry[0])
    return d, k, t


def lower_point(network: Network, point: Array, inputs: Array, r: Array) -> Array:
    """The affine output of ``point`` plus t max(d . x - k, 0): two units of the first layer."""
    ar = Exact()
    outputs = network.outputs(ar, ar.asarray(point), ar.asarray(inputs))[:, 0]
    d, k, t = best_direction(inputs, r)
    slope = exact([[1]])
    for W in reversed(network.weights(point)):
        slope = slope @ W
    rise = 1 + max(abs(f) + abs(t * (x @ d - k)) for f, x in zip(outputs, inputs, strict=True))
    better, first = exact([0] * network.size), network.index("W1")
    better[first[0]], better[first[1]] = slope[0], d
    start = outputs[0] - slope[0] @ inputs[0]
    better[network.slices["b1"].start] = start + rise
    better[network.slices["b1"].start + 1] = -k
    for number in range(2, len(network.layers)):
        better[network.slices[f"W{number}"].start] = fmpq(1)
    better[network.slices["W2"].start + 1] = t
    better[-1] = -rise
    return better


def build(network: Network, inputs: Array, mix: Array, weights: Array, gap: fmpq) -> Member:
    """``mix`` holds coefficients of r in a basis of what is orthogonal to affine functions."""
    ar = Exact()
    basis = left_null_space(np.concatenate([exact([[1]] * len(inputs)), inputs], axis=1))
    r = sum((c * v for c, v in zip(mix[1:], basis[1:], strict=False)), mix[0] * basis[0])
    point = switched_on(network, inputs, weights, gap)
    outputs = network.outputs(ar, ar.asarray(point), ar.asarray(inputs))
    data = Data(inputs, outputs - r[:, None] / 2)
    better = lower_point(network, point, inputs, r / 2)
    return Member(Objective(network, data, "squared", "sum"), point, better)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One to three hidden layers, all weights, one or two inputs, the samples, the residuals."""
    hidden = [draw(st.integers(2, 3)), *draw(st.lists(st.integers(1, 3), max_size=2))]
    d_x = draw(st.integers(1, 2))
    network = Network([d_x, *hidden, 1], "relu")
    count = draw(st.integers(d_x + 2, d_x + 3))
    inputs = draw(exact_arrays((count, d_x)))
    inputs[:, 0] = np.cumsum(draw(exact_arrays((count,), positive_rationals(2))))
    mix = np.append(exact([draw(rationals(zero=False))]), draw(exact_arrays((2,))))
    weights = draw(exact_arrays((network.size,), rationals(2, denominators=(1, 2))))
    return build(network, inputs, mix, weights, draw(positive_rationals()))


def canonical() -> Member:
    """Two hidden layers of two units, inputs -1, 0, 1, residuals 1/3, -2/3, 1/3."""
    network = Network([1, 2, 2, 1], "relu")
    weights = exact([1, "1/2", 0, 0, 1, 0, 0, 1, 0, 0, "1/2", "1/2", 0])
    return build(network, exact([[-1], [0], [1]]), exact(["2/3"]), weights, fmpq(1))


EXAMPLE = Example(
    __name__,
    title="Bad local minima of relu networks have units that are off.",
    statement=(
        "If all hidden units of a relu network of any depth, with at least two in the first layer, "
        "are on at all samples, and the output gradients of the squared loss are orthogonal to all "
        "affine functions but not all 0, the point is a local minimum that is not global."
    ),
    source=f"own instances of a phenomenon from {sources.HE}",
    kind="bad minimum",
    phenomenon="linear region",
    activation="relu",
    loss="squared",
    depth=(2, 3, 4),
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum(),
        claims.stationary(),
        linear_regions.ALL_UNITS_ARE_ON,
    ),
    picture=Line(extent=(-0.3, 1.2)),
)
