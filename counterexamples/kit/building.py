"""Models, data and points that several families share."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq, fmpq_mat

from pgb.expressions import exact_value, parse
from pgb.models import Expression
from pgb.numbers import Array, ExactNumber, Float64, exact_number
from pgb.problems import Candidate

if TYPE_CHECKING:
    from pgb.problems import Objective


def constant_model(values: Sequence[Any], inputs: int) -> Expression:
    """A model without parameters whose outputs are the given numbers at every input."""
    names = [f"x{j + 1}" for j in range(inputs)]
    return Expression(inputs=names, parameters=[], outputs=[str(value) for value in values])


def exact(values: Any) -> Array:
    """Nested sequences or arrays of numbers as an object array of exact numbers.

    Strings such as "1/3" or "log(2)" are read by the grammar, floats are the doubles they are.
    """
    array = np.asarray(values, dtype=object)
    result = np.empty(array.shape, dtype=object)
    result.ravel()[:] = [_exact(value) for value in array.ravel()]
    return result


def _exact(value: Any) -> ExactNumber:
    return exact_value(parse(value)) if isinstance(value, str) else exact_number(value)


def augmented(theta: Any, a: Any, b: Any, W: Any) -> Array:
    """The flat parameter vector of an eliminated objective: (p,), (d_y,), (d_y,), (d_y, d_x)."""
    return np.concatenate([exact(part).ravel() for part in (theta, a, b, W)])


def candidate_at(objective: Objective, point: Array) -> Candidate:
    """The candidate at a flat parameter vector of the objective."""
    return Candidate.from_vector(objective.parameters, point)


def divided_difference_weights(nodes: Array) -> Array:
    """Weights (n + 1,) of the divided difference of order n at n + 1 distinct nodes."""
    return exact([1 / prod(x - y for y in nodes if y != x) for x in nodes])


def left_null_space(A: Array) -> list[Array]:
    """A basis of {r : r^T A = 0} for a rational matrix A (m, n).

    With A the Jacobian of the outputs at a point, targets y = outputs - r make the point
    stationary for the squared loss.
    """
    reduced, rank = fmpq_mat(A.T.tolist()).rref()
    m, entries = A.shape[0], reduced.tolist()
    pivots = [next(j for j in range(m) if entries[i][j] != 0) for i in range(rank)]
    basis = []
    for free in (j for j in range(m) if j not in pivots):
        vector = exact([0] * m)
        vector[free] = fmpq(1)
        for i, pivot in enumerate(pivots):
            vector[pivot] = -entries[i][free]
        basis.append(vector)
    return basis


def polished(objective: Objective, start: Any) -> Candidate:
    """The stationary point that descent from ``start`` (p,) ends at, as floats.

    A claim about it asks ``check`` for a proof that an exact one lies nearby.
    """
    from pgb.conditions import descend

    point = descend(objective, Float64().asarray(exact(start))).point
    return Candidate.from_vector(objective.parameters, point)
