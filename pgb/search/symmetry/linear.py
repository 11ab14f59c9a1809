"""Runs of linear layers whose bases may change freely: a network with each run made one layer.

Between consecutive linear layers without a penalty every invertible matrix changes the basis, and
biases may move on, so that the outputs know only the product of the weights of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pgb.models import Network
from pgb.search.symmetry.layers import Penalties

Vector = npt.NDArray[np.float64]

# A singular value below this times the largest counts as 0.
_RANK = 1e-7


@dataclass(frozen=True)
class Collapse:
    """A network and the smaller one in which free linear hidden layers are multiplied out.

    Attributes:
        network: the network.
        smaller: the same functions, with one layer for each run.
        ends: the numbers of the layers at which the smaller network's layers end, with 0 in front.
    """

    network: Network
    smaller: Network
    ends: tuple[int, ...]

    def collapsed(self, theta: Vector) -> Vector:
        """Parameters (n, q) of the smaller network with the same outputs as theta (n, p)."""
        given = self.network.unpack(theta)
        parts: list[Vector] = []
        for start, stop in pairwise(self.ends):
            W, b = given[start]
            for following, shift in given[start + 1 : stop]:
                if b is not None and shift is not None:
                    b = (following @ b[..., None])[..., 0] + shift
                W = following @ W
            parts.append(W.reshape(len(theta), W.shape[1] * W.shape[2]))
            if b is not None:
                parts.append(b)
        return np.concatenate(parts, axis=1)

    def expanded(self, small: Vector) -> Vector:
        """Parameters (n, p) with balanced factors of the matrices of the rows of ``small``.

        The factors are those of the singular value decomposition, each with the same singular
        values; signs make the right singular vectors point to the positive side.
        """
        given = self.smaller.unpack(small)
        parts: list[Vector] = []
        for (start, stop), (W, b) in zip(pairwise(self.ends), given, strict=True):
            widths = self.network.layers[start : stop + 1]
            for position, factor in enumerate(_factors(W, widths)):
                parts.append(factor.reshape(len(small), factor.shape[1] * factor.shape[2]))
                if b is not None:
                    final = position == stop - start - 1
                    parts.append(b if final else np.zeros((len(small), factor.shape[1])))
        return np.concatenate(parts, axis=1)

    def has_closed_orbit(self, theta: Vector) -> npt.NDArray[np.bool_]:
        """(n,): all factors of each run have the rank of its product.

        Then the balanced factors are an image of the given ones under changes of basis.
        """
        closed = np.ones(len(theta), dtype=bool)
        given, small = self.network.weights(theta), self.smaller.weights(self.collapsed(theta))
        for (start, stop), product in zip(pairwise(self.ends), small, strict=True):
            if stop - start > 1:
                target = _ranks(product)
                for W in given[start:stop]:
                    closed &= _ranks(W) == target
        return closed

    def factor_ranks(self, theta: Vector) -> npt.NDArray[np.intp]:
        """(n, layers): the numerical rank of each weight matrix."""
        return np.stack([_ranks(W) for W in self.network.weights(theta)], axis=1)


def collapse(network: Network, penalties: Penalties) -> Collapse | None:
    """The smaller network, or None if no linear hidden layer may change its basis freely."""
    free = [_is_free(network, penalties, layer) for layer in range(1, len(network.layers) - 1)]
    if not any(free):
        return None
    kept = [layer for layer, gone in enumerate(free, start=1) if not gone]
    ends = (0, *kept, len(network.layers) - 1)
    smaller = Network(
        [network.layers[end] for end in ends],
        [network.activations[layer - 1] for layer in kept],
        network.output_activation,
        network.bias,
    )
    return Collapse(network, smaller, ends)


def smaller_penalties(made: Collapse, penalties: Penalties) -> Penalties:
    """The penalties in the smaller network; its products are not penalized."""
    network, small = made.network, made.smaller
    labels = np.zeros(small.size, dtype=np.intp)
    absolute, fixed = np.zeros(small.size, dtype=bool), np.zeros(small.size, dtype=bool)
    for number, end in enumerate(made.ends[1:], start=1):
        for letter in ("W", "b") if network.bias else ("W",):
            if letter == "W" and end - made.ends[number - 1] > 1:
                continue
            old, new = network.slices[f"{letter}{end}"], small.slices[f"{letter}{number}"]
            labels[new] = penalties.labels[old]
            absolute[new], fixed[new] = penalties.absolute[old], penalties.fixed[old]
    return Penalties(labels, absolute, fixed)


def _is_free(network: Network, penalties: Penalties, layer: int) -> bool:
    if not network.activations[layer - 1].linear:
        return False
    names = [f"W{layer}", f"W{layer + 1}"]
    if network.bias:
        names += [f"b{layer}", f"b{layer + 1}"]
    return not any(np.any(penalties.labels[network.slices[name]]) for name in names)


def _factors(W: Vector, widths: tuple[int, ...]) -> list[Vector]:
    """Matrices (n, widths[j + 1], widths[j]) with the product W (n, out, in)."""
    count = len(widths) - 1
    if count == 1:
        return [W]
    left, singular, right = np.linalg.svd(W, full_matrices=False)
    direction = 0.6 ** np.arange(right.shape[2])
    signs = np.where(right @ direction < 0, -1.0, 1.0)
    left, right = left * signs[:, None, :], right * signs[:, :, None]
    rank = min(widths)
    root = singular[:, :rank] ** (1 / count)
    found = []
    for position, (inner, outer) in enumerate(pairwise(widths)):
        factor = np.zeros((len(W), outer, inner))
        if position == 0:
            factor[:, :rank] = root[:, :, None] * right[:, :rank]
        elif position == count - 1:
            factor[:, :, :rank] = left[:, :, :rank] * root[:, None, :]
        else:
            factor[:, range(rank), range(rank)] = root
        found.append(factor)
    return found


def _ranks(W: Vector) -> npt.NDArray[np.intp]:
    singular = np.linalg.svd(W, compute_uv=False)
    largest = np.max(singular, axis=-1, keepdims=True, initial=0.0)
    return np.sum(singular > _RANK * np.maximum(largest, 1e-300), axis=-1)
