"""Second derivatives of layered networks, contracted with weights on the outputs.

For f = sum_i sum_k r_ik phi_ik write, at each sample, A_l for the second derivative of f with
respect to the preactivations s_l when all later parameters are fixed,

    A_L = diag(k_L),    A_{l-1} = D_{l-1} W_l^T A_l W_l D_{l-1} + diag(k_{l-1}),

with D = diag(sigma') and k = (df/dz) sigma'', and T_{b,a} = d s_b / d s_a. The block of layers
b >= a is the sum over the samples of A_b T_{b,a} times the inputs of both layers, plus, for b > a,
the term (df/ds_b) d z_{b-1} / d theta_a from the product of W_b with its input. Diagonal matrices
are kept as such: a network with one hidden layer then needs no product per sample at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pgb.numbers import Arithmetic, Array, Float64

if TYPE_CHECKING:
    from pgb.models.network_derivatives import Pass


def curvature(run: Pass, r: Array) -> Array:
    """The second derivative of sum_i sum_k r_ik phi_ik, (..., p, p), in the order of ``Pass``."""
    widths = [W.shape[-2] for W in run.weights]
    inputs = [z.shape[-1] for z in run.inputs]
    deep = len(widths) > 2 or run.second[-1] is not None
    largest = max(*widths, *inputs) if deep else max(inputs[0], widths[0])
    total: Array | None = None
    for rows in run.portions(largest * largest if deep else largest):
        part = _Curvature(run.rows(rows), r[..., rows, :]).matrix()
        total = part if total is None else total + part
    assert total is not None
    return total


class _Curvature:
    def __init__(self, run: Pass, r: Array) -> None:
        self.run, self.ar = run, run.ar
        at_z, self.at_s = run.backward(r)
        self.kappa = [
            None if second is None else e * second
            for e, second in zip(at_z, run.second, strict=True)
        ]
        self.dense = self._dense()

    def _dense(self) -> list[Array | None]:
        """A_l - diag(k_l) for each layer, (..., m, n_l, n_l); None where it is 0."""
        found: list[Array | None] = [None]
        for layer in reversed(range(1, len(self.run.weights))):
            W, slope = self.run.weights[layer], self.run.first[layer - 1]
            inner = self._times_a(layer, found[-1], W[..., None, :, :])
            if inner is not None:
                inner = _left(self.ar, W.swapaxes(-1, -2), inner)
                inner = _columns_scaled(_rows_scaled(inner, slope), slope)
            found.append(inner)
        return found[::-1]

    def _times_a(self, layer: int, dense: Array | None, right: Array) -> Array | None:
        """A_layer times ``right`` (..., m or 1, n_layer, k); None for 0."""
        kappa = self.kappa[layer]
        diagonal = None if kappa is None else kappa[..., :, None] * right
        if dense is None:
            return diagonal
        product = self.ar.matmul(dense, right)
        return product if diagonal is None else product + diagonal

    def matrix(self) -> Array:
        count = len(self.run.weights)
        blocks: list[list[Array]] = [[] for _ in range(count)]
        columns = [self._column(a) for a in range(count)]
        for b in range(count):
            for a in range(count):
                lower = columns[min(a, b)][max(a, b) - min(a, b)]
                blocks[b].append(lower if b >= a else lower.swapaxes(-1, -2))
        rows = [self.ar.concatenate(row, axis=-1) for row in blocks]
        return self.ar.concatenate(rows, axis=-2)

    def _column(self, a: int) -> list[Array]:
        """The blocks (b, a) for b = a, a + 1, ..."""
        found = [self._diagonal_block(a)]
        moved: Array | None = None  # d z_{b-1} / d s_a, (..., m, n_{b-1}, n_a); None if diagonal
        for b in range(a + 1, len(self.run.weights)):
            W, slope = self.run.weights[b], self.run.first[a]
            bilinear = self._near(a) if moved is None else self._far(b, a, moved)
            if moved is None:
                to_s = _columns_scaled(W[..., None, :, :], slope)  # T_{b,a}
            else:
                to_s = _left(self.ar, W, moved)
            inner = self._times_a(b, self.dense[b], to_s)
            found.append(bilinear if inner is None else bilinear + self._contracted(b, a, inner))
            if b + 1 < len(self.run.weights):
                moved = _rows_scaled(to_s, self.run.first[b])
        return found

    def _diagonal_block(self, a: int) -> Array:
        z, width = self.run.inputs[a], self.run.weights[a].shape[-2]
        size = z.shape[-1]
        block = self.ar.zeros((*self.run.batch, size * width, size * width))
        kappa, dense = self.kappa[a], self.dense[a]
        if kappa is not None:
            pairs = _outer(z, z)
            sums = self.ar.matmul(pairs.swapaxes(-1, -2), kappa)
            sums = sums.reshape((*sums.shape[:-2], size, size, width))
            spread = _spread(self.ar, sums.swapaxes(-1, -2)[..., None], width, -3)
            block = block + spread.reshape((*spread.shape[:-4], size * width, size * width))
        return block if dense is None else block + self._contracted(a, a, dense)

    def _contracted(self, b: int, a: int, inner: Array) -> Array:
        """Sum over the samples of inner[v, u] z_b[q'] z_a[q], as ((q', v), (q, u))."""
        z_b, z_a = self.run.inputs[b], self.run.inputs[a]
        q_b, q_a, (n_b, n_a) = z_b.shape[-1], z_a.shape[-1], inner.shape[-2:]
        flat = inner.reshape((*inner.shape[:-2], n_b * n_a))
        sums = self.ar.matmul(_outer(z_b, z_a).swapaxes(-1, -2), flat)
        sums = sums.reshape((*sums.shape[:-2], q_b, q_a, n_b, n_a)).swapaxes(-3, -2)
        return sums.reshape((*sums.shape[:-4], q_b * n_b, q_a * n_a))

    def _near(self, a: int) -> Array:
        """Sum over the samples of (df/ds_b)[v] d z_a[u] / d theta_a, b = a + 1."""
        z, slope, at_s = self.run.inputs[a], self.run.first[a], self.at_s[a + 1]
        n_b, n_a, q_a = at_s.shape[-1], self.run.weights[a].shape[-2], z.shape[-1]
        if slope is None:
            slope = self.ar.ones((self.run.samples, n_a))
        if n_b < q_a:  # the same sums; what differs is the size of the products at each sample
            sums = self.ar.matmul(z.swapaxes(-1, -2), _outer(at_s, slope))
            sums = sums.reshape((*sums.shape[:-2], q_a, n_b, n_a)).swapaxes(-2, -3)
        else:
            sums = self.ar.matmul(at_s.swapaxes(-1, -2), _outer(z, slope))
        sums = sums.reshape((*at_s.shape[:-2], 1, n_b, q_a, n_a))
        spread = _spread(self.ar, sums, n_a, -4)
        return self._with_bias_row(spread.reshape((*spread.shape[:-4], n_a * n_b, q_a * n_a)), n_b)

    def _far(self, b: int, a: int, moved: Array) -> Array:
        """Sum over the samples of (df/ds_b)[v] d z_{b-1}[q'] / d theta_a, b > a + 1."""
        z, at_s = self.run.inputs[a], self.at_s[b]
        n_b, q_a, (n, n_a) = at_s.shape[-1], z.shape[-1], moved.shape[-2:]
        if moved.shape[-3] != self.run.samples:  # the same at every sample: linear layers so far
            moved = moved + self.ar.zeros((self.run.samples, 1, 1))
        flat = moved.reshape((*moved.shape[:-2], n * n_a))
        sums = self.ar.matmul(_outer(at_s, z).swapaxes(-1, -2), flat)
        sums = sums.reshape((*sums.shape[:-2], n_b, q_a, n, n_a))
        sums = sums.swapaxes(-4, -2).swapaxes(-3, -2)
        return self._with_bias_row(sums.reshape((*sums.shape[:-4], n * n_b, q_a * n_a)), n_b)

    def _with_bias_row(self, block: Array, width: int) -> Array:
        if not self.run.bias:
            return block
        zeros = self.ar.zeros((*block.shape[:-2], width, block.shape[-1]))
        return self.ar.concatenate([block, zeros], axis=-2)


def _outer(left: Array, right: Array) -> Array:
    """All products of entries of both, (..., m, j * k)."""
    product = left[..., :, None] * right[..., None, :]
    return product.reshape((*product.shape[:-2], -1))


def _rows_scaled(matrix: Array, slope: Array | None) -> Array:
    return matrix if slope is None else slope[..., :, None] * matrix


def _columns_scaled(matrix: Array, slope: Array | None) -> Array:
    return matrix if slope is None else matrix * slope[..., None, :]


def _left(ar: Arithmetic, W: Array, right: Array) -> Array:
    """W (..., j, k) times one matrix per sample, (..., m, k, n), as one product of matrices."""
    *batch, samples, k, n = right.shape
    sideways = right.swapaxes(-1, -2).reshape((*batch, samples * n, k))
    product = ar.matmul(sideways, W.swapaxes(-1, -2))
    return product.reshape((*product.shape[:-2], samples, n, W.shape[-2])).swapaxes(-1, -2)


def _spread(ar: Arithmetic, values: Array, size: int, axis: int) -> Array:
    """Place values on the diagonal of the axes ``axis`` and -1, zeros elsewhere."""
    eye = np.eye(size, dtype=np.int64).reshape((size,) + (1,) * (-axis - 2) + (size,))
    if isinstance(ar, Float64):
        return values * eye
    return values * ar.asarray(eye)
