"""What the exponential neurons do to the catalogue, and the valleys that float tests accept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pgb.check import check
from pgb.conditions import Evidence, Verdict
from pgb.models import Expression
from pgb.problem_files import read_problem
from pgb.problems import Candidate, Data, Objective
from pgb.transforms import eliminate

PROBLEMS = Path(__file__).parent / "problems"
DEGENERATE = sorted(
    path.stem
    for pattern in ("constant-unit-*", "zero-incoming-weights-*")
    for path in PROBLEMS.glob(pattern + ".toml")
)


@pytest.mark.parametrize("name", DEGENERATE)
def test_a_bad_minimum_becomes_a_saddle_that_second_derivatives_accept(name: str) -> None:
    bad = read_problem(PROBLEMS / f"{name}.toml")
    before = check(bad.objective, bad.candidate)
    assert before.verdict is Verdict.LOCAL_MINIMUM and before.proved
    objective = eliminate(bad.objective, "1/10")
    zeros = [0] * (objective.size - bad.objective.size)
    point = Candidate.from_vector(objective.parameters, [*bad.candidate.point, *zeros])
    after = check(objective, point)
    assert after.verdict is Verdict.NOT_A_LOCAL_MINIMUM and after.proved
    assert after.findings[0].evidence is Evidence.PGB_PROBE
    assert after.gradient_is_zero is True
    assert np.all(after.hessian_spectrum >= -1e-12)


@pytest.mark.parametrize("b", [3, 9, 18])
def test_the_valley_of_a_product_with_an_exponential_is_escaping(b: int) -> None:
    objective = Objective(
        Expression(["x"], ["a", "b"], ["a*exp(b)"]),
        Data([[0]], [1]),
        weight_decay="1/10",
        decay_parameters=["a"],
    )
    point = [f"exp({b})/(exp({2 * b})+1/10)", b]
    report = check(objective, Candidate.from_vector(objective.parameters, point))
    assert report.verdict is Verdict.ESCAPING and report.proved
    assert report.inertia is not None and report.inertia.positive == 2
    assert report.newton_step == pytest.approx(0.5, rel=2e-3)
    if b == 18:
        assert report.gradient_norm < 1e-15


def test_the_valley_of_an_eliminated_cubic_hinge_is_escaping() -> None:
    base = Objective(
        Expression(["x"], [], ["0"]), Data([[0]], [1]), {"name": "polynomial-hinge", "degree": 3}
    )
    objective = eliminate(base, "1/10")
    # The best a for b = 9: 3 e^b (1 - a e^b)^2 = 2 a / 10, with u = a e^b close to 1.
    e, u = np.exp(9.0), 1.0
    for _ in range(200):
        u = 1 - np.sqrt(2 * u / (30 * e * e))
    report = check(objective, Candidate.from_vector(objective.parameters, [u / e, 9.0, 0.0]))
    assert report.verdict is Verdict.ESCAPING and report.proved
    assert report.gradient_norm < 1e-6
