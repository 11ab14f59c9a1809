"""What ``check`` answers: points and balls, better points, bad input, contradictions."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.check import check
from pgb.conditions import Evidence, Finding, Verdict
from pgb.errors import InputError, PgbError
from pgb.models import Expression, Network
from pgb.numbers import Balls
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import any_candidates, candidates, objectives
from pgb.transforms import eliminate, without_units

XOR = Data([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0])


def formula(output: str, parameters: str, y: Any = 0, **kw: Any) -> Objective:
    model = Expression(["x"], parameters.split(), [output])
    return Objective(model, Data([[1]], [y]), reduction="sum", **kw)


def answer(objective: Objective, point: Any, **options: Any) -> Any:
    return check(objective, Candidate.from_vector(objective.parameters, point), **options)


@given(st.data())
@settings(max_examples=30)
def test_any_exact_candidate_gets_an_answer_that_is_consistent(data: Any) -> None:
    objective = data.draw(objectives(regularized=None))
    report = check(objective, data.draw(candidates(objective)))
    assert report.reason == report.findings[0].reason
    assert report.proved == report.findings[0].proved
    assert (report.kind is not None) == (report.verdict is Verdict.LOCAL_MINIMUM)
    proved_minimum = report.proved and report.verdict is Verdict.LOCAL_MINIMUM
    if proved_minimum and report.gradient_norm is not None:
        assert report.gradient_is_zero is True
    if report.is_global and objective.regularizer.is_zero:
        assert report.excess <= 1e-9


@given(st.data())
@settings(max_examples=40)
def test_a_proved_local_minimum_has_no_lower_point_beside_it(known: Any, data: Any) -> None:
    """At random steps of length about 2^-10 and 2^-40, values in balls are not certainly lower."""
    problem = data.draw(known().filter(lambda drawn: drawn.minimum))
    objective, point = problem.objective, problem.candidate.point
    assert check(objective, problem.candidate).verdict is Verdict.LOCAL_MINIMUM
    steps = data.draw(st.lists(st.integers(-3, 3), min_size=len(point), max_size=len(point)))
    with Balls(256) as ar:
        theta, direction = ar.asarray(point), ar.asarray(np.array(steps, dtype=float))
        value = objective.value(ar, theta)
        for length in (2**10, 2**40):
            moved = objective.value(ar, theta + direction / length)
            assert not ar.certainly_positive(value - moved)


def test_a_number_that_is_rounded_is_no_minimum_but_its_ball_holds_one() -> None:
    objective = formula("w^2", "w", y=2)
    exact = answer(objective, ["1.4142135623731"])
    assert exact.proved and exact.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    ball = answer(objective, [1.4142135623731])
    assert ball.verdict is Verdict.LOCAL_MINIMUM
    assert ball.radius == pytest.approx(1.4142135623731e-6)
    root = answer(objective, ["sqrt(2)"])
    assert root.proved and root.is_global and root.kind == "strict"


def test_polishing_moves_floats_and_is_refused_for_exact_points() -> None:
    objective = formula("w^2", "w", y=2)
    moved = answer(objective, [1.3], polish=True)
    assert moved.verdict is Verdict.LOCAL_MINIMUM
    assert moved.point[0] == pytest.approx(np.sqrt(2), abs=1e-12)
    assert moved.polished == pytest.approx(np.sqrt(2) - 1.3)
    with pytest.raises(InputError, match="polish: found an exact candidate"):
        answer(objective, ["13/10"], polish=True)


def test_the_radius_sets_the_question() -> None:
    objective = formula("w^2", "w", y=2)
    assert answer(objective, [1.414]).verdict is Verdict.NOT_A_LOCAL_MINIMUM
    assert answer(objective, [1.414], radius=1e-2).verdict is Verdict.LOCAL_MINIMUM


@pytest.mark.parametrize("radius", [0, -1.0, float("inf"), float("nan")])
def test_a_radius_that_is_no_positive_number_is_refused(radius: float) -> None:
    with pytest.raises(InputError, match=r"^radius: found .*, expected a positive finite number$"):
        answer(formula("w", "w"), [1.0], radius=radius)


def test_wrong_sizes_and_a_wrong_radius_are_told_together() -> None:
    objective, other = formula("w", "w"), formula("u*v", "u v")
    two = Candidate.from_vector(other.parameters, [1, 2])
    with pytest.raises(InputError) as caught:
        check(objective, two, better=two, radius=-1)
    assert caught.value.problems == (
        "candidate: found 2 entries, expected 1",
        "better: found 2 entries, expected 1",
        "radius: found -1, expected a positive finite number",
    )


def test_a_lower_point_makes_a_local_minimum_bad() -> None:
    objective = formula("w^3 - 3*w", "w", y=-3)
    better = Candidate.from_vector(objective.parameters, [-2])
    report = answer(objective, [1], better=better)
    assert report.verdict is Verdict.LOCAL_MINIMUM and report.proved
    assert report.bad is None and report.better_value == 1.0
    lower = Candidate.from_vector(objective.parameters, ["-21/10"])
    assert answer(objective, [1], better=lower).bad is True


def test_a_global_minimum_is_never_bad() -> None:
    objective = formula("w", "w")
    better = Candidate.from_vector(objective.parameters, [1])
    report = answer(objective, [0], better=better)
    assert report.is_global and report.bad is False


def test_xor_with_a_fitting_network_is_globally_minimal_after_elimination() -> None:
    objective = eliminate(Objective(Network([2, 2, 1], "relu"), XOR), "1/10")
    fit = [1, 1, 1, 1, 1, "-1/2", 3, -4, -3]
    report = answer(objective, [*fit, 0, 0, 0, 0])
    assert (report.verdict, report.proved, report.is_global) == (Verdict.LOCAL_MINIMUM, True, True)
    with_amplitude = answer(objective, [*fit, "1/100", 0, 0, 0])
    assert with_amplitude.proved and with_amplitude.verdict is not Verdict.LOCAL_MINIMUM
    assert any("a[0]" in f.reason for f in with_amplitude.findings)
    shifted = answer(objective, [*fit[:-1], -2, 0, 0, 0, 0])
    assert shifted.proved and shifted.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    assert any(f.evidence is Evidence.GROUP_SUM for f in shifted.findings)


def test_an_escaping_point_comes_before_other_refutations_where_floats_accept_it() -> None:
    objective = formula("a*exp(b)", "a b", 1, weight_decay="1/10", decay_parameters=["a"])
    report = answer(objective, ["exp(18)/(exp(36)+1/10)", 18])
    assert report.proved and report.verdict is Verdict.ESCAPING
    assert report.gradient_norm < 1e-15 and np.all(report.hessian_spectrum > 0)
    visible = answer(objective, [3, 0])
    assert visible.proved and visible.verdict is Verdict.NOT_A_LOCAL_MINIMUM


def test_without_units_only_value_0_is_a_minimum() -> None:
    objective = without_units(formula("w", "w", y=1), "1/10")
    fit = answer(objective, [1, 0, 2])
    assert (fit.verdict, fit.proved, fit.is_global) == (Verdict.LOCAL_MINIMUM, True, True)
    for point in ([0, 0, 2], [1, 1, 0], ["1/2", 1, 0]):
        report = answer(objective, point)
        assert report.proved and report.verdict is not Verdict.LOCAL_MINIMUM


def test_a_strict_minimum_times_a_dead_unit_is_a_branch() -> None:
    strict = answer(formula("w^3 - 3*w + v*relu(b)", "w v b", y=-3), [1, 1, -1])
    assert (strict.verdict, strict.proved, strict.kind) == (Verdict.LOCAL_MINIMUM, True, "branch")
    assert strict.symmetry_dimension == 2


def test_at_a_kink_the_gradient_is_absent_from_the_report() -> None:
    report = answer(formula("relu(w)", "w", y=1), [0])
    assert report.proved and report.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    assert report.gradient_norm is None and report.gradient_is_zero is None
    assert report.hessian_spectrum is None and report.newton_step is None
    assert report.one_sided == {"w": (-2.0, 0.0)}


def test_without_parameters_the_only_point_is_a_minimum_if_it_is_function_optimal() -> None:
    report = answer(formula("x", "", y=1), [])
    assert report.verdict is Verdict.LOCAL_MINIMUM and report.is_global


def test_the_same_seed_gives_the_same_report() -> None:
    objective = Objective(Network([2, 2, 1], "tanh"), XOR)
    first, second = (answer(objective, [0.5] * 9, seed=3) for _ in range(2))
    assert {**first.to_json_object(), "seconds": 0} == {**second.to_json_object(), "seconds": 0}


def test_contradicting_proofs_raise_instead_of_printing(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("pgb.check")
    false = Finding(Verdict.NOT_A_LOCAL_MINIMUM, True, Evidence.PGB_PROBE, "a false proof")
    monkeypatch.setattr(module, "probe", lambda *_: false)
    with pytest.raises(PgbError, match=r"contradictory proofs.*a false proof"):
        answer(formula("w", "w"), [0])


def test_a_judgement_beside_a_proof_is_no_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("pgb.check")
    doubtful = Finding(Verdict.NOT_A_LOCAL_MINIMUM, False, Evidence.SAMPLING, "a doubt")
    monkeypatch.setattr(module, "probe", lambda *_: doubtful)
    assert answer(formula("w", "w"), [0]).findings[0] is doubtful


@given(any_candidates())
@settings(max_examples=5)
def test_a_candidate_for_another_problem_is_an_input_error(candidate: Candidate) -> None:
    objective = Objective(Network([9, 9, 9], "tanh"), Data([[0] * 9], [[0] * 9]))
    with pytest.raises(InputError, match="expected 180"):
        check(objective, candidate)


def test_a_candidate_outside_the_domain_of_the_model_is_bad_input():
    model = Expression(["x"], ["w"], ["log(w)"])
    objective = Objective(model, Data([[1]], [1]))
    with pytest.raises(InputError, match="does not exist"):
        check(objective, Candidate.from_vector(objective.parameters, [-1.0]))


def test_a_candidate_may_be_a_mapping_or_a_plain_vector() -> None:
    objective = formula("w^2", "w", y=2)
    for point in ({"w": 1.4142}, [1.4142], np.array([1.4142])):
        assert check(objective, point, radius=1e-3, better=point).point[0] == 1.4142
    with pytest.raises(InputError, match="candidate: found"):
        check(objective, 3.0)


def test_a_point_whose_fiber_leaves_the_range_of_doubles_gets_an_answer() -> None:
    network = Network([1, 1, 1], activation="leaky-relu", bias=False)
    objective = eliminate(Objective(network, Data([["1/3"]], [-1]), "logistic"), 1)
    report = answer(objective, [6.8e-303, 8.3e-266, 0.0, 0.25, 0.0])
    assert report.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    assert report.proved
    assert "runs off" in report.to_text()


@pytest.mark.parametrize(
    ("output", "point", "words"),
    [
        ("u^2 + v^4", [0.0, 0.0], "the Hessian has 1 zero eigenvalue in floats"),
        ("u^2 + v^4 + w^4", [0.0, 0.0, 0.0], "the Hessian has 2 zero eigenvalues in floats"),
        ("(u*v - 1)^2", [1.0, 1.0], "the zero eigenvalue is the direction of a known fiber"),
    ],
)
def test_one_zero_eigenvalue_is_in_the_singular(
    output: str, point: list[float], words: str
) -> None:
    parameters = ["u", "v", "w"][: len(point)]
    objective = formula(output, " ".join(parameters), -1)
    assert words in check(objective, point, prove="never").reason
