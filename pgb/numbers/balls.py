"""Ball arithmetic (python-flint ``arb``): every operation encloses the true result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, ClassVar, Self

import flint
import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq

from pgb.numbers.interface import Arithmetic, Array
from pgb.numbers.symbolic import exact_number


class Balls(Arithmetic):
    """Object arrays of ``arb`` at a fixed precision in bits; use it as a context manager.

    python-flint's precision is global to the process, so it is set while the context is open and
    restored afterwards::

        with Balls(128) as ar:
            enclosure = objective.gradient(ar, ar.asarray(theta))
    """

    name: ClassVar[str] = "balls"
    rigorous: ClassVar[bool] = True

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
        return _elementwise(array, _ball)

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

    def zeros(self, shape: Sequence[int]) -> Array:
        result = np.empty(tuple(shape), dtype=object)
        result.fill(arb(0))
        return result

    def matmul(self, a: Array, b: Array) -> Array:
        if a.ndim == 2 and b.ndim == 2:
            return _product(a, b)
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        a = np.broadcast_to(a, batch + a.shape[-2:])
        b = np.broadcast_to(b, batch + b.shape[-2:])
        result = np.empty((*batch, a.shape[-2], b.shape[-1]), dtype=object)
        for index in np.ndindex(batch):
            result[index] = _product(a[index], b[index])
        return result

    def exp(self, x: Array) -> Array:
        return _elementwise(x, arb.exp)

    def log(self, x: Array) -> Array:
        return _elementwise(x, arb.log)

    def sqrt(self, x: Array) -> Array:
        return _elementwise(x, arb.sqrt)

    def tanh(self, x: Array) -> Array:
        return _elementwise(x, _increasing(arb.tanh))

    def sigmoid(self, x: Array) -> Array:
        return _elementwise(x, _increasing(_sigmoid))

    def softplus(self, x: Array) -> Array:
        return _elementwise(x, _increasing(_softplus))

    def erf(self, x: Array) -> Array:
        return _elementwise(x, _increasing(arb.erf))

    def arctan(self, x: Array) -> Array:
        return _elementwise(x, _increasing(arb.atan))

    def sin(self, x: Array) -> Array:
        return _elementwise(x, arb.sin)

    def cos(self, x: Array) -> Array:
        return _elementwise(x, arb.cos)

    def pi(self) -> Any:
        return arb.pi()

    def where_nonnegative(self, x: Array, above: Array, below: Array) -> Array:
        x, above, below = np.broadcast_arrays(x, above, below)
        entries = zip(x.flat, above.flat, below.flat, strict=True)
        return _object_array([_choose(*entry) for entry in entries], x.shape)

    def positive_part(self, x: Array) -> Array:
        return _elementwise(x, _increasing(_positive_part))

    def absolute(self, x: Array) -> Array:
        return _elementwise(x, _absolute)

    def certainly_positive(self, x: Array) -> npt.NDArray[np.bool_]:
        return _mask(x, lambda v: v > 0)

    def certainly_zero(self, x: Array) -> npt.NDArray[np.bool_]:
        return _mask(x, arb.is_zero)

    def to_float(self, x: Array) -> npt.NDArray[np.float64]:
        flat = [float(v.mid()) if v.is_finite() else float("nan") for v in np.ravel(x)]
        return np.array(flat, dtype=np.float64).reshape(np.shape(x))

    def upper(self, x: Array) -> npt.NDArray[np.float64]:
        """Doubles that bound |x| from above."""
        flat = [_above(v) for v in np.ravel(x)]
        return np.array(flat, dtype=np.float64).reshape(np.shape(x))


def _ball(value: Any) -> arb:
    if isinstance(value, arb):
        return value
    if isinstance(value, float):  # NaN and infinities stay what they are: nothing is certain
        return arb(value)
    number = exact_number(value)
    return arb(number) if isinstance(number, fmpq) else number.to_arb(flint.ctx.prec)


def _elementwise(x: Array, function: Callable[[Any], Any]) -> Array:
    x = np.asarray(x, dtype=object)
    return _object_array([function(v) for v in x.ravel()], x.shape)


def _object_array(entries: list[Any], shape: tuple[int, ...]) -> Array:
    result = np.empty(len(entries), dtype=object)
    result[:] = entries
    return result.reshape(shape)


def _mask(x: Array, predicate: Callable[[Any], Any]) -> npt.NDArray[np.bool_]:
    flat = [bool(predicate(v)) for v in np.ravel(x)]
    return np.array(flat, dtype=np.bool_).reshape(np.shape(x))


def _product(a: Array, b: Array) -> Array:
    if 0 in a.shape or 0 in b.shape:
        zeros = np.empty((a.shape[0], b.shape[1]), dtype=object)
        zeros.fill(arb(0))
        return zeros
    table = (arb_mat(a.tolist()) * arb_mat(b.tolist())).entries()
    return _object_array(table, (a.shape[0], b.shape[1]))


def _increasing(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """Evaluate an increasing function at the end points, which is tight on wide balls."""

    def enclose(x: arb) -> arb:
        if x.is_exact() or not x.is_finite():
            return function(x)
        return function(x.lower()).union(function(x.upper()))

    return enclose


def _sigmoid(x: arb) -> arb:
    if x > 0:
        return 1 / (1 + (-x).exp())
    grown = x.exp()
    return grown / (1 + grown)


def _softplus(x: arb) -> arb:
    if x > 0:
        return x + (-x).exp().log1p()
    return x.exp().log1p()


def _positive_part(x: arb) -> arb:
    if x >= 0:
        return x
    if x <= 0:
        return arb(0)
    return x.nonnegative_part() if x.is_finite() else arb.nan()


def _absolute(x: arb) -> arb:
    if x >= 0:
        return x
    if x <= 0:
        return -x
    return arb(0).union(x.abs_upper()) if x.is_finite() else arb.nan()


def _choose(x: arb, above: arb, below: arb) -> arb:
    if x > 0:
        return above
    if x < 0:
        return below
    if x.is_nan():
        return arb.nan()
    return above.union(below)


def _above(value: arb) -> float:
    bound = value.abs_upper()
    if not bound.is_finite():
        return float("inf")
    return float(np.nextafter(float(bound), np.inf))
