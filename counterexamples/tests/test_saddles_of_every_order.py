"""The exact points whose output gradients are (-1)^i C(n, i) at 0..n, order by order."""

from __future__ import annotations

import pytest

from counterexamples import Decision, examine
from counterexamples.a_minimum_along_every_straight_line_is_a_local_minimum import EXAMPLE, of_order
from pgb.conditions import Evidence, Verdict


@pytest.mark.parametrize("order", range(2, 9))
def test_every_claim_holds_for_each_order(order: int) -> None:
    outcomes = examine(EXAMPLE.claims, of_order(order))
    assert {outcome.decision for _, outcome in outcomes} == {Decision.HOLDS}


@pytest.mark.parametrize("order", range(2, 9))
def test_check_refutes_it_by_a_probe_beside_a_zero_gradient(order: int) -> None:
    report = of_order(order).report
    assert report.proved and report.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    assert report.findings[0].evidence is Evidence.PGB_PROBE
    assert report.gradient_is_zero
