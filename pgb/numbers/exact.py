"""Exact arithmetic: rationals and closed forms, with exact decisions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat

from pgb.errors import UndecidedError
from pgb.numbers import elementary
from pgb.numbers.float64 import Float64
from pgb.numbers.interface import Arithmetic, Array
from pgb.numbers.symbolic import ExactNumber, exact_number, sign


class Exact(Arithmetic):
    """Object arrays of ``fmpq`` and ``Symbolic``: no rounding, and zero means zero.

    Raises ``UndecidedError`` where a sign cannot be decided or a closed form exceeds the size
    budget, ``InputError`` for NaN and infinities and outside the domain of log and sqrt,
    ``ZeroDivisionError`` for a division by 0.
    """

    name: ClassVar[str] = "exact"
    rigorous: ClassVar[bool] = True

    def asarray(self, values: Any) -> Array:
        return _elementwise(np.asarray(values, dtype=object), exact_number)

    def zeros(self, shape: Sequence[int]) -> Array:
        result = np.empty(tuple(shape), dtype=object)
        result.fill(fmpq(0))
        return result

    def matmul(self, a: Array, b: Array) -> Array:
        if a.ndim == 2 and b.ndim == 2:
            return self._product(a, b)
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a = np.broadcast_to(a, batch + a.shape[-2:])
        b = np.broadcast_to(b, batch + b.shape[-2:])
        result = np.empty((*batch, a.shape[-2], b.shape[-1]), dtype=object)
        for index in np.ndindex(batch):
            result[index] = self._product(a[index], b[index])
        return result

    def _product(self, a: Array, b: Array) -> Array:
        if a.shape[1] != b.shape[0]:
            raise ValueError(f"matmul: found the shapes {a.shape} and {b.shape}")
        if 0 in a.shape or 0 in b.shape:
            return self.zeros((a.shape[0], b.shape[1]))
        if not (_all_rational(a) and _all_rational(b)):
            return np.asarray(np.matmul(a, b))
        table = (fmpq_mat(a.tolist()) * fmpq_mat(b.tolist())).entries()
        return _object_array(table, (a.shape[0], b.shape[1]))

    def exp(self, x: Array) -> Array:
        return _elementwise(x, elementary.exp)

    def log(self, x: Array) -> Array:
        return _elementwise(x, elementary.log)

    def sqrt(self, x: Array) -> Array:
        return _elementwise(x, elementary.sqrt)

    def tanh(self, x: Array) -> Array:
        return _elementwise(x, elementary.tanh)

    def sigmoid(self, x: Array) -> Array:
        return _elementwise(x, elementary.sigmoid)

    def softplus(self, x: Array) -> Array:
        return _elementwise(x, elementary.softplus)

    def erf(self, x: Array) -> Array:
        return _elementwise(x, elementary.erf)

    def arctan(self, x: Array) -> Array:
        return _elementwise(x, elementary.arctan)

    def sin(self, x: Array) -> Array:
        return _elementwise(x, elementary.sin)

    def cos(self, x: Array) -> Array:
        return _elementwise(x, elementary.cos)

    def pi(self) -> Any:
        return elementary.pi()

    def where_nonnegative(self, x: Array, above: Array, below: Array) -> Array:
        x, above, below = np.broadcast_arrays(x, above, below)
        entries = zip(x.flat, above.flat, below.flat, strict=True)
        return _object_array([up if sign(v) >= 0 else down for v, up, down in entries], x.shape)

    def certainly_positive(self, x: Array) -> npt.NDArray[np.bool_]:
        return _mask(x, lambda v: _certain_sign(v) == 1)

    def certainly_zero(self, x: Array) -> npt.NDArray[np.bool_]:
        return _mask(x, lambda v: isinstance(v, fmpq) and v == 0)

    def certainly_negative(self, x: Array) -> npt.NDArray[np.bool_]:
        return _mask(x, lambda v: _certain_sign(v) == -1)

    def certainly_nonzero(self, x: Array) -> npt.NDArray[np.bool_]:
        return _mask(x, lambda v: _certain_sign(v) in (-1, 1))

    def to_float(self, x: Array) -> npt.NDArray[np.float64]:
        return Float64().asarray(x)


def _certain_sign(value: ExactNumber) -> int | None:
    try:
        return sign(value)
    except UndecidedError:
        return None


def _elementwise(x: Array, function: Callable[[Any], Any]) -> Array:
    x = np.asarray(x, dtype=object)
    return _object_array([function(v) for v in x.ravel()], x.shape)


def _object_array(entries: list[Any], shape: tuple[int, ...]) -> Array:
    result = np.empty(len(entries), dtype=object)
    result[:] = entries
    return result.reshape(shape)


def _mask(x: Array, predicate: Callable[[Any], bool]) -> npt.NDArray[np.bool_]:
    flat = [predicate(v) for v in np.ravel(x)]
    return np.array(flat, dtype=np.bool_).reshape(np.shape(x))


def _all_rational(x: Array) -> bool:
    return all(type(v) is fmpq for v in x.ravel())
