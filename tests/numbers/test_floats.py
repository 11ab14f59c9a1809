"""Float64 agrees with 256-bit balls, overflows quietly, and lets no NaN disappear."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.numbers import Balls, Float64
from pgb.numbers.elementary import exp, log

FLOATS = Float64()
POINTS = np.array(
    [0.0, -0.0, 1e-300, -1e-17, 0.3, -0.7, 1.0, 2.5, -4.0, 17.0, -36.0, 40.0, 300.0, -700.0]
)


@pytest.mark.parametrize(
    "name",
    [
        *("exp", "log", "sqrt", "tanh", "sigmoid", "softplus"),
        *("erf", "arctan", "sin", "cos", "positive_part", "absolute"),
    ],
)
def test_functions_agree_with_256_bits(name: str) -> None:
    points = np.abs(POINTS) if name in ("log", "sqrt") else POINTS
    points = points[points > 0] if name == "log" else points
    with Balls(256) as ar:
        truth = ar.to_float(getattr(ar, name)(ar.asarray(points)))
    np.testing.assert_allclose(getattr(FLOATS, name)(points), truth, rtol=4e-15, atol=0)


@given(st.lists(st.floats(-10, 10), min_size=6, max_size=6))
def test_products_and_sums_agree_with_256_bits(entries: list[float]) -> None:
    a = np.array(entries).reshape(2, 3)
    with Balls(256) as ar:
        x = ar.asarray(a)
        product = ar.to_float(ar.matmul(x, ar.asarray(a.T)))
        total = ar.to_float(ar.sum(x, axis=1))
    np.testing.assert_allclose(FLOATS.matmul(a, a.T), product, atol=1e-12)
    np.testing.assert_allclose(FLOATS.sum(a, axis=1), total, atol=1e-12)


def test_leading_axes_are_a_batch_in_every_arithmetic() -> None:
    a = np.arange(24.0).reshape(4, 2, 3)
    b = np.arange(6.0).reshape(3, 2)
    with Balls(64) as ar:
        batched = ar.matmul(ar.asarray(a), ar.asarray(b))
        assert (ar.to_float(batched) == a @ b).all()


def test_overflow_gives_infinity_without_a_warning() -> None:
    huge = np.array([800.0, 1e308])
    assert np.isinf(FLOATS.exp(huge)).all()
    assert (FLOATS.softplus(huge) == huge).all()
    assert (FLOATS.sigmoid(-huge) == 0).all()
    assert np.isinf(FLOATS.matmul(huge[None], huge[:, None])).all()


def test_nan_stays_nan() -> None:
    nan = np.array([np.nan, 1.0])
    for result in (
        FLOATS.positive_part(nan),
        FLOATS.absolute(nan),
        FLOATS.where_nonnegative(nan, np.ones(2), np.ones(2)),
        FLOATS.softplus(nan),
    ):
        assert np.isnan(result[0]) and result[1] == pytest.approx(result[1])
    assert not FLOATS.certainly_nonzero(nan)[0]
    assert FLOATS.positive_part(np.array([-np.inf]))[0] == 0


def test_exact_numbers_become_the_nearest_doubles() -> None:
    stored = [fmpq(1, 3), fmpq(10**400), -fmpq(10**400), fmpq(1, 10**400), log(fmpq(2)), 7]
    expected = [1 / 3, np.inf, -np.inf, 0.0, np.log(2), 7.0]
    assert FLOATS.asarray(stored).tolist() == expected
    assert FLOATS.asarray([Fraction(1, 10), -(10**400)]).tolist() == [0.1, -np.inf]
    assert FLOATS.asarray([exp(fmpq(10**6)), -exp(fmpq(10) ** 300)]).tolist() == [np.inf, -np.inf]
    assert FLOATS.asarray(exp(fmpq(-(10**6)))) == 0


def test_text_and_complex_numbers_are_refused() -> None:
    for bad in (["1.5"], [1j]):
        with pytest.raises(InputError, match="number"):
            FLOATS.asarray(bad)
