"""Every claim holds for every member that is drawn, and for the canonical one."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterexamples.example import Decision, Example, Member
from counterexamples.registry import examples
from counterexamples.runner import examine

# Members of these have float points, about which one check takes 0.2 s and more.
COSTLY = {
    "the_eliminated_cross_entropy_on_clean_labels_has_a_local_minimum",
    "the_eliminated_loss_has_a_stationary_point",
}
AFFORDABLE = max(settings.default.max_examples // 4, 1)


def by_name(chosen: Iterable[Example]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("example", list(chosen), ids=lambda example: example.name)


def assert_every_claim_holds(example: Example, member: Member) -> None:
    for claim, outcome in examine(example, member):
        assert outcome.decision is Decision.HOLDS, f"{claim.text}: {outcome.detail}"


@by_name(example for example in examples() if example.name not in COSTLY)
@given(st.data())
def test_every_claim_holds_for_every_member(example: Example, data: st.DataObject) -> None:
    assert_every_claim_holds(example, data.draw(example.family))


@by_name(example for example in examples() if example.name in COSTLY)
@settings(max_examples=AFFORDABLE)
@given(st.data())
def test_every_claim_holds_for_every_costly_member(example: Example, data: st.DataObject) -> None:
    assert_every_claim_holds(example, data.draw(example.family))


@by_name(examples())
def test_every_claim_holds_for_the_canonical_member(example: Example) -> None:
    assert example.canonical.candidate.exact
    assert_every_claim_holds(example, example.canonical)
