from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given

from pgb.errors import InputError
from pgb.numbers import Exact, Symbolic
from pgb.problems import Data
from pgb.strategies import objectives


def groups(data: Data) -> list[list[int]]:
    return [group.tolist() for group in data.groups]


def test_groups_are_samples_with_equal_inputs() -> None:
    data = Data([[0, 1], [1, 0], [0, 1], [0, 1.5]], [1, 2, 3, 4])
    assert data.samples == 4
    assert groups(data) == [[0, 2], [1], [3]]


def test_signed_zeros_are_equal_and_neighbouring_doubles_are_not() -> None:
    x = np.array([[0.0], [-0.0], [1.0], [np.nextafter(1.0, 2.0)]])
    assert groups(Data(x, [0, 0, 0, 0])) == [[0, 1], [2], [3]]


def test_exact_inputs_are_compared_as_numbers() -> None:
    data = Data([["1/3"], [fmpq(1, 3)], [Fraction(1, 3)], ["1/2"], [0.5]], [0] * 5)
    assert groups(data) == [[0, 1, 2], [3, 4]]


def test_closed_forms_are_compared_as_numbers() -> None:
    data = Data([["log(4)"], ["2*log(2)"], ["log(2)"], ["exp(log(4))"], [4]], [0] * 5)
    assert isinstance(data.inputs[0, 0], Symbolic)
    assert groups(data) == [[0, 1], [2], [3, 4]]


def test_plain_numbers_stay_doubles_and_strings_become_exact() -> None:
    assert Data([1, 2.5], [0, 1]).inputs.dtype == np.float64
    exact = Data([["1/3"], [0.1]], [0, 1]).inputs
    assert exact[0, 0] == fmpq(1, 3)
    assert exact[1, 0] == fmpq(*(0.1).as_integer_ratio())
    assert Data([["1"], [2]], [0, 1]).inputs.dtype == np.float64
    assert Data([[2**60 + 1]], [0]).inputs[0, 0] == fmpq(2**60 + 1)


def test_whole_targets_of_one_axis_may_be_classes() -> None:
    assert Data([1, 2], [0, 1]).targets.dtype == np.int64
    assert Data([1, 2], [0.5, 1]).targets.dtype == np.float64
    assert Data([1, 2], [[0], [1]]).targets.dtype == np.float64


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (Data([[0], [1]], [1, 2]), "Data([[0], [1]], [1, 2])"),
        (Data([0.5, 1], [[1], [2.5]], [1, 2]), "Data([[0.5], [1]], [[1], [2.5]], weights=[1, 2])"),
        (Data([["1/3"], [0.1]], ["log(2)", 3]), "Data([['1/3'], [0.1]], ['log(2)', 3])"),
        (Data([[-0.0], [1e300]], [2**70, 0]), f"Data([[-0.0], [1e+300]], [{2**70}, 0])"),
    ],
)
def test_data_print_as_what_gives_them_back(data: Data, text: str) -> None:
    assert repr(data) == text
    again = eval(repr(data))
    for name in ("inputs", "targets", "weights"):
        one, other = getattr(data, name), getattr(again, name)
        assert (one is None) == (other is None)
        if one is not None:
            assert one.dtype == other.dtype and one.tolist() == other.tolist()


@given(objectives().map(lambda objective: objective.data))
def test_any_data_print_as_what_gives_them_back(data: Data) -> None:
    assert repr(eval(repr(data))) == repr(data)


def test_data_are_copied_and_read_only() -> None:
    x = np.array([[1.0], [2.0]])
    data = Data(x, [1, 2])
    x[0, 0] = 9
    assert data.inputs[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        data.inputs[0, 0] = 3
    with pytest.raises(AttributeError):
        data.inputs = x  # type: ignore[misc]


def test_inputs_without_columns_form_one_group() -> None:
    assert groups(Data(np.zeros((3, 0)), [1, 2, 3])) == [[0, 1, 2]]


@pytest.mark.parametrize(
    ("inputs", "targets", "weights", "sentence"),
    [
        ([[1], [2, 3]], [1, 2], None, "inputs: found rows of different lengths"),
        ([], [], None, "inputs: found shape"),
        ([[1], [2]], [1], None, r"targets: found shape \(1,\), expected \(2, d_y\)"),
        ([[float("nan")]], [1], None, r"inputs\[0\]\[0\]: found nan"),
        (np.array([[np.inf]]), [1], None, r"inputs\[0\]\[0\]: found inf"),
        ([["x"]], [1], None, r"inputs\[0\]\[0\]: "),
        ([[None]], [1], None, r"inputs\[0\]\[0\]: found None"),
        ([[True]], [1], None, r"inputs\[0\]\[0\]: found True"),
        ([[1], [2]], [1, 2], [1, 0], r"weights\[1\]: found 0.0, expected a positive number"),
        ([[1], [2]], [1, 2], [1, "-1/3"], r"weights\[1\]: found -1/3"),
        ([[1], [2]], [1, 2], [[1, 2], [3, 4]], r"weights: found shape \(2, 2\)"),
    ],
)
def test_wrong_data_are_refused(inputs: Any, targets: Any, weights: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Data(inputs, targets, weights)


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Data([[float("nan")], ["x"]], [float("inf"), 1], ["y", 1])
    assert [p.split(":")[0] for p in caught.value.problems] == [
        "inputs[0][0]", "inputs[1][0]", "targets[0]", "weights[0]",
    ]  # fmt: skip


def test_weights_may_be_in_closed_form() -> None:
    data = Data([[1], [2]], [1, 2], ["log(2)", 1])
    assert data.weights is not None
    assert bool(np.all(Exact().certainly_positive(data.weights)))
