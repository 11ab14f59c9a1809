"""Every operation on balls encloses the image of every point inside."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.numbers import Balls, Symbolic, exact_number
from pgb.numbers.elementary import exp, log

FUNCTIONS: dict[str, Callable[[mpmath.mpf], mpmath.mpf]] = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sqrt": mpmath.sqrt,
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "erf": mpmath.erf,
    "arctan": mpmath.atan,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "positive_part": lambda x: max(x, mpmath.mpf(0)),
    "absolute": abs,
}
DOUBLES = st.one_of(
    st.floats(-40, 40),
    st.floats(-1e-300, 1e-300),
    st.floats(-700, 700),
    st.sampled_from([0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-17, -1.0]),
)
RADII = st.one_of(st.just(0.0), st.floats(0, 1e-10), st.floats(0, 30), st.just(5e-324))


def may_contain(ball: arb, value: mpmath.mpf | Fraction) -> bool:
    """False if the ball certainly misses the value, which is known to about 2200 bits."""
    if not ball.is_finite():
        return True
    with Balls(2300):
        if isinstance(value, Fraction):
            return bool(ball.overlaps(arb(fmpq(value.numerator, value.denominator))))
        sign, mantissa, exponent, _ = value._mpf_
        middle = arb((-1) ** sign * int(mantissa)) * arb(2) ** int(exponent)
        error = abs(middle) * arb(2) ** -2100
        return bool(ball.overlaps((middle - error).union(middle + error)))


def evaluated(function: Callable[[mpmath.mpf], mpmath.mpf], point: Fraction) -> mpmath.mpf:
    with mpmath.workprec(2200):  # the points are doubles: 1 + tiny must not be rounded
        return function(mpmath.mpf(point.numerator) / point.denominator)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(center=DOUBLES, radius=RADII, weights=st.lists(st.integers(-8, 8), min_size=1, max_size=3))
def test_image_of_points_inside_is_enclosed(
    name: str, center: float, radius: float, weights: list[int]
) -> None:
    with Balls(64) as ar:
        image = getattr(ar, name)(ar.ball([center], [radius]))[0]
    for weight in weights:
        point = Fraction(center) + Fraction(radius) * Fraction(weight, 8)
        if (name == "log" and point <= 0) or (name == "sqrt" and point < 0):
            assert not image.is_finite()
            continue
        truth = evaluated(FUNCTIONS[name], point)
        assert may_contain(image, truth), (point, image)


@given(DOUBLES, RADII, DOUBLES, RADII, st.integers(-8, 8), st.integers(-8, 8))
def test_field_operations_and_products_enclose(
    x: float, rx: float, y: float, ry: float, i: int, j: int
) -> None:
    a = Fraction(x) + Fraction(rx) * Fraction(i, 8)
    b = Fraction(y) + Fraction(ry) * Fraction(j, 8)
    with Balls(53) as ar:
        p, q = ar.ball([x], [rx]), ar.ball([y], [ry])
        row, column = ar.stack([p, q], 1), ar.stack([q, p], 0)
        enclosures = {
            "sum": ((p + q)[0], a + b),
            "difference": ((p - q)[0], a - b),
            "product": ((p * q)[0], a * b),
            "matmul": (ar.matmul(row, column)[0, 0], 2 * a * b),
            "choice": (ar.where_nonnegative(p, q, 2 * q)[0], b if a >= 0 else 2 * b),
        }
        if b:
            enclosures["quotient"] = ((p / q)[0], a / b)
    for name, (ball, truth) in enclosures.items():
        assert may_contain(ball, truth), name


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "erf", "arctan"])
def test_monotone_functions_are_tight_on_wide_balls(name: str) -> None:
    with Balls(128) as ar:
        image = getattr(ar, name)(ar.ball([0], [3]))[0]
        ends = getattr(ar, name)(ar.asarray([-3, 3]))
        assert image.upper() - ends[1] < arb(2) ** -20
        assert ends[0] - image.lower() < arb(2) ** -20


def test_absolute_value_of_a_straddling_ball_is_not_negative_beyond_rounding() -> None:
    with Balls(64) as ar:
        image = ar.absolute(ar.ball([1], [3]))[0]
        assert image.lower() > -1e-6
        assert image.contains(arb(0)) and image.contains(arb(4))


def test_zero_times_finite_enclosures_is_exactly_zero() -> None:
    with Balls(64) as ar:
        wide = ar.ball([[1.0], [2.0]], [[5.0], [1e300]])
        assert ar.certainly_zero(ar.matmul(ar.zeros((1, 2)), wide)).all()
        assert ar.certainly_zero(ar.zeros((2, 1)) * wide).all()


def test_comparisons_are_certain_or_false() -> None:
    with Balls(64) as ar:
        x = ar.ball([0, 1, -1, 0, 0], [1, 0.5, 0.5, 0, 5e-324])
        assert ar.certainly_positive(x).tolist() == [False, True, False, False, False]
        assert ar.certainly_negative(x).tolist() == [False, False, True, False, False]
        assert ar.certainly_zero(x).tolist() == [False, False, False, True, False]
        assert ar.certainly_nonzero(x).tolist() == [False, True, True, False, False]


def test_nan_is_never_certain_and_never_swallowed() -> None:
    with Balls(64) as ar:
        x = ar.log(ar.ball([0], [1]))
        for y in (x, 0 * x, ar.positive_part(x), ar.absolute(x), ar.where_nonnegative(x, x, -x)):
            for test in (ar.certainly_positive, ar.certainly_zero, ar.certainly_nonzero):
                assert not test(y).any()
        assert np.isnan(ar.to_float(x)).all()
        assert np.isinf(ar.upper(x)).all()


def test_upper_bounds_are_doubles_above() -> None:
    with Balls(64) as ar:
        bounds = ar.upper(ar.asarray([Fraction(1, 3), -Fraction(1, 3), 0, 10**400]))
    assert bounds[0] > Fraction(1, 3) and bounds[1] > Fraction(1, 3)
    assert bounds[2] < 1e-300 and bounds[3] == np.inf


def test_stored_values_of_every_kind_are_enclosed() -> None:
    stored = [0.1, 5e-324, 1.7976931348623157e308, 3, Fraction(1, 3), fmpq(2, 7), np.float32(0.1)]
    with Balls(64) as ar:
        balls = ar.asarray([*stored, log(fmpq(2)), np.int64(4), True])
        for ball, value in zip(balls, stored, strict=False):
            exact = exact_number(value)
            assert may_contain(ball, Fraction(int(exact.p), int(exact.q)))
            assert not isinstance(value, (float, np.floating)) or ball.is_exact()
        assert balls[7].overlaps(arb(2).log()) and balls[7].rad() < 1e-18
        with pytest.raises(InputError):
            ar.asarray(["1/3"])


def test_symbolic_numbers_are_brought_in_at_the_working_precision() -> None:
    number = exp(fmpq(18)) / (exp(fmpq(36)) + fmpq(1, 10))
    assert isinstance(number, Symbolic)
    for precision in (64, 500):
        with Balls(precision) as ar:
            assert ar.asarray(number)[()].rel_accuracy_bits() >= precision - 4


def test_precision_is_restored_after_nesting_and_errors() -> None:
    before = flint.ctx.prec
    with Balls(200) as outer, Balls(100):
        assert flint.ctx.prec == 100
        with pytest.raises(RuntimeError):
            outer.asarray([1])
        with outer:
            assert flint.ctx.prec == 200
        assert flint.ctx.prec == 100
    with pytest.raises(ZeroDivisionError), Balls(333):
        raise ZeroDivisionError
    assert flint.ctx.prec == before


def test_balls_have_to_be_entered() -> None:
    with pytest.raises(RuntimeError, match="entered"):
        Balls(97).asarray([1.0])
    with pytest.raises(ValueError, match="precision"):
        Balls(1)


@pytest.mark.parametrize("radius", [-1.0, float("inf"), float("nan")])
def test_radii_must_be_finite_and_not_negative(radius: float) -> None:
    with Balls(64) as ar, pytest.raises(ValueError, match="radius"):
        ar.ball([0.0], [radius])


@pytest.mark.parametrize("shape", [(0, 2), (2, 0)])
def test_empty_sums_are_zeros_of_the_arithmetic(shape: tuple[int, int]) -> None:
    with Balls(64) as ar:
        total: Any = ar.sum(ar.zeros(shape), axis=shape.index(0))
        assert total.shape == (2,) and ar.certainly_zero(ar.sin(total)).all()
        assert ar.certainly_zero(ar.sum(ar.zeros(shape))).all()
