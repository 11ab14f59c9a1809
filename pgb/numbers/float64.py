"""Double precision: fast, batched, and only ever a proposal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError
from pgb.numbers.interface import Arithmetic, Array


class Float64(Arithmetic):
    """NumPy float64 arrays; leading axes are a batch of candidates."""

    name: ClassVar[str] = "float64"
    rigorous: ClassVar[bool] = False

    def asarray(self, values: Any) -> Array:
        array = np.asarray(values)
        if array.dtype == object:
            floats = [_nearest_double(v) for v in array.ravel()]
            return np.array(floats, dtype=np.float64).reshape(array.shape)
        if array.dtype.kind not in "fiub":
            raise InputError(f"number: found an array of {array.dtype}, expected real numbers")
        return array.astype(np.float64)

    def zeros(self, shape: Sequence[int]) -> Array:
        return np.zeros(tuple(shape))

    def matmul(self, a: Array, b: Array) -> Array:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.matmul(a, b)

    def exp(self, x: Array) -> Array:
        with np.errstate(over="ignore"):
            return np.exp(x)

    def log(self, x: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(x)

    def sqrt(self, x: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.sqrt(x)

    def tanh(self, x: Array) -> Array:
        return np.tanh(x)

    def sigmoid(self, x: Array) -> Array:
        decay = np.exp(-np.abs(x))
        return np.where(x >= 0, 1 / (1 + decay), decay / (1 + decay))

    def softplus(self, x: Array) -> Array:
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))

    def erf(self, x: Array) -> Array:
        from scipy.special import erf

        return np.asarray(erf(x))

    def arctan(self, x: Array) -> Array:
        return np.arctan(x)

    def sin(self, x: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.sin(x)

    def cos(self, x: Array) -> Array:
        with np.errstate(invalid="ignore"):
            return np.cos(x)

    def pi(self) -> Any:
        return np.pi

    def where_nonnegative(self, x: Array, above: Array, below: Array) -> Array:
        result = np.where(x >= 0, above, below)
        unknown = np.isnan(x)
        return np.where(unknown, np.nan, result) if unknown.any() else result

    def positive_part(self, x: Array) -> Array:
        return np.maximum(x, 0)

    def absolute(self, x: Array) -> Array:
        return np.abs(x)

    def certainly_positive(self, x: Array) -> npt.NDArray[np.bool_]:
        return np.asarray(x > 0)

    def certainly_zero(self, x: Array) -> npt.NDArray[np.bool_]:
        return np.asarray(x == 0)

    def to_float(self, x: Array) -> npt.NDArray[np.float64]:
        return np.asarray(x, dtype=np.float64)


def euclidean_norm(vector: npt.NDArray[np.float64]) -> float:
    """The length of a vector (p,); it overflows only if the length itself is no double."""
    return math.hypot(*vector.tolist())


def _nearest_double(value: Any) -> float:
    try:
        if hasattr(value, "p") and hasattr(value, "q"):  # fmpq: int / int rounds correctly
            return int(value.p) / int(value.q)
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
