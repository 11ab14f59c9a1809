"""The smooth functions of which an objective consists around a point, one for each sign pattern.

Every theta near the point has a sign pattern sigma with sigma_j s_j^sigma(theta) >= 0 for all kinks
j, and Q(theta) = Q^sigma(theta) there, with Q^sigma and s_j^sigma evaluated along the branches that
sigma chooses: evaluate Q at theta and choose at each kinked function by the sign of its argument at
theta. By induction over the steps of the evaluation all values so far, hence the argument, are the
true ones at theta. Arguments of kinked functions that are not 0 at the point keep their signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq

from pgb.errors import UndecidedError
from pgb.numbers import Array, Decision, Jet, Pattern
from pgb.numbers.elementary import near
from pgb.problems import Objective, Regularizer

_MOST_PATTERNS = 1024
# Half-width of the box of free coordinates.
_WIDTH = fmpq(1, 2**256)


@dataclass(frozen=True)
class Piece:
    """An objective along one sign pattern, with its derivatives by some coordinates.

    ``value`` is Q^sigma; ``kinks`` are its decisions: on the set where ``sign * argument >= 0`` for
    all of them it is the objective.
    """

    value: Jet
    kinks: tuple[Decision, ...]

    @property
    def signs(self) -> str:
        """The sign pattern, one character for each kink."""
        return "".join("+" if kink.sign > 0 else "-" for kink in self.kinks)


def pieces(
    objective: Objective, point: Array, free: Sequence[int] = (), frozen: Sequence[int] = ()
) -> Iterator[Piece]:
    """The pieces of all sign patterns around an exact point (p,); none if there are too many.

    The coordinates in ``free`` may have any values close to the point's, those in ``frozen`` have
    the point's; no derivatives are taken by either.

    Raises:
        UndecidedError: if a sign is not decided, and past the largest number of patterns.
    """
    signs: list[int] = []
    for _ in range(_MOST_PATTERNS):
        ar = Pattern(signs, objective.data.samples)
        theta = _coordinates(point, set(free), set(frozen))
        value = objective.data_value(ar, theta).item() + _penalty(objective.regularizer, ar, theta)
        signs = ar.signs
        yield Piece(value, tuple(sorted(ar.decisions, key=lambda decision: decision.label)))
        while signs and signs[-1] < 0:
            signs.pop()
        if not signs:
            return
        signs[-1] = -1
    raise UndecidedError("there are too many sign patterns")


def _coordinates(point: Array, free: set[int], frozen: set[int]) -> Array:
    theta = np.empty(point.shape, dtype=object)
    for j, value in enumerate(point):
        if j in free:
            theta[j] = Jet.constant(near(f"coordinate {j}", value, _WIDTH))
        else:
            theta[j] = Jet.constant(value) if j in frozen else Jet.coordinate(j, value)
    return theta


def _penalty(regularizer: Regularizer, ar: Pattern, theta: Array) -> Jet:
    """The penalties of single parameters; kinks only where an absolute value is penalized."""
    quadratic, absolute = regularizer.coefficients(ar)
    ar.part = 1
    places = np.flatnonzero(~ar.certainly_zero(absolute))
    terms = [quadratic * (theta * theta), absolute[places] * ar.absolute(theta[places])]
    total: Jet = ar.sum(ar.concatenate(terms)).item()
    return total
