from __future__ import annotations

import pickle

import numpy as np
import pytest
from flint import fmpq

from pgb.errors import InputError
from pgb.models import Network
from pgb.numbers import Balls, Exact, Float64
from pgb.problems import Regularizer


def test_value_and_derivatives() -> None:
    penalty = Regularizer(["1/2", 0, 2], [0, 3, 1])
    e = Exact()
    theta = e.asarray([2, -1, 3])
    assert penalty.value(e, theta)[()] == fmpq(2 + 3 + 18 + 3)
    assert list(penalty.gradient(e, theta)) == [2, -3, 13]
    assert [[int(v.p) for v in row] for row in penalty.hessian(e, theta)] == [
        [1, 0, 0], [0, 0, 0], [0, 0, 4],
    ]  # fmt: skip
    batch = penalty.value(Float64(), np.array([[2.0, -1, 3], [0, 0, 0]]))
    np.testing.assert_array_equal(batch, [26, 0])


def test_kinks_of_absolute_values() -> None:
    penalty, e = Regularizer([1, 1], [0, 3]), Exact()
    zero = e.asarray([0, 0])
    (switch,) = penalty.switches(e, zero)
    assert switch.order == 1
    assert switch.values.shape == (1,)
    for sign in (-1, 1):
        assert penalty.one_sided(e, zero, e.asarray([5, sign]))[()] == 3
    with Balls(64) as ar:
        gradient = penalty.gradient(ar, ar.asarray(zero))
        assert gradient[0].is_zero()
        assert gradient[1].contains(-3)
        assert gradient[1].contains(3)
    assert Regularizer([1, 1]).switches(e, zero) == ()


def test_weight_decay_acts_on_named_parameters() -> None:
    network = Network([2, 1])
    assert [str(v) for v in Regularizer.weight_decay(network, "1/3").quadratic] == ["1/3"] * 3
    named = Regularizer.weight_decay(network, 0.5, ["b1"])
    assert named.active.tolist() == [False, False, True]
    assert not named.is_zero
    assert Regularizer.zero(3).is_zero


def test_sums_and_extensions() -> None:
    total = Regularizer([1, 0]) + Regularizer([1, 0], [0, 2], fixed=[False, True])
    assert [str(v) for v in total.quadratic] == ["2", "0"]
    longer = Regularizer([1, 0]).extended(3)
    assert longer.active.tolist() == [True, False, False]
    assert total.active.tolist() == [True, True]
    assert Regularizer([0, 0], fixed=[True, False]).active.tolist() == [True, False]


def test_penalties_in_closed_form_pickle() -> None:
    penalty = Regularizer(["log(2)", "1/3"])
    with Balls(64) as ar:
        penalty.value(ar, ar.asarray([1, 1]))
    again = pickle.loads(pickle.dumps(penalty))
    assert again.quadratic[0] == penalty.quadratic[0]


@pytest.mark.parametrize(
    ("quadratic", "absolute", "sentence"),
    [
        ([-1], None, r"quadratic\[0\]: found -1, expected a number >= 0"),
        ([1], ["log(1/2)"], r"absolute\[0\]: found .*, expected a number >= 0"),
        ([[1]], None, r"quadratic: found shape \(1, 1\), expected \(p,\)"),
        ([1], [1, 2], r"absolute: found shape \(2,\), expected \(1,\)"),
        (["a"], None, r"quadratic\[0\]: "),
    ],
)
def test_wrong_coefficients_are_refused(quadratic: object, absolute: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Regularizer(quadratic, absolute)


def test_wrong_decay_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        Regularizer.weight_decay(Network([1, 1]), -1, ["W2"])
    assert caught.value.problems == (
        "decay_parameters: found the unknown parameter 'W2', expected one of W1, b1",
        "weight_decay: found -1, expected a number >= 0",
    )
