"""Intervals: batches, signs of products, what is not bounded (see test_enclosures.py)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgb.numbers import Intervals
from pgb.numbers.intervals_array import IntervalArray
from pgb.numbers.intervals_functions import self_test

AR = Intervals()


@given(st.data(), st.integers(1, 3), st.integers(1, 5), st.integers(1, 3), st.integers(1, 2))
def test_batched_matrix_products_enclose_exact_ones(
    data: Any, m: int, k: int, n: int, batch: int
) -> None:
    def draw(rows: int, columns: int) -> Any:
        size = batch * rows * columns
        flat = data.draw(st.lists(st.floats(-1e9, 1e9), min_size=size, max_size=size))
        return np.array(flat).reshape(batch, rows, columns)

    ends = [np.sort(np.stack([draw(*s), draw(*s)]), axis=0) for s in ((m, k), (k, n))]
    found = AR.matmul(*(AR.between(low, high) for low, high in ends))
    side = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 1))
    left, right = (np.vectorize(Fraction)(e[s]) for e, s in zip(ends, side, strict=True))
    truth = np.matmul(left, right)
    assert found.shape == truth.shape
    low, high = (np.vectorize(Fraction)(end) for end in (found.low, found.high))
    assert np.all(low <= truth) and np.all(truth <= high)


def test_products_of_wide_intervals_keep_their_sign() -> None:
    x = AR.between([0.0, -3.0], [2.0, 1.0])
    assert (x * x).low.tolist() == [0.0, 0.0]
    negative = AR.between([-3.0], [-2.0])
    assert (negative * negative).low[0] > 4 - 1e-14
    assert (AR.between([0.0], [2.0]) * AR.between([0.0], [2.0])).low[0] > -1e-290
    assert AR.certainly_positive(AR.exp(AR.between([-50.0], [50.0]))).all()
    assert AR.certainly_positive(1 / (1 + AR.exp(AR.between([-50.0], [50.0])))).all()


def test_intervals_without_axes() -> None:
    x = AR.between(0.5, 1.5)
    for found, low, high in ((x * x, 0.25, 2.25), (1 / x, 2 / 3, 2.0), (3 - 4 * x, -3.0, 1.0)):
        assert found.shape == () and found.low <= low < high <= found.high
        assert found.high - found.low < high - low + 1e-12


def test_undefined_and_overflowing_numbers_are_never_certain() -> None:
    examples = [AR.log(AR.between([-1.0], [1.0])), AR.sqrt(AR.asarray([-1.0]))]
    examples += [IntervalArray([np.nan], [1.0]), IntervalArray([-1.0], [np.nan])]
    examples += [1 / AR.between([-1.0], [1.0]), 1 / AR.zeros((1,))]
    for x in examples:
        for y in (x, 0 * x, x - x, -x, x + 1, x * x - x * x, AR.tanh(x) - AR.tanh(x)):
            assert not AR.certainly_nonzero(y).any(), (x, y)
            assert not AR.certainly_zero(y).any(), (x, y)
    large = AR.asarray([1e308])
    assert not np.isfinite((large * 10).high).any()
    assert not AR.certainly_negative(large * 10).any()
    assert not AR.certainly_nonzero(-16 * large + 16 * large).any()


def test_quotients_by_the_whole_line_are_not_bounded() -> None:
    infinity = float("inf")
    for low, high in ((-infinity, infinity), (-infinity, 1.0), (0.0, infinity), (-1.0, 1.0)):
        found = 1 / IntervalArray(np.array([low]), np.array([high]))
        assert found.low[0] == -infinity and found.high[0] == infinity
    softmax = 1 / (1 + AR.exp(AR.between([-800.0], [800.0])))
    assert not softmax.low[0] > 0 and not softmax.high[0] < 1


def test_a_batch_in_memory_order_gives_the_same_as_one_box_after_another() -> None:
    rng = np.random.default_rng(0)
    low = np.asfortranarray(rng.normal(size=(7, 6)))
    x = AR.between(low, low + 1)
    whole = AR.sum(AR.matmul(x.reshape((7, 2, 3)), AR.ones((3, 2))), axis=-1)
    for k in range(7):
        part = AR.sum(AR.matmul(x[k].reshape((2, 3)), AR.ones((3, 2))), axis=-1)
        assert np.array_equal(whole.low[k], part.low)
        assert np.array_equal(whole.high[k], part.high)


@pytest.mark.parametrize("ends", [(1.0, 0.0), (0.0, float("inf")), (float("nan"), 0.0)])
def test_ends_must_be_finite_and_in_order(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="interval"):
        AR.between([ends[0]], [ends[1]])


def test_an_inaccurate_function_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from pgb.numbers import intervals_functions

    _, truth, low, high = intervals_functions._TESTED["tanh"]
    wrong = (lambda x: np.tanh(x) * (1 + 1e-14), truth, low, high)
    monkeypatch.setitem(intervals_functions._TESTED, "tanh", wrong)
    self_test.cache_clear()
    with pytest.raises(ArithmeticError, match="tanh"):
        AR.tanh(AR.asarray([1.0]))
    self_test.cache_clear()
