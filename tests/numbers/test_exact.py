"""Exact arrays: stored values come in unchanged, decisions are exact, text reads back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError, UndecidedError
from pgb.expressions import exact_value, parse
from pgb.numbers import Balls, Exact, Float64, Symbolic, exact_number, is_exact_zero
from pgb.numbers.elementary import exp, log, pi, sqrt, tanh

EXACT = Exact()
HIDDEN_ZERO = sqrt(5 + 2 * sqrt(fmpq(6))) - sqrt(fmpq(2)) - sqrt(fmpq(3))
NAMES = ["exp", "log", "sqrt", "tanh", "sigmoid", "softplus", "erf", "arctan", "sin", "cos"]
NAMES += ["positive_part", "absolute"]


def test_stored_values_come_in_unchanged() -> None:
    stored = [0.1, 5e-324, -1.7976931348623157e308, 7, Fraction(1, 3), np.int8(-3), True, pi()]
    expected = [fmpq(*v.as_integer_ratio()) for v in stored[:3]]
    expected += [fmpq(7), fmpq(1, 3), fmpq(-3), fmpq(1), pi()]
    assert EXACT.asarray(stored).tolist() == expected
    assert EXACT.asarray(np.float32(0.1))[()] == fmpq(*np.float32(0.1).as_integer_ratio())
    assert EXACT.asarray(np.array([[1.5], [2.0]])).tolist() == [[fmpq(3, 2)], [fmpq(2)]]
    assert (EXACT.asarray([1, 2]) / 4).tolist() == [fmpq(1, 4), fmpq(1, 2)]


@pytest.mark.parametrize("bad", [np.array([1.0, np.nan]), [float("inf")], ["1/3"], [None], [1j]])
def test_what_is_no_number_is_refused(bad: Any) -> None:
    with pytest.raises(InputError, match="number"):
        EXACT.asarray(bad)


def test_decisions_are_exact() -> None:
    x = EXACT.asarray([0, fmpq(1, 10**400), log(fmpq(2)) - 1, HIDDEN_ZERO])
    assert EXACT.certainly_zero(x).tolist() == [True, False, False, False]
    assert EXACT.certainly_positive(x).tolist() == [False, True, False, False]
    assert EXACT.certainly_negative(x).tolist() == [False, False, True, False]
    assert EXACT.certainly_nonzero(x).tolist() == [False, True, True, False]


def test_zero_takes_the_nonnegative_branch_and_hidden_zeros_raise() -> None:
    x = EXACT.asarray([0, 1, -1])
    chosen = EXACT.where_nonnegative(x, EXACT.ones((3,)), EXACT.zeros((3,)))
    assert chosen.tolist() == [1, 1, 0]
    assert EXACT.positive_part(x).tolist() == [0, 1, 0]
    assert EXACT.absolute(x).tolist() == [0, 1, 1]
    with pytest.raises(UndecidedError):
        EXACT.positive_part(EXACT.asarray([HIDDEN_ZERO]))


@given(st.lists(st.fractions(max_denominator=9), min_size=12, max_size=12), st.booleans())
def test_matrix_products_are_exact(entries: list[Fraction], symbolic: bool) -> None:
    unit = log(fmpq(3)) if symbolic else fmpq(1)
    a = EXACT.asarray(entries[:6]).reshape(2, 3) * unit
    b = EXACT.asarray(entries[6:]).reshape(3, 2)
    product = EXACT.matmul(a, b)
    for i in range(2):
        for k in range(2):
            expected = sum((a[i, j] * b[j, k] for j in range(3)), start=fmpq(0))
            assert is_exact_zero(product[i, k] - expected) is True
    assert (EXACT.matmul(np.stack([a, a]), b)[1] == product).all()


def test_empty_products_and_sums_are_zeros() -> None:
    for ar in (EXACT, Float64()):
        assert ar.matmul(ar.zeros((2, 0)), ar.zeros((0, 3))).tolist() == [[0] * 3] * 2
        assert ar.certainly_zero(ar.sin(ar.sum(ar.zeros((0, 2)), axis=0))).all()


def test_undefined_operations_raise() -> None:
    with pytest.raises(ZeroDivisionError):
        EXACT.ones((1,)) / EXACT.zeros((1,))
    for undefined in (EXACT.log, EXACT.sqrt):
        with pytest.raises(InputError):
            undefined(EXACT.asarray([-1]))


@pytest.mark.parametrize("name", NAMES)
@given(st.fractions(-20, 20, max_denominator=50))
def test_functions_agree_with_balls_and_floats(name: str, x: Fraction) -> None:
    if name in ("log", "sqrt"):
        x = abs(x) + Fraction(1, 100)
    exact = getattr(EXACT, name)(EXACT.asarray([x]))
    with Balls(256) as ar:
        ball = getattr(ar, name)(ar.asarray([x]))[0]
        assert ball.overlaps(ar.asarray(exact)[0])
    double = getattr(Float64(), name)(np.array([float(x)]))
    np.testing.assert_allclose(EXACT.to_float(exact), double, rtol=1e-12, atol=1e-14)


def test_exact_gradient_of_a_tanh_unit_is_identically_zero_where_it_should_be() -> None:
    x = EXACT.asarray([1, 2, 3])
    y = EXACT.tanh(x / 3) * 2
    residuals = 2 * EXACT.tanh(x / 3) - y
    slope = 1 - EXACT.tanh(x / 3) * EXACT.tanh(x / 3)
    assert EXACT.certainly_zero(residuals).all()
    assert EXACT.certainly_zero(EXACT.sum((residuals + slope) * x - slope * x)).all()


_LEAVES = st.builds(fmpq, st.integers(-9, 9), st.integers(1, 9)).map(str) | st.sampled_from(
    ["pi", "e", "0.1", "1e-3"]
)
_TEXTS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds("({}){}({})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("({})/(2+tanh({}))".format, inner, inner),
        st.builds("{}({})".format, st.sampled_from(["exp", "tanh", "erf", "sin", "cos"]), inner),
        st.builds("sqrt(1+({0})*({0}))".format, inner),
        st.builds("log(exp({})+1/3)".format, inner),
    ),
    max_leaves=5,
)


@given(_TEXTS)
def test_text_reads_back_to_the_same_number(text: str) -> None:
    try:
        x = exact_value(parse(text))
        printed = str(x)
        again = exact_value(parse(printed))
    except InputError:  # beyond the limits of the grammar
        return
    assert is_exact_zero(again - x) is True
    assert str(exact_value(parse(str(again)))) == str(again)


@pytest.mark.parametrize(
    "x",
    [
        exp(fmpq(18)) / (exp(fmpq(36)) + fmpq(1, 10)),
        -log(fmpq(2)) / 2,
        1 / (1 + exp(fmpq(1))) / (2 + exp(fmpq(1))) / (1 + exp(fmpq(1))),
        exp(2 * log(fmpq(3)) / 3) * sqrt(pi()) * exp(log(pi()) / 3),
        sqrt(1 + pi()) / pi() ** 2 - exp(tanh(fmpq(1)) + fmpq(1, 3)),
        pi() ** 2003,
        exact_number(0.1) * exp(exact_number(0.3)),
    ],
)
def test_text_reads_back_to_the_same_form(x: Symbolic) -> None:
    assert exact_value(parse(str(x))) == x


def test_text_is_the_usual_notation() -> None:
    assert str(exp(fmpq(18)) / (exp(fmpq(36)) + fmpq(1, 10))) == "10*exp(18)/(1 + 10*exp(36))"
    assert str(-log(fmpq(2)) / 2) == "-1/2*log(2)"
    assert str(2 * sqrt(fmpq(3)) - 1) == "-1 + 2*sqrt(3)"
