"""Balls: bounds, exact numbers, and python-flint's precision (see test_enclosures.py)."""

from __future__ import annotations

from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb, fmpq

from pgb.numbers import Balls, Symbolic
from pgb.numbers.elementary import exp


def test_absolute_value_of_a_straddling_ball_is_not_negative_beyond_rounding() -> None:
    with Balls(64) as ar:
        image = ar.absolute(ar.ball([1], [3]))[0]
        assert image.lower() > -1e-6
        assert image.contains(arb(0)) and image.contains(arb(4))


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
