"""Changed proofs of points in balls that no function beats, and other problems: refused."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import FOLDER, seal

#: Changes of the witness, and the sentence of the refusal.
FORGED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "fewer moved": ("equations and unknowns", lambda w: {"moved": w["moved"][:-1]}),
    "all moved": ("equations and unknowns", lambda w: {"moved": list(range(9))}),
    "moved twice": ("listed twice", lambda w: {"moved": [w["moved"][0]] * 4}),
    "frozen radius": ("a radius of the box", lambda w: {"radius": [max(w["radius"], key=len)] * 9}),
    "no radius": ("a radius of the box", lambda w: {"radius": ["0"] * 9}),
    "wide": (
        "leaves the ball",
        lambda w: {"radius": [r if r == "0" else "1" for r in w["radius"]]},
    ),
    "elsewhere": ("leaves the ball", lambda w: {"center": ["0"] * 9}),
    "zero inverse": ("the image of the box", lambda w: {"preconditioner": [["0"] * 4] * 4}),
    "small inverse": ("a list is missing", lambda w: {"preconditioner": [["1"] * 3] * 3}),
}


@pytest.mark.parametrize("what", FORGED)
def test_forged_witnesses_are_refused(what: str, verdict: Callable[..., Any]) -> None:
    value = json.loads((FOLDER / "correct" / "interpolation.json").read_text())
    assert verdict(value)[0] == 0
    part, change = FORGED[what]
    witness = value["evidence"][0]
    value["evidence"] = [{**witness, **change(witness)}]
    code, sentence = verdict(seal(value), "forged interpolations")
    assert code == 1 and part in sentence


def margins(problem: Any) -> None:
    """Another loss, with targets that suit it."""
    problem["loss"]["name"] = "exponential"
    problem["data"]["targets"] = [["-1"], ["1"], ["1"], ["-1"]]


def test_the_witness_fits_its_problem_only(verdict: Callable[..., Any]) -> None:
    value = json.loads((FOLDER / "correct" / "interpolation.json").read_text())
    changes: list[tuple[str, Callable[[Any], None]]] = [
        ("not frozen at 0", lambda p: p["regularizer"]["quadratic"].__setitem__(0, "1/1000")),
        ("the image", margins),
        ("the image", lambda p: p["data"]["targets"].__setitem__(0, ["1/1000000"])),
        ("equations and unknowns", lambda p: p["data"]["inputs"].__setitem__(1, ["0", "0"])),
        ("the image", lambda p: p["model"]["activations"].__setitem__(0, {"name": "sigmoid"})),
    ]
    for part, change in changes:
        forged = copy.deepcopy(value)
        change(forged["problem"])
        code, sentence = verdict(seal(forged), "forged interpolations")
        assert code == 1 and part in sentence


def shrink(problem: Any) -> None:
    """A coefficient of a that is not lambda."""
    problem["regularizer"]["quadratic"][9] = "1/11"


def absolute(problem: Any) -> None:
    """A loss without derivative, with two targets for one input."""
    problem["loss"]["name"] = "absolute"
    problem["data"]["inputs"][1] = problem["data"]["inputs"][0]


#: Changes of an eliminated problem and its proof.
ELIMINATED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "negative lambda": ("penalty", lambda v: v["problem"]["elimination"].update({"lambda": "-1"})),
    "negative penalty": (
        "negative",
        lambda v: v["problem"]["regularizer"]["quadratic"].__setitem__(9, "-1/10"),
    ),
    "another penalty": ("lambda is not", lambda v: shrink(v["problem"])),
    "a beside 0": (
        "not frozen at 0",
        lambda v: v["evidence"][0]["center"].__setitem__(9, "1/1000000000000"),
    ),
    "a in a box": (
        "a radius of the box",
        lambda v: v["evidence"][0]["radius"].__setitem__(9, "1/10"),
    ),
    "a moved": ("not frozen at 0", lambda v: move_a(v["evidence"][0])),
    "0 outside of the ball": (
        "leaves the ball",
        lambda v: v["claim"]["about"]["center"].__setitem__(9, "1/100000"),
    ),
    "decay on a weight that moves": (
        "not frozen at 0",
        lambda v: v["problem"]["regularizer"]["quadratic"].__setitem__(0, "1/1000000"),
    ),
    "decay on a weight at rest": (
        "not frozen at 0",
        lambda v: v["problem"]["regularizer"]["absolute"].__setitem__(2, "1/1000000"),
    ),
    "decay on an exponent": (
        "not frozen at 0",
        lambda v: v["problem"]["regularizer"]["quadratic"].__setitem__(10, "1/1000000"),
    ),
    "other targets": (
        "the image",
        lambda v: v["problem"]["data"]["targets"][0].__setitem__(0, "1/9"),
    ),
    "without units": ("", lambda v: v["problem"]["elimination"].update(kind="without-units")),
    "absolute": ("not differentiable", lambda v: absolute(v["problem"])),
}


def move_a(witness: Any) -> None:
    """The weight a in place of the first coordinate that moves."""
    j = witness["moved"][0]
    witness["moved"][0], witness["radius"][9], witness["radius"][j] = 9, witness["radius"][j], "0"


@pytest.mark.parametrize("what", ELIMINATED)
def test_forged_proofs_of_eliminated_problems_are_refused(
    what: str, verdict: Callable[..., Any]
) -> None:
    value = json.loads((FOLDER / "correct" / "interpolation-eliminated.json").read_text())
    assert verdict(value)[0] == 0
    part, change = ELIMINATED[what]
    change(value)
    code, sentence = verdict(seal(value), "forged interpolations")
    assert code == 1 and part in sentence


@pytest.mark.parametrize("name", ["means", "labels", "classes"])
def test_other_weights_and_targets_have_other_best_outputs(
    name: str, verdict: Callable[..., Any]
) -> None:
    value = json.loads((FOLDER / "correct" / f"interpolation-{name}.json").read_text())
    assert verdict(value)[0] == 0
    heavier, other = copy.deepcopy(value), copy.deepcopy(value)
    heavier["problem"]["data"]["weights"][0] = "1000001/1000000"
    assert verdict(seal(heavier), "forged interpolations")[0] == 1
    other["problem"]["data"]["targets"][0] = other["problem"]["data"]["targets"][1]
    assert verdict(seal(other), "forged interpolations")[0] == 1
