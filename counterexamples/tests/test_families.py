"""Every claim holds for every member that is drawn, and for the canonical one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterexamples.example import Decision, Example, Member
from counterexamples.registry import examples
from counterexamples.runner import examine

every_example = pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)


def assert_every_claim_holds(example: Example, member: Member) -> None:
    for claim, outcome in examine(example, member):
        assert outcome.decision is Decision.HOLDS, f"{claim.text}: {outcome.detail}"


@every_example
@given(st.data())
def test_every_claim_holds_for_every_member(example: Example, data: st.DataObject) -> None:
    assert_every_claim_holds(example, data.draw(example.family))


@every_example
def test_every_claim_holds_for_the_canonical_member(example: Example) -> None:
    assert example.canonical.candidate.exact
    assert_every_claim_holds(example, example.canonical)
