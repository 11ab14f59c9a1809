from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, fmpq

from pgb.errors import InputError
from pgb.models.activations import ACTIVATIONS, Activation, LeakyRelu, activation
from pgb.numbers import Array, Balls, Exact, Float64

ALL = [*ACTIVATIONS.values(), LeakyRelu(fmpq(101, 100), fmpq(1))]
KINKED = [sigma for sigma in ALL if sigma.kinks]
POINTS = [fmpq(-9, 4), fmpq(-1, 2), fmpq(1, 3), fmpq(7, 5)]
FLOAT = Float64()


def label(sigma: Activation) -> str:
    return str(sigma.spec)


def reference(sigma: Activation, formula: Callable[..., Any], order: int) -> list[Any]:
    s = sympy.Symbol("s")
    function = sympy.lambdify([s], sympy.diff(formula(sigma, s), s, order), "mpmath")
    with mpmath.workdps(60):
        return [function(mpmath.mpf(int(v.p)) / int(v.q)) for v in POINTS]


def close(found: Any, expected: Any, digits: int = 45) -> bool:
    with mpmath.workdps(60):
        middle = mpmath.mpf(found.mid().str(60, radius=False) if isinstance(found, arb) else found)
        return bool(abs(middle - expected) <= mpmath.mpf(10) ** -digits * (1 + abs(expected)))


@pytest.mark.parametrize("sigma", ALL, ids=label)
def test_derivatives_equal_sympys(
    sigma: Activation, symbolic_activation: Callable[..., Any]
) -> None:
    for order, method in enumerate((sigma.value, sigma.first, sigma.second)):
        expected = reference(sigma, symbolic_activation, order)
        with Balls(220) as ar:
            found = method(ar, ar.asarray(POINTS))
            shared = sigma.jet(ar, ar.asarray(POINTS))[order]
        assert all(close(a, b) for a, b in zip(found, expected, strict=True))
        assert all(close(a, b) for a, b in zip(shared, expected, strict=True))
        floats = method(FLOAT, FLOAT.asarray(POINTS))
        assert np.allclose(floats, [float(v) for v in expected], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("sigma", ALL, ids=label)
def test_exact_values_agree_with_balls(sigma: Activation) -> None:
    exact = Exact()
    for method in (sigma.value, sigma.first, sigma.second):
        found = method(exact, exact.asarray(POINTS[1:3]))
        with Balls(128) as ar:
            assert all(
                a.overlaps(b)
                for a, b in zip(ar.asarray(found), method(ar, ar.asarray(POINTS[1:3])), strict=True)
            )


@pytest.mark.parametrize("sigma", ALL, ids=label)
@pytest.mark.parametrize("radius", [fmpq(1, 1000), fmpq(1, 2), fmpq(3)])
def test_wide_balls_enclose_every_value_inside(sigma: Activation, radius: fmpq) -> None:
    centers = [fmpq(-2), fmpq(-1, 4), fmpq(0), fmpq(1, 4), fmpq(2)]
    with Balls(100) as ar:
        wide = ar.ball(centers, [radius] * len(centers))
        for method in (sigma.value, sigma.first, sigma.second):
            enclosure = method(ar, wide)
            assert all(e.is_finite() for e in enclosure)
            for step in range(-4, 5):
                points = [c + radius * step / 4 for c in centers]
                if sigma.kinks:
                    points = [fmpq(1, 10**9) if p == 0 else p for p in points]
                inside = method(ar, ar.asarray(points))
                assert all(
                    outer.overlaps(inner) for outer, inner in zip(enclosure, inside, strict=True)
                )


@pytest.mark.parametrize("sigma", KINKED, ids=label)
def test_a_ball_around_a_kink_encloses_both_sides(sigma: Activation) -> None:
    ((location, order),) = sigma.kinks
    assert location == 0
    method = sigma.first if order == 1 else sigma.second
    with Balls(100) as ar:
        (at_zero,) = method(ar, ar.asarray([0]))
        left, right = method(ar, ar.asarray([fmpq(-1, 10**20), fmpq(1, 10**20)]))
        tolerance = arb(0, 1e-15)
        assert (at_zero + tolerance).contains(left) and (at_zero + tolerance).contains(right)


@pytest.mark.parametrize("sigma", ALL, ids=label)
def test_one_sided_derivative_is_the_limit_of_difference_quotients(sigma: Activation) -> None:
    s = np.array([0.0, 0.0, 0.0, -0.0, 1.5, -1.5])
    ds = np.array([2.0, -3.0, 0.0, -1.0, -1.0, 2.0])
    t = 1e-8
    quotient = (sigma.value(FLOAT, s + t * ds) - sigma.value(FLOAT, s)) / t
    assert np.allclose(sigma.one_sided(FLOAT, s, ds), quotient, atol=1e-6)
    exact = Exact()
    found = sigma.one_sided(exact, exact.asarray(s[:3]), exact.asarray(ds[:3]))
    assert np.allclose(exact.to_float(found), quotient[:3], atol=1e-6)


@pytest.mark.parametrize("sigma", ALL, ids=label)
def test_stated_facts_hold_on_a_grid(sigma: Activation) -> None:
    s = np.linspace(-4, 4, 81)

    def value(points: Array) -> Array:
        return sigma.value(FLOAT, points)

    if sigma.homogeneous_degree is not None:
        assert np.allclose(value(3 * s), 3**sigma.homogeneous_degree * value(s))
    if sigma.odd:
        assert np.allclose(value(-s), -value(s))
    if sigma.increasing:
        assert np.all(np.diff(value(s)) >= 0)
    if sigma.convex:
        assert np.all(np.diff(value(s), 2) >= -1e-12)
    if sigma.piecewise_linear:
        assert np.all(sigma.second(FLOAT, s) == 0)
    assert sigma.analytic == (not sigma.kinks)


@pytest.mark.parametrize("sigma", ALL, ids=label)
def test_spec_gives_the_same_activation_back(sigma: Activation) -> None:
    assert activation(sigma.spec) == sigma
    assert activation(sigma) is sigma


def test_slopes_are_read_exactly() -> None:
    sigma = activation({"name": "leaky-relu", "slopes": ["101/100", 1]})
    assert sigma == LeakyRelu(fmpq(101, 100), fmpq(1))
    sigma = activation({"name": "leaky-relu", "slopes": [Fraction(1, 3), 0.5]})
    assert sigma == LeakyRelu(fmpq(1, 3), fmpq(1, 2))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("tanhh", ["'tanhh'", "tanh, sigmoid", "leaky-relu"]),
        (3, ["3", "known: identity"]),
        ({"slopes": [1, 2]}, ["expected a name or a table with a name"]),
        ({"name": "tanh", "slopes": [1, 2]}, ["slopes", "no options"]),
        ({"name": "leaky-relu", "slope": 1}, ["slope", "expected slopes"]),
        ({"name": "leaky-relu", "slopes": [1, 2, 3]}, ["two numbers"]),
        ({"name": "leaky-relu", "slopes": [1, None]}, ["None"]),
        ({"name": "leaky-relu", "slopes": [1, float("nan")]}, ["nan"]),
        ({"name": "leaky-relu", "slopes": [1, True]}, ["True"]),
        ({"name": "leaky-relu", "slopes": [1, "__import__('os')"]}, ["__import__"]),
    ],
)
def test_bad_specs_are_refused_with_what_is_known(spec: Any, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        activation(spec)
    for word in words:
        assert word in str(caught.value)
