"""Points of zero loss in balls: what is proved, and near misses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgb.certificates import build, verify
from pgb.certificates.prove.interpolation import prove_interpolation
from pgb.check import check
from pgb.conditions import Finding, Verdict, descend
from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Candidate, Data, Objective
from pgb.transforms import without_units

from .conftest import FOLDER, seal

CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]]
LOSSES: list[Any] = ["squared", "half-squared", {"name": "huber", "delta": 1}, "log-cosh"]


def prove(objective: Objective, point: Any, radius: float | None = None) -> Finding | None:
    candidate = Candidate.from_vector(objective.parameters, [float(v) for v in point])
    return prove_interpolation(objective, candidate, candidate.radii(radius))


def xor(data: Data | None = None, **options: Any) -> Objective:
    return Objective(Network([2, 2, 1], "tanh"), data or Data(CORNERS, [0, 1, 1, 0]), **options)


def fitted(objective: Objective) -> Any:
    for seed in range(10):
        start = np.random.default_rng(seed).standard_normal(objective.size)
        point = descend(objective, start).point
        if objective.value(Float64(), point) < 1e-25:
            return point
    raise AssertionError("no start led to zero loss")


@pytest.fixture(scope="module")
def point() -> Any:
    return fitted(xor())


@pytest.mark.parametrize("loss", [*LOSSES, "absolute"], ids=str)
def test_xor_is_fitted_exactly_somewhere_in_the_ball(loss: Any, point: Any, tmp_path: Path) -> None:
    objective = xor(loss=loss)
    found = prove(objective, point)
    assert found is not None and found.proved and found.verdict is Verdict.LOCAL_MINIMUM
    assert len(found.witness["moved"]) == found.details["equations"] == 4
    candidate = Candidate.from_vector(objective.parameters, point)
    path = tmp_path / "certificate.json"
    build(objective, candidate, [found]).save(path)
    assert verify(path)[0]


def test_check_says_global(point: Any) -> None:
    report = check(xor(), Candidate.from_vector(xor().parameters, point))
    assert (report.verdict, report.proved) == (Verdict.LOCAL_MINIMUM, True)
    assert (report.kind, report.is_global, report.bad) == ("function-optimal", True, False)


def test_equal_samples_count_once(point: Any) -> None:
    twice = Data(CORNERS * 2, [0, 1, 1, 0] * 2)
    found = prove(xor(twice), point)
    assert found is not None and found.details["equations"] == 4


def test_equal_inputs_with_other_targets_are_never_fitted(point: Any) -> None:
    close = [0, 1, 1, 0, 2.0**-60]
    assert prove(xor(Data([*CORNERS, [0, 0]], close)), point) is None


def test_the_loss_has_to_be_least_at_the_targets(point: Any) -> None:
    assert prove(xor(weight_decay="1/10^20"), point) is None
    assert prove(xor(Data(CORNERS, [-1, 1, 1, -1]), loss="logistic"), point) is None
    assert prove(xor(Data(CORNERS, [-1, 1, 1, -1]), loss="hinge"), point) is None
    assert prove(without_units(xor(), "1/10"), [*point, 0.0, 0.0]) is None


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


#: Changes of the witness, and the sentence of the refusal.
FORGED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "fewer moved": ("equations and unknowns", lambda w: {"moved": w["moved"][:-1]}),
    "all moved": ("equations and unknowns", lambda w: {"moved": list(range(9))}),
    "moved twice": ("listed twice", lambda w: {"moved": [w["moved"][0]] * 4}),
    "frozen radius": ("a radius of the box", lambda w: {"radius": [max(w["radius"], key=len)] * 9}),
    "no radius": ("a radius of the box", lambda w: {"radius": ["0"] * 9}),
    "wide": (
        "leaves the ball",
        lambda w: {"radius": [r if r == "0" else "1" for r in w["radius"]]},
    ),
    "elsewhere": ("leaves the ball", lambda w: {"center": ["0"] * 9}),
    "zero inverse": ("the image of the box", lambda w: {"preconditioner": [["0"] * 4] * 4}),
    "small inverse": ("a list is missing", lambda w: {"preconditioner": [["1"] * 3] * 3}),
}


@pytest.mark.parametrize("what", FORGED)
def test_forged_witnesses_are_refused(what: str, verdict: Callable[..., Any]) -> None:
    value = json.loads((FOLDER / "correct" / "interpolation.json").read_text())
    assert verdict(value)[0] == 0
    part, change = FORGED[what]
    witness = value["evidence"][0]
    value["evidence"] = [{**witness, **change(witness)}]
    code, sentence = verdict(seal(value), "forged interpolations")
    assert code == 1 and part in sentence


def margins(problem: Any) -> None:
    """Another loss, with targets that suit it."""
    problem["loss"]["name"] = "exponential"
    problem["data"]["targets"] = [["-1"], ["1"], ["1"], ["-1"]]


def test_the_witness_fits_its_problem_only(verdict: Callable[..., Any]) -> None:
    value = json.loads((FOLDER / "correct" / "interpolation.json").read_text())
    changes: list[tuple[str, Callable[[Any], None]]] = [
        ("not least", lambda p: p["regularizer"]["quadratic"].__setitem__(0, "1/1000")),
        ("not least", margins),
        ("the image", lambda p: p["data"]["targets"].__setitem__(0, ["1/1000000"])),
        ("different targets", lambda p: p["data"]["inputs"].__setitem__(1, ["0", "0"])),
        ("the image", lambda p: p["model"]["activations"].__setitem__(0, {"name": "sigmoid"})),
    ]
    for part, change in changes:
        forged = copy.deepcopy(value)
        change(forged["problem"])
        code, sentence = verdict(seal(forged), "forged interpolations")
        assert code == 1 and part in sentence
