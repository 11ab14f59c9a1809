"""Deep relu networks with one output: layers that are off at all samples, one kink."""

from __future__ import annotations

import numpy as np
from flint import fmpq

from counterexamples.kit.building import exact
from pgb.models import Network
from pgb.numbers import Array, Exact


def turned_off(
    network: Network, theta: Array, layer: int, margins: Array | fmpq, x: Array
) -> Array:
    """The parameters ``theta`` (p,) with biases that turn one hidden layer off at all inputs x.

    Its preactivations are at most minus the ``margins``, one for each unit or one for all.
    """
    ar, theta = Exact(), exact(theta)
    before = network.preactivations(ar, ar.asarray(theta), ar.asarray(x))[layer - 1]
    place = network.slices[f"b{layer}"]
    theta[place] = theta[place] - np.max(before, axis=0) - margins
    return theta


def with_constant(network: Network, theta: Array, constant: fmpq, x: Array) -> Array:
    """The parameters of a network of constant output, with another constant."""
    ar, theta = Exact(), exact(theta)
    theta[-1] = theta[-1] + constant - network.outputs(ar, ar.asarray(theta), ar.asarray(x))[0, 0]
    return theta


def one_kink(network: Network, slope: fmpq, knot: fmpq, height: fmpq, offset: fmpq) -> Array:
    """Parameters that compute offset + height relu(slope (x - knot)), by one unit in each layer."""
    theta, last = exact([0] * network.size), len(network.layers) - 1
    for layer in range(1, last + 1):
        factor = slope if layer == 1 else height if layer == last else fmpq(1)
        theta[network.slices[f"W{layer}"].start] = factor
    theta[network.slices["b1"].start] = -slope * knot
    theta[-1] = offset
    return theta
