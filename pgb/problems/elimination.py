"""The record that a transformed objective keeps of the transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pgb.numbers import Exact, ExactNumber, sign
from pgb.problems.stored import shown_number

if TYPE_CHECKING:
    from pgb.problems.objective import Objective


@dataclass(frozen=True, eq=False)
class Elimination:
    """How an objective was made from ``base``.

    Attributes:
        kind: "exponential" (exponential neurons added) or "without-units".
        lam: the coefficient lambda >= 0 of the penalty.
        penalty: "squared" (lambda sum a_k^2) or "absolute" (lambda sum |a_k|).
        base: the objective before the transform.
        names: what the parameters a, b (and W) are called in the transformed objective.
    """

    kind: str
    lam: ExactNumber
    penalty: str
    base: Objective
    names: tuple[str, ...]

    def __repr__(self) -> str:
        penalty = "" if self.penalty == "squared" else f", penalty={self.penalty!r}"
        return f"Elimination({self.kind!r}, {shown_number(self.lam)}{penalty})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis and IPython, which list the fields of a dataclass otherwise."""
        printer.text(repr(self))

    def is_intact(self, objective: Objective) -> bool:
        """True if every hypothesis on the added neurons that the elimination theorem uses holds.

        That is: exponential neurons, lambda > 0, the squared penalty, and no other penalty on
        their parameters than squares of a. The loss and the regularizer on the other parameters
        are not looked at.
        """
        if self.kind != "exponential" or self.penalty != "squared" or sign(self.lam) <= 0:
            return False
        ar, regularizer = Exact(), objective.regularizer
        if np.any(regularizer.fixed):
            return False
        places = [objective.slices[name] for name in self.names]
        if not all(np.all(ar.certainly_zero(regularizer.absolute[place])) for place in places):
            return False
        return all(np.all(ar.certainly_zero(regularizer.quadratic[place])) for place in places[1:])
