"""Whether the products of linear layers are stationary, whatever their factors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.symmetry.parts import NetworkPart, Part

Vector = npt.NDArray[np.float64]

# Relative accuracy of a gradient at a stationary point found in floats.
_ACCURACY = 1e-8


def smaller_objective(objective: Objective, parts: Sequence[Part]) -> Objective | None:
    """The data part as a function of the parameters of the smaller network of ``Collapse``.

    None if the model is more than one network, or has no free linear layers.
    """
    part = parts[0] if len(parts) == 1 else None
    if not isinstance(part, NetworkPart) or part.made is None:
        return None
    return Objective(part.made.smaller, objective.data, objective.loss, objective.reduction)


def products_are_critical(smaller: Objective, small: Vector) -> npt.NDArray[np.bool_]:
    """(n,): the gradient by the parameters (n, q) of the smaller network vanishes.

    Measured against the sum of the sizes of the terms of which it is made.
    """
    ar = Float64()
    gradient = np.asarray(smaller.gradient(ar, small))
    r = np.abs(np.asarray(smaller.output_gradients(ar, small)))
    jacobian = np.abs(np.asarray(smaller.jacobian(ar, small)))
    size = np.einsum("nik,nikj->nj", r, jacobian)
    return np.asarray(np.all(np.abs(gradient) <= _ACCURACY * size, axis=1))
