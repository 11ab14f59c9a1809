"""Outcomes of runs: points whose nature is known, and traps."""

from __future__ import annotations

from math import comb
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.search.descent import Ends, Rule, State
from pgb.search.outcome import Classified, Outcome, classify
from pgb.transforms import eliminate, without_units

Vector = npt.NDArray[np.float64]
AR = Float64()


def ends_at(
    objective: Objective, points: Any, state: State = State.CONVERGED, kink: bool = False
) -> Ends:
    """Ends of runs that arrived at these points."""
    points = np.atleast_2d(np.asarray(points, dtype=np.float64))
    n = len(points)
    return Ends(
        points=points,
        values=np.asarray(objective.value(AR, points)),
        gradient_norms=np.linalg.norm(objective.gradient(AR, points), axis=1),
        newton_steps=np.zeros(n),
        states=np.full(n, state),
        rules=np.full(n, Rule.KINK if kink else Rule.REGULAR),
        iterations=np.ones(n, dtype=np.int64),
        at_kink=np.full(n, kink),
        trail=np.repeat(points[:, None], 4, axis=1),
    )


def outcome_at(objective: Objective, point: Any) -> Classified:
    assert np.linalg.norm(objective.gradient(AR, np.asarray(point, dtype=float))) < 1e-10
    (found,) = classify(objective, ends_at(objective, point))
    return found


def formula(names: list[str], output: str, targets: list[float] | None = None) -> Objective:
    """Half the sum of squares of the output at inputs 0, 1, ... minus the targets."""
    targets = [0.0] if targets is None else targets
    data = Data([[float(i)] for i in range(len(targets))], targets)
    return Objective(Expression(["x"], names, [output]), data, reduction="sum")


def test_a_strict_minimum_and_a_saddle() -> None:
    objective = formula(["w", "v"], "1 + w*w - v*v + w*v", [0.0])
    found = outcome_at(objective, [0, 0])
    assert (found.outcome, found.index, found.nullity) == (Outcome.SADDLE, 1, 0)
    objective = formula(["w", "v"], "1 + w*w + v*v")
    found = outcome_at(objective, [0, 0])
    assert (found.outcome, found.index, found.nullity, found.explained) == (
        Outcome.MINIMUM,
        0,
        0,
        True,
    )


@pytest.mark.parametrize("output", ["1 + w^4", "1 + w^6", "1 + w^4 + v^2", "1 + (w - v)^4 + w^2"])
def test_minima_of_higher_order_are_degenerate(output: str) -> None:
    found = outcome_at(formula(["w", "v"], output), [0, 0])
    assert found.outcome is Outcome.DEGENERATE
    assert not found.explained


def test_an_attained_infimum_is_a_minimum_whatever_its_order() -> None:
    found = outcome_at(formula(["w"], "w^2"), [0])
    assert (found.outcome, found.nullity, found.explained) == (Outcome.MINIMUM, 1, True)


@pytest.mark.parametrize("output", ["1 + w^3", "1 + w^2 - v^4", "1 + (w - v^2)*(w - 2*v^2)"])
def test_saddles_of_higher_order_are_found(output: str) -> None:
    found = outcome_at(formula(["w", "v"], output), [0, 0])
    assert (found.outcome, found.index) == (Outcome.SADDLE, 0)


def test_a_circle_of_minima_is_explained() -> None:
    for output in ("1 + (w*w + v*v - 1)^2", "1 + (w^4 + v^4 - 1)^2"):
        found = outcome_at(formula(["w", "v"], output), [1, 0])
        assert (found.outcome, found.nullity, found.explained) == (Outcome.MINIMUM, 1, True)


def test_three_branches_through_a_saddle_do_not_explain_it() -> None:
    objective = formula(["a", "v", "w", "c"], "a*tanh(v*tanh(w*x)) + c", [0.0, 1.0])
    found = outcome_at(objective, [0, 0, 0, 0.5])
    assert found.nullity == 3
    assert found.outcome is Outcome.SADDLE


@pytest.mark.parametrize("order", [1, 2, 3, 4, 6])
def test_semidefinite_points_with_exponential_neurons_are_saddles(order: int) -> None:
    """Residuals that annihilate polynomials: flat along every line, and no minimum."""
    residuals = [float((-1) ** i * comb(order, i)) for i in range(order + 1)]
    fixed = Expression(["x"], ["c"], ["c"])
    data = Data([[float(i)] for i in range(order + 1)], [-r for r in residuals])
    objective = eliminate(Objective(fixed, data, reduction="sum"), 1)
    found = outcome_at(objective, [0, 0, 0, 0])
    assert found.outcome is Outcome.SADDLE
    assert not found.explained or found.index > 0


