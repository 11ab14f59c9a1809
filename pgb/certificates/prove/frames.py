"""Where an enclosure starts: a polished center, an approximate inverse Hessian, an arithmetic.

Nothing here is trusted: a poor center or inverse can only make a proof fail.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq, fmpz

from pgb.models import Switch
from pgb.numbers import Arithmetic, Array, Balls, Float64, MidRad

Floats = npt.NDArray[np.float64]

#: Bits for the gradient at the center where everything else is midpoint-radius.
GRADIENT_PRECISION = 128
# Up to this many parameters the Hessian at the center is computed and inverted in balls.
_INVERTED_IN_BALLS = 60


class Function(Protocol):
    """What a proof needs of a function of n variables: an objective, or one on a slice."""

    @property
    def size(self) -> int:
        """n, the number of variables."""

    def value(self, ar: Arithmetic, theta: Array, /) -> Array:
        """The value, ()."""

    def gradient(self, ar: Arithmetic, theta: Array, /) -> Array:
        """The gradient (n,); on balls all one-sided ones."""

    def hessian(self, ar: Arithmetic, theta: Array, /) -> Array:
        """The Hessian (n, n); on balls all one-sided ones."""

    def switches(self, ar: Arithmetic, theta: Array, /) -> tuple[Switch, ...]:
        """Every quantity at whose zeros some derivative jumps."""


@dataclass(frozen=True)
class Frame:
    """A center and what a proof around it needs.

    Attributes:
        objective: the objective.
        precision: bits of the ball arithmetic, or None for midpoint-radius arithmetic.
        center: (p,) stored: doubles for midpoint-radius arithmetic, else rationals.
        hessian: (p, p) approximate Hessian at the center.
        inverse: (p, p) its approximate inverse.
    """

    objective: Function
    precision: int | None
    center: Array
    hessian: Floats
    inverse: Floats

    def arithmetic(self) -> AbstractContextManager[Any]:
        """Open the arithmetic of the proof."""
        return nullcontext(MidRad()) if self.precision is None else Balls(self.precision)

    def box(self, ar: Any, radius: float) -> Array:
        """The box (p,) of half-width ``radius`` around the center."""
        radii = np.full(self.center.shape, radius)
        box: Array = (ar.interval if self.precision is None else ar.ball)(self.center, radii)
        return box

    def gradient(self, ar: Any) -> Array:
        """Enclosure (p,) of the gradient at the center."""
        if self.precision is not None:
            return self.objective.gradient(ar, ar.asarray(self.center))
        return MidRad().from_balls(_gradient(self.objective, self.center, GRADIENT_PRECISION))


def frame(objective: Function, theta: Floats, precision: int | None) -> Frame | None:
    """Polish ``theta`` (p,) by Newton's method in balls; None if that fails."""
    matrices = _matrices(objective, theta, precision)
    if matrices is None:
        return None
    hessian, inverse = matrices
    bits = GRADIENT_PRECISION if precision is None else precision
    center = _refined(objective, theta, inverse, bits, rounded=precision is None)
    return None if center is None else Frame(objective, precision, center, hessian, inverse)


def newton_in_floats(objective: Function, start: Floats, iterations: int = 30) -> Floats | None:
    """Where Newton's method from ``start`` (p,) ends; None if it leaves the domain."""
    ar, theta, last = Float64(), np.array(start, dtype=np.float64), np.inf
    for _ in range(iterations):
        gradient, hessian = objective.gradient(ar, theta), objective.hessian(ar, theta)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
            return None
        try:
            step = np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            return theta
        size = float(np.max(np.abs(step), initial=0.0))
        if not size < 2 * last:  # rounding noise, or no convergence
            return theta
        theta, last = theta - step, size
        if size <= 1e-9 * max(1.0, float(np.max(np.abs(theta), initial=0.0))):
            return theta
    return theta


def _matrices(
    objective: Function, theta: Floats, precision: int | None
) -> tuple[Floats, Floats] | None:
    if precision is None or objective.size > _INVERTED_IN_BALLS:
        hessian = np.asarray(objective.hessian(Float64(), theta))
        try:
            inverse = np.linalg.inv((hessian + hessian.T) / 2)
        except np.linalg.LinAlgError:
            return None
    else:
        with Balls(precision) as ar:
            enclosure = objective.hessian(ar, ar.asarray(theta))
            hessian = ar.to_float(enclosure)
            if not np.all(np.isfinite(hessian)):
                return None
            try:
                solved = arb_mat([[v.mid() for v in row] for row in enclosure.tolist()]).inv()
            except ZeroDivisionError:
                return None
            inverse = ar.to_float(np.array(solved.tolist(), dtype=object))
    finite = np.all(np.isfinite(hessian)) and np.all(np.isfinite(inverse))
    return (hessian, inverse) if finite else None


def _gradient(objective: Function, center: Array, precision: int) -> Array:
    with Balls(precision) as ar:
        return objective.gradient(ar, ar.asarray(center))


def _refined(
    objective: Function, theta: Floats, inverse: Floats, precision: int, rounded: bool
) -> Array | None:
    """Simplified Newton steps with the gradient in balls, until they no longer shrink."""
    last = np.inf
    with Balls(precision) as ar:
        center = ar.asarray(theta)
        for _ in range(60):
            gradient = ar.to_float(objective.gradient(ar, center))
            if not np.all(np.isfinite(gradient)):
                return None
            step = inverse @ gradient
            size = float(np.max(np.abs(step), initial=0.0))
            if not size < last / 4:
                break
            moved = middle(center - ar.asarray(step))
            center, last = ar.asarray(ar.to_float(moved)) if rounded else moved, size
        return ar.to_float(center) if rounded else rationals(center)


def middle(balls: Array) -> Array:
    """The midpoints (n,) of balls."""
    result = np.empty(balls.shape, dtype=object)
    result[:] = [ball.mid() for ball in balls]
    return result


def rationals(points: Array) -> Array:
    """The rationals (n,) that balls of radius 0 are."""
    result = np.empty(points.shape, dtype=object)
    result[:] = [_rational(point) for point in points]
    return result


def _rational(point: arb) -> fmpq:
    mantissa, exponent = point.man_exp()
    shift = int(exponent)
    scale = fmpz(1) << abs(shift)
    return fmpq(mantissa * scale) if shift >= 0 else fmpq(mantissa, scale)
