"""Ball arithmetic (python-flint ``arb``): every operation encloses the true result."""

from __future__ import annotations

from types import TracebackType
from typing import Any, ClassVar, Self

import flint
import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq

from pgb.numbers.ball_functions import absolute, increasing, positive_part, sigmoid, softplus
from pgb.numbers.interface import Array
from pgb.numbers.object_arrays import ObjectArithmetic, doubles, elementwise, mask, object_array
from pgb.numbers.symbolic import exact_number


class Balls(ObjectArithmetic):
    """Object arrays of ``arb`` at a fixed precision in bits; use it as a context manager.

    python-flint's precision is global to the process, so it is set while the context is open and
    restored afterwards::

        with Balls(128) as ar:
            enclosure = objective.gradient(ar, ar.asarray(theta))
    """

    name: ClassVar[str] = "balls"
    rigorous: ClassVar[bool] = True
    _zero: ClassVar[arb] = arb(0)

    def __init__(self, precision: int = 128) -> None:
        if precision < 2:
            raise ValueError(f"precision: found {precision}, expected at least 2 bits")
        self.precision = precision
        self._outer: list[int] = []

    def __enter__(self) -> Self:
        self._outer.append(flint.ctx.prec)
        flint.ctx.prec = self.precision
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        flint.ctx.prec = self._outer.pop()

    def asarray(self, values: Any) -> Array:
        if flint.ctx.prec != self.precision:
            raise RuntimeError("Balls must be entered (`with Balls(p) as ar:`) before use")
        array = np.asarray(values, dtype=object)
        return elementwise(array, _ball)

    def ball(self, centers: Any, radii: Any) -> Array:
        """Balls [center - radius, center + radius]; radii must be finite and not negative."""
        middle, radius = self.asarray(centers), self.asarray(radii)
        middle, radius = np.broadcast_arrays(middle, radius)
        result = np.empty(middle.shape, dtype=object)
        for place, m, r in zip(np.ndindex(middle.shape), middle.flat, radius.flat, strict=True):
            if not (r >= 0 and r.is_finite()):
                raise ValueError(f"radius: found {r}, expected a finite number >= 0")
            result[place] = (m - r).union(m + r)
        return result

    def _product(self, a: Array, b: Array) -> Array:
        table = (arb_mat(a.tolist()) * arb_mat(b.tolist())).entries()
        return object_array(table, (a.shape[0], b.shape[1]))

    def exp(self, x: Array) -> Array:
        return elementwise(x, arb.exp)

    def log(self, x: Array) -> Array:
        return elementwise(x, arb.log)

    def sqrt(self, x: Array) -> Array:
        return elementwise(x, arb.sqrt)

    def tanh(self, x: Array) -> Array:
        return elementwise(x, increasing(arb.tanh))

    def sigmoid(self, x: Array) -> Array:
        return elementwise(x, increasing(sigmoid))

    def softplus(self, x: Array) -> Array:
        return elementwise(x, increasing(softplus))

    def erf(self, x: Array) -> Array:
        return elementwise(x, increasing(arb.erf))

    def arctan(self, x: Array) -> Array:
        return elementwise(x, increasing(arb.atan))

    def sin(self, x: Array) -> Array:
        return elementwise(x, arb.sin)

    def cos(self, x: Array) -> Array:
        return elementwise(x, arb.cos)

    def pi(self) -> Any:
        return arb.pi()

    @staticmethod
    def _choice(x: Any, above: Any, below: Any) -> Any:
        if x > 0:
            return above
        if x < 0:
            return below
        return arb.nan() if x.is_nan() else above.union(below)

    def positive_part(self, x: Array) -> Array:
        return elementwise(x, increasing(positive_part))

    def absolute(self, x: Array) -> Array:
        return elementwise(x, absolute)

    def certainly_positive(self, x: Array) -> npt.NDArray[np.bool_]:
        return mask(x, lambda v: v > 0)

    def certainly_zero(self, x: Array) -> npt.NDArray[np.bool_]:
        return mask(x, arb.is_zero)

    def to_float(self, x: Array) -> npt.NDArray[np.float64]:
        return doubles(x, lambda v: float(v.mid()) if v.is_finite() else float("nan"))

    def upper(self, x: Array) -> npt.NDArray[np.float64]:
        """Doubles that bound |x| from above."""
        return doubles(x, _above)


def _ball(value: Any) -> arb:
    if isinstance(value, arb):
        return value
    if isinstance(value, float):  # NaN and infinities stay what they are: nothing is certain
        return arb(value)
    number = exact_number(value)
    return arb(number) if isinstance(number, fmpq) else number.to_arb(flint.ctx.prec)


def _above(value: arb) -> float:
    bound = value.abs_upper()
    if not bound.is_finite():
        return float("inf")
    return float(np.nextafter(float(bound), np.inf))
