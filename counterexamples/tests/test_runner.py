"""The runner counts decisions, refutes false claims and simplifies what refutes them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from counterexamples import runner
from counterexamples.decisions import gradient_vanishes, proved_verdict
from counterexamples.example import Claim, Decision, Example, Member, Outcome
from counterexamples.registry import find
from pgb.conditions import Verdict
from pgb.numbers import Exact

SADDLES = "a_minimum_along_every_straight_line_is_a_local_minimum"
ESCAPES = "the_infimum_of_the_eliminated_loss_is_attained"
CONFLICTS = "every_sample_is_fitted_at_a_local_minimum_of_the_eliminated_loss"


def run_with_claims(
    monkeypatch: pytest.MonkeyPatch, name: str, *claims: Claim, examples: int = 10
) -> list[runner.Result]:
    changed: Example = replace(find(name), claims=claims)
    monkeypatch.setattr(runner, "find", lambda _: changed)
    return runner.run([name], examples=examples)


@pytest.mark.parametrize("name", [SADDLES, ESCAPES])
def test_the_false_claim_that_the_candidate_is_a_local_minimum_is_refuted(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    claim = Claim(
        "the candidate is a local minimum",
        lambda member: proved_verdict(member, Verdict.LOCAL_MINIMUM),
        "local minimum",
    )
    (result,) = run_with_claims(monkeypatch, name, claim)
    assert result.decision is Decision.FAILS
    assert result.counts[Decision.FAILS] == result.members
    assert "NOT_A_LOCAL_MINIMUM" in result.witness or "ESCAPING" in result.witness
    assert runner.exit_code([result]) == 1


def test_a_claim_that_fails_for_some_members_only_is_refuted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = Claim("the gradient is exactly 0", gradient_vanishes, "stationary point")
    (result,) = run_with_claims(monkeypatch, CONFLICTS, claim, examples=40)
    assert result.counts[Decision.HOLDS] > 0 and result.counts[Decision.FAILS] > 0
    assert result.decision is Decision.FAILS


def test_what_refutes_a_claim_is_made_simple(monkeypatch: pytest.MonkeyPatch) -> None:
    def penalty_is_at_most_one(member: Member) -> Outcome:
        lam = member.notes["lambda"]
        return Outcome.holds(str(lam)) if lam <= 1 else Outcome.fails(str(lam))

    claim = Claim("the penalty is at most 1", penalty_is_at_most_one, "penalty")
    (result,) = run_with_claims(monkeypatch, ESCAPES, claim, examples=60)
    assert result.decision is Decision.FAILS
    assert result.witness == "2"


def test_undecided_claims_never_count_as_holding(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Claim("never decided", lambda _: Outcome.undecided("no idea"), "nothing")
    always = Claim("always", lambda _: Outcome.holds("yes"), "nothing")
    results = run_with_claims(monkeypatch, ESCAPES, never, always, examples=5)
    assert [result.decision for result in results] == [Decision.UNDECIDED, Decision.HOLDS]
    assert runner.exit_code(results) == 20


def test_the_same_members_are_drawn_every_time_and_other_seeds_draw_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []

    def remember(member: Member) -> Outcome:
        seen.append(str(Exact().asarray(member.candidate.point).tolist()))
        return Outcome.holds("seen")

    changed = replace(find(ESCAPES), claims=(Claim("remember", remember, "nothing"),))
    monkeypatch.setattr(runner, "find", lambda _: changed)
    drawn = []
    for seed in (None, None, 3, 3, 4):
        seen.clear()
        runner.run([ESCAPES], examples=15, seed=seed)
        drawn.append(list(seen))
    assert drawn[0] == drawn[1] and drawn[2] == drawn[3]
    assert drawn[0] != drawn[2] and drawn[2] != drawn[4]


def test_progress_is_reported_and_results_say_how_many_members_were_examined() -> None:
    calls: list[tuple[str, int, int]] = []
    results = runner.run([ESCAPES], examples=5, progress=lambda *call: calls.append(call))
    assert calls[0] == (ESCAPES, 1, 6)
    assert {result.members for result in results} == {len(calls)}
    assert all(result.decision is Decision.HOLDS and result.witness for result in results)
    assert runner.exit_code(results) == 0


def test_no_members_and_an_empty_run() -> None:
    results = runner.run([ESCAPES], examples=0)
    assert {result.members for result in results} == {1}
    assert runner.exit_code([]) == 0
