"""The checker's own functions, derivatives, losses and objectives against other computations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flint
import numpy as np
import pytest
from flint import arb, fmpq

from pgb.certificates.checking.exact import EXACT_BITS, Form, reset
from pgb.certificates.checking.functions import ACTIVATIONS, function
from pgb.certificates.checking.matrices import positive_definite
from pgb.certificates.checking.objective import evaluate
from pgb.certificates.checking.problem import Problem
from pgb.certificates.checking.rings import BALLS, EXACT, power
from pgb.certificates.export import export_problem
from pgb.models import Expression, Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective
from pgb.transforms import eliminate, without_units

BITS = 400
STEP = fmpq(1, 2**80)
POINTS = [fmpq(-7, 3), fmpq(-1, 2), fmpq(1, 5), fmpq(9, 4)]
OPTIONS: dict[str, Any] = {
    "leaky-relu": (fmpq(3), fmpq(1, 7)),
    "absolute": (fmpq(1), fmpq(-1)),
    "huber": fmpq(2, 3),
}
FUNCTIONS = [*ACTIVATIONS, "absolute", "huber", "log-cosh", "sin", "cos"]
HINGES = [("hinge", n) for n in (1, 2, 3, 5)]
CASES = [(name, OPTIONS.get(name)) for name in FUNCTIONS] + HINGES

INPUTS = [["1/2", "-1"], [0, "3/2"], ["-1", "1/4"]]
REAL, SIGNS, CLASSES = [[1], ["-1/2"], [2]], [[1], [-1], [1]], [0, 2, 1]


def network(out: int = 1, *activations: str, bias: bool = True) -> Network:
    names = list(activations or ("tanh",))
    return Network([2, *([2] * len(names)), out], activation=names, bias=bias)


def objective(model: Any, targets: Any, loss: Any, **options: Any) -> Objective:
    weights = options.pop("weights", None)
    return Objective(model, Data(INPUTS, targets, weights), loss, **options)


TREE = Expression(
    ["x", "z"],
    ["u", "v", "w"],
    ["u*tanh(w*x) + sin(v*z)/(2 + cos(u)) + arctan(u*v)", "sqrt(3 + u^2)*exp(-w*z) - log(2 + v^2)"],
)
OBJECTIVES = {
    "squared": objective(network(), REAL, "squared"),
    "sum": objective(network(), REAL, "half-squared", reduction="sum"),
    "two layers": objective(network(1, "sigmoid", "erf"), REAL, "squared"),
    "without biases": objective(network(1, "silu", "arctan", bias=False), REAL, "log-cosh"),
    "weights": objective(network(), REAL, "squared", weights=[1, 2, "1/3"]),
    "weights of outputs": objective(
        network(2), [[1, 0], [2, 1], [0, 3]], "squared", weights=[[1, 2], [3, 4], [5, 6]]
    ),
    "huber": objective(network(), REAL, {"name": "huber", "delta": "1/2"}),
    "absolute": objective(network(), REAL, "absolute"),
    "logistic": objective(network(), SIGNS, "logistic"),
    "exponential": objective(network(), SIGNS, "exponential"),
    "hinge": objective(network(), SIGNS, "hinge"),
    "polynomial hinge": objective(network(), SIGNS, {"name": "polynomial-hinge", "degree": 3}),
    "cross-entropy": objective(network(3), CLASSES, "cross-entropy"),
    "smoothed labels": objective(
        network(3), CLASSES, {"name": "cross-entropy", "label_smoothing": "1/5"}
    ),
    "probabilities": objective(
        network(2), [["1/3", "2/3"], [1, 0], ["1/2", "1/2"]], "cross-entropy", weights=[1, 2, 3]
    ),
    "classes of hinges": objective(network(3), CLASSES, {"name": "polynomial-hinge", "degree": 2}),
    "decay": objective(network(), REAL, "squared", weight_decay="1/7"),
    "expression": objective(TREE, [[1, 0], [2, 1], [0, 3]], "squared"),
    "eliminated": eliminate(objective(network(2), [[1, 0], [2, 1], [0, 3]], "squared"), "1/9"),
    "eliminated by absolute values": eliminate(
        objective(network(), REAL, "squared"), "1/9", "absolute"
    ),
    "without units": without_units(objective(network(), REAL, "squared"), "1/9"),
}


@pytest.fixture(autouse=True)
def precision() -> Iterator[None]:
    before, flint.ctx.prec = flint.ctx.prec, BITS
    reset([{}, {}, {}])
    yield
    flint.ctx.prec = before


def near(a: Any, b: Any, digits: int = 20) -> bool:
    return bool(abs(arb(a) - arb(b)) < arb(10) ** -digits)


def value_of(name: str, options: Any, s: Any) -> Any:
    return function(BALLS, name, arb(s), options)[0]


@pytest.mark.parametrize(("name", "options"), CASES)
def test_derivatives_are_limits_of_differences(name: str, options: Any) -> None:
    for s in POINTS:
        low, here, high = (value_of(name, options, s + k * STEP) for k in (-1, 0, 1))
        first, second = function(BALLS, name, arb(s), options)[1]()
        assert near((high - low) / (2 * STEP), first)
        assert near((high - 2 * here + low) / (STEP * STEP), second)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_balls_contain_values_and_derivatives_of_their_points(name: str, options: Any) -> None:
    for s in POINTS:
        for radius in (fmpq(1, 100), fmpq(3)):
            wide = arb(s - radius).union(arb(s + radius))
            value, derivatives, _ = function(BALLS, name, wide, options)
            for part in (-1, fmpq(-1, 3), 0, fmpq(1, 2), 1):
                inner, slopes, _ = function(BALLS, name, arb(s + part * radius), options)
                assert value.overlaps(inner)
                pairs = zip(derivatives(), slopes(), strict=True)
                assert all(a.overlaps(b) for a, b in pairs)


@pytest.mark.parametrize(("name", "options"), CASES)
def test_exact_values_and_derivatives_are_those_of_balls(name: str, options: Any) -> None:
    flint.ctx.prec = EXACT_BITS
    for s in [*POINTS, fmpq(0)]:
        if s == 0 and name in ("relu", "leaky-relu", "elu", "selu", "absolute", "hinge"):
            continue
        exact, derivatives, kinks = function(EXACT, name, s, options)
        ball, enclosures, others = function(BALLS, name, arb(s), options)
        found = [exact, *derivatives()]
        for a, b in zip(found, [ball, *enclosures()], strict=True):
            assert near(a.ball if isinstance(a, Form) else a, b)
        assert [k[1] for k in kinks] == [k[1] for k in others]


KINKS = {"relu": 1, "leaky-relu": 1, "absolute": 1, "elu": 2, "selu": 1, "huber": 2}


@pytest.mark.parametrize(("name", "options"), CASES)
def test_kinks_have_the_order_of_the_first_derivative_that_jumps(name: str, options: Any) -> None:
    order = options if name == "hinge" else KINKS.get(name)
    kinks = function(BALLS, name, arb(1), options)[2]
    assert {k[1] for k in kinks} == ({order} if order else set())
    for location, _, slopes in kinks:
        s = 1 - location.mid().fmpq()  # the argument at which the kink is
        sides = [function(BALLS, name, arb(s + k * STEP), options) for k in (1, -1)]
        found = [[value, *derivatives()] for value, derivatives, _ in sides]
        jumps = [not near(a, b) for a, b in zip(*found, strict=True)]
        assert jumps.index(True) == order if order < 3 else not any(jumps)
        if order == 1:
            assert all(near(slopes[side], found[side][1]) for side in (0, 1))
        wide = function(BALLS, name, arb(s - 1).union(arb(s + 1)), options)[1]()
        assert all(wide[k - 1].contains(side[k]) for k in (1, 2) for side in found)


def point(size: int) -> list[fmpq]:
    rng = np.random.default_rng(7)
    return [fmpq(int(v), 16) for v in rng.integers(-20, 20, size)]


@pytest.mark.parametrize("name", OBJECTIVES)
def test_objective_agrees_with_that_of_pgb(name: str) -> None:
    """Value, gradient and Hessian of two independent programs."""
    own = OBJECTIVES[name]
    theta = point(own.size)
    at = evaluate(Problem(export_problem(own)), BALLS, [arb(t) for t in theta], 2)
    ar = Float64()
    floats = ar.asarray(np.array([float(t) for t in map(arb, theta)]))
    assert float(at.value) == pytest.approx(float(own.value(ar, floats)), rel=1e-12)
    gradient, hessian = own.gradient(ar, floats), own.hessian(ar, floats)
    np.testing.assert_allclose([float(v) for v in at.gradient], gradient, rtol=1e-9, atol=1e-12)
    found = [[float(v) for v in row] for row in at.hessian]
    np.testing.assert_allclose(found, hessian, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_derivatives_of_objectives_are_limits_of_differences(name: str) -> None:
    own = OBJECTIVES[name]
    problem, theta = Problem(export_problem(own)), point(own.size)
    at = evaluate(problem, BALLS, [arb(t) for t in theta], 2)
    for j in range(own.size):
        moved = [[arb(t + k * STEP * (i == j)) for i, t in enumerate(theta)] for k in (1, -1)]
        high, low = (evaluate(problem, BALLS, there, 1) for there in moved)
        assert near((high.value - low.value) / (2 * STEP), at.gradient[j])
        for k in range(own.size):
            slope = (high.gradient[k] - low.gradient[k]) / (2 * STEP)
            assert near(slope, at.hessian[j][k])
            assert near(at.hessian[j][k], at.hessian[k][j])


@pytest.mark.parametrize("name", OBJECTIVES)
def test_exact_derivatives_along_a_direction_are_those_of_balls(name: str) -> None:
    flint.ctx.prec = EXACT_BITS
    own = OBJECTIVES[name]
    problem = Problem(export_problem(own))
    theta, direction = point(own.size), point(own.size)[::-1]
    if name in ("cross-entropy", "smoothed labels", "two layers", "expression", "eliminated"):
        theta = [fmpq(0)] * own.size  # exact numbers stay small
    balls = evaluate(problem, BALLS, [arb(t) for t in theta], 1)
    try:
        along = evaluate(problem, EXACT, theta, 1, direction).gradient[0]
    except Exception as error:
        assert "too many" in str(error)
        return
    expected = sum((g * v for g, v in zip(balls.gradient, direction, strict=True)), arb(0))
    assert near(along.ball if isinstance(along, Form) else along, expected)


def test_powers() -> None:
    for n in range(-4, 9):
        assert power(EXACT, fmpq(-3, 2), n) == fmpq(-3, 2) ** n
        assert near(power(BALLS, arb(fmpq(-3, 2)), n), fmpq(-3, 2) ** n)
    wide = arb(-1).union(arb(2))
    assert all(power(BALLS, wide, n) > fmpq(-1, 10**6) for n in (0, 2, 4))


@pytest.mark.parametrize("size", [1, 2, 3, 12, 13, 20, 27])
def test_positive_definite_is_seen_and_nothing_else(size: int) -> None:
    rng = np.random.default_rng(size)
    basis, _ = np.linalg.qr(rng.standard_normal((size, size)))
    for lowest, expected in ((0.1, True), (-0.1, False)):
        for place in range(size):
            spectrum = np.linspace(1, 2, size)
            spectrum[place] = lowest
            matrix = basis @ np.diag(spectrum) @ basis.T
            rows = [[arb(float(v)) for v in row] for row in (matrix + matrix.T) / 2]
            assert positive_definite(rows) is expected
    singular = [[arb(1)] * size for _ in range(size)]
    assert positive_definite(singular) is (size == 1)
