"""Power series along a curve: the coefficients are those of Taylor, in pgb and in the checker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.certificates.checking.exact import EXACT_BITS, reset
from pgb.certificates.checking.functions import function
from pgb.certificates.checking.reading import Refused
from pgb.certificates.checking.rings import BALLS
from pgb.certificates.checking.series import Series as CheckedSeries
from pgb.certificates.checking.series import series
from pgb.errors import UndecidedError
from pgb.models.activations import activation
from pgb.numbers import Array, Exact, PowerSeries, Series

from .conftest import REFERENCES

DEGREE = 6
COMPOSED: dict[str, Callable[[Any], Any]] = {
    "gelu": lambda x: x * (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2,
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "relu": lambda x: x if x > 0 else 0 * x,
    "elu": lambda x: x if x > 0 else mpmath.exp(x) - 1,
    "cubic": lambda x: x**3,
}
RATIONALS = st.builds(fmpq, st.integers(-6, 6), st.integers(1, 3))
CURVES = st.lists(RATIONALS, min_size=DEGREE, max_size=DEGREE)
STARTS = RATIONALS.filter(lambda v: v != 0)


def expected(f: Callable[[Any], Any], curve: list[fmpq]) -> list[Any]:
    """The Taylor coefficients of f along the curve, by differences at 90 digits."""
    with mpmath.workdps(90):
        values = [mpmath.mpf(int(c.p)) / int(c.q) for c in curve]
        return [mpmath.mpf(c) for c in mpmath.taylor(lambda s: f(horner(values, s)), 0, DEGREE)]


def horner(values: list[Any], s: Any) -> Any:
    total = mpmath.mpf(0)
    for value in reversed(values):
        total = total * s + value
    return total


def agree(found: list[Any], curve: list[fmpq], f: Callable[[Any], Any]) -> bool:
    floats = Exact().to_float(np.array(found, dtype=object))
    return all(
        abs(value - float(wanted)) <= 1e-9 * max(1, abs(float(wanted)))
        for value, wanted in zip(floats, expected(f, curve), strict=True)
    )


def along(curve: list[fmpq]) -> Array:
    return Series().asarray([PowerSeries(curve)])


def checked(curve: list[fmpq], evaluate: Callable[[Any, CheckedSeries], Any]) -> list[float]:
    """Coefficients by the checker's ring, as doubles."""
    reset([{}, {}, {}])
    with flint.ctx.workprec(EXACT_BITS):
        found = evaluate(series(DEGREE), CheckedSeries(curve)).c
        return [float(BALLS.number(c).mid()) for c in found]


@pytest.mark.parametrize("name", REFERENCES)
@given(start=STARTS, rest=CURVES)
def test_elementary_functions_have_their_taylor_coefficients(
    name: str, start: fmpq, rest: list[fmpq]
) -> None:
    curve = [abs(start) if name in ("log", "sqrt") else start, *rest]
    found = getattr(Series(), name)(along(curve)).item()
    coefficients = [found.coefficient(k) for k in range(DEGREE + 1)]
    assert agree(coefficients, curve, REFERENCES[name])
    other = checked(curve, lambda R, u: getattr(R, name)(u))
    assert np.allclose(other, Exact().to_float(np.array(coefficients, dtype=object)), rtol=1e-12)


@pytest.mark.parametrize("name", COMPOSED)
@given(start=STARTS, rest=CURVES)
def test_activations_have_their_taylor_coefficients(
    name: str, start: fmpq, rest: list[fmpq]
) -> None:
    curve = [start, *rest]
    found = activation(name).value(Series(), along(curve)).item()
    coefficients = [found.coefficient(k) for k in range(DEGREE + 1)]
    assert agree(coefficients, curve, COMPOSED[name])
    other = checked(curve, lambda R, u: R.number(fmpq(0)) + function(R, name, u, None)[0])
    assert np.allclose(other, Exact().to_float(np.array(coefficients, dtype=object)), rtol=1e-12)


@given(a=CURVES, b=CURVES, start=STARTS)
def test_products_undo_quotients(a: list[fmpq], b: list[fmpq], start: fmpq) -> None:
    top, below = PowerSeries([start, *a]), PowerSeries([start, *b])
    assert (top / below * below - top).coefficients == (fmpq(0),) * (DEGREE + 1)
    one, other = CheckedSeries([start, *a]), CheckedSeries([start, *b])
    assert one / other * other == one


def test_constants_have_degree_0_and_mix_with_all_numbers() -> None:
    u = PowerSeries([fmpq(1), fmpq(2)])
    assert PowerSeries([fmpq(3)]).degree == 0 and u.coefficient(7) == 0
    assert (1 - u * fmpq(1, 2) + 3).coefficients == (fmpq(7, 2), fmpq(-1))
    assert (1 / u).coefficients == (fmpq(1), fmpq(-2))


@pytest.mark.parametrize("tail", [fmpq(0), fmpq(1)])
def test_a_kink_on_the_curve_is_not_decided(tail: fmpq) -> None:
    kinked = PowerSeries([fmpq(0), tail])
    with pytest.raises(UndecidedError, match="kink"):
        Series().positive_part(Series().asarray([kinked]))
    with pytest.raises(Refused, match="kink"):
        series(1).choose(CheckedSeries([fmpq(0), tail]), fmpq(1), fmpq(0))
