"""Every operation on intervals encloses the image of every point inside."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgb.numbers import Intervals, exact_number
from pgb.numbers.elementary import log
from pgb.numbers.intervals_array import IntervalArray
from pgb.numbers.intervals_functions import self_test

AR = Intervals()
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "erf": lambda x: mpmath.erf(x) if abs(x) < 60 else mpmath.sign(x),
    "arctan": mpmath.atan,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "positive_part": lambda x: max(x, mpmath.mpf(0)),
    "absolute": abs,
}
SPECIAL = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-17, -1.0, 0.1, 710.0, -750.0]
ENDS = st.one_of(
    st.floats(-40, 40),
    st.floats(-1e-300, 1e-300),
    st.floats(-800, 800),
    st.floats(-1e7, 1e7),
    st.floats(1 - 1e-15, 1 + 1e-15),
    st.sampled_from(SPECIAL),
)
HUGE = st.one_of(ENDS, st.floats(allow_nan=False, allow_infinity=False))
WEIGHTS = st.integers(0, 8)


def interval(a: float, b: float) -> Any:
    return AR.between([min(a, b)], [max(a, b)])


def between(a: float, b: float, weight: int) -> Fraction:
    return (Fraction(a) * (8 - weight) + Fraction(b) * weight) / 8


@pytest.mark.parametrize("name", FUNCTIONS)
@given(a=ENDS, b=ENDS, weights=st.lists(WEIGHTS, min_size=1, max_size=3))
def test_image_of_points_inside_is_enclosed(
    name: str, a: float, b: float, weights: list[int], encloses: Any, at: Any
) -> None:
    image = getattr(AR, name)(interval(a, b))[0]
    for weight in weights:
        point = between(a, b, weight)
        if (name == "log" and point <= 0) or (name == "sqrt" and point < 0):
            assert not (np.isfinite(image.low) and np.isfinite(image.high))
        else:
            assert encloses(image, at(FUNCTIONS[name], point)), (point, image)


@given(HUGE, HUGE, HUGE, HUGE, WEIGHTS, WEIGHTS)
def test_field_operations_and_choices_enclose(
    encloses: Any, a: float, b: float, c: float, d: float, i: int, j: int
) -> None:
    x, y = between(a, b, i), between(c, d, j)
    p, q = interval(a, b), interval(c, d)
    row, column = AR.stack([p, q], 1), AR.stack([q, p], 0)
    enclosures: dict[str, tuple[Any, Fraction]] = {
        "sum": (p + q, x + y),
        "difference": (p - q, x - y),
        "product": (p * q, x * y),
        "product with a double": (p * AR.asarray([c]), x * Fraction(c)),
        "square": (p * p, x * x),
        "square of a double": (AR.asarray([a]) * AR.asarray([a]), Fraction(a) ** 2),
        "matmul": (AR.matmul(row, column), 2 * x * y),
        "sum of entries": (AR.sum(AR.concatenate([p, q, -p, p])), x + y),
        "choice": (AR.where_nonnegative(p, q, 2 * q), y if x >= 0 else 2 * y),
        "half": (p / 2, x / 2),
        "third": (p / 3, x / 3),
        "minus four times": (-4 * p, -4 * x),
        "seven less": (7 - p, 7 - x),
    }
    if y:
        enclosures["quotient"] = (p / q, x / y)
        enclosures["reciprocal"] = (1 / q, 1 / y)
    for name, (found, truth) in enclosures.items():
        assert encloses(found.ravel()[0], truth), (name, found, truth)


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
    assert (AR.between([0.0], [2.0]) * AR.between([0.0], [2.0])).low[0] > -1e-290
    assert AR.certainly_positive(AR.exp(AR.between([-50.0], [50.0]))).all()
    assert AR.certainly_positive(1 / (1 + AR.exp(AR.between([-50.0], [50.0])))).all()


def test_comparisons_are_certain_or_false() -> None:
    x = AR.between([-1.0, 0.5, -1.5, 0.0, 0.0], [1.0, 1.5, -0.5, 0.0, 5e-324])
    assert AR.certainly_positive(x).tolist() == [False, True, False, False, False]
    assert AR.certainly_negative(x).tolist() == [False, False, True, False, False]
    assert AR.certainly_zero(x).tolist() == [False, False, False, True, False]
    assert AR.certainly_nonzero(x).tolist() == [False, True, True, False, False]


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


def test_stored_values_of_every_kind_are_enclosed(encloses: Any) -> None:
    stored = [0.1, 5e-324, 1.7976931348623157e308, 3, Fraction(1, 3), 2**60 + 1]
    found = AR.asarray([*stored, log(exact_number(2))])
    for entry, value in zip(found, stored, strict=False):
        assert encloses(entry, Fraction(value))
    assert (found.high - found.low)[:4].tolist() == [0] * 4
    assert found.low[6] <= np.log(2) <= found.high[6]


@pytest.mark.parametrize("ends", [(1.0, 0.0), (0.0, float("inf")), (float("nan"), 0.0)])
def test_ends_must_be_finite_and_in_order(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="interval"):
        AR.between([ends[0]], [ends[1]])


def test_floats_do_not_mix_in_and_arrays_do_not_leak_out() -> None:
    x = AR.asarray([1.0, 2.0])
    for operation in (lambda: x * 0.5, lambda: 0.1 + x, lambda: np.ones(2) * x, lambda: 1.5 / x):
        with pytest.raises(TypeError):
            operation()
    with pytest.raises(TypeError, match="to_float"):
        np.asarray(x)
    for question in (lambda: bool(x), lambda: x == x, lambda: x != 0, lambda: x < x):
        with pytest.raises(TypeError):
            question()


def test_an_inaccurate_function_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from pgb.numbers import intervals_functions

    _, truth, low, high = intervals_functions._TESTED["tanh"]
    wrong = (lambda x: np.tanh(x) * (1 + 1e-14), truth, low, high)
    monkeypatch.setitem(intervals_functions._TESTED, "tanh", wrong)
    self_test.cache_clear()
    with pytest.raises(ArithmeticError, match="tanh"):
        AR.tanh(AR.asarray([1.0]))
    self_test.cache_clear()
