"""Stationary points of every index."""

from __future__ import annotations

import numpy as np

from pgb import Data, Network, Objective
from pgb.models import Expression
from pgb.numbers import Float64
from pgb.search.descent import Rule, State, descend
from pgb.search.starts import draw

FLOAT = Float64()


def test_all_stationary_points_of_a_quadratic_neuron() -> None:
    """(w x + b)^2 on (-1, 1), (0, 1), (1, 1): minima, saddles and the maximum at 0."""
    formula = Expression(["x"], ["w", "b"], ["(w*x + b)*(w*x + b)"])
    objective = Objective(formula, Data([[-1.0], [0.0], [1.0]], [1.0, 0.0, 1.0]), reduction="sum")
    starts = draw(objective, "uniform", 0, range(200))
    ends = descend(objective, starts, seek="critical-point")
    assert np.all(ends.states == State.CONVERGED)
    indices = np.sum(np.linalg.eigvalsh(objective.hessian(FLOAT, ends.points)) < 0, axis=-1)
    found = {(round(v, 9), int(i)) for v, i in zip(ends.values, indices, strict=True)}
    assert {index for _, index in found} == {0, 1, 2}
    assert (2.0, 2) in found
    assert (0.0, 0) in found


def test_saddles_of_a_network_are_found_to_machine_precision() -> None:
    rng = np.random.default_rng(0)
    data = Data(rng.normal(size=(20, 2)), rng.normal(size=20))
    objective = Objective(Network([2, 3, 1]), data, weight_decay="1/100")
    starts = draw(objective, "normal", 0, range(200))
    ends = descend(objective, starts, seek="critical-point")
    rows = (ends.states == State.CONVERGED) & (ends.rules == Rule.REGULAR)
    indices = np.sum(np.linalg.eigvalsh(objective.hessian(FLOAT, ends.points[rows])) < 0, axis=-1)
    assert np.max(ends.gradient_norms[rows]) < 1e-12
    assert len(np.unique(indices)) >= 3


def test_minima_of_the_gradient_norm_are_not_stationary_points() -> None:
    """exp(w) + w is increasing: its slope has an infimum, but no zero."""
    formula = Expression(["x"], ["w"], ["exp(w) + w + w*w*w"])
    objective = Objective(formula, Data([[0.0]], [-1000.0]), "huber")
    ends = descend(objective, [[0.5], [1.0], [-0.5]], seek="critical-point")
    assert np.all(ends.states != State.CONVERGED)
