"""The runner counts decisions, refutes false claims and simplifies what refutes them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from counterexamples import Claim, Decision, Member, Outcome, Result, exit_code, find, run
from counterexamples.kit import Correction, claims
from counterexamples.kit.pages import page
from pgb.numbers import Exact

SADDLES = "a_minimum_along_every_straight_line_is_a_local_minimum"
ESCAPES = "the_infimum_of_the_eliminated_loss_is_attained"
CONFLICTS = "every_sample_is_fitted_at_a_local_minimum_of_the_eliminated_loss"
STATIONARY = "every_stationary_point_of_the_eliminated_loss_is_a_local_minimum"
VALLEYS = "one_unit_under_a_convex_loss_has_no_bad_local_minimum"


def run_with_claims(name: str, *chosen: Claim, examples: int = 10) -> list[Result]:
    return run([replace(find(name), claims=chosen)], examples=examples)


def gradient_in_weights(member: Member, ar: Any) -> Any:
    gradient = member.objective.gradient(ar, ar.asarray(member.candidate.point))
    return gradient[member.objective.slices["W"]]


def curvature_minus_two(member: Member, ar: Any) -> Any:
    return member.objective.hessian(ar, ar.asarray(member.candidate.point)) - 2


#: True of the canonical member and false of others.
FALSE_CLAIMS = {
    SADDLES: claims.moments_vanish(lambda _: 6, "the moments below 6 vanish"),
    ESCAPES: claims.exactly_zero("the gradient in W is 0", "gradient", gradient_in_weights),
    CONFLICTS: claims.value_is(lambda member, ar: 1, "the least loss is 1"),
    STATIONARY: claims.saddle(2, "the Hessian has two negative eigenvalues"),
    VALLEYS: claims.exactly_zero("the curvature is 2", "curvature", curvature_minus_two),
}


@pytest.mark.parametrize("name", FALSE_CLAIMS)
def test_a_false_claim_is_refuted_within_the_default_budget(name: str) -> None:
    claim = FALSE_CLAIMS[name]
    example = find(name)
    assert claim.holds(example.member).decision is Decision.HOLDS
    (result,) = run_with_claims(name, claim, examples=100)
    assert result.counts[Decision.HOLDS] > 0 and result.counts[Decision.FAILS] > 0
    assert result.decision is Decision.FAILS and result.witness
    assert exit_code([result]) == 1


@pytest.mark.parametrize("name", [SADDLES, ESCAPES])
def test_a_claim_that_is_false_of_every_member_is_refuted(name: str) -> None:
    (result,) = run_with_claims(name, claims.local_minimum())
    assert result.counts[Decision.FAILS] == result.members
    assert "NOT_A_LOCAL_MINIMUM" in result.witness or "ESCAPING" in result.witness


def test_what_refutes_a_claim_is_made_simple() -> None:
    def penalty_is_at_most_one(member: Member) -> Outcome:
        lam = member.notes["lambda"]
        return Outcome.holds(str(lam)) if lam <= 1 else Outcome.fails(str(lam))

    claim = Claim("the penalty is at most 1", penalty_is_at_most_one, "penalty")
    (result,) = run_with_claims(ESCAPES, claim, examples=60)
    assert result.decision is Decision.FAILS
    assert result.witness == "2"


def test_undecided_claims_never_count_as_holding() -> None:
    never = Claim("never decided", lambda _: Outcome.undecided("no idea"), "nothing")
    always = Claim("always", lambda _: Outcome.holds("yes"), "nothing")
    results = run_with_claims(ESCAPES, never, always, examples=5)
    assert [result.decision for result in results] == [Decision.UNDECIDED, Decision.HOLDS]
    assert exit_code(results) == 20


def test_the_same_members_are_drawn_every_time_and_other_seeds_draw_others() -> None:
    seen: list[str] = []

    def remember(member: Member) -> Outcome:
        seen.append(str(Exact().asarray(member.candidate.point).tolist()))
        return Outcome.holds("seen")

    changed = replace(find(ESCAPES), claims=(Claim("remember", remember, "nothing"),))
    drawn = []
    for seed in (None, None, 3, 3, 4):
        seen.clear()
        run([changed], examples=15, seed=seed)
        drawn.append(list(seen))
    assert drawn[0] == drawn[1] and drawn[2] == drawn[3]
    assert drawn[0] != drawn[2] and drawn[2] != drawn[4]


def test_progress_is_reported_and_results_say_how_many_members_were_examined() -> None:
    calls: list[tuple[str, int, int]] = []
    results = run([ESCAPES], examples=5, progress=lambda *call: calls.append(call))
    assert calls[0] == (ESCAPES, 1, 6)
    assert {result.members for result in results} == {len(calls)}
    assert all(result.decision is Decision.HOLDS and result.witness for result in results)
    assert exit_code(results) == 0


def test_no_members_and_an_empty_run() -> None:
    results = run([ESCAPES], examples=0)
    assert {result.members for result in results} == {1}
    assert exit_code([]) == 0


def test_fewer_members_are_drawn_where_one_is_expensive() -> None:
    results = run([replace(find(ESCAPES), cost=1.0)], examples=60)
    assert {result.members for result in results} == {7}


def test_a_correction_adds_claims_about_members_of_its_own() -> None:
    other = find(ESCAPES)
    correction = Correction("what is printed", "what holds", other.family, other.canonical)
    results = run([replace(find(VALLEYS), correction=correction)], examples=3)
    assert [result.claim for result in results[-1:]] == ["without the correction it is none"]
    assert all(result.decision is Decision.HOLDS for result in results)
    assert np.all([result.members > 1 for result in results])


def test_a_correction_says_whether_the_statement_is_printed_or_only_misread() -> None:
    other = find(ESCAPES)
    correction = Correction("what is read", "what holds", other.family, other.canonical)
    printed = replace(find(VALLEYS), correction=correction)
    misread = replace(find(VALLEYS), correction=replace(correction, printed=False))
    assert [example.parts[-1].label for example in (printed, misread)] == [
        "as printed",
        "as easily misread",
    ]
    assert "**As printed.** what is read" in page(printed)
    assert "**As easily misread.** what is read" in page(misread)


def test_a_further_family_adds_its_claims_and_a_section_of_the_page() -> None:
    other = find(ESCAPES)
    example = replace(find(VALLEYS), further=(replace(other.parts[0], label="escapes"),))
    assert example.all_claims == find(VALLEYS).all_claims + other.all_claims
    assert "## Another family: escapes" in page(example)
    assert {result.decision for result in run([example], examples=2)} == {Decision.HOLDS}
