"""What the arithmetics on Python objects share: arrays that are worked through entry by entry."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pgb.numbers.interface import Arithmetic, Array


class ObjectArithmetic(Arithmetic):
    """Object arrays of immutable numbers; matrix products by python-flint, one at a time."""

    _zero: ClassVar[Any]

    def zeros(self, shape: Sequence[int]) -> Array:
        result = np.empty(tuple(shape), dtype=object)
        result.fill(self._zero)
        return result

    def matmul(self, a: Array, b: Array) -> Array:
        if a.ndim == 2 and b.ndim == 2:
            return self._matrix_product(a, b)
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a = np.broadcast_to(a, batch + a.shape[-2:])
        b = np.broadcast_to(b, batch + b.shape[-2:])
        result = np.empty((*batch, a.shape[-2], b.shape[-1]), dtype=object)
        for index in np.ndindex(batch):
            result[index] = self._matrix_product(a[index], b[index])
        return result

    def _matrix_product(self, a: Array, b: Array) -> Array:
        if a.shape[1] != b.shape[0]:
            raise ValueError(f"matmul: found the shapes {a.shape} and {b.shape}")
        if 0 in a.shape or 0 in b.shape:
            return self.zeros((a.shape[0], b.shape[1]))
        return self._product(a, b)

    @abstractmethod
    def _product(self, a: Array, b: Array) -> Array:
        """The product of two matrices that fit and have entries."""

    def where_nonnegative(self, x: Array, above: Array, below: Array) -> Array:
        x, above, below = np.broadcast_arrays(x, above, below)
        chosen = map(self._choice, x.flat, above.flat, below.flat)
        return object_array(list(chosen), x.shape)

    @staticmethod
    @abstractmethod
    def _choice(x: Any, above: Any, below: Any) -> Any:
        """One entry of ``where_nonnegative``."""


def object_array(entries: list[Any], shape: tuple[int, ...]) -> Array:
    """Entries, row by row, as an array of a shape."""
    result = np.empty(len(entries), dtype=object)
    result[:] = entries
    return result.reshape(shape)


def elementwise(x: Any, function: Callable[[Any], Any]) -> Array:
    """A function of every entry."""
    x = np.asarray(x, dtype=object)
    return object_array([function(v) for v in x.ravel()], x.shape)


def mask(x: Array, predicate: Callable[[Any], Any]) -> npt.NDArray[np.bool_]:
    """Where a predicate is true."""
    flat = [bool(predicate(v)) for v in np.ravel(x)]
    return np.array(flat, dtype=np.bool_).reshape(np.shape(x))


def doubles(x: Array, function: Callable[[Any], float]) -> npt.NDArray[np.float64]:
    """A function of every entry whose values are doubles."""
    flat = [function(v) for v in np.ravel(x)]
    return np.array(flat, dtype=np.float64).reshape(np.shape(x))
