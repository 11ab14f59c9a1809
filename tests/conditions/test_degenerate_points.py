"""Stationary points with a singular Hessian that derivatives of higher order decide."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pgb.certificates.prove.curves import settle_by_curve
from pgb.check import check
from pgb.conditions import Evaluation, Evidence, Verdict
from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Candidate, Data, Objective
from pgb.transforms import eliminate

from .test_kink_minima import accepted


def at_origin(text: str, names: str = "u v") -> Evaluation:
    """(f + 1)^2 at the origin, for a formula f that is 0 there: it grows and falls with f."""
    model = Expression(["x"], names.split(), [text])
    objective = Objective(model, Data([[0]], [-1]))
    point = Candidate.from_vector(objective.parameters, [0] * model.size)
    return Evaluation(objective, point, np.zeros(model.size))


#: The formula, and the order of its first derivative that decides.
MINIMA = {
    "quartic": ("v^2 + u^4", 4),
    "sextic": ("v^2 + u^6", 6),
    "order-twelve": ("v^2 + u^12", 12),
    "bent-valley": ("v^2 + u^2*v + u^4", 4),
    "twice-bent-valley": ("(v - u^2)^2 + u^6", 6),
    "valley-that-is-no-polynomial": ("(v + exp(u) - 1)^2 + u^4", 4),
    "tilted": ("(u + 2*v)^2 + (u - v)^4", 4),
    "odd-terms-of-higher-order": ("v^2 + u^4 - 50*u^5 + v^3", 4),
    "cubic-term-in-the-stiff-direction": ("v^2 + v^3 + v*u^2 + u^4", 4),
    "irrational": ("v^2 + exp(u) + exp(-u) - 2 - u^2 + u^4*exp(1)", 4),
}


@pytest.mark.parametrize("name", MINIMA)
def test_strict_minimum_with_one_degenerate_direction_is_proved(name: str, tmp_path: Path) -> None:
    text, order = MINIMA[name]
    at = at_origin(text)
    found = settle_by_curve(at)
    assert found is not None and found.evidence is Evidence.REDUCTION
    assert found.details["order"] == order
    assert accepted(at, tmp_path, found) == "the point is a strict local minimum"
    report = check(at.objective, at.candidate)
    assert (report.verdict, report.proved, report.kind) == (Verdict.LOCAL_MINIMUM, True, "strict")


REFUTED = {
    "cubic": ("v^2 + u^3", 3),
    "fifth-order": ("v^2 + u^5", 5),
    "negative-quartic": ("v^2 - u^4", 4),
    "peano": ("(v - u^2)*(v - 3*u^2)", 4),
    "bent-too-far": ("v^2 + 3*u^2*v + u^4", 4),
    "bent-and-odd": ("(v - u^2)^2 + u^5", 5),
    "falls-behind-order-eight": ("(v - u^2)^2 + (v - u^2)*u^4 - u^10", 8),
    "transcendental": ("v^2 + sin(u) - u", 3),
    "monkey-saddle-and-square": ("w^2 + u^3 - 3*u*v^2", 3),
    "two-degenerate-directions": ("w^2 + (u + v)^4 - u*v^3 - 20*u^2*v^2", 4),
}


@pytest.mark.parametrize("name", REFUTED)
def test_descent_of_higher_order_is_proved(name: str, tmp_path: Path) -> None:
    text, order = REFUTED[name]
    at = at_origin(text, "u v w" if "w" in text else "u v")
    found = settle_by_curve(at)
    assert found is not None and found.evidence is Evidence.CURVE
    assert found.details["order"] == order
    assert accepted(at, tmp_path, found) == "the point is no local minimum"
    assert check(at.objective, at.candidate).verdict is Verdict.NOT_A_LOCAL_MINIMUM
    assert min(values_along(at, found.witness["curve"])) < 1


def values_along(at: Evaluation, curve: list[list[str]]) -> list[float]:
    """The objective close to the point on both sides of it on the curve; 1 at the point."""
    steps = [np.array([float(Fraction(value)) for value in step]) for step in curve]
    points = [sum(d * s ** (k + 1) for k, d in enumerate(steps)) for s in (0.03, -0.03)]
    return [float(at.objective.value(Float64(), np.asarray(point))) for point in points]


LEFT_OPEN = {
    "two-degenerate-directions": "u^4 + v^4",
    "flat-valley": "(v - sin(u))^2",
    "flat-valley-not-closed": "v^2 + (u - u)*u",
    "beyond-the-orders-tried": "v^2 + u^14",
}


@pytest.mark.parametrize("name", LEFT_OPEN)
def test_what_no_curve_decides_is_left_open(name: str) -> None:
    assert settle_by_curve(at_origin(LEFT_OPEN[name])) is None


@pytest.mark.parametrize(
    "text", ["v^2 + u^4 + u", "v^2 - u^2 + u^4", "v^2 + u^2", "v^2 + relu(u)^4", "v^2 + elu(u)^4"]
)
def test_other_points_are_none_of_its_business(text: str) -> None:
    assert settle_by_curve(at_origin(text)) is None


def test_balls_are_none_of_its_business() -> None:
    at = at_origin("v^2 + u^4")
    floats = Candidate.from_vector(at.objective.parameters, [0.0, 0.0])
    assert settle_by_curve(Evaluation(at.objective, floats, np.full(2, 1e-6))) is None


def settled(objective: Objective, folder: Path) -> str:
    """The claim of the accepted certificate about the origin."""
    at = Evaluation(
        objective,
        Candidate.from_vector(objective.parameters, [0] * objective.size),
        np.zeros(objective.size),
    )
    found = settle_by_curve(at)
    assert found is not None
    return accepted(at, folder, found)


def test_a_quadratic_unit_at_its_bifurcation(tmp_path: Path) -> None:
    """The squared loss of (w x)^2 has no second derivative at w = 0 if sum y x^2 = 0."""
    unit = Network([1, 1], [], output_activation="quadratic", bias=False)
    balanced = Objective(unit, Data([[1], [-1], [2]], [3, 1, -1]))
    assert settled(balanced, tmp_path) == "the point is a strict local minimum"
    tilted = Objective(unit, Data([[1], [-1], [2]], [3, 2, -1]))
    assert check(tilted, [0]).verdict is Verdict.NOT_A_LOCAL_MINIMUM


@pytest.mark.parametrize("name", ["tanh", "arctan", "sine", "erf"])
def test_weights_of_0_are_a_strict_minimum_under_the_least_decay_that_keeps_them(
    name: str, tmp_path: Path
) -> None:
    """(v s(w x) - y)^2 + mu (v^2 + w^2) at x = y = 1: mu = s'(0) makes the Hessian singular."""
    network, data = Network([1, 1, 1], name, bias=False), Data([[1]], [1])
    slope = "2/sqrt(pi)" if name == "erf" else 1
    least = Objective(network, data, weight_decay=slope)
    assert settled(least, tmp_path) == "the point is a strict local minimum"
    report = check(Objective(network, data, weight_decay="99/100"), [0, 0])
    assert report.verdict is Verdict.NOT_A_LOCAL_MINIMUM


