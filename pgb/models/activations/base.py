"""What an activation states about itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from flint import fmpq

from pgb.numbers import Arithmetic, Array


@dataclass(frozen=True)
class Activation(ABC):
    """A function applied to every preactivation, with its first two derivatives.

    The formulas run in every arithmetic on arrays of at least one axis. On balls each value
    encloses the function over the whole ball; where a derivative jumps inside the ball, it encloses
    both sides.
    """

    #: The name in problem files.
    name: ClassVar[str]
    #: (location, order) of each kink; ``order`` is the lowest derivative that jumps there.
    kinks: ClassVar[tuple[tuple[fmpq, int], ...]] = ()
    #: d with sigma(c s) = c^d sigma(s) for all c > 0, if there is one.
    homogeneous_degree: ClassVar[int | None] = None
    #: The identity.
    linear: ClassVar[bool] = False
    #: The second derivative is 0 away from the kinks.
    piecewise_linear: ClassVar[bool] = False
    #: sigma(-s) = -sigma(s).
    odd: ClassVar[bool] = False
    #: Known to be nondecreasing on all of R.
    increasing: ClassVar[bool] = False
    #: Known to be convex on all of R.
    convex: ClassVar[bool] = False

    @property
    def spec(self) -> str | dict[str, Any]:
        """What ``activation`` turns back into this one."""
        return self.name

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis and IPython, which list the fields of a dataclass otherwise."""
        printer.text(repr(self))

    @property
    def analytic(self) -> bool:
        """No kinks: analytic on all of R."""
        return not self.kinks

    @abstractmethod
    def value(self, ar: Arithmetic, s: Array) -> Array:
        """The function sigma(s)."""

    @abstractmethod
    def first(self, ar: Arithmetic, s: Array) -> Array:
        """The derivative sigma'(s); at a kink of order 1 in Exact and Float64, the right one."""

    @abstractmethod
    def second(self, ar: Arithmetic, s: Array) -> Array:
        """The second derivative sigma''(s) away from kinks."""

    def jet(self, ar: Arithmetic, s: Array) -> tuple[Array, Array, Array]:
        """Value, first and second derivative at once, sharing what they have in common."""
        return self.value(ar, s), self.first(ar, s), self.second(ar, s)

    def one_sided(self, ar: Arithmetic, s: Array, ds: Array) -> Array:
        """Limit of (sigma(s + t ds) - sigma(s)) / t as t falls to 0; s and ds of one shape."""
        return self.first(ar, s) * ds
