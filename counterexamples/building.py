"""Models, data and points that several families share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pgb.models import Expression
from pgb.numbers import Array, exact_number
from pgb.problems import Candidate

if TYPE_CHECKING:
    from pgb.problems import Objective


def constant_model(values: Sequence[Any], inputs: int) -> Expression:
    """A model without parameters whose outputs are the given numbers at every input."""
    names = [f"x{j + 1}" for j in range(inputs)]
    return Expression(inputs=names, parameters=[], outputs=[str(value) for value in values])


def exact(values: Any) -> Array:
    """Nested sequences or arrays of numbers as an object array of exact numbers."""
    array = np.asarray(values, dtype=object)
    result = np.empty(array.shape, dtype=object)
    result.ravel()[:] = [exact_number(value) for value in array.ravel()]
    return result


def augmented(theta: Any, a: Any, b: Any, W: Any) -> Array:
    """The flat parameter vector of an eliminated objective: (p,), (d_y,), (d_y,), (d_y, d_x)."""
    return np.concatenate([exact(part).ravel() for part in (theta, a, b, W)])


def candidate_at(objective: Objective, point: Array) -> Candidate:
    """The candidate at a flat parameter vector of the objective."""
    return Candidate.from_vector(objective.parameters, point)
