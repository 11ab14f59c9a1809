"""Strict minima in balls: what is proved, what never is, and what must not change the answer."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.certificates import build, verify
from pgb.certificates.prove.enclosure import Enclosure
from pgb.certificates.prove.krawczyk import (
    enclose_critical_point,
    prove_inertia,
    prove_strict,
    value_range,
)
from pgb.conditions import Finding, Verdict, descend
from pgb.models import Expression, Network
from pgb.numbers import Balls, Float64
from pgb.problem_files import read_problem
from pgb.problems import Candidate, Data, Objective

ROOT = Path(__file__).parents[1]
PRECISIONS = [53, 64, 100, 128, 256, 512]


def float_candidates(corpus: str) -> list[Any]:
    table = tomllib.loads((ROOT / corpus / "expected.toml").read_text(encoding="utf-8"))
    found = []
    for path in sorted((ROOT / corpus / "problems").glob("*.toml")):
        problem = read_problem(path)
        if not problem.candidate.exact:
            found.append(pytest.param(problem, table[path.stem], id=path.stem))
    return found


def formula(*outputs: str, **options: Any) -> Objective:
    """Sum of the squares of formulas in u and v."""
    names = [name for name in ("u", "v", "w") if any(name in text for text in outputs)]
    model = Expression(inputs=["x"], parameters=names, outputs=list(outputs))
    data = Data([[1]], [[0] * len(outputs)])
    return Objective(model, data, options.pop("loss", "squared"), "sum", **options)


def prove(objective: Objective, point: Any, radius: float = 1e-6, **options: Any) -> Finding | None:
    candidate = Candidate.from_vector(objective.parameters, [float(v) for v in point])
    return prove_strict(objective, candidate, candidate.radii(radius), **options)


@pytest.mark.parametrize(("problem", "truth"), float_candidates("catalogue"))
def test_catalogue(problem: Any, truth: Any, request: Any, tmp_path: Path) -> None:
    found = prove_strict(problem.objective, problem.candidate)
    degenerate = "duplicated" in request.node.callspec.id
    assert (found is not None) == (truth["verdict"] == "LOCAL_MINIMUM" and not degenerate)
    if found is None:
        return
    assert found.proved and found.verdict is Verdict.LOCAL_MINIMUM
    assert 0 < found.details["radius"] <= 1e-6 < found.details["uniqueness_radius"]
    low, high = found.details["value"]
    assert low <= high and low == pytest.approx(truth["value"], rel=1e-8)
    path = tmp_path / "certificate.json"
    build(problem.objective, problem.candidate, [found]).save(path)
    accepted, sentence = verify(path)
    assert accepted, sentence


@pytest.mark.parametrize(("problem", "truth"), float_candidates("traps"))
def test_traps(problem: Any, truth: Any) -> None:
    radii = problem.candidate.radii(truth.get("radius"))
    found = prove_strict(problem.objective, problem.candidate, radii)
    assert found is None or "LOCAL_MINIMUM" in truth["verdicts"], found.details


@pytest.mark.parametrize("precision", [None, *PRECISIONS])
@pytest.mark.parametrize("eigenvalue", ["-10^-9", "-10^-12", "10^-9", "10^-12"])
@pytest.mark.parametrize("rotated", [False, True])
def test_tiny_eigenvalues(eigenvalue: str, rotated: bool, precision: int | None) -> None:
    pair = ("(u + v)", "(u - v)") if rotated else ("u", "v")
    text = f"1 + {pair[0]}^2 + {eigenvalue} * {pair[1]}^2"
    found = prove(formula(text), [1e-9, -2e-9], precision=precision)
    if eigenvalue.startswith("-"):
        assert found is None
    elif found is None:
        assert precision in PRECISIONS[:2]


@pytest.mark.parametrize(
    "outputs",
    [
        ["u^2"],
        ["u^3 + 1"],
        ["u^2 + v^2"],
        ["u * v - 1"],
        ["1 - u^2 - v^2"],
        ["1 + u^2 - v^2"],
        ["u * v"],
        ["u", "v^2"],
        ["relu(u)", "v"],
        ["relu(u) + 1", "v"],
        ["tanh(u)^3", "v"],
        ["sqrt(u^2)", "v"],
        ["1 + u^2 + 2 * u * v + v^2"],
        ["u + v"],
        ["exp(u * v)"],
    ],
    ids=str,
)
def test_degenerate_and_other_points_are_never_proved(outputs: list[str]) -> None:
    objective = formula(*outputs)
    for point in ([0.0, 0.0], [1.0, 1.0], [1e-9, 0.0], [1e-4, -1e-7]):
        for radius in (1e-12, 1e-6, 1e-3):
            assert prove(objective, point[: objective.size], radius) is None


def test_the_minimum_has_to_lie_in_the_ball() -> None:
    objective = formula("u^2 - 2")
    root = 2**0.5
    assert prove(objective, [root + 2e-6]) is None
    assert prove(objective, [root + 0.9e-6]) is not None
    assert prove(objective, [root], 1e-16) is not None  # the double is 0.97e-16 away
    assert prove(objective, [root], 9e-17) is None
    assert prove(objective, [root], 0.0) is None


def test_an_exact_candidate_is_not_proved_by_a_box() -> None:
    objective = formula("u - 1")
    candidate = Candidate.from_vector(objective.parameters, [1])
    assert candidate.exact
    assert prove_strict(objective, candidate) is None
    assert prove_strict(objective, candidate, np.array([1.0])) is None


def test_boxes_stay_off_kinks_of_the_first_derivative() -> None:
    """The minimum of (|u| - 10^-8)^2 at 10^-8, beside the kink at 0."""
    found = prove(formula("relu(u) + relu(-u) - 10^-8"), [1.1e-8])
    assert found is not None and found.details["uniqueness_radius"] < 1e-8
    assert prove(formula("relu(u) + relu(-u) + 1"), [0.0]) is None  # strict, but at the kink


def test_second_derivatives_may_jump_in_the_box() -> None:
    found = prove(formula("elu(u)", "u"), [1e-8])  # the minimum lies on the kink of elu
    assert found is not None and found.details["radius"] < 1e-9
    huber = formula("u", loss={"name": "huber", "delta": 1}, weight_decay="1")
    assert prove(huber, [0.0]) is not None
    edge = formula("u - 1", "2 * u", loss={"name": "huber", "delta": "4/5"})
    assert prove(edge, [0.2]) is not None  # the first output's Hessian jumps at the minimum


@pytest.mark.parametrize(("text", "index"), [("1 + u^2 - v^2", 1), ("2 - u^2 - v^2", 2)])
def test_inertia_of_saddles_and_maxima(text: str, index: int) -> None:
    enclosure = enclose_critical_point(formula(text), np.array([1e-3, 2e-3]))
    assert enclosure is not None
    assert prove_inertia(enclosure.frame.objective, enclosure) == index
    low, high = value_range(enclosure)
    assert low <= (1 if index == 1 else 4) <= high


def test_inertia_of_degenerate_points_is_not_proved() -> None:
    for text in ("1 + u^2 + v^3", "u^2 * v^2 + 1", "u^4 + v^2 + 1"):
        assert enclose_critical_point(formula(text), np.array([1e-3, 1e-3])) is None


def trained(seed: int, units: int = 2, samples: int = 6) -> tuple[Objective, Any]:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-2, 2, (samples, 2)), rng.standard_normal((samples, 1))
    objective = Objective(Network([2, units, 1]), Data(x, y), weight_decay="1/100")
    return objective, descend(objective, rng.standard_normal(objective.size)).point


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_permutations_and_precision_do_not_change_the_answer(seed: int) -> None:
    objective, point = trained(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(objective.data.samples)
    data = Data(objective.data.inputs[order], objective.data.targets[order])
    shuffled = Objective(objective.model, data, weight_decay="1/100")
    swapped = point[[2, 3, 0, 1, 5, 4, 7, 6, 8]]
    answers = {prove(objective, point) is not None}
    answers |= {prove(shuffled, point) is not None, prove(objective, swapped) is not None}
    answers |= {prove(objective, point, precision=bits) is not None for bits in PRECISIONS}
    assert len(answers) == 1


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.integers(2, 30))
def test_midpoint_radius_proofs_agree_with_balls(seed: int, units: int) -> None:
    objective, point = trained(seed, units, samples=150)
    enclosure = enclose_critical_point(objective, point)
    if enclosure is None:
        return
    assert enclosure.frame.precision is None or enclosure.frame.precision >= 128
    finer = refined(enclosure)
    with Balls(300) as ar:
        apart = ar.upper(ar.asarray(finer) - ar.asarray(enclosure.frame.center))
    assert np.all(apart <= enclosure.existence + 1e-60)
    spectrum = np.linalg.eigvalsh(objective.hessian(Float64(), Float64().asarray(finer)))
    assert enclosure.index is None or enclosure.index == np.sum(spectrum < 0)


def refined(enclosure: Enclosure) -> Any:
    """Newton steps at 300 bits from the center; the critical point to about 70 digits."""
    objective = enclosure.frame.objective
    with Balls(300) as ar:
        point = ar.asarray(enclosure.frame.center)
        for _ in range(30):
            gradient = objective.gradient(ar, point)
            step = ar.matmul(ar.asarray(enclosure.frame.inverse), gradient[:, None])[:, 0]
            point = np.array([v.mid() for v in point - step], dtype=object)
        return point


def test_proofs_of_a_larger_network_use_midpoint_radius_numbers() -> None:
    objective, point = trained(3, units=10, samples=100)
    found = prove(objective, point)
    assert found is not None and found.details["arithmetic"] == "midpoint-radius"
    assert found.details["radius"] < 1e-12
    assert prove(objective, point + 1e-5) is None
    assert prove(objective, point, precision=64) is not None


def test_witness_is_json_without_floats() -> None:
    found = prove(formula("u^2 - 2", "v"), [2**0.5, 0.0])
    assert found is not None
    witness = json.loads(json.dumps(found.witness), parse_float=lambda text: pytest.fail(text))
    assert witness["method"] == "krawczyk" and witness["precision"] == 128
    assert all(isinstance(v, str) for row in witness["preconditioner"] for v in row)
