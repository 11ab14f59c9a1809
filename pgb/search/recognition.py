"""Finding the minima of a landscape again, up to symmetry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.search.landscape import Landscape
from pgb.search.symmetry import SymmetryGroup, group_of

Vector = npt.NDArray[np.float64]

_VALUE_RELATIVE, _VALUE_OF_SCALE = 1e-8, 1e-11
_POINT = 1e-5


@dataclass(frozen=True, eq=False)
class Minimum:
    """A minimum up to symmetry.

    Attributes:
        parameters: (p,); value: objective there.
        point: its place in ``Landscape.points``; None if only a path from a saddle led there.
    """

    parameters: Vector
    value: float
    point: int | None


class KnownMinima:
    """The minima known so far, found again by value and symmetry.

    Attributes:
        minima: those of the landscape, then those taken in.
        undecided: points counted as a known minimum of the same value although symmetry with it
            could not be decided.
    """

    def __init__(self, landscape: Landscape) -> None:
        objective = landscape.objective
        self.minima = [
            Minimum(point.parameters, point.value, place)
            for place, point in enumerate(landscape.points)
            if point.is_minimum
        ]
        self.undecided = 0
        self._group: SymmetryGroup = group_of(objective)
        at_zero = float(objective.value(Float64(), np.zeros(objective.size)))
        self._scale = abs(at_zero) if np.isfinite(at_zero) else 1.0

    def place(self, point: Vector, value: float) -> int:
        """The place in ``minima`` of the minimum at this point, taken in if it is new."""
        doubtful = None
        width = _VALUE_RELATIVE * abs(value) + _VALUE_OF_SCALE * self._scale
        for number, known in enumerate(self.minima):
            if abs(known.value - value) > width:
                continue
            same = self._group.same(known.parameters, point, _POINT)
            if same:
                return number
            doubtful = number if same is None else doubtful
        if doubtful is not None:
            self.undecided += 1
            return doubtful
        self.minima.append(Minimum(point, value, None))
        return len(self.minima) - 1
