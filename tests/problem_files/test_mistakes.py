"""Every kind of mistake has its sentence, and all mistakes of a file are reported at once."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

import pytest

from pgb.errors import InputError
from pgb.problem_files import problem_from_mapping

VALID: dict[str, Any] = {
    "data": {"x": [[0, 0], [0, 1], [1, 0], [1, 1]], "y": [0, 1, 1, 0], "weights": [1, 1, 1, 2]},
    "model": {"kind": "network", "layers": [2, 2, 1], "activation": "tanh", "bias": True},
    "loss": {"name": "squared", "reduction": "mean"},
    "regularizer": {"weight_decay": 0.01, "parameters": ["W1", "W2"]},
    "elimination": {"lambda": "1/10", "kind": "exponential", "penalty": "squared"},
    "candidate": {
        "W1": [["1/2", 0], [0, 1]],
        "b1": [0, 0],
        "W2": [[1, 1]],
        "b2": [0],
        "a": [0],
        "b": [0],
        "W": [[0, 0]],
    },
}
EXPRESSION = {"kind": "expression", "inputs": ["u", "v"], "parameters": ["w"], "outputs": ["w*u"]}
REMOVED = object()


def changed(*changes: tuple[str, Any]) -> dict[str, Any]:
    """The valid problem with values replaced at dotted keys."""
    result = copy.deepcopy(VALID)
    for key, value in changes:
        *outer, last = key.split(".")
        table = result
        for name in outer:
            table = table[name]
        if value is REMOVED:
            del table[last]
        else:
            table[last] = value
    return result


def sentences(mapping: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(InputError) as caught:
        problem_from_mapping(mapping, Path("no such folder"))
    return caught.value.problems


def test_the_unchanged_problem_is_valid() -> None:
    assert problem_from_mapping(VALID).objective.size == 13


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        # unknown keys, the nearest known one named
        ("dta", {}, "dta: found an unknown key, expected 'data' (did you mean that?)"),
        ("model.activaton", "tanh", "model.activaton: found an unknown key, expected 'activation'"),
        ("data.z", [1], "data.z: found an unknown key, expected one of"),
        ("loss.degre", 3, "loss: found the unknown option 'degre', expected none with squared"),
        ("loss", {"name": "polynomial-hinge", "degree": 1}, "loss.degree: found 1, expected an"),
        ("loss", {"name": "huber", "delta": 0}, "loss.delta: found 0, expected a positive"),
        ("regularizer.l2", 1, "regularizer.l2: found an unknown key"),
        ("elimination.lamda", 1, "elimination.lamda: found an unknown key, expected 'lambda'"),
        ("candidate.W3", [0], "candidate.W3: found an unknown parameter, expected 'W"),
        # missing things
        ("data", REMOVED, "data: found nothing, expected a table ([data])"),
        ("model", REMOVED, "model: found nothing, expected a table ([model])"),
        ("data.x", REMOVED, "data.x: found nothing, expected a list of numbers"),
        ("model.kind", REMOVED, "model.kind: found nothing, expected 'network' or 'expression'"),
        ("model.layers", REMOVED, "model.layers: found nothing, expected a list of at least two"),
        ("model.activation", REMOVED, "model.activation: found nothing, expected a name"),
        ("loss.name", REMOVED, "loss.name: found nothing, expected the name of a loss"),
        ("regularizer.weight_decay", REMOVED, "regularizer.weight_decay: found nothing"),
        ("elimination.lambda", REMOVED, "elimination.lambda: found nothing, expected a number"),
        ("candidate.b2", REMOVED, "candidate.b2: found nothing, expected shape (1,)"),
        # wrong types
        ("data", [1], "data: found a list of 1, expected a table ([data])"),
        ("data.x", "abc", "data.x: expression 'abc', position 1: found"),
        ("model.kind", 3, "model.kind: found 3, expected one of 'network', 'expression'"),
        ("model.kind", "netwrk", "model.kind: found 'netwrk', expected 'network' (did you mean"),
        ("model.layers", 3, "model.layers: found 3, expected a list of at least two positive"),
        ("model.layers", [2], "model.layers: found a list of 1, expected a list of at least two"),
        ("model.layers", [2, 0, 1], "model.layers: found 0 among the widths"),
        ("model.layers", [2, 2.0, 1], "model.layers: found 2.0 among the widths"),
        ("model.layers", [2, True, 1], "model.layers: found true among the widths"),
        ("model.bias", "yes", "model.bias: found 'yes', expected true or false"),
        ("model.activation", "tahn", "model.activation: found 'tahn', expected"),
        ("model.activation", ["tanh"] * 2, "model.activation: found a list of 2, expected 1, one"),
        ("model.output_activation", "softmax", "model.output_activation: "),
        ("loss.name", "sqared", "loss: found 'sqared', expected one of squared, half-squared"),
        ("loss.reduction", "max", "loss.reduction: found 'max', expected one of 'mean', 'sum'"),
        ("elimination.kind", "log", "elimination.kind: found 'log', expected one of"),
        ("elimination.penalty", "cubed", "elimination.penalty: found 'cubed', expected"),
        ("elimination.lambda", -1, "elimination.lambda: found -1, expected a number that is not"),
        ("elimination.lambda", "x", "elimination.lambda: expression 'x', position 1: found"),
        ("regularizer.weight_decay", -0.5, "regularizer.weight_decay: found -0.5, expected"),
        ("regularizer.parameters", "W1", "regularizer.parameters: found 'W1', expected a list"),
        ("regularizer.parameters", ["W9"], "regularizer.parameters: found the unknown parameter"),
        ("regularizer.parameters", ["W1", "W1"], "regularizer.parameters: found 'W1' twice"),
        ("regularizer.weight_decay", {"W1": [1]}, "regularizer.parameters: found names beside"),
        # shapes
        ("data.x", [[0], [0], [1], [1]], "data.x: found 1 inputs to a sample, expected 2 as in"),
        (
            "data.x",
            [[0, 0], [1]],
            "data.x[1]: found shape (1,), expected shape (2,) as in data.x[0]",
        ),
        ("data.x", [[0, 0], 1], "data.x[1]: found a single number, expected shape (2,)"),
        ("data.x", 3, "data.x: found a single number, expected shape (samples, inputs)"),
        ("data.y", [0, 1, 1], "data.y: found 3 targets, expected 4, one for each row of data.x"),
        ("data.y", [[0, 1]] * 4, "data.y: found 2 targets to a sample, expected 1, one for each"),
        ("data.weights", [1, 1], "data.weights: found shape (2,), expected shape (4,) or (4, 1)"),
        ("data.weights", [1, 1, 0, 1], "data.weights[2]: found 0, expected a positive weight"),
        ("data.weights", [1, -0.5, 1, 1], "data.weights[1]: found -0.5, expected a positive"),
        ("candidate.W1", [[1, 2, 3]], "candidate.W1: found shape (1, 3), expected shape (2, 2)"),
        ("candidate.a", 0, "candidate.a: found a single number, expected shape (1,)"),
        (
            "candidate",
            {"vector": [1, 2]},
            "candidate.vector: found shape (2,), expected shape (13,)",
        ),
        # numbers
        ("data.y", [0, 1, math.nan, 0], "data.y[2]: found NaN, expected a finite number"),
        ("data.x", [[0, 0], [0, math.inf], [1, 0], [1, 1]], "data.x[1][1]: found inf, expected a"),
        ("candidate.b1", [0, True], "candidate.b1[1]: found true, expected a finite number"),
        ("candidate.b1", [0, "1/0"], "candidate.b1[1]: expression"),
        ("candidate.b1", [0, "log("], "candidate.b1[1]: expression 'log(', position 5: found"),
        ("candidate.b1", [0, "w"], "candidate.b1[1]: expression 'w', position 1: found"),
        ("candidate.b1", [0, 10**5000], "candidate.b1[1]: found an integer of over"),
        ("candidate.b1", [0, {"a": 1}], "candidate.b1[1]: found a table, expected a finite number"),
        ("candidate.W1", [['__import__("os")', 0], [0, 0]], "candidate.W1[0][0]: expression"),
        # files
        ("data", {"file": "t.csv", "inputs": ["u"], "targets": ["y"]}, "data.file: found no"),
        ("data", {"file": "t.npz"}, "data.file: found no file"),
        ("data", {"file": "t.txt", "inputs": "u", "targets": "y"}, "data.file: found 't.txt', exp"),
        ("data", {"file": "t.csv", "targets": "y"}, "data.inputs: found nothing, expected a list"),
        ("data.file", "t.npz", "data.x: found numbers beside data.file, expected one of the two"),
        (
            "data",
            {"file": "t.csv", "x": ["u"], "y": ["y"]},
            "data.x: found column names beside data.file, expected them as data.inputs",
        ),
        ("data.inputs", ["u"], "data.inputs: found column names, expected data.file beside them"),
        ("candidate", {"file": "t.npz"}, "candidate.file: found no file"),
    ],
)
def test_a_mistake_has_its_sentence(key: str, value: Any, expected: str) -> None:
    found = sentences(changed((key, value)))
    assert any(sentence.startswith(expected) for sentence in found), found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"inputs": "u"}, "model.inputs: found 'u', expected a list of strings"),
        ({"inputs": ["u", "u"]}, "model.inputs: found 'u' twice, expected different names"),
        ({"inputs": ["\u03b8"]}, "model.inputs: found '\u03b8', expected a name of ASCII letters"),
        ({"outputs": []}, "model.outputs: found a list of 0, expected at least one formula"),
        ({"outputs": ["w*z"]}, "model.outputs[0]: expression 'w*z', position 3: found"),
        ({"outputs": ['__import__("os")']}, "model.outputs[0]: expression"),
        ({"layers": [2, 1]}, "model.layers: found an unknown key, expected one of"),
    ],
)
def test_a_mistake_in_an_expression_model_has_its_sentence(
    changes: dict[str, Any], expected: str
) -> None:
    mapping = changed(("model", {**EXPRESSION, **changes}))
    del mapping["regularizer"]
    found = sentences(mapping)
    assert any(sentence.startswith(expected) for sentence in found), found


@pytest.mark.parametrize(
    ("loss", "layers", "targets", "expected"),
    [
        ("cross-entropy", [2, 2, 3], [0, 1, 2, 3], "data.y[3]: found 3, expected a class index"),
        (
            "cross-entropy",
            [2, 2, 3],
            [0, 1, "1/2", 2],
            "data.y[2]: found 1/2, expected a class index",
        ),
        ("cross-entropy", [2, 2, 3], [0, 1, -1, 2], "data.y[2]: found -1, expected a class index"),
        ("logistic", [2, 2, 1], [0, 1, 1, -1], "data.y[0]: found 0, expected -1 or 1 for the logi"),
    ],
)
def test_targets_have_to_fit_the_loss(
    loss: str, layers: list[int], targets: list[Any], expected: str
) -> None:
    mapping = changed(("loss.name", loss), ("model.layers", layers), ("data.y", targets))
    assert any(sentence.startswith(expected) for sentence in sentences(mapping))


def test_all_mistakes_of_a_file_are_reported_at_once() -> None:
    mapping = changed(
        ("model.activaton", "tanh"),
        ("data.y", [0, 1, math.nan, 0]),
        ("candidate.W1", [[1, 2, 3]]),
    )
    found = sentences(mapping)
    assert len(found) == 3
    assert {sentence.partition(":")[0] for sentence in found} == {
        "model.activaton",
        "data.y[2]",
        "candidate.W1",
    }


def test_a_long_list_of_wrong_entries_is_cut_short() -> None:
    found = sentences(changed(("data.y", [math.nan] * 40)))
    assert len(found) == 6
    assert found[-1] == "data.y: found 35 more entries that are not finite, expected numbers"


def test_many_levels_of_lists_are_refused() -> None:
    nested: Any = 0
    for _ in range(40):
        nested = [nested]
    found = sentences(changed(("data.x", nested)))
    assert found == ("data.x: found lists nested 40 deep, expected at most 2",)


@pytest.mark.parametrize(
    ("key", "value", "nearest"),
    [
        ("loss.name", "sqared", "squared"),
        ("loss.reduction", "men", "mean"),
        ("model.activation", "tahn", "tanh"),
        ("loss", {"name": "huber", "dleta": 1}, "delta"),
        ("candidate", {**VALID["candidate"], "WW1": 0}, "W1"),
    ],
)
def test_the_nearest_known_name_is_suggested(key: str, value: Any, nearest: str) -> None:
    found = " ".join(sentences(changed((key, value))))
    assert "did you mean" in found
    assert f"{nearest!r}" in found


def test_a_division_by_zero_is_called_one() -> None:
    for text in ("1/0", "1/(2 - 2)", "0^-1", "1/sin(0)"):
        found = sentences(changed(("candidate.b1", [0, text])))
        assert any("division by zero" in sentence for sentence in found)