def test_terms_of_third_order_refute_eliminated_points(tmp_path: Path) -> None:
    """At a = 0 with zero moments of order 0 and 1; the certificate needs no probe."""
    base = Expression(["x"], ["c"], ["c"])
    objective = eliminate(Objective(base, Data([[0], [1], [2]], [1, -2, 1])), "1/10")
    assert settled(objective, tmp_path) == "the point is no local minimum"


COEFFICIENTS = st.integers(-3, 3)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_random_polynomials_agree_with_exact_values_nearby(data: Any) -> None:
    """Proved minima have larger values at all points drawn, refuted points a smaller one."""
    terms = data.draw(
        st.lists(
            st.tuples(COEFFICIENTS, st.integers(0, 6), st.integers(0, 3)).filter(
                lambda t: t[1] + t[2] >= 3
            ),
            min_size=1,
            max_size=4,
        )
    )
    a, b = data.draw(COEFFICIENTS), data.draw(st.integers(1, 3))

    def value(u: Fraction, v: Fraction) -> Fraction:
        return (a * u + b * v) ** 2 + sum(c * u**i * v**j for c, i, j in terms)

    text = f"({a}*u + {b}*v)^2" + "".join(f" + ({c})*u^{i}*v^{j}" for c, i, j in terms)
    found = settle_by_curve(at_origin(text))
    assume(found is not None)
    assert found is not None
    if found.verdict is Verdict.LOCAL_MINIMUM:
        for k in range(1, 4):
            for i, j in [(i, j) for i in range(-4, 5) for j in range(-4, 5) if i or j]:
                for u in (Fraction(i, 100**k), Fraction(i, 1000**k)):
                    on_valley = -Fraction(a, b) * u
                    assert value(u, on_valley + j * u * u) > 0 or u == 0
                    assert value(u, on_valley + Fraction(j, 1000**k)) >= 0
    else:
        steps = [[Fraction(entry) for entry in step] for step in found.witness["curve"]]
        scale = Fraction(1, 10**6)
        curve = [
            [sum((d[j] * s ** (k + 1) for k, d in enumerate(steps)), Fraction(0)) for j in (0, 1)]
            for s in (scale, -scale)
        ]
        assert min(value(*point) for point in curve) < 0


def test_closed_forms_travel_in_the_certificate(tmp_path: Path) -> None:
    """At w = log 2 the coefficients of the curve are no rationals."""
    model = Expression(["x"], ["w", "b"], ["(b - w^2)^2 + (exp(w) - 2)^4"])
    objective = Objective(model, Data([[0]], [-1]))
    point = Candidate.from_vector(objective.parameters, ["log(2)", "log(2)^2"])
    at = Evaluation(objective, point, np.zeros(2))
    found = settle_by_curve(at)
    assert found is not None and found.details["order"] == 4
    assert not all(isinstance(v, str) for step in found.witness["curve"] for v in step)
    assert accepted(at, tmp_path, found) == "the point is a strict local minimum"
