"""Exact arithmetic: rationals and closed forms, with exact decisions."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat

from pgb.errors import UndecidedError
from pgb.numbers import elementary
from pgb.numbers.float64 import Float64
from pgb.numbers.interface import Array
from pgb.numbers.object_arrays import ObjectArithmetic, elementwise, mask, object_array
from pgb.numbers.symbolic import ExactNumber, exact_number, sign


class Exact(ObjectArithmetic):
    """Object arrays of ``fmpq`` and ``Symbolic``: no rounding, and zero means zero.

    Raises ``UndecidedError`` where a sign cannot be decided or a closed form exceeds the size
    budget, ``InputError`` for NaN and infinities and outside the domain of log and sqrt,
    ``ZeroDivisionError`` for a division by 0.
    """

    name: ClassVar[str] = "exact"
    rigorous: ClassVar[bool] = True
    _zero: ClassVar[fmpq] = fmpq(0)

    def asarray(self, values: Any) -> Array:
        return elementwise(values, exact_number)

    def _product(self, a: Array, b: Array) -> Array:
        if not (_all_rational(a) and _all_rational(b)):
            return np.asarray(np.matmul(a, b))
        table = (fmpq_mat(a.tolist()) * fmpq_mat(b.tolist())).entries()
        return object_array(table, (a.shape[0], b.shape[1]))

    def exp(self, x: Array) -> Array:
        return elementwise(x, elementary.exp)

    def log(self, x: Array) -> Array:
        return elementwise(x, elementary.log)

    def sqrt(self, x: Array) -> Array:
        return elementwise(x, elementary.sqrt)

    def tanh(self, x: Array) -> Array:
        return elementwise(x, elementary.tanh)

    def sigmoid(self, x: Array) -> Array:
        return elementwise(x, elementary.sigmoid)

    def softplus(self, x: Array) -> Array:
        return elementwise(x, elementary.softplus)

    def erf(self, x: Array) -> Array:
        return elementwise(x, elementary.erf)

    def arctan(self, x: Array) -> Array:
        return elementwise(x, elementary.arctan)

    def sin(self, x: Array) -> Array:
        return elementwise(x, elementary.sin)

    def cos(self, x: Array) -> Array:
        return elementwise(x, elementary.cos)

    def pi(self) -> Any:
        return elementary.pi()

    @staticmethod
    def _choice(x: Any, above: Any, below: Any) -> Any:
        return above if sign(x) >= 0 else below

    def certainly_positive(self, x: Array) -> npt.NDArray[np.bool_]:
        return mask(x, lambda v: _certain_sign(v) == 1)

    def certainly_zero(self, x: Array) -> npt.NDArray[np.bool_]:
        return mask(x, lambda v: isinstance(v, fmpq) and v == 0)

    def certainly_negative(self, x: Array) -> npt.NDArray[np.bool_]:
        return mask(x, lambda v: _certain_sign(v) == -1)

    def certainly_nonzero(self, x: Array) -> npt.NDArray[np.bool_]:
        return mask(x, lambda v: _certain_sign(v) in (-1, 1))

    def to_float(self, x: Array) -> npt.NDArray[np.float64]:
        return Float64().asarray(x)


def _certain_sign(value: ExactNumber) -> int | None:
    try:
        return sign(value)
    except UndecidedError:
        return None


def _all_rational(x: Array) -> bool:
    return all(type(v) is fmpq for v in x.ravel())
