"""Points in balls that no function beats: what is proved, and near misses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgb.certificates import build, verify
from pgb.certificates.prove.interpolation import prove_interpolation
from pgb.check import check
from pgb.conditions import Evidence, Finding, Verdict, descend
from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Candidate, Data, Objective, Regularizer
from pgb.transforms import eliminate, without_units

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]
LOSSES: list[Any] = ["squared", "half-squared", {"name": "huber", "delta": 1}, "log-cosh"]


def prove(objective: Objective, point: Any, radius: float | None = None) -> Finding | None:
    candidate = Candidate.from_vector(objective.parameters, [float(v) for v in point])
    return prove_interpolation(objective, candidate, candidate.radii(radius))


def xor(data: Data | None = None, **options: Any) -> Objective:
    return Objective(Network([2, 2, 1], "tanh"), data or Data(CORNERS, [0, 1, 1, 0]), **options)


def accepted(objective: Objective, point: Any, found: Finding, folder: Path) -> bool:
    candidate = Candidate.from_vector(objective.parameters, [float(v) for v in point])
    path = folder / "certificate.json"
    build(objective, candidate, [found]).save(path)
    return verify(path)[0]


def fitted(objective: Objective) -> Any:
    least = objective.infimum().value
    for seed in range(10):
        start = np.random.default_rng(seed).standard_normal(objective.size)
        point = descend(objective, start).point
        if objective.value(Float64(), point) <= least * (1 + 1e-14) + 1e-25:
            return point
    raise AssertionError("no start led to the least loss")


@pytest.fixture(scope="module")
def point() -> Any:
    return fitted(xor())


@pytest.mark.parametrize("loss", [*LOSSES, "absolute"], ids=str)
def test_xor_is_fitted_exactly_somewhere_in_the_ball(loss: Any, point: Any, tmp_path: Path) -> None:
    objective = xor(loss=loss)
    found = prove(objective, point)
    assert found is not None and found.proved and found.verdict is Verdict.LOCAL_MINIMUM
    assert len(found.witness["moved"]) == found.details["equations"] == 4
    assert accepted(objective, point, found, tmp_path)


def test_check_says_global(point: Any) -> None:
    report = check(xor(), Candidate.from_vector(xor().parameters, point))
    assert (report.verdict, report.proved) == (Verdict.LOCAL_MINIMUM, True)
    assert (report.kind, report.is_global, report.bad) == ("function-optimal", True, False)


def test_equal_samples_count_once(point: Any) -> None:
    twice = Data(CORNERS * 2, [0, 1, 1, 0] * 2)
    found = prove(xor(twice), point)
    assert found is not None and found.details["equations"] == 4


def test_equal_inputs_with_other_targets_are_fitted_on_average(point: Any, tmp_path: Path) -> None:
    close = Data([*CORNERS, [0, 0]], [0, 1, 1, 0, 2.0**-60], [1, 2, 3, 4, 5])
    found = prove(xor(close), point)
    assert found is not None and found.evidence is Evidence.FUNCTION_OPTIMAL
    assert "sum to exactly 0" in found.reason
    assert accepted(xor(close), point, found, tmp_path)
    assert prove(xor(close, loss="absolute"), point) is None


def test_the_loss_has_to_be_least_somewhere(point: Any) -> None:
    assert prove(xor(Data(CORNERS, [-1, 1, 1, -1]), loss="logistic"), point) is None
    assert prove(xor(Data(CORNERS, [-1, 1, 1, -1]), loss="exponential"), point) is None
    assert prove(xor(Data(CORNERS, [-1, 1, 1, -1]), loss="hinge"), point) is None
    assert prove(without_units(xor(), "1/10"), [*point, 0.0, 0.0]) is None


def test_penalties_have_to_be_0_in_the_ball(point: Any, tmp_path: Path) -> None:
    assert prove(xor(weight_decay="1/10^20"), point) is None
    at_0 = formula("2 + u + v*w", target=2)
    for decay in (Regularizer([0, 1, 0]), Regularizer([0, 0, 0], [0, 1, 0])):
        penalized = at_0.add_regularizer(decay)
        near = [0.0, 1e-9, 1.0]
        found = prove(penalized, near)
        assert found is not None and "all penalized parameters are exactly 0" in found.reason
        assert found.witness["moved"] == [0] and found.witness["center"][1] == "0"
        assert accepted(penalized, near, found, tmp_path)
        assert prove(penalized, [0.0, 1e-5, 1.0]) is None
        assert prove(penalized, [0.0, 1e-6, 1.0]) is None
    only = at_0.add_regularizer(Regularizer([1, 1, 1]))
    assert prove(only, [1e-9, 1e-9, 1e-9]) is None


@pytest.mark.parametrize("lam", ["1/10", "10^9", "0"])
@pytest.mark.parametrize("penalty", ["squared", "absolute"])
def test_eliminated_problems_have_the_minima_with_a_0(
    lam: str, penalty: str, point: Any, tmp_path: Path
) -> None:
    objective = eliminate(xor(), lam, penalty)
    theta = [*point, 1e-9, 0.5, 1.0, -1.0]
    found = prove(objective, theta)
    assert found is not None and found.verdict is Verdict.LOCAL_MINIMUM
    assert accepted(objective, theta, found, tmp_path)
    if lam != "0":
        assert "weights a of the added neurons are exactly 0" in found.reason
        assert found.witness["center"][9] == found.witness["radius"][9] == "0"
        assert prove(objective, [*point, 2e-6, 0.5, 1.0, -1.0]) is None
    report = check(objective, Candidate.from_vector(objective.parameters, theta))
    assert (report.kind, report.is_global, report.bad) == ("function-optimal", True, False)


def test_eliminated_problems_with_decay_have_no_such_minima(point: Any) -> None:
    objective = eliminate(xor(weight_decay="1/10^20", decay_parameters="W1"), "1/10")
    assert prove(objective, [*point, 0.0, 0.0, 0.0, 0.0]) is None


TWICE = [*CORNERS, *CORNERS]
SIGNS, WEIGHTS = [1, -1, -1, 1, -1, 1, 1, -1], [1, 2, 3, 4, 5, 6, 7, 8]
CLASSES = Data(TWICE, [0, 1, 1, 0, 1, 0, 0, 1], WEIGHTS)
CONFLICTING: list[tuple[Any, Data, int]] = [
    *[(loss, Data(TWICE, SIGNS, WEIGHTS), 1) for loss in ("squared", "half-squared", "log-cosh")],
    ({"name": "huber", "delta": 3}, Data(TWICE, SIGNS, WEIGHTS), 1),
    *[(loss, Data(TWICE, SIGNS, WEIGHTS), 1) for loss in ("logistic", "exponential")],
    *[({"name": "polynomial-hinge", "degree": n}, Data(TWICE, SIGNS), 1) for n in (2, 3)],
    ("cross-entropy", CLASSES, 2),
    ({"name": "polynomial-hinge", "degree": 2}, CLASSES, 2),
    ({"name": "cross-entropy", "label_smoothing": "1/10"}, Data(CORNERS, [0, 1, 1, 0]), 2),
]


@pytest.mark.parametrize(("loss", "data", "outputs"), CONFLICTING, ids=str)
def test_conflicting_targets_have_a_best_output(
    loss: Any, data: Data, outputs: int, tmp_path: Path
) -> None:
    """The value there is F* in floats, and both the problem and the eliminated one are proved."""
    base = Objective(Network([2, 2, outputs], "tanh"), data, loss)
    theta = fitted(base)
    objective = eliminate(base, "1/3")
    for problem, at in ((base, theta), (objective, [*theta, *[1e-10] * (4 * outputs)])):
        found = prove(problem, at)
        assert found is not None and found.verdict is Verdict.LOCAL_MINIMUM
        assert found.details["equations"] == 4
        assert accepted(problem, at, found, tmp_path)


def test_the_point_has_to_lie_in_the_ball(point: Any) -> None:
    away = np.array(point)
    away[-1] += 1e-4
    assert prove(xor(), away, 1e-6) is None
    assert prove(xor(), away, 1e-3) is not None
    assert prove(xor(), point, 0.0) is None


def formula(*outputs: str, target: Any = 0) -> Objective:
    names = [name for name in ("u", "v", "w") if any(name in text for text in outputs)]
    model = Expression(inputs=["x"], parameters=names, outputs=list(outputs))
    return Objective(model, Data([[1]], [[target] * len(outputs)]))


@pytest.mark.parametrize(
    "outputs",
    [
        ["u^2"],
        ["u^2 + v^2"],
        ["u^2 + 10^-30"],
        ["u*v"],
        ["relu(u)*v"],
        ["u", "u"],
        ["u", "u - v*v"],
    ],
    ids=str,
)
def test_singular_equations_are_never_proved(outputs: list[str]) -> None:
    objective = formula(*outputs)
    assert prove(objective, [0.0] * objective.size) is None


def test_near_a_singular_zero_a_regular_one_may_be_proved() -> None:
    """At (10^-9, -10^-9) the product vanishes for u = 0 already, inside the ball."""
    assert prove(formula("u*v"), [1e-9, -1e-9]) is not None
    for text in ("u^2", "u^2 + 10^-30", "u*v + 10^-10", "u^2 + v^2"):
        objective = formula(text)
        assert prove(objective, [1e-9, -1e-9][: objective.size]) is None


def test_more_equations_than_parameters_are_not_tried() -> None:
    assert prove(formula("u", "u^2"), [0.0]) is None


def test_kinks_do_no_harm_but_slopes_of_0_do() -> None:
    leaky = formula("u + relu(u) / 2 + v")
    assert prove(leaky, [0.0, 1e-9]) is not None
    assert prove(formula("2*u + relu(u)"), [1e-12]) is not None
    assert prove(formula("relu(u)"), [1e-12]) is None


def test_exact_candidates_are_left_to_exact_arithmetic() -> None:
    objective = formula("u - 1")
    candidate = Candidate.from_vector(objective.parameters, [1])
    assert prove_interpolation(objective, candidate, np.array([1.0])) is None
