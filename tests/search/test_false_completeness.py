"""What a complete list must not say: a point counted twice or misplaced, a claim that is false."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from pgb.certificates import checking
from pgb.models import Expression
from pgb.problems import Data, Objective
from pgb.search.claims import claim_of, decide_in_box
from pgb.search.exhaustive import CompleteList, exhaustive


def line(formula: str, targets: list[Any], loss: str = "squared") -> Objective:
    """One parameter w, the input always 1."""
    data = Data([[1]] * len(targets), [[t] for t in targets])
    return Objective(Expression(["x"], ["w"], [formula]), data, loss)


def holds(found: CompleteList, name: str) -> bool | None:
    return decide_in_box(claim_of(name), found)


@pytest.mark.parametrize("size", [1e10, 1e12])
def test_a_point_known_with_little_precision_is_listed_once(size: float, tmp_path: Any) -> None:
    """Newton's method ends at many doubles, around each of which a critical point is proved."""
    found = exhaustive(line("w", [size, -size]), -1, 1)
    assert found.complete and len(found.points) == 1
    found.certificate().save(tmp_path / "list.json")
    assert checking.verify(str(tmp_path / "list.json"))[0] == 0


def test_a_point_less_than_a_double_away_from_the_box_is_not_inside() -> None:
    found = exhaustive(line("w - 1", [-Fraction(1, 2**80)]), 1.0, 1 + 2.0**-40)
    assert [point.place for point in found.points] == ["border"]
    assert holds(found, "no-local-minimum") is None


def test_the_only_minimum_of_a_box_need_not_be_least_there() -> None:
    objective = line("w^3 - 3*w", [-1], "exponential")
    assert holds(exhaustive(objective, -3, 3), "every-minimum-is-global") is False
    assert holds(exhaustive(objective, -1.5, 3), "every-minimum-is-global") is True
    assert holds(exhaustive(objective, -2, 3), "every-minimum-is-global") is not True


def test_minima_that_are_images_of_each_other_are_global_in_a_box() -> None:
    found = exhaustive(line("w^2", [1]), -2, 2)
    assert len(found.minima) == 2 and holds(found, "every-minimum-is-global") is True


def test_close_minima_of_almost_equal_values_are_not_taken_for_one() -> None:
    steep = "((w - 1)*4000000)"
    model = Expression(["x"], ["w"], [f"{steep}*({steep} - 1)", f"{steep}/100000"])
    found = exhaustive(Objective(model, Data([[1]], [[0, 0]])), 0.5, 1.5)
    assert found.complete and len(found.minima) == 2
    assert holds(found, "every-minimum-is-global") is None


def test_the_checker_follows_where_its_enclosures_are_wider(tmp_path: Any) -> None:
    """Boxes with one point, as large as the search can prove them, are made smaller if need be."""
    objective = line("1/(1 + w^2)", [Fraction(8, 7), Fraction(10, 7), Fraction(-15, 7)], "log-cosh")
    found = exhaustive(objective, -1.5, 1)
    assert found.complete
    found.certificate().save(tmp_path / "list.json")
    code, _, sentence = checking.verify(str(tmp_path / "list.json"))
    assert code == 0, sentence
