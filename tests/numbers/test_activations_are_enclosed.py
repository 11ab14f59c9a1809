"""Activations and their derivatives on enclosures, against formulas of our own in mpmath."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pgb.models.activations import ACTIVATIONS, Activation, LeakyRelu
from pgb.numbers import exact_number

Formula = Callable[[Any], Any]
m = mpmath
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def logistic(s: Any) -> Any:
    return 1 / (1 + m.exp(-s))


def density(s: Any) -> Any:
    return m.exp(-s * s / 2) / m.sqrt(2 * m.pi)


def error(s: Any) -> Any:
    """The error function; beyond 60 it is 1 to more than 5000 bits, which mpmath takes long for."""
    return m.erf(s) if abs(s) < 60 else m.sign(s) * m.mpf(1)


def below(s: Any) -> Any:
    return m.erfc(-s / m.sqrt(2)) / 2 if abs(s) < 60 else m.mpf(s > 0)


def slope(s: Any) -> Any:
    return logistic(s) * logistic(-s)


def sided(right: Formula, left: Formula) -> Formula:
    return lambda s: right(s) if s > 0 else left(s)


def zero(s: Any) -> Any:
    return m.mpf(0)


def one(s: Any) -> Any:
    return m.mpf(1)


#: Value, first and second derivative.
FORMULAS: dict[str, tuple[Formula, Formula, Formula]] = {
    "identity": (lambda s: s, one, zero),
    "tanh": (m.tanh, lambda s: m.sech(s) ** 2, lambda s: -2 * m.tanh(s) * m.sech(s) ** 2),
    "sigmoid": (logistic, slope, lambda s: slope(s) * (logistic(-s) - logistic(s))),
    "softplus": (lambda s: m.log1p(m.exp(s)), logistic, slope),
    "erf": (
        error,
        lambda s: 2 * m.exp(-s * s) / m.sqrt(m.pi),
        lambda s: -4 * s * m.exp(-s * s) / m.sqrt(m.pi),
    ),
    "arctan": (m.atan, lambda s: 1 / (1 + s * s), lambda s: -2 * s / (1 + s * s) ** 2),
    "exp": (m.exp, m.exp, m.exp),
    "quadratic": (lambda s: s * s, lambda s: 2 * s, lambda s: m.mpf(2)),
    "cubic": (lambda s: s**3, lambda s: 3 * s * s, lambda s: 6 * s),
    "relu": (sided(lambda s: s, zero), sided(one, zero), zero),
    "leaky-relu": (
        sided(lambda s: s, lambda s: s / 100),
        sided(one, lambda s: m.mpf(1) / 100),
        zero,
    ),
    "elu": (sided(lambda s: s, m.expm1), sided(one, m.exp), sided(zero, m.exp)),
    "selu": (
        sided(lambda s: SELU_SCALE * s, lambda s: m.mpf(SELU_SCALE) * SELU_ALPHA * m.expm1(s)),
        sided(lambda s: m.mpf(SELU_SCALE), lambda s: m.mpf(SELU_SCALE) * SELU_ALPHA * m.exp(s)),
        sided(zero, lambda s: m.mpf(SELU_SCALE) * SELU_ALPHA * m.exp(s)),
    ),
    "gelu": (
        lambda s: s * below(s),
        lambda s: below(s) + s * density(s),
        lambda s: density(s) * (2 - s * s),
    ),
    "silu": (
        lambda s: s * logistic(s),
        lambda s: logistic(s) + s * slope(s),
        lambda s: slope(s) * (2 + s * (logistic(-s) - logistic(s))),
    ),
    "sine": (m.sin, m.cos, lambda s: -m.sin(s)),
}
CENTERS = st.one_of(
    st.floats(-6, 6),
    st.floats(-40, 40),
    st.floats(-500, 500),
    st.floats(-1e-300, 1e-300),
    st.sampled_from([0.0, 5e-324, -5e-324, 1e-17, -1e-160, 18.5, -18.5, 1e5, -1e5]),
)
RADII = st.one_of(
    st.just(0.0), st.floats(0, 1e-6), st.floats(0, 10), st.sampled_from([5e-324, 1e-17, 1e3])
)


def test_every_activation_has_a_formula() -> None:
    assert set(FORMULAS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", FORMULAS)
@given(center=CENTERS, radius=RADII, weights=st.lists(st.integers(-8, 8), min_size=1, max_size=2))
def test_value_and_derivatives_of_points_inside_are_enclosed(
    name: str,
    center: float,
    radius: float,
    weights: list[int],
    encloses: Any,
    at: Any,
    enclosed: Any,
) -> None:
    points = {Fraction(center) + Fraction(radius) * Fraction(w, 8) for w in weights}
    points = {s for s in points if s or not ACTIVATIONS[name].kinks}
    check(ACTIVATIONS[name], FORMULAS[name], ([center], [radius]), points, encloses, at, enclosed)


@given(center=CENTERS, above=st.floats(-3, 3), below=st.floats(-3, 3))
def test_leaky_relu_with_other_slopes(
    center: float, above: float, below: float, encloses: Any, at: Any, enclosed: Any
) -> None:
    sigma = LeakyRelu(exact_number(above), exact_number(below))
    formulas = (
        sided(lambda s: above * s, lambda s: below * s),
        sided(lambda s: m.mpf(above), lambda s: m.mpf(below)),
        zero,
    )
    points = {Fraction(center), Fraction(center) + Fraction(1, 1000)} - {Fraction(0)}
    check(sigma, formulas, ([center], [0.01]), points, encloses, at, enclosed)


def check(
    sigma: Activation,
    formulas: tuple[Formula, ...],
    box: tuple[Any, Any],
    points: set[Fraction],
    encloses: Any,
    at: Any,
    enclosed: Any,
) -> None:
    for order, method in enumerate((sigma.value, sigma.first, sigma.second)):
        entries = [entry for found in enclosed(method, box) for entry in found]
        jets = enclosed(lambda ar, s, order=order: sigma.jet(ar, s)[order], box)
        entries += [entry for found in jets for entry in found]
        for point in points:
            truth = at(formulas[order], point)
            for entry in entries:
                assert encloses(entry, truth), (order, point, entry)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_enclosures_at_moderate_doubles_are_finite_and_tight(name: str, enclosed: Any) -> None:
    sigma = ACTIVATIONS[name]
    points = np.array([-20.0, -3.0, -0.1, 1e-9, 0.7, 5.0])
    for method in (sigma.value, sigma.first, sigma.second):
        midrad, _, intervals = enclosed(method, (points, 0 * points))
        scale = [1e-13 * (1 + abs(float(entry.mid))) for entry in midrad]
        assert all(float(e.rad) <= s for e, s in zip(midrad, scale, strict=True))
        wide = [1e3 * s for s in scale]
        assert all(float(e.high - e.low) <= s for e, s in zip(intervals, wide, strict=True))
