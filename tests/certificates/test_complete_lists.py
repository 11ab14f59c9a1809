"""Certificates of complete lists: replayed, and refused when anything in them is changed."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.certificates.checking.complete import halves
from pgb.certificates.checking.functions import ACTIVATIONS, function
from pgb.certificates.checking.intervals import INTERVALS, Interval, number, square
from pgb.certificates.checking.reading import Refused
from pgb.certificates.checking.rings import BALLS
from pgb.models import Expression
from pgb.problems import Data, Objective
from pgb.search.exhaustive import exhaustive

from .conftest import seal

Verdict = Callable[..., tuple[int, str]]
Change = Callable[[Any], Any]


@pytest.fixture(scope="module")
def value() -> Any:
    """Nine critical points of the squared line, with a tree of a few hundred boxes."""
    model = Expression(["x"], ["w", "b"], ["(w*x + b)^2"])
    data = Data([[-1], [0], [1]], [[1], [1], [1]])
    found = exhaustive(Objective(model, data, reduction="sum"), -3, 3)
    return found.certificate().to_json_object()


@pytest.fixture(scope="module")
def border() -> Any:
    """A maximum inside and a minimum at the border of the box."""
    model = Expression(["x"], ["w"], ["w^3 - 3*w"])
    found = exhaustive(Objective(model, Data([[0]], [[-1]]), "exponential"), [-2], [1])
    return found.certificate().to_json_object()


def test_the_certificate_is_accepted(value: Any, verdict: Verdict) -> None:
    code, sentence = verdict(value, "of complete lists")
    assert code == 0, sentence
    assert "4 local minima, 4 saddle points of index 1, 1 local maximum" in value["claim"]["words"]


def test_a_point_at_the_border_is_counted_apart(border: Any, verdict: Verdict) -> None:
    assert verdict(border, "of complete lists")[0] == 0
    assert "besides 1 critical point inside or just outside" in border["claim"]["words"]
    for point in border["claim"]["points"]:
        changed = copy.deepcopy(border)
        place = border["claim"]["points"].index(point)
        changed["claim"]["points"][place]["border"] = not point["border"]
        refused(changed, verdict)


def test_a_wide_box_across_the_border_does_not_say_that_the_point_is_outside(
    verdict: Verdict,
) -> None:
    """A box around a point in the middle may be wider than the whole box: nothing is said then."""
    found = exhaustive(Objective(Expression(["x"], ["w"], ["w"]), Data([[1]], [[0]])), -1, 1)
    forged = found.certificate().to_json_object()
    forged["claim"]["points"][0] |= {"radii": ["2"], "border": True}
    forged["evidence"][0]["boxes"][0] |= {"radii": ["2"], "low": ["-3"], "high": ["3"]}
    assert verdict(seal(forged), "of complete lists")[0] == 0
    words = forged["claim"]["words"]
    assert words.startswith("besides 1 critical point inside or just outside, the box holds no")


def refused(forged: Any, verdict: Verdict) -> None:
    code, sentence = verdict(seal(forged), "of forged complete lists")
    assert code == 1, sentence


def leaves(tree: str) -> list[int]:
    return [place for place, letter in enumerate(tree) if letter not in "01234567"]


def test_every_leaf_is_needed(value: Any, verdict: Verdict) -> None:
    tree = value["evidence"][0]["tree"]
    for place in [*leaves(tree)[::29], len(tree) - 1]:
        forged = copy.deepcopy(value)
        forged["evidence"][0]["tree"] = tree[:place] + tree[place + 1 :]
        refused(forged, verdict)


def test_more_than_the_tree_is_refused(value: Any, verdict: Verdict) -> None:
    tree = value["evidence"][0]["tree"]
    for changed in (tree + "a", "", "0", "?", tree[:-1], "a", ".", "7" + tree, None, [tree]):
        forged = copy.deepcopy(value)
        forged["evidence"][0]["tree"] = changed
        refused(forged, verdict)


def test_a_leaf_around_a_point_is_not_excluded(value: Any, verdict: Verdict) -> None:
    tree, around = value["evidence"][0]["tree"], leaves_around_points(value)
    assert len(around) >= 9
    for place in around:
        for letter in "abijqr?x":
            forged = copy.deepcopy(value)
            forged["evidence"][0]["tree"] = tree[:place] + letter + tree[place + 1 :]
            refused(forged, verdict)


def leaves_around_points(value: Any) -> list[int]:
    """Places in the tree of the leaves with a point of the list in them."""
    about, found = value["claim"]["about"], []
    waiting = [tuple([float(Fraction(end)) for end in about[side]] for side in ("low", "high"))]
    for place, letter in enumerate(value["evidence"][0]["tree"]):
        X = waiting.pop()
        if letter in "01":
            waiting += reversed(halves(X, int(letter)))
        elif any(
            all(a <= Fraction(c) <= b for a, b, c in zip(*X, point["center"], strict=True))
            for point in value["claim"]["points"]
        ):
            found.append(place)
    return found


def test_excluded_leaves_are_in_no_box_of_a_point(value: Any, verdict: Verdict) -> None:
    tree = value["evidence"][0]["tree"]
    others = [place for place in leaves(tree) if tree[place] != "."]
    for place in random.Random(1).sample(others, 12):
        forged = copy.deepcopy(value)
        forged["evidence"][0]["tree"] = tree[:place] + "." + tree[place + 1 :]
        refused(forged, verdict)


@pytest.mark.parametrize("kept", ["claim", "evidence", "neither"])
def test_no_point_can_be_missing(value: Any, verdict: Verdict, kept: str) -> None:
    for place in range(len(value["claim"]["points"])):
        forged = copy.deepcopy(value)
        if kept != "claim":
            del forged["claim"]["points"][place]
        if kept != "evidence":
            del forged["evidence"][0]["boxes"][place]
        refused(forged, verdict)


def test_no_point_can_be_listed_twice(value: Any, verdict: Verdict) -> None:
    forged = copy.deepcopy(value)
    forged["claim"]["points"].append(copy.deepcopy(forged["claim"]["points"][0]))
    refused(copy.deepcopy(forged), verdict)
    forged["evidence"][0]["boxes"].append(copy.deepcopy(forged["evidence"][0]["boxes"][0]))
    refused(forged, verdict)


@pytest.mark.parametrize("key", ["center", "radii"])
def test_points_cannot_be_moved_or_sharpened(value: Any, verdict: Verdict, key: str) -> None:
    for change in (lambda v: v + 1, lambda v: v * 1000, lambda v: v + fmpq(1, 10**6), lambda v: -v):
        for place in (0, 4, 8):
            for entry in (0, 1):
                forged = copy.deepcopy(value)
                old = fmpq(
                    *map(int, (forged["claim"]["points"][place][key][entry] + "/1").split("/")[:2])
                )
                if change(old) == old:
                    continue
                for record in (forged["claim"]["points"], forged["evidence"][0]["boxes"]):
                    record[place][key][entry] = str(change(old))
                code, _ = verdict(seal(forged), "of forged complete lists")
                # A larger radius says less, and may be true.
                assert code == 1 or (key == "radii" and abs(change(old)) > abs(old))


@pytest.mark.parametrize("index", [0, 1, 2, 3, -1, True, None, "0"])
def test_an_index_cannot_be_changed(value: Any, verdict: Verdict, index: Any) -> None:
    for place, point in enumerate(value["claim"]["points"]):
        if point["index"] is index:
            continue
        forged = copy.deepcopy(value)
        forged["claim"]["points"][place]["index"] = index
        refused(forged, verdict)


@pytest.mark.parametrize(("end", "by"), [("low", 1), ("low", -1), ("high", 1), ("high", -1)])
def test_the_box_cannot_be_changed(value: Any, verdict: Verdict, end: str, by: int) -> None:
    """Another box has other halves: leaves with points end up elsewhere."""
    for axis in (0, 1):
        forged = copy.deepcopy(value)
        about = forged["claim"]["about"]
        about[end][axis] = str(int(about[end][axis]) + by)
        refused(forged, verdict)


@pytest.mark.parametrize(
    "about",
    [
        {"kind": "ball", "low": ["-3", "-3"], "high": ["3", "3"]},
        {"kind": "box", "low": ["-3"], "high": ["3"]},
        {"kind": "box", "low": ["-3", "-3"], "high": ["3", "-3"]},
        {"kind": "box", "low": ["-3", "-3"], "high": ["3", "1/3"]},
        {"kind": "box", "low": ["3", "3"], "high": ["-3", "-3"]},
        {"kind": "box", "low": ["-3", "-3"], "high": ["3", "3"], "more": 1},
        {"kind": "box", "low": [], "high": []},
        None,
    ],
)
def test_other_shapes_of_boxes_are_refused(value: Any, verdict: Verdict, about: Any) -> None:
    forged = copy.deepcopy(value)
    forged["claim"]["about"] = about
    refused(forged, verdict)


def test_uniqueness_boxes_cannot_be_enlarged_over_other_points(
    value: Any, verdict: Verdict
) -> None:
    for place in range(9):
        forged = copy.deepcopy(value)
        forged["evidence"][0]["boxes"][place] |= {"low": ["-3", "-3"], "high": ["3", "3"]}
        forged["evidence"][0]["tree"] = "."
        refused(forged, verdict)


def test_the_problem_cannot_be_changed(value: Any, verdict: Verdict) -> None:
    for key, entry in (("targets", "2"), ("targets", "1/2"), ("inputs", "3/2")):
        forged = copy.deepcopy(value)
        forged["problem"]["data"][key][2][0] = entry
        refused(forged, verdict)


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["evidence"].clear(),
        lambda v: v["evidence"].append(v["evidence"][0]),
        lambda v: v["evidence"][0].update(method="krawczyk"),
        lambda v: v["evidence"][0].update(precision=5),
        lambda v: v["evidence"][0]["boxes"][0].update(frame=[["1", "0"], ["0", "0"]]),
        lambda v: v["evidence"][0]["boxes"][0].update(frame=[["1", "1"], ["1", "1"]]),
        lambda v: v["evidence"][0]["boxes"][0].update(radii=["0", "0"]),
        lambda v: v["evidence"][0]["boxes"][0].update(radii=["-1/1000", "-1/1000"]),
        lambda v: v["claim"].update(verdict="LOCAL_MINIMUM"),
        lambda v: v["claim"].update(kind="strict"),
        lambda v: v["claim"].update(points=None),
    ],
)
def test_other_changes_are_refused(value: Any, verdict: Verdict, change: Change) -> None:
    forged = copy.deepcopy(value)
    change(forged)
    refused(forged, verdict)


def test_the_tree_of_other_evidence_claims_nothing_else(value: Any, verdict: Verdict) -> None:
    forged = copy.deepcopy(value)
    center = forged["claim"]["points"][0]["center"]
    forged["claim"] = {
        "verdict": "LOCAL_MINIMUM",
        "about": {"kind": "ball", "center": center, "radii": ["1", "1"]},
        **dict.fromkeys(("kind", "dimension", "global", "bad", "better", "critical_point")),
    }
    refused(forged, verdict)


DOUBLES = st.one_of(
    st.floats(-50, 50), st.floats(-1e-300, 1e-300), st.sampled_from([0.0, 1.0, -1.0, 5e-324, 700.0])
)


@given(DOUBLES, DOUBLES, DOUBLES, DOUBLES, st.integers(0, 4), st.integers(0, 4))
def test_operations_on_intervals_of_the_checker_enclose(
    a: float, b: float, c: float, d: float, i: int, j: int
) -> None:
    p, q = Interval(min(a, b), max(a, b)), Interval(min(c, d), max(c, d))
    x, y = ((Fraction(u.low) * (4 - k) + Fraction(u.high) * k) / 4 for u, k in ((p, i), (q, j)))
    pairs = [(p + q, x + y), (p - q, x - y), (p * q, x * y), (-p, -x), (square(p), x * x)]
    pairs += [(3 - p, 3 - x), (p * fmpq(1, 3), x / 3), (p.union(q), y)]
    if q.low > 0 or q.high < 0:
        pairs += [(1 / q, 1 / y)]
        # What overflows times 0 is refused.
        pairs += [(p / q, x / y)] if (1 / q).is_finite() else []
    for found, truth in pairs:
        assert found.low == -float("inf") or Fraction(found.low) <= truth
        assert found.high == float("inf") or truth <= Fraction(found.high)
    assert not (p > 0 and x <= 0) and not (p < 0 and x >= 0) and not (p != 0 and x == 0)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(set(ACTIVATIONS) - {"leaky-relu"})), DOUBLES, DOUBLES, st.integers(0, 4)
)
def test_functions_of_the_checker_on_intervals_hold_those_of_balls(
    name: str, a: float, b: float, k: int
) -> None:
    low, high = min(a, b), max(a, b)
    x = low + (high - low) * k / 4
    x = min(max(x, low), high)
    try:
        value, derivatives, _ = function(INTERVALS, name, Interval(low, high), None)
        wide = (value, *derivatives())
    except Refused:
        return
    if x == 0 and name in ("relu", "elu", "selu"):
        return
    value, derivatives, _ = function(BALLS, name, arb(x), None)
    for outer, inner in zip(wide, (value, *derivatives()), strict=True):
        assert not bool(inner < arb(outer.low)) or outer.low == -float("inf")
        assert not bool(inner > arb(outer.high)) or outer.high == float("inf")


def test_what_is_not_defined_is_refused() -> None:
    infinity = float("inf")
    for operation in (
        lambda: Interval(1.0, 0.0),
        lambda: Interval(float("nan"), 1.0),
        lambda: Interval(-infinity, infinity) * Interval(0.0, 0.0),
        lambda: 1 / Interval(-1.0, 1.0),
        lambda: 1 / Interval(0.0, 1.0),
        lambda: INTERVALS.log(Interval(-1.0, 1.0)),
        lambda: INTERVALS.sqrt(Interval(-1.0, 1.0)),
        lambda: INTERVALS.tanh(Interval(0.0, infinity)),
        lambda: halves(([0.0], [5e-324]), 0),
    ):
        with pytest.raises(Refused):
            operation()
    assert number(fmpq(1, 3)).low < 1 / 3 <= number(fmpq(1, 3)).high
    assert number(fmpq(1, 4)).low == number(fmpq(1, 4)).high == 0.25
