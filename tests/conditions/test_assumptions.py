"""Every way in which a problem breaks a hypothesis of the elimination theorem is told in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pgb.conditions import Evaluation, FunctionSpace, assumptions
from pgb.models import Expression, Network
from pgb.problems import Data, Objective, Regularizer
from pgb.transforms import eliminate, without_units


def objective(loss: Any = "squared", y: Any = (1, 2), **kwargs: Any) -> Objective:
    model = Expression(["x"], ["w"], ["w*x"])
    return Objective(model, Data([[0], [1]], list(y)), loss, **kwargs)


def classes(labels: list[int], x: list[int], loss: Any = "cross-entropy") -> Objective:
    return Objective(Network([1, 2], [], bias=False), Data([[v] for v in x], labels), loss)


SMOOTHED = {"name": "cross-entropy", "label_smoothing": "1/10"}
ON_B = Regularizer([0, 0, "1/2", 0])
INTACT = eliminate(objective(), 1)
# What is broken -> the objective, the bias b of its exponential neuron, and words that say so.
DRIFTS: dict[str, tuple[Objective, float, str]] = {
    "lambda 0": (eliminate(objective(), 0), 0, "lambda = 0"),
    "unsquared penalty": (eliminate(objective(), 1, "absolute"), 0, "not squared"),
    "decay on the neuron": (INTACT.add_regularizer(ON_B), 0, "decay also acts on the auxiliary b"),
    "decay on theta": (eliminate(objective(weight_decay=1), 1), 0, "weight decay acts on w"),
    "kink": (eliminate(objective("absolute"), 1), 0, "not differentiable"),
    "overflow": (INTACT, 710, "overflows"),
    "underflow": (INTACT, -746, "underflows"),
    "clean classes": (eliminate(classes([0, 1], [0, 1]), 1), 0, "vacuous"),
    "clean signs": (eliminate(objective("logistic", [1, -1]), 1), 0, "vacuous"),
}


@pytest.fixture(scope="module")
def violated(evaluate: Any) -> Callable[[Objective, float], list[str]]:
    """The words of all violated hypotheses at b and zeros elsewhere."""

    def build(problem: Objective, b: float = 0) -> list[str]:
        point = [0] * problem.size
        if problem.elimination is not None:
            point[problem.slices[problem.elimination.names[1]].start] = b
        at: Evaluation = evaluate(problem, point)
        return [a.words for a in assumptions(at, FunctionSpace(at).infimum) if not a.holds]

    return build


@pytest.mark.parametrize("name", DRIFTS)
def test_a_drift_is_reported_and_no_other(violated: Any, name: str) -> None:
    problem, b, words = DRIFTS[name]
    (told,) = violated(problem, b)
    assert words in told


def test_an_intact_problem_violates_nothing(violated: Any) -> None:
    assert violated(INTACT) == []
    assert violated(without_units(objective(), 1)) == []


@pytest.mark.parametrize("b", [709, -745])
def test_exponents_in_the_range_of_floats_are_not_reported(violated: Any, b: int) -> None:
    assert violated(INTACT, b) == []


@pytest.mark.parametrize(
    ("problem", "vacuous"),
    [
        (classes([0, 1], [0, 1]), True),
        (classes([0, 1, 0], [0, 0, 1]), True),
        (classes([0, 1], [0, 0]), False),
        (classes([0, 1], [0, 1], SMOOTHED), False),
        (objective("logistic", [1, -1]), True),
        (objective("exponential", [1, 1]), True),
        (objective({"name": "polynomial-hinge", "degree": 2}, [1, -1]), False),
        (objective("log-cosh"), False),
    ],
    ids=lambda value: value.loss.name if isinstance(value, Objective) else str(value),
)
def test_the_theorem_is_vacuous_exactly_where_no_function_attains_the_infimum(
    violated: Any, problem: Objective, vacuous: bool
) -> None:
    assert [("vacuous" in words) for words in violated(problem)] == [True] * vacuous


def test_names_of_decayed_parameters_are_told(violated: Any) -> None:
    network = Network([1, 2, 1], "tanh")
    decay = {"weight_decay": "1/100", "decay_parameters": ["W1", "W2"]}
    problem = Objective(network, Data([[0], [1]], [0, 1]), **decay)
    (told,) = violated(problem)
    assert "W1, W2" in told and "b1" not in told


def test_a_hypothesis_that_holds_is_listed_too(evaluate: Any) -> None:
    at = evaluate(INTACT, [0] * INTACT.size)
    names = {a.name: a.holds for a in assumptions(at, FunctionSpace(at).infimum)}
    assert names["convex loss"] and names["differentiable loss"]
    assert names["attained function-space infimum"]
