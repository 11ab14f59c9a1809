"""The usual claims hold only where they are proved, fail only where the contrary is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from counterexamples import Claim, Decision, Member
from counterexamples.kit import claims, exact, left_null_space, polished
from counterexamples.kit.decisions import all_nonzero, all_zero, some_nonzero
from pgb.conditions import Evidence, Verdict
from pgb.errors import InputError
from pgb.models import Expression, Network
from pgb.numbers import Exact
from pgb.problems import Candidate, Data, Objective
from pgb.transforms import eliminate

HOLDS, FAILS, UNDECIDED = Decision


def member(
    formula: str, point: list[Any], target: Any = 0, better: list[Any] | None = None, x: Any = 1
) -> Member:
    """The squared loss of a formula in x, u, v at one sample."""
    model = Expression(inputs=["x"], parameters=["u", "v"][: len(point)], outputs=[formula])
    return Member(Objective(model, Data([[x]], [[target]])), point, better)


MINIMUM = member("u*x", [0])
BAD = Member(  # relu(w x) at samples (1, 3) and (-1, 4)
    Objective(
        Network([1, 1], output_activation="relu", bias=False),
        Data([[1], [-1]], [[3], [4]]),
    ),
    [3],
    [-4],
)
FLAT = member("u*v + 1", [0, 0])  # (u v + 1)^2 has a saddle at 0
BALL = member("u^2 - 2", [1.4142135])


@pytest.mark.parametrize(
    ("claim", "asked", "decision"),
    [
        (claims.local_minimum(), MINIMUM, HOLDS),
        (claims.local_minimum("strict"), MINIMUM, HOLDS),
        (claims.local_minimum("branch"), MINIMUM, UNDECIDED),
        (claims.local_minimum(), FLAT, FAILS),
        (claims.local_minimum(), BALL, HOLDS),
        (claims.bad_local_minimum(), BAD, HOLDS),
        (claims.bad_local_minimum(), MINIMUM, FAILS),
        (claims.bad_local_minimum(), Member(BAD.objective, [3]), UNDECIDED),
        (claims.global_minimum(), MINIMUM, HOLDS),
        (claims.global_minimum(), BAD, FAILS),
        (claims.not_a_local_minimum(), FLAT, HOLDS),
        (claims.not_a_local_minimum(), MINIMUM, FAILS),
        (claims.not_a_local_minimum(evidence=Evidence.GRADIENT), FLAT, UNDECIDED),
        (claims.saddle(1), FLAT, HOLDS),
        (claims.saddle(2), FLAT, FAILS),
        (claims.saddle(1), member("u*v + 1", [1, 1]), UNDECIDED),
        (claims.stationary(), FLAT, HOLDS),
        (claims.stationary(), member("u", [1]), FAILS),
        (claims.not_stationary(), member("u", [1]), HOLDS),
        (claims.not_stationary(), MINIMUM, FAILS),
        (claims.gradient_differs_from_zero(), member("u", [1]), HOLDS),
        (claims.gradient_differs_from_zero(), MINIMUM, UNDECIDED),
        (claims.not_refuted(), MINIMUM, HOLDS),
        (claims.not_refuted(), FLAT, FAILS),
        (claims.better_point_is_lower(), BAD, HOLDS),
        (claims.better_point_is_lower(), Member(BAD.objective, [-4], [3]), FAILS),
        (claims.better_point_is_lower(), Member(BAD.objective, [-4], [-4]), UNDECIDED),
        (claims.better_point_is_lower(), member("u", [1.0], better=[0]), HOLDS),
        (claims.better_point_is_lower(), member("u", [1.0], better=[1]), UNDECIDED),
        (claims.value_is(lambda m, ar: 1, "1"), FLAT, HOLDS),
        (claims.value_is(lambda m, ar: 2, "2"), FLAT, FAILS),
        (claims.function_space_infimum_is_zero(attained=True), FLAT, HOLDS),
        (claims.function_space_infimum_is_zero(attained=False), FLAT, FAILS),
        (claims.some_residual_remains(), FLAT, HOLDS),
        (claims.some_residual_remains(), MINIMUM, UNDECIDED),
        (claims.after_elimination_no_local_minimum_here(), BAD, HOLDS),
        (claims.after_elimination_not_a_local_minimum(), BAD, HOLDS),
        (claims.after_elimination_no_local_minimum_here(), MINIMUM, FAILS),
        (claims.after_elimination_no_local_minimum_here(), member("u", [1.0]), HOLDS),
    ],
)
def test_decision(claim: Claim, asked: Member, decision: Decision) -> None:
    outcome = claim.holds(asked)
    assert outcome.decision is decision, outcome.detail
    assert outcome.detail


def on_the_axis(asked: Member, ar: Any, t: int) -> Any:
    return ar.asarray(exact([t]))


@pytest.mark.parametrize(
    ("formula", "limit", "decision"),
    [
        ("e^(-x*u)", None, HOLDS),
        ("e^(-x*u)", 0, HOLDS),
        ("e^(-x*u)", -1, UNDECIDED),
        ("e^(-x*u)", 1, FAILS),
        ("e^(x*u)", None, FAILS),
    ],
)
def test_decreasing_path(formula: str, limit: int | None, decision: Decision) -> None:
    bound = None if limit is None else lambda m, ar: ar.asarray(exact(limit))
    claim = claims.decreasing_path(on_the_axis, "along u = t", limit=bound)
    outcome = claim.holds(member(formula, [0]))
    assert (outcome.decision is HOLDS) == (decision is HOLDS)
    assert claim.text.startswith("along u = t: the value falls at each of t = 0, 1, 2, 4, 8")


def test_escaping_needs_a_ray() -> None:
    network = Network([1, 1, 1], bias=False, activation="relu")
    objective = eliminate(Objective(network, Data([[0]], [[1]])), "1/10")
    flat = Member(objective, {"W1": [[1]], "W2": [[1]], "a": [0], "b": [0], "W": [[0]]})
    assert claims.escaping().holds(flat).decision is not HOLDS


@pytest.mark.parametrize(("order", "decision"), [(1, HOLDS), (2, FAILS), (0, UNDECIDED)])
def test_moments(order: int, decision: Decision) -> None:
    data = Data([[0], [1]], [[1], [-1]])
    model = Expression(inputs=["x"], parameters=["u"], outputs=["u"])
    asked = Member(Objective(model, data), [0])
    assert claims.moments_vanish(lambda _: order).holds(asked).decision is decision


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: claims.bad_local_minimum("strictt"), "kind: found 'strictt', .* mean 'strict'"),
        (lambda: claims.local_minimum("Strict"), "kind: found 'Strict', expected one of strict, "),
        (lambda: claims.refuted("x", "y", "gradient"), "evidence: found 'gradient', expected one"),
        (lambda: claims.global_minimum(evidence="x"), "expected one of Evidence.ESCAPE_RAY, "),
        (lambda: claims.verdict("LOCAL_MINIMUM", text="x"), "expected one of Verdict.LOCAL_MIN"),
        (lambda: claims.verdict(text="x"), "verdict: found none, expected at least one"),
    ],
)
def test_a_word_that_check_never_says_is_refused_when_the_claim_is_made(
    make: Callable[[], Claim], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        make()


def test_every_verdict_has_a_certificate_and_nothing_else_has() -> None:
    for claim in (claims.bad_local_minimum(), claims.after_elimination_not_a_local_minimum()):
        proof = claim.certificate(BAD)
        assert proof is not None and proof.words
    bad = claims.bad_local_minimum("strict").certificate(BAD)
    assert bad is not None and bad.claim["bad"] is True
    assert claims.bad_local_minimum("strict").certificate_kinds == ("local-minimum", "strict")
    plain = claims.stationary()
    assert plain.certificate(BAD) is None
    assert plain.rests_on == "exact arithmetic; no certificate"
    assert plain.certificate_kinds == ("none",)
    with pytest.raises(InputError, match="no proved verdict"):
        claims.not_stationary().certificate(MINIMUM)


def test_a_certificate_of_named_evidence_has_only_that() -> None:
    proof = claims.after_elimination_no_local_minimum_here().certificate(BAD)
    assert proof is not None
    assert [witness["method"] for witness in proof.evidence] == ["group-sum"]


def test_a_question_about_another_point() -> None:
    def lower(asked: Member) -> Any:
        return Member(asked.objective, asked.better).question

    claim = claims.verdict(Verdict.LOCAL_MINIMUM, text="the better point is one", question=lower)
    assert claim.holds(BAD).decision is HOLDS
    proof = claim.certificate(BAD)
    assert proof is not None and proof.claim["about"]["point"] == ["-4"]


def test_quantities_are_decided_by_certain_comparisons() -> None:
    ar = Exact()
    assert all_zero(ar.asarray([0, 1]), "x").decision is FAILS
    assert all_nonzero(lambda ar: ar.asarray([1, 0]), "x").decision is UNDECIDED
    assert some_nonzero(lambda ar: ar.asarray([1, 0]), "x").decision is HOLDS
    assert claims.nonzero("u", "u", lambda m, ar: ar.asarray([2])).holds(BAD).decision is HOLDS
    assert claims.positive("u", "u", lambda m, ar: ar.asarray([-2])).holds(BAD).decision is FAILS


@pytest.mark.parametrize(
    ("value", "shown"), [("2/3", "0.660"), ("1/4", "0.250"), ("exp(-2000)", "2.55e-869")]
)
def test_a_positive_quantity_is_shown_with_a_lower_bound(value: str, shown: str) -> None:
    claim = claims.positive("it is", "gap", lambda m, ar: ar.asarray(exact([value, 7])), "gaps")
    assert claim.holds(BAD).detail == f"gaps: all at least {shown}"
    one = claims.positive("it is", "gap", lambda m, ar: ar.asarray(exact([value])))
    assert one.holds(BAD).detail == f"gap: positive, at least {shown}"
    above = exact([value]) - exact([Fraction(shown)])
    assert Exact().certainly_positive(above).all() or value == "1/4"


@pytest.mark.parametrize(
    ("loss", "inputs", "targets", "outputs", "attained", "decision"),
    [
        ("squared", [0, 1], [1, 2], 1, True, HOLDS),
        ("squared", [0, 1], [1, 2], 1, False, FAILS),
        ("squared", [0, 0], [1, 1], 1, True, HOLDS),
        ("squared", [0, 0], ["1", "1 + 1/10^40"], 1, True, FAILS),
        ("absolute", [0, 0], [1, 2], 1, True, FAILS),
        ("hinge", [0, 1], [1, -1], 1, True, HOLDS),
        ("hinge", [0, 0], [1, -1], 1, True, FAILS),
        ("polynomial-hinge", [0, 1], [0, 1], 2, True, HOLDS),
        ("polynomial-hinge", [0, 0], [0, 1], 2, True, FAILS),
        ("logistic", [0, 1], [1, -1], 1, False, HOLDS),
        ("logistic", [0, 1], [1, -1], 1, True, FAILS),
        ("exponential", [0, 0], [1, -1], 1, False, FAILS),
        ("cross-entropy", [0, 1], [0, 1], 2, False, HOLDS),
        ("cross-entropy", [0, 0], [0, 1], 2, False, FAILS),
        ("cross-entropy", [0, 1], [[1, 0], [0, 1]], 2, False, HOLDS),
        ("cross-entropy", [0, 1], [["1/2", "1/2"], [0, 1]], 2, False, FAILS),
        ({"name": "cross-entropy", "label_smoothing": "1/10"}, [0, 1], [0, 1], 2, False, FAILS),
    ],
)
def test_whether_the_infimum_over_functions_is_zero_is_decided_exactly(
    loss: Any, inputs: list[int], targets: list[Any], outputs: int, attained: bool, decision: Any
) -> None:
    labels = all(isinstance(y, int) for y in targets)
    data = Data(exact(inputs).reshape(-1, 1), targets if labels else exact(targets))
    objective = Objective(Network([1, outputs]), data, loss)
    claim = claims.function_space_infimum_is_zero(attained)
    assert claim.holds(Member(objective, [0] * objective.size)).decision is decision
    found = objective.infimum()
    assert decision is not HOLDS or (found.value, found.attained) == (0.0, attained)


def test_members_read_points_in_all_ways() -> None:
    objective = MINIMUM.objective
    for point in ([0], {"u": 0}, Candidate.from_vector(objective.parameters, ["0"]), exact(["0"])):
        assert Member(objective, point).candidate.exact
    with pytest.raises(InputError, match="better: found shape"):
        Member(objective, [0], [0, 0])


def test_builders() -> None:
    A = exact([[1, 0], [1, 1], [1, 2]])
    (r,) = left_null_space(A)
    assert not any(r @ A)
    assert left_null_space(exact([[1], [0]])) and not left_null_space(exact([[1]]))
    assert str(exact(["1/3", "log(2)"])[0]) == "1/3"
    asked = member("u^2 - 2", [1])
    point = polished(asked.objective, [1])
    assert not point.exact and abs(point.point[0] ** 2 - 2) < 1e-12
