"""First derivatives of layered networks, and the pass that both orders of derivatives share.

Inside this module the parameters of a layer are ordered as (input, unit), the bias counting as one
more input that is constantly 1: then each column block of the Jacobian is one contiguous product.
``order`` translates to the flat vector at the very end.
"""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pgb.models.model import Derivatives, portions
from pgb.models.network_curvature import curvature
from pgb.numbers import Arithmetic, Array

if TYPE_CHECKING:
    from pgb.models.network import Network


def affine(ar: Arithmetic, W: Array, b: Array | None, z: Array) -> Array:
    """W z + b at every sample, (..., m, out), for z (..., m, in)."""
    s = ar.matmul(z, W.swapaxes(-1, -2))
    return s if b is None else s + b[..., None, :]


class Pass:
    """The forward pass: layer inputs and activation derivatives, for some of the samples.

    ``inputs[l]`` (..., m, q_l) are the inputs of layer l with the constant 1 appended if it has a
    bias; ``first[l]`` and ``second[l]`` (..., m, n_l) are the derivatives of its activation, None
    where they are identically 1 and 0.
    """

    def __init__(self, network: Network, ar: Arithmetic, theta: Array, x: Array) -> None:
        self.ar, self.bias = ar, network.bias
        self.weights: list[Array] = []
        self.inputs: list[Array] = []
        self.first: list[Array | None] = []
        self.second: list[Array | None] = []
        z = x
        for (W, b), sigma in zip(network.unpack(theta), network.all_activations, strict=True):
            self.weights.append(W)
            ones = [ar.ones((*z.shape[:-1], 1))] if self.bias else []
            self.inputs.append(ar.concatenate([z, *ones], axis=-1) if ones else z)
            s = affine(ar, W, b, z)
            if sigma.linear:
                z, first, second = s, None, None
            else:
                z, first, second = sigma.jet(ar, s)
            self.first.append(first)
            self.second.append(None if sigma.piecewise_linear else second)
        self.outputs = z

    @property
    def samples(self) -> int:
        """The number of samples."""
        return int(self.outputs.shape[-2])

    @property
    def batch(self) -> tuple[int, ...]:
        """The leading axes."""
        return self.outputs.shape[:-2]

    def rows(self, chosen: slice) -> Pass:
        """The same for a range of samples."""
        part = Pass.__new__(Pass)
        part.ar, part.bias, part.weights = self.ar, self.bias, self.weights
        part.inputs = [z[..., chosen, :] for z in self.inputs]
        part.first = [None if f is None else f[..., chosen, :] for f in self.first]
        part.second = [None if f is None else f[..., chosen, :] for f in self.second]
        part.outputs = self.outputs[..., chosen, :]
        return part

    def portions(self, per_sample: int) -> list[slice]:
        """Ranges of samples for which an array of ``per_sample`` entries each stays small."""
        return portions(self.samples, per_sample * prod(self.batch))

    def backward(self, cotangent: Array) -> tuple[list[Array], list[Array]]:
        """Derivatives of sum_k cotangent_k z_L,k with respect to each z_l and to each s_l.

        cotangent: (..., m, k, d_y) with any number k of rows, or (..., m, d_y).
        """
        at_z, at_s = [cotangent], []
        rows = cotangent.ndim - self.outputs.ndim == 1
        for layer in reversed(range(len(self.weights))):
            slope = self.first[layer]
            if slope is not None and rows:
                slope = slope[..., None, :]
            at_s.append(at_z[-1] if slope is None else at_z[-1] * slope)
            if layer:
                at_z.append(self._through(at_s[-1], self.weights[layer], rows))
        return at_z[::-1], at_s[::-1]

    def _through(self, at_s: Array, W: Array, rows: bool) -> Array:
        if not rows:
            return self.ar.matmul(at_s, W)
        *batch, samples, k, width = at_s.shape
        flat = self.ar.matmul(at_s.reshape((*batch, samples * k, width)), W)
        return flat.reshape((*flat.shape[:-2], samples, k, W.shape[-1]))

    def jacobian(self, left: Array) -> Array:
        """The products left_i J_i, (..., m, k, p), for left (..., m, k, d_y)."""
        columns = []
        for z, at_s in zip(self.inputs, self.backward(left)[1], strict=True):
            block = z[..., None, :, None] * at_s[..., None, :]
            columns.append(block.reshape((*block.shape[:-2], -1)))
        return self.ar.concatenate(columns, axis=-1)


class NetworkDerivatives(Derivatives):
    """Derivatives of a network at one theta (or a batch of them) and fixed samples."""

    def __init__(self, network: Network, ar: Arithmetic, theta: Array, x: Array) -> None:
        super().__init__(network, ar, theta, x)
        self.network = network
        self.run = Pass(network, ar, theta, x)

    @cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """Where each entry of the flat vector lies in the order used here."""
        found, start = [], 0
        layers = self.network.layers
        for fan_in, width in pairwise(layers):
            inputs = fan_in + self.network.bias
            block = start + np.arange(inputs * width).reshape(inputs, width)
            found.append(block[:fan_in].T.ravel())
            found.append(block[fan_in:].ravel())
            start += inputs * width
        return np.concatenate(found)

    def outputs(self) -> Array:
        return self.run.outputs

    def jacobian(self) -> Array:
        return self.run.jacobian(self._identity())[..., self.order]

    def gradient(self, r: Array) -> Array:
        parts = []
        for z, at_s in zip(self.run.inputs, self.run.backward(self._full(r))[1], strict=True):
            block = self.ar.matmul(z.swapaxes(-1, -2), at_s)
            parts.append(block.reshape((*block.shape[:-2], -1)))
        return self.ar.concatenate(parts, axis=-1)[..., self.order]

    def curvature(self, r: Array) -> Array:
        return self._translated(curvature(self.run, self._full(r)))

    def gauss_newton(self, c: Array) -> Array:
        return self._translated(self._products(c))

    def hessian(self, r: Array, c: Array) -> Array:
        return self._translated(self._products(c) + curvature(self.run, self._full(r)))

    def _full(self, r: Array) -> Array:
        """The weights r with the batch of theta."""
        shape = self.run.outputs.shape
        return r if r.shape == shape else r + self.ar.zeros(shape)

    def _identity(self) -> Array:
        size = self.run.outputs.shape[-1]
        eye = self.ar.asarray(np.eye(size, dtype=np.int64))
        return self.ar.zeros((*self.run.outputs.shape, size)) + eye

    def _translated(self, matrix: Array) -> Array:
        return matrix[..., self.order, :][..., self.order]

    def _jacobian_rows(self, rows: slice) -> Array:
        """The Jacobian for a range of samples, its columns in the order used here."""
        return self.run.rows(rows).jacobian(self._identity()[..., rows, :, :])
