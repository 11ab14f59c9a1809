"""Functions with a kink at 0: relu, leaky-relu, elu, selu."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from flint import fmpq

from pgb.models.activations.base import Activation
from pgb.numbers import Arithmetic, Array

if TYPE_CHECKING:
    from pgb.numbers import ExactNumber

# The doubles of the published constants, as the common frameworks have them.
SELU_ALPHA = fmpq(*(1.6732632423543772).as_integer_ratio())
SELU_SCALE = fmpq(*(1.0507009873554805).as_integer_ratio())

_AT_ZERO = ((fmpq(0), 1),)
_ONE, _HUNDREDTH = fmpq(1), fmpq(1, 100)


@dataclass(frozen=True)
class _Kinked(Activation):
    """Common to functions whose first derivative jumps at 0."""

    kinks: ClassVar[tuple[tuple[fmpq, int], ...]] = _AT_ZERO

    @abstractmethod
    def slopes_at_zero(self, ar: Arithmetic) -> tuple[Array, Array]:
        """The right and the left derivative at 0, each of shape (1,)."""

    def one_sided(self, ar: Arithmetic, s: Array, ds: Array) -> Array:
        right, left = self.slopes_at_zero(ar)
        smooth = self.first(ar, s) * ds
        at_zero = ar.where_nonnegative(ds, right * ds, left * ds)
        return ar.where_nonnegative(s, ar.where_nonnegative(-s, at_zero, smooth), smooth)


class Relu(_Kinked):
    """The positive part max(s, 0)."""

    name: ClassVar[str] = "relu"
    homogeneous_degree: ClassVar[int | None] = 1
    piecewise_linear: ClassVar[bool] = True
    increasing: ClassVar[bool] = True
    convex: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.positive_part(s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        zero = ar.zeros(s.shape)
        return ar.where_nonnegative(s, zero + 1, zero)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return ar.zeros(s.shape)

    def slopes_at_zero(self, ar: Arithmetic) -> tuple[Array, Array]:
        return ar.asarray([1]), ar.asarray([0])


@dataclass(frozen=True)
class LeakyRelu(_Kinked):
    """The function with slope ``above`` for s >= 0 and slope ``below`` for s < 0."""

    above: ExactNumber = _ONE
    below: ExactNumber = _HUNDREDTH
    name: ClassVar[str] = "leaky-relu"
    homogeneous_degree: ClassVar[int | None] = 1
    piecewise_linear: ClassVar[bool] = True

    @property
    def spec(self) -> str | dict[str, Any]:
        return {"name": self.name, "slopes": [str(self.above), str(self.below)]}

    def value(self, ar: Arithmetic, s: Array) -> Array:
        above, below = self.slopes_at_zero(ar)
        return above * ar.positive_part(s) - below * ar.positive_part(-s)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        above, below = self.slopes_at_zero(ar)
        zero = ar.zeros(s.shape)
        return ar.where_nonnegative(s, zero + above, zero + below)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return ar.zeros(s.shape)

    def slopes_at_zero(self, ar: Arithmetic) -> tuple[Array, Array]:
        return ar.asarray([self.above]), ar.asarray([self.below])


class Elu(Activation):
    """The function s for s >= 0 and exp(s) - 1 for s < 0; its second derivative jumps at 0."""

    name: ClassVar[str] = "elu"
    kinks: ClassVar[tuple[tuple[fmpq, int], ...]] = ((fmpq(0), 2),)
    increasing: ClassVar[bool] = True
    convex: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        return ar.positive_part(s) + (_decay(ar, s) - 1)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        return _decay(ar, s)

    def second(self, ar: Arithmetic, s: Array) -> Array:
        return ar.where_nonnegative(s, ar.zeros(s.shape), _decay(ar, s))


class Selu(_Kinked):
    """The scaled elu of self-normalizing networks: scale s, or scale alpha (exp(s) - 1)."""

    name: ClassVar[str] = "selu"
    increasing: ClassVar[bool] = True

    def value(self, ar: Arithmetic, s: Array) -> Array:
        right, left = self.slopes_at_zero(ar)
        return right * ar.positive_part(s) + left * (_decay(ar, s) - 1)

    def first(self, ar: Arithmetic, s: Array) -> Array:
        right, left = self.slopes_at_zero(ar)
        return ar.where_nonnegative(s, ar.zeros(s.shape) + right, left * _decay(ar, s))

    def second(self, ar: Arithmetic, s: Array) -> Array:
        left = self.slopes_at_zero(ar)[1]
        return ar.where_nonnegative(s, ar.zeros(s.shape), left * _decay(ar, s))

    def slopes_at_zero(self, ar: Arithmetic) -> tuple[Array, Array]:
        return ar.asarray([SELU_SCALE]), ar.asarray([SELU_SCALE * SELU_ALPHA])


def _decay(ar: Arithmetic, s: Array) -> Array:
    """The number exp(min(s, 0)), which never overflows."""
    return ar.exp(-ar.positive_part(-s))
