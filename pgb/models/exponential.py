"""The exponential neurons that eliminate bad local minima: a_k exp(w_k . x + b_k)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError
from pgb.models.fields import AffineField
from pgb.models.model import Model, Parameter, Switch
from pgb.numbers import Arithmetic, Array

# In float64 the exponentials may overflow; 0 times infinity is then nan, which is an answer.
_overflow_is_an_answer = np.errstate(over="ignore", invalid="ignore")


class ExponentialNeurons(Model):
    """One neuron for each output: phi_k(x) = a_k exp(w_k . x + b_k).

    Source: K. Kawaguchi and L. Kaelbling, "Elimination of All Bad Local Minima in Deep Learning".

    Args:
        d_x: the number of inputs.
        d_y: the number of outputs.

    The parameters are a (d_y,), b (d_y,) and W (d_y, d_x), one row for each output.

    Raises:
        InputError: unless both numbers are integers >= 1.
    """

    def __init__(self, d_x: int, d_y: int) -> None:
        for name, value in (("d_x", d_x), ("d_y", d_y)):
            if not isinstance(value, (int, np.integer)) or value < 1:
                raise InputError(f"{name}: found {value!r}, expected an integer >= 1")
        self.inputs, self.output_dimension = int(d_x), int(d_y)
        shapes = {"a": (d_y,), "b": (d_y,), "W": (d_y, d_x)}
        self.parameters = tuple(Parameter(name, shape) for name, shape in shapes.items())

    def unpack(self, theta: Array) -> tuple[Array, Array, Array]:
        """The parameters a (..., d_y), b (..., d_y) and W (..., d_y, d_x)."""
        a, b, W = (theta[..., place] for place in self.slices.values())
        return a, b, W.reshape((*theta.shape[:-1], self.output_dimension, self.inputs))

    def exponentials(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        """exp(w_k . x_i + b_k), (..., m, d_y)."""
        _, b, W = self.unpack(theta)
        return ar.exp(ar.matmul(x, W.swapaxes(-1, -2)) + b[..., None, :])

    @_overflow_is_an_answer
    def outputs(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        return self.unpack(theta)[0][..., None, :] * self.exponentials(ar, theta, x)

    @_overflow_is_an_answer
    def jacobian(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        a = self.unpack(theta)[0]
        e = self.exponentials(ar, theta, x)
        local = self._local(ar, x)[..., None, :] * (a[..., None, :] * e)[..., None]
        local = ar.concatenate([e[..., None], local], axis=-1)  # (..., m, d_y, 2 + d_x)
        return _on_diagonal(ar, local)[..., self._order]

    @_overflow_is_an_answer
    def gradient(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        a, rho = self.unpack(theta)[0], r * self.exponentials(ar, theta, x)
        moments = ar.matmul(rho.swapaxes(-1, -2), self._local(ar, x))  # (..., d_y, 1 + d_x)
        blocks = ar.concatenate([moments[..., :1], a[..., None] * moments], axis=-1)
        return blocks.reshape((*blocks.shape[:-2], self.size))[..., self._order]

    @_overflow_is_an_answer
    def curvature(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        a, rho = self.unpack(theta)[0], r * self.exponentials(ar, theta, x)
        u = self._local(ar, x)
        n, q = self.output_dimension, 1 + self.inputs
        products = (u[..., :, None] * u[..., None, :]).reshape((x.shape[0], q * q))
        weights = rho.swapaxes(-1, -2)
        first, second = ar.matmul(weights, u), ar.matmul(weights, products)
        second = a[..., None, None] * second.reshape((*second.shape[:-1], q, q))
        corner = ar.zeros((*first.shape[:-1], 1, 1))
        top = ar.concatenate([corner, first[..., None, :]], axis=-1)
        bottom = ar.concatenate([first[..., :, None], second], axis=-1)
        blocks = ar.concatenate([top, bottom], axis=-2)  # (..., d_y, 2 + d_x, 2 + d_x)
        rows = blocks.swapaxes(-2, -3)  # (..., 2 + d_x, d_y, 2 + d_x)
        wide = _on_diagonal(ar, rows).swapaxes(-2, -3)  # (..., d_y, 2 + d_x, p)
        square = wide.reshape((*wide.shape[:-3], n * (1 + q), self.size))
        return square[..., self._order, :][..., self._order]

    def switches(self, ar: Arithmetic, theta: Array, x: Array) -> tuple[Switch, ...]:
        return ()

    @_overflow_is_an_answer
    def directional(self, ar: Arithmetic, theta: Array, x: Array, v: Array) -> Array:
        a, (da, db, dW) = self.unpack(theta)[0], self.unpack(v)
        inner = ar.matmul(x, dW.swapaxes(-1, -2)) + db[..., None, :]
        return (da[..., None, :] + a[..., None, :] * inner) * self.exponentials(ar, theta, x)

    def invariances(self) -> tuple[AffineField, ...]:
        """For each neuron a_k d/da_k - d/db_k."""
        a, b = self.slices["a"].start, self.slices["b"].start
        return tuple(
            AffineField.sparse(
                self.size, {(a + k, a + k): 1}, f"scale of exponential neuron {k + 1}", {b + k: -1}
            )
            for k in range(self.output_dimension)
        )

    def _local(self, ar: Arithmetic, x: Array) -> Array:
        """The derivatives (1, x) of an exponent by its b and w, (m, 1 + d_x)."""
        return ar.concatenate([ar.ones((x.shape[0], 1)), x], axis=-1)

    @property
    def _order(self) -> npt.NDArray[np.intp]:
        """Where each entry of the flat vector lies when each neuron's (a, b, w) are together."""
        places = np.arange(self.size).reshape(self.output_dimension, 2 + self.inputs)
        return np.concatenate([places[:, 0], places[:, 1], places[:, 2:].ravel()])

    def __repr__(self) -> str:
        return f"ExponentialNeurons({self.inputs}, {self.output_dimension})"


def _on_diagonal(ar: Arithmetic, values: Array) -> Array:
    """Rows (..., n, q) into (..., n, n q): row k at columns k q to k q + q, zeros elsewhere.

    Built from zeros rather than by products with a unit matrix: values may have overflowed.
    """
    n, q = values.shape[-2:]
    rows = []
    for k in range(n):
        before, after = (ar.zeros((*values.shape[:-2], j * q)) for j in (k, n - 1 - k))
        rows.append(ar.concatenate([before, values[..., k, :], after], axis=-1))
    return ar.stack(rows, axis=-2)
