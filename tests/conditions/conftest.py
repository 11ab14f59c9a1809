"""An evaluation of an objective at a point, exact or the ball around floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pgb.conditions import Evaluation
from pgb.models import Expression
from pgb.problems import Candidate, Data, Objective


@pytest.fixture(scope="session")
def evaluate() -> Callable[..., Evaluation]:
    """Evaluate an objective at a flat vector; ``radius`` is that of the ball around floats."""

    def build(objective: Objective, point: Any, radius: float | None = None) -> Evaluation:
        candidate = Candidate.from_vector(objective.parameters, point)
        radii = np.zeros(objective.size) if candidate.exact else candidate.radii(radius)
        return Evaluation(objective, candidate, radii)

    return build


@pytest.fixture(scope="session")
def formula() -> Callable[..., Objective]:
    """The objective of one expression, one output, by default on the sample x = 1, y = 0."""

    def build(
        output: str,
        parameters: str,
        x: Any = ((1,),),
        y: Any = (0,),
        loss: Any = "squared",
        **kw: Any,
    ) -> Objective:
        inputs = [f"x{j + 1}" for j in range(np.shape(x)[1])] if np.shape(x)[1] > 1 else ["x"]
        model = Expression(inputs=inputs, parameters=parameters.split(), outputs=[output])
        kw.setdefault("reduction", "sum")
        return Objective(model, Data([list(row) for row in x], list(y)), loss, **kw)

    return build
