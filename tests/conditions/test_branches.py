"""Minima that are flat along coordinates on which the gradient is exactly 0."""

from __future__ import annotations

from typing import Any

import pytest
from flint import fmpq
from hypothesis import given, settings

from pgb.conditions import Evidence, Verdict, branch_minimum
from pgb.strategies import rationals


@given(rationals(2), rationals(2))
@settings(max_examples=30)
def test_a_strict_minimum_times_a_dead_unit_is_a_proved_branch(
    evaluate: Any, formula: Any, v: fmpq, b: fmpq
) -> None:
    """v relu(b - 10 - x^2) is 0 near b <= 2, so v and b are free; w = 1 is strict."""
    objective = formula("w + v*relu(b - 10)", "w v b", y=[1])
    finding = branch_minimum(evaluate(objective, [1, v, b]))
    assert finding is not None and finding.proved
    assert (finding.verdict, finding.evidence) == (Verdict.LOCAL_MINIMUM, Evidence.BRANCH)
    assert finding.details["free"] == [1, 2]
    assert finding.details["dimension"] == 2


@pytest.mark.parametrize(
    ("output", "point", "why"),
    [
        ("w + u^3", [0, 0], "the gradient is not 0 along the free coordinate"),
        ("w + u*v", [0, 0, 0], "two free coordinates whose product is not constant"),
        ("w^2", [0], "nothing is strict across"),
    ],
)
def test_without_a_branch_of_critical_points_nothing_is_claimed(
    evaluate: Any, formula: Any, output: str, point: list[int], why: str
) -> None:
    parameters = "w u v"[: 2 * len(point) - 1]
    assert branch_minimum(evaluate(formula(output, parameters, y=[-1]), point)) is None, why


def test_the_slice_with_frozen_coordinates_of_an_eliminated_saddle_is_no_proof(
    evaluate: Any, formula: Any
) -> None:
    """At a = 0 the problem is strictly convex in a with b and W frozen, and no minimum."""
    from pgb.transforms import eliminate

    objective = eliminate(formula("c", "c", x=[[0], [1]], y=[0, 1]), "1/10")
    assert branch_minimum(evaluate(objective, ["1/2", 0, 0, 0])) is None


def test_a_kink_on_the_branch_is_no_branch(evaluate: Any, formula: Any) -> None:
    """A dead unit with margin 0."""
    objective = formula("w + v*relu(b)", "w v b", y=[1])
    assert branch_minimum(evaluate(objective, [1, 1, 0])) is None


def test_floats_prove_no_branch(evaluate: Any, formula: Any) -> None:
    objective = formula("w + v*relu(b)", "w v b", y=[1])
    assert branch_minimum(evaluate(objective, [1.0, 1.0, -1.0])) is None
