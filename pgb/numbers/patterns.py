"""Evaluation along one sign pattern: the smooth branch of every kinked function at a point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from pgb.numbers import elementary
from pgb.numbers.exact import Exact
from pgb.numbers.forms import Form
from pgb.numbers.interface import Arithmetic, Array
from pgb.numbers.jets import Jet, chain
from pgb.numbers.symbolic import ExactNumber, sign

__all__ = ["Decision", "Pattern"]

Slopes = tuple[ExactNumber, ExactNumber]
#: Where an argument occurs: (part, sample, call, place within the sample).
Label = tuple[int, int, int, tuple[int, ...]]


@dataclass
class Decision:
    """An argument of a kinked function that is 0 at the point, and the side chosen for it.

    Of several that are multiples of each other it is the first in the order of the labels.
    """

    sign: int
    argument: Jet
    label: Label


class Pattern(Arithmetic):
    """Object arrays of ``Jet``: exact values with two derivatives along a sign pattern.

    Where the argument of ``where_nonnegative`` is 0 at the point, and not 0 identically, one of the
    two branches is taken: the one that ``signs`` says, decision by decision in the order of the
    evaluation, the upper one beyond its end. Arguments that are multiples of each other identically
    get the same decision. Everywhere else the sign is certain, or ``UndecidedError`` is raised. So
    the result is a smooth function, with its derivatives, and ``decisions`` says on which set it
    is the true one.

    Args:
        signs: 1 or -1 for each decision; it grows with those beyond its end.
        samples: the length of the first axis where that numbers samples.

    Attributes:
        part: counted up by the caller between parts of the evaluation, for the labels.
    """

    name: ClassVar[str] = "pattern"
    rigorous: ClassVar[bool] = True

    def __init__(self, signs: Sequence[int], samples: int) -> None:
        self.signs, self.samples = list(signs), samples
        self.decisions: list[Decision] = []
        self.part = 0
        self._known: dict[Form, tuple[int, Decision]] = {}
        self._calls = 0
        self._base = Exact()

    def asarray(self, values: Any) -> Array:
        array = np.asarray(values, dtype=object)
        return _each(array, lambda v: v if isinstance(v, Jet) else self._constant(v))

    def _constant(self, value: Any) -> Jet:
        return Jet.constant(self._base.asarray(value).item())

    def zeros(self, shape: Sequence[int]) -> Array:
        result = np.empty(tuple(shape), dtype=object)
        result.fill(self._constant(0))
        return result

    def matmul(self, a: Array, b: Array) -> Array:
        if a.shape[-1] == 0:
            batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
            return self.zeros((*batch, a.shape[-2], b.shape[-1]))
        return np.asarray(np.matmul(a, b))

    def exp(self, x: Array) -> Array:
        return _mapped(x, "exp", elementary.exp, lambda s, e: (e, e))

    def log(self, x: Array) -> Array:
        return _mapped(x, "log", elementary.log, lambda s, _: (1 / s, -1 / (s * s)))

    def sqrt(self, x: Array) -> Array:
        return _mapped(x, "sqrt", elementary.sqrt, lambda s, r: (1 / (2 * r), -1 / (4 * r * s)))

    def tanh(self, x: Array) -> Array:
        return _mapped(x, "tanh", elementary.tanh, lambda s, t: (1 - t * t, 2 * t * (t * t - 1)))

    def sigmoid(self, x: Array) -> Array:
        return _mapped(
            x, "sigmoid", elementary.sigmoid, lambda s, g: (g * (1 - g), g * (1 - g) * (1 - 2 * g))
        )

    def softplus(self, x: Array) -> Array:
        def slopes(s: Any, _: Any) -> Slopes:
            g = elementary.sigmoid(s)
            return g, g * (1 - g)

        return _mapped(x, "softplus", elementary.softplus, slopes)

    def erf(self, x: Array) -> Array:
        def slopes(s: Any, _: Any) -> Slopes:
            bell = 2 * elementary.exp(-s * s) / elementary.sqrt(elementary.pi())
            return bell, -2 * s * bell

        return _mapped(x, "erf", elementary.erf, slopes)

    def arctan(self, x: Array) -> Array:
        def slopes(s: Any, _: Any) -> Slopes:
            slope = 1 / (1 + s * s)
            return slope, -2 * s * slope * slope

        return _mapped(x, "arctan", elementary.arctan, slopes)

    def sin(self, x: Array) -> Array:
        return _mapped(x, "sin", elementary.sin, lambda s, v: (elementary.cos(s), -v))

    def cos(self, x: Array) -> Array:
        return _mapped(x, "cos", elementary.cos, lambda s, v: (-elementary.sin(s), -v))

    def pi(self) -> Any:
        return Jet.constant(elementary.pi())

    def where_nonnegative(self, x: Array, above: Array, below: Array) -> Array:
        x, above, below = np.broadcast_arrays(x, above, below)
        self._calls += 1
        result = np.empty(x.shape, dtype=object)
        for place in np.ndindex(x.shape):
            argument: Any = x[place]
            chosen = above if self._side(argument, place, x.shape) > 0 else below
            result[place] = chosen[place]
        return result

    def _side(self, argument: Jet, place: tuple[int, ...], shape: tuple[int, ...]) -> int:
        certain = sign(argument.value)
        form = argument.form
        if certain != 0 or argument.first is None or (form is not None and form.is_zero):
            return certain or 1
        numbered = self.part == 0 and bool(shape) and shape[0] == self.samples
        sample, rest = (place[0], place[1:]) if numbered else (0, place)
        label = (self.part, sample, self._calls, rest)
        turn, direction = (1, None) if form is None else form.direction()
        if direction is not None and direction in self._known:
            side, decision = self._known[direction]
            if label < decision.label:
                decision.sign, decision.argument, decision.label = turn * side, argument, label
            return turn * side
        number = len(self.decisions)
        if number == len(self.signs):
            self.signs.append(1)
        side = self.signs[number]
        self.decisions.append(Decision(side, argument, label))
        if direction is not None:
            self._known[direction] = (turn * side, self.decisions[-1])
        return side

    def certainly_positive(self, x: Array) -> npt.NDArray[np.bool_]:
        return self._base.certainly_positive(_values(x))

    def certainly_zero(self, x: Array) -> npt.NDArray[np.bool_]:
        return self._base.certainly_zero(_values(x))

    def to_float(self, x: Array) -> npt.NDArray[np.float64]:
        return self._base.to_float(_values(x))


def _mapped(
    x: Array, name: str, value: Callable[[Any], Any], slopes: Callable[[Any, Any], Slopes]
) -> Array:
    def one(a: Jet) -> Jet:
        found = value(a.value)
        if a.first is None:
            return Jet.constant(found)
        return chain((found, *slopes(a.value, found)), a, name)

    return _each(x, one)


def _values(x: Array) -> Array:
    return _each(x, lambda a: a.value)


def _each(x: Array, function: Callable[[Any], Any]) -> Array:
    result = np.empty(x.shape, dtype=object)
    for place in np.ndindex(x.shape):
        result[place] = function(x[place])
    return result
