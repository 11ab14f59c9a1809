"""Derivatives in float64 of many small networks with one hidden layer and one output at once.

The search evaluates hundreds of parameter vectors of a small network together. Every entry of
their Hessians is a sum over the samples of a product of unit quantities with a monomial of degree
at most two in the inputs. The monomials are the same for the whole batch, so the sums are two
products of large matrices instead of one small product for each parameter vector.
"""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from pgb.models.model import Derivatives
from pgb.numbers import Arithmetic, Array, Float64

if TYPE_CHECKING:
    from pgb.models.network import Network

Indices = npt.NDArray[np.intp]

# Parameter vectors are taken in portions whose intermediate arrays have about this many entries.
_PORTION_ENTRIES = 1 << 17


def suits(network: Network, ar: Arithmetic, theta: Array, x: Array) -> bool:
    """True if this way of computing applies: a batch (n, p) in Float64 of a small network."""
    shallow = len(network.layers) == 3 and network.output_dimension == 1
    if not (shallow and network.output_activation.linear and isinstance(ar, Float64)):
        return False
    width = network.layers[1]
    return theta.ndim == 2 and x.shape[0] * width * (width + 1) <= _PORTION_ENTRIES


class ShallowDerivatives(Derivatives):
    """Derivatives of a batch of networks for which ``suits`` holds.

    Arrays inside have the samples last: preactivations are (n, h, m).
    """

    def __init__(self, network: Network, ar: Arithmetic, theta: Array, x: Array) -> None:
        super().__init__(network, ar, theta, x)
        self.network = network
        (W, b), (V, c) = network.unpack(theta)
        s = np.matmul(W, x.T)
        if b is not None:
            s = s + b[:, :, None]
        sigma = network.activations[0]
        self.features: Array
        if sigma.linear:
            self.features, self.slopes, self.bends = s, np.ones_like(s), None
        else:
            self.features, self.slopes, bends = sigma.jet(ar, s)
            self.bends = None if sigma.piecewise_linear else bends
        self._set_output_layer(V, c)

    def _set_output_layer(self, V: Array, c: Array | None) -> None:
        self.v = V[:, 0, :]
        outputs = np.matmul(V, self.features)[:, 0, :]
        self.phi = outputs if c is None else outputs + c

    def with_output_layer(self, theta: Array) -> ShallowDerivatives:
        """The derivatives at parameters that differ in the output layer only."""
        moved = ShallowDerivatives.__new__(ShallowDerivatives)
        moved.__dict__.update(self.__dict__)
        moved.__dict__.pop("generic", None)
        moved.theta = theta
        moved._set_output_layer(*self.network.unpack(theta)[1])
        return moved

    def rows(self, places: Indices) -> ShallowDerivatives:
        """The derivatives at some of the parameter vectors."""
        part = ShallowDerivatives.__new__(ShallowDerivatives)
        part.model, part.ar, part.x, part.network = self.model, self.ar, self.x, self.network
        part.theta, part.features = self.theta[places], self.features[places]
        part.slopes = self.slopes[places]
        part.bends = None if self.bends is None else self.bends[places]
        part.v, part.phi = self.v[places], self.phi[places]
        return part

    @cached_property
    def generic(self) -> Derivatives:
        """The same derivatives by the general formulas."""
        from pgb.models.network_derivatives import NetworkDerivatives

        return NetworkDerivatives(self.network, self.ar, self.theta, self.x)

    @cached_property
    def extended(self) -> Array:
        """What the output layer is linear in, (n, h, m), or (n, h + 1, m) with its bias."""
        if not self.network.bias:
            return self.features
        n, _, m = self.features.shape
        return np.concatenate([self.features, np.ones((n, 1, m))], axis=1)

    def outputs(self) -> Array:
        return self.phi[:, :, None]

    def jacobian(self) -> Array:
        return self.generic.jacobian()

    def curvature(self, r: Array) -> Array:
        return self.generic.curvature(r)

    def gauss_newton(self, c: Array) -> Array:
        return self.generic.gauss_newton(c)

    def gradient(self, r: Array) -> Array:
        weights = np.broadcast_to(r[..., 0], self.phi.shape)
        hidden = (weights[:, None, :] * self.slopes) * self.v[:, :, None]
        first = hidden @ self._inputs  # (n, h, q)
        n, h, q = first.shape
        d = self.network.inputs
        parts = [first[:, :, :d].reshape(n, h * d)]
        if q > d:
            parts.append(first[:, :, d])
        parts.append(np.matmul(self.extended, weights[:, :, None])[:, :, 0])
        return np.concatenate(parts, axis=1)

    def hessian(self, r: Array, c: Array) -> Array:
        n, h, m = self.features.shape
        r = np.broadcast_to(r[..., 0], (n, m))
        c = np.broadcast_to(c[..., 0, 0], (n, m))
        many = max(1, _PORTION_ENTRIES // (m * h * (h + 1)))
        found = [
            self._portion(slice(cut, cut + many), r[cut : cut + many], c[cut : cut + many])
            for cut in range(0, n, many)
        ]
        return found[0] if len(found) == 1 else np.concatenate(found)

    def _portion(self, rows: slice, r: Array, c: Array) -> Array:
        plan, slopes = self._plan, self.slopes[rows]
        a = slopes * self.v[rows, :, None]
        z = self.extended[rows]
        n, m = a.shape[0], a.shape[2]
        scaled = c[:, None, :] * a
        pairs = scaled[:, plan.left] * a[:, plan.right]
        if self.bends is not None:
            pairs[:, plan.same] += (r[:, None, :] * self.bends[rows]) * self.v[rows, :, None]
        cross = z[:, :, None, :] * scaled[:, None, :, :]
        cross[:, plan.units, plan.units] += r[:, None, :] * slopes
        outer = pairs.reshape(-1, m) @ self._monomials
        mixed = cross.reshape(-1, m) @ self._inputs
        last = np.matmul(c[:, None, :] * z, z.swapaxes(-1, -2))
        blocks = [outer.reshape(n, -1), mixed.reshape(n, -1), last.reshape(n, -1)]
        packed = np.concatenate(blocks, axis=1)
        return np.take(packed, plan.places, axis=1)

    @cached_property
    def _plan(self) -> _Plan:
        return _plan(*self.network.layers[:2], int(self.network.bias))

    @cached_property
    def _inputs(self) -> Array:
        if not self.network.bias:
            return self.x
        return np.concatenate([self.x, np.ones((len(self.x), 1))], axis=1)

    @cached_property
    def _monomials(self) -> Array:
        pairs: Any = self._inputs[:, :, None] * self._inputs[:, None, :]
        return pairs.reshape(len(self.x), -1)


class _Plan(NamedTuple):
    """Where each entry of the Hessian lies among the sums over the samples.

    ``left``, ``right`` are the pairs of units, ``same`` the places of pairs of a unit with itself.
    """

    left: Indices
    right: Indices
    same: Indices
    units: Indices
    places: Indices


@lru_cache(maxsize=64)
def _plan(d: int, h: int, bias: int) -> _Plan:
    q, k = d + bias, h + bias
    left, right = np.triu_indices(h)
    number = np.zeros((h, h), dtype=np.intp)
    number[left, right] = np.arange(len(left))
    number = np.maximum(number, number.T)
    hidden = h * q
    places = np.empty((hidden + k, hidden + k), dtype=np.intp)
    j, u = np.divmod(np.arange(hidden), q)  # unit and input of each hidden parameter
    places[:hidden, :hidden] = (number[j[:, None], j] * q + u[:, None]) * q + u
    start = len(left) * q * q
    mixed = start + (np.arange(k)[:, None] * h + j) * q + u
    places[hidden:, :hidden], places[:hidden, hidden:] = mixed, mixed.T
    places[hidden:, hidden:] = start + k * h * q + np.arange(k * k).reshape(k, k)
    order = _stored_order(d, h, bias)
    same = np.flatnonzero(left == right)
    return _Plan(left, right, same, np.arange(h), places[np.ix_(order, order)])


def _stored_order(d: int, h: int, bias: int) -> Indices:
    """For W1, b1, W2, b2: the places in the order (unit, input) with the bias as last input."""
    block = np.arange(h * (d + bias)).reshape(h, d + bias)
    rest = h * (d + bias) + np.arange(h + bias)
    return np.concatenate([block[:, :d].ravel(), block[:, d:].ravel(), rest])