def test_an_eliminated_problem_has_minima_where_no_function_is_better() -> None:
    line = eliminate(Objective(Network([1, 1]), Data([[0.0], [1.0]], [1.0, 3.0])), 0.1)
    found = outcome_at(line, [2, 1, 0, 1.0, -0.5])
    assert (found.outcome, found.explained) == (Outcome.MINIMUM, True)
    xor = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])
    unrealizable = eliminate(Objective(Network([2, 1]), xor), 0.1)
    found = outcome_at(unrealizable, [0, 0, 0.5, 0, 0, 0, 0])
    assert found.outcome is Outcome.SADDLE


def test_a_point_on_the_valley_to_infinity_is_no_minimum() -> None:
    """There the gradient is tiny and the Hessian positive definite, but exp(b) a does not fade."""
    data = Data([[0.0]], [1.0])
    objective = eliminate(Objective(Network([1, 1], bias=False), data), 1)
    (found,) = classify(objective, ends_at(objective, [[0, np.exp(-20), 20, 0]]))
    assert found.outcome is Outcome.ESCAPING
    objective = without_units(Objective(Network([1, 1], bias=False), data), 1)
    (found,) = classify(objective, ends_at(objective, [[0, np.exp(-20), 20]]))
    assert found.outcome is Outcome.ESCAPING


def test_zero_eigenvalues_of_symmetries_are_explained() -> None:
    """Best and second best approximation of rank one: a minimum and a saddle."""
    network = Network([2, 1, 2], "identity", bias=False)
    objective = Objective(network, Data(np.eye(2), [[3.0, 0.0], [0.0, 1.0]]))
    root = np.sqrt(3)
    found = outcome_at(objective, [root, 0, root, 0])
    assert (found.outcome, found.nullity, found.explained) == (Outcome.MINIMUM, 1, True)
    found = outcome_at(objective, [0, 2, 0, 0.5])
    assert (found.outcome, found.index, found.explained) == (Outcome.SADDLE, 1, True)
    found = outcome_at(objective, [0, 0, 0, 0])
    assert (found.outcome, found.index, found.nullity) == (Outcome.SADDLE, 2, 0)


def test_factors_of_an_optimal_product_are_minima() -> None:
    network = Network([2, 3, 1], "identity", bias=False)
    objective = Objective(network, Data(np.eye(2), [1.0, 2.0]))
    found = outcome_at(objective, [1, 2, 0, 0, 0, 0, 1, 0, 0])
    assert (found.outcome, found.explained) == (Outcome.MINIMUM, True)


def test_dead_relu_units_are_explained_within_the_region_of_their_pattern() -> None:
    network = Network([1, 1, 1], "relu")
    objective = Objective(network, Data([[0.0], [1.0], [2.0]], [0.0, 1.0, 0.5]))
    found = outcome_at(objective, [-1, -0.1, 2, 0.5])
    assert (found.outcome, found.nullity, found.explained) == (Outcome.MINIMUM, 3, True)
    all_active = Objective(network, Data([[0.0], [1.0], [2.0]], [0.5, 0.0, 0.5]))
    found = outcome_at(all_active, [0, 1, 0, 1 / 3])
    assert found.outcome is not Outcome.MINIMUM or found.explained


@pytest.mark.parametrize("last", [1.0, 1.5])
def test_saturated_units_are_not_taken_for_flat(last: float) -> None:
    """The value falls as the step gets steeper, down to 0 or not, though not in floats."""
    network = Network([1, 1, 1], "tanh")
    objective = Objective(network, Data([[0.0], [1.0], [2.0]], [0.0, 1.0, last]))
    height = (1 + last) / 4
    found = outcome_at(objective, [60.0, -30.0, height, height])
    assert found.outcome is Outcome.ESCAPING
    assert "saturated" in found.reason


def test_a_saturated_unit_does_not_matter_where_others_fit_the_data() -> None:
    objective = Objective(Network([1, 2, 1], "tanh"), Data([[0.0], [1.0]], [0.0, 1.0]))
    found = outcome_at(objective, [1, 0, 0, 40, 1 / np.tanh(1), 0.5, -0.5])
    assert (found.outcome, found.explained) == (Outcome.MINIMUM, True)


def test_states_are_kept() -> None:
    objective = formula(["w"], "1 + w^2")
    for state, kink, expected in (
        (State.EXHAUSTED, False, Outcome.STALLED),
        (State.CONVERGED, True, Outcome.STALLED),
        (State.ESCAPING, False, Outcome.ESCAPING),
    ):
        (found,) = classify(objective, ends_at(objective, [[0.0]], state, kink))
        assert found.outcome is expected
        assert (found.escape is not None) is (expected is Outcome.ESCAPING)
        assert found.reason


def test_every_run_is_counted_once_and_in_order() -> None:
    objective = formula(["w", "v"], "1 + w*w + v*v")
    points = np.zeros((7, 2))
    points[2] = np.inf
    found = classify(objective, ends_at(objective, points))
    assert [c.outcome for c in found] == [
        Outcome.STALLED if k == 2 else Outcome.MINIMUM for k in range(7)
    ]


def test_outcomes_have_sentences() -> None:
    assert all(outcome.value.endswith(".") for outcome in Outcome)
