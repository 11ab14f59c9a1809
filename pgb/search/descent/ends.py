"""Where descents end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class State(IntEnum):
    """How a run ended; the values are what ``Ends.states`` holds."""

    #: A stationary point to machine precision: tiny gradient, tiny Newton step, steps died out.
    #: At kinks both are meant along them, and the slopes away from them are positive.
    CONVERGED = 0
    #: The parameters grow without bound, or units saturate, while the value decreases.
    ESCAPING = 1
    #: Neither within the budget of iterations, or the run stopped at a kink.
    EXHAUSTED = 2


class Rule(IntEnum):
    """Which rule ended a run; the values are what ``Ends.rules`` holds."""

    #: The iterations were used up.
    BUDGET = 0
    #: Gradient at rounding level, tiny Newton step, nonsingular Hessian.
    REGULAR = 1
    #: The same on the complement of the null directions of the Hessian, along which the gradient is
    #: at rounding level too and the last steps died out.
    NULL_DIRECTIONS = 2
    #: Parameters moved far while the value hardly changed.
    VALLEY = 3
    #: Parameters left every reasonable range, or the range of doubles.
    FAR = 4
    #: The gradient vanishes only because units are saturated to the last bit.
    SATURATED = 5
    #: No step made progress, at a point where the objective is not differentiable.
    KINK = 6
    #: No step made progress any more, at a point that is not stationary.
    NO_PROGRESS = 7
    #: A local minimum of the gradient norm that is not stationary (critical points only).
    SPURIOUS = 8
    #: Stationary along the kinks that meet at the point, and uphill away from each of them.
    ALONG_KINKS = 9


@dataclass(frozen=True)
class Ends:
    """The ends of n descents.

    Attributes:
        points: (n, p).
        values: (n,).
        gradient_norms: (n,) Euclidean norms of the gradients, at kinks along these.
        newton_steps: (n,) largest entry of the (pseudo-inverse) Newton step, each relative to the
            size of the parameter or its typical magnitude, whichever is larger.
        states: (n,) values of ``State``.
        rules: (n,) values of ``Rule``.
        iterations: (n,).
        at_kink: (n,) bool: the objective is not differentiable within rounding of the point.
        trail: (n, k, p) late checkpoints in the order of time, the last one being the point.
    """

    points: Floats
    values: Floats
    gradient_norms: Floats
    newton_steps: Floats
    states: npt.NDArray[np.int64]
    rules: npt.NDArray[np.int64]
    iterations: npt.NDArray[np.int64]
    at_kink: npt.NDArray[np.bool_]
    trail: Floats

    def __len__(self) -> int:
        return len(self.values)

    @staticmethod
    def joined(parts: Sequence[Ends]) -> Ends:
        """The ends of several parts of the starts, one after another."""
        columns = {
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Ends)
        }
        return Ends(**columns)
