"""What may be done to the units of each hidden layer without changing the objective."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.models import Activation, LeakyRelu, Network

Indices = npt.NDArray[np.intp]
Labels = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Penalties:
    """How each of p parameters is penalized.

    Attributes:
        labels: (p,) equal for parameters that are penalized alike, 0 for those that are not.
        absolute: (p,) whether the penalty contains the absolute value.
        fixed: (p,) whether the objective depends on the parameter in other ways still.
    """

    labels: Labels
    absolute: Mask
    fixed: Mask

    def part(self, start: int, stop: int) -> Penalties:
        """Those of a range of the parameters."""
        span = slice(start, stop)
        return Penalties(self.labels[span], self.absolute[span], self.fixed[span])


@dataclass(frozen=True)
class UnitLayer:
    """The units of one layer of a network, and the moves of them that keep outputs and penalty.

    Indices are places in the flat vector of the network.

    Attributes:
        number: 1 for the first hidden layer; the output layer is there with nothing outgoing.
        weights: (units, fan_in) places of the incoming weights.
        bias: (units,) places of the biases, or None.
        outgoing: (units, consumers) places of the outgoing weights.
        next_bias: (consumers,) places of the biases of the consumers, or None.
        sigma: the activation.
        classes: units that may be permuted among themselves.
        parity: what sigma(-s) is: "odd" -sigma(s), "even" sigma(s), "reflection" 1 - sigma(s).
        flips: (units,) whether the sign of a unit's argument may change.
        scales: (units,) whether arguments may grow by a factor, for homogeneous activations.
        shifts: (units,) whether biases may move: exp(s + t), sin(s + pi), and s + t.
        rotates: whether every orthogonal change of basis of linear units keeps the penalty.
        complete: False if more moves of linear units exist than are listed.
    """

    number: int
    weights: Indices
    bias: Indices | None
    outgoing: Indices
    next_bias: Indices | None
    sigma: Activation
    classes: tuple[Indices, ...]
    parity: str | None
    flips: Mask
    scales: Mask
    shifts: Mask
    rotates: bool
    complete: bool

    @property
    def units(self) -> int:
        """The width of the layer."""
        return len(self.weights)

    @property
    def incoming(self) -> Indices:
        """(units, fan_in or fan_in + 1): weights and, if there are any, biases."""
        if self.bias is None:
            return self.weights
        return np.concatenate([self.weights, self.bias[:, None]], axis=1)


def parity_of(sigma: Activation) -> str | None:
    """What becomes of sigma when its argument changes sign."""
    if sigma.odd or (isinstance(sigma, LeakyRelu) and sigma.above == sigma.below):
        return "odd"
    if sigma.name == "quadratic" or (isinstance(sigma, LeakyRelu) and sigma.above == -sigma.below):
        return "even"
    return "reflection" if sigma.name == "sigmoid" else None


def unit_layers(network: Network, penalties: Penalties) -> tuple[UnitLayer, ...]:
    """All layers, the output layer last."""
    return tuple(_layer(network, penalties, number) for number in range(1, len(network.layers)))


def _layer(network: Network, penalties: Penalties, number: int) -> UnitLayer:
    last, labels = number == len(network.layers) - 1, penalties.labels
    sigma = network.all_activations[number - 1]
    weights = network.index(f"W{number}")
    bias = network.index(f"b{number}") if network.bias else None
    outgoing, next_bias = np.zeros((len(weights), 0), dtype=np.intp), None
    if not last:
        outgoing = network.index(f"W{number + 1}").T
        next_bias = network.index(f"b{number + 1}") if network.bias else None
    blocks = [weights, outgoing] if bias is None else [weights, bias[:, None], outgoing]
    places = np.concatenate(blocks, axis=1)
    free = np.all(labels[places] == 0, axis=1) & (not last)
    movable = ~np.any(penalties.fixed[places], axis=1)
    shifts = np.zeros(len(weights), dtype=bool)
    if bias is not None and not last:
        shifts = _shifts(sigma, bias, next_bias, labels, free)
    round_penalty = bool(np.all(labels[places] == labels[places[:1]]))
    round_penalty &= not bool(np.any(penalties.absolute[places] | penalties.fixed[places]))
    return UnitLayer(
        number,
        weights,
        bias,
        outgoing,
        next_bias,
        sigma,
        tuple(_singletons(len(weights)) if last else _classes(labels[places])),
        parity_of(sigma),
        movable & _sign_changes(sigma, last, next_bias, labels),
        free & (sigma.homogeneous_degree is not None),
        shifts,
        sigma.linear and not last and round_penalty and not bool(np.any(free)),
        not (sigma.linear and bool(np.any(free))),
    )


def _shifts(
    sigma: Activation, bias: Indices, next_bias: Indices | None, labels: Labels, free: Mask
) -> Mask:
    if sigma.name == "exp":
        return free
    if sigma.name == "sine" or (sigma.linear and not np.any(labels[next_bias])):
        return np.asarray(labels[bias] == 0)
    return np.zeros(len(bias), dtype=bool)


def _sign_changes(sigma: Activation, last: bool, next_bias: Indices | None, labels: Labels) -> bool:
    parity = parity_of(sigma)
    if parity == "reflection":
        return not last and next_bias is not None and bool(np.all(labels[next_bias] == 0))
    return parity == "even" or (parity == "odd" and not last)


def _classes(rows: Labels) -> Iterator[Indices]:
    _, numbers = np.unique(rows, axis=0, return_inverse=True)
    for number in range(int(np.max(numbers, initial=-1)) + 1):
        yield np.flatnonzero(numbers.reshape(-1) == number)


def _singletons(units: int) -> Iterator[Indices]:
    for unit in range(units):
        yield np.array([unit])
