"""The least value of a loss over all functions on the data, and whether it is attained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Infimum:
    """An infimum over outputs, in floats.

    ``attained`` is decided by structure (which classes and signs occur), not by floats.
    ``minimizer`` holds outputs that attain it, (d_y,) for a group or (m, d_y) for all samples; None
    if there are none.
    """

    value: float
    attained: bool
    minimizer: Vector | None


def increasing_root(function: Callable[[float], float], low: float, high: float) -> float:
    """A zero of an increasing function with a sign change on [low, high], by bisection."""
    while True:
        middle = low + (high - low) / 2
        if not low < middle < high:
            return middle
        if function(middle) < 0:
            low = middle
        else:
            high = middle
