"""Gradients and Hessians of whole objectives against SymPy and fine differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, fmpq

from pgb.models import Network
from pgb.numbers import Array, Balls, Exact, Float64
from pgb.problems import Data, Objective, Regularizer

INPUTS = [["1/2"], ["-1"], ["1/2"]]
WEIGHTS = ["1/2", "2", "3/4"]
MATRIX = [["1/2", "2"], ["1", "1/3"], ["3/4", "1"]]


def network(outputs: int, activation: str = "tanh") -> Network:
    return Network([1, 1, outputs], activation=activation)


def theta_of(size: int) -> Array:
    return np.array([fmpq((-1) ** i * (i + 2), i + 3) for i in range(size)], dtype=object)


def formula(case: Any, symbols: Any, c: Any) -> Any:
    """Q for the network u tanh(w x + b) + d with factors c[i][k], without a regularizer."""
    w, b, *rest = symbols
    u, d = rest[: case.outputs], rest[case.outputs :]
    total = 0
    for i, (x,) in enumerate(INPUTS):
        q = [u[k] * sympy.tanh(w * sympy.Rational(x) + b) + d[k] for k in range(case.outputs)]
        if case.by_class:
            total += c[i][0] * case.formula(q, i)
        else:
            total += sum(c[i][k] * case.formula_of_output(q, i, k) for k in range(case.outputs))
    return total


def factors(weights: Any, reduction: str, outputs: int) -> list[list[Any]]:
    """The factors c[i][k] by their definition."""
    one = [[sympy.Integer(1)] * outputs for _ in INPUTS]
    if weights is None:
        w = one
    elif isinstance(weights[0], list):
        w = [[sympy.Rational(v) for v in row] for row in weights]
    else:
        w = [[sympy.Rational(v)] * outputs for v in weights]
    if reduction == "sum":
        return w
    total = sum(sum(row) for row in w) / outputs
    return [[v / total for v in row] for row in w]


def check(case: Any, agree: Callable[[arb, Any], bool], weights: Any, reduction: str) -> None:
    model = network(case.outputs)
    extra = Regularizer([fmpq(i, 7) for i in range(model.size)], [fmpq(1, 3)] * model.size)
    data = Data(INPUTS, case.targets, weights)
    objective = Objective(model, data, case.spec, reduction, extra)
    theta = theta_of(model.size)
    symbols = sympy.symbols(f"t:{model.size}", real=True)
    q = formula(case, symbols, factors(weights, reduction, case.outputs))
    q += sum(
        sympy.Rational(i, 7) * t**2 + sympy.Rational(1 if theta[i] > 0 else -1, 3) * t
        for i, t in enumerate(symbols)
    )
    first = [sympy.diff(q, t) for t in symbols]
    second = [sympy.diff(s, t) for i, s in enumerate(first) for t in symbols[i:]]
    with mpmath.workdps(70):
        at = [mpmath.mpf(int(v.p)) / int(v.q) for v in theta]
        values = sympy.lambdify(symbols, [q, *first, *second], "mpmath", cse=True)(*at)
        expected = [sympy.Float(mpmath.nstr(v, 65), 65) for v in values]
    with Balls(300) as ar:
        x = ar.asarray(theta)
        hessian = objective.hessian(ar, x)
        upper = hessian[np.triu_indices(model.size)]
        found = [objective.value(ar, x)[()], *objective.gradient(ar, x), *upper]
        assert all(agree(a, b) for a, b in zip(found, expected, strict=True))
        assert all(a.overlaps(b) for a, b in zip(hessian.flat, hessian.T.flat, strict=True))


def test_derivatives_of_every_loss_agree_with_sympy(case: Any, agree: Any) -> None:
    check(case, agree, WEIGHTS, "mean")


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    ("key", "weights"),
    [
        ("squared", None),
        ("squared", WEIGHTS),
        ("squared", MATRIX),
        ("hinge-2", MATRIX),
        ("logistic", MATRIX),
        ("cross-entropy", None),
        ("classes-2", None),
    ],
)
def test_weights_and_reductions_agree_with_sympy(
    key: str, weights: Any, reduction: str, agree: Any, loss_case: Any
) -> None:
    check(loss_case(key), agree, weights, reduction)


def test_all_arithmetics_and_batches_agree(case: Any) -> None:
    f, e = Float64(), Exact()
    model = network(case.outputs, "quadratic")
    objective = Objective(model, Data(INPUTS, case.targets, WEIGHTS), case.spec, weight_decay="1/9")
    theta = theta_of(model.size)
    batch = np.stack([f.asarray(theta), np.linspace(-1, 1, model.size)]).reshape(2, 1, -1)
    methods = ("value", "data_value", "gradient", "hessian", "output_gradients", "outputs",
               "jacobian", "group_sums")  # fmt: skip
    for name in methods:
        method = getattr(objective, name)
        exact = method(e, e.asarray(theta))
        floats = method(f, batch)
        np.testing.assert_allclose(floats[0, 0], e.to_float(exact), rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(floats[1, 0], method(f, batch[1, 0]), rtol=1e-13, atol=1e-15)
        with Balls(100) as ar:
            box = method(ar, ar.ball(theta, np.full(theta.shape, fmpq(1, 2**30), dtype=object)))
            inside = ar.asarray(exact)
            for index in np.ndindex(inside.shape):
                assert box[index].overlaps(inside[index])


def test_derivatives_are_limits_of_differences(case: Any) -> None:
    """Central differences in 400 bits with step 2^-60: error about 2^-120."""
    model = Network([1, 2, case.outputs], activation=["softplus"])
    objective = Objective(model, Data(INPUTS, case.targets), case.spec, "sum", weight_decay=0.25)
    rng = np.random.default_rng(3)
    theta = rng.normal(size=model.size)
    with Balls(400) as ar:
        x = ar.asarray(theta)
        gradient, hessian = objective.gradient(ar, x), objective.hessian(ar, x)
        h = arb(2) ** -60
        for j in range(model.size):
            step = ar.asarray(np.eye(model.size)[j]) * h
            slope = (objective.value(ar, x + step) - objective.value(ar, x - step)) / (2 * h)
            assert abs(slope - gradient[j]) < arb(2) ** -80
            bend = (objective.gradient(ar, x + step) - objective.gradient(ar, x - step)) / (2 * h)
            assert all(abs(v) < arb(2) ** -80 for v in bend - hessian[j])
