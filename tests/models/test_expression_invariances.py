from __future__ import annotations

import numpy as np
import pytest
import sympy

from pgb.models import Expression
from pgb.numbers import Float64

FLOAT = Float64()


def fields(parameters: list[str], *outputs: str) -> list[str]:
    found = Expression(["x"], parameters, outputs).invariances()
    return [field.name for field in found]


@pytest.mark.parametrize(
    ("parameters", "outputs", "expected"),
    [
        (["a", "b"], ["a*exp(b)"], ["a' = a, b' = -1"]),
        (["u", "v"], ["u*v"], ["u' = u, v' = -v"]),
        (["w1", "w2", "w3"], ["w1*w2*w3*x"], ["w1' = w1, w3' = -w3", "w2' = w2, w3' = -w3"]),
        (["u", "v", "w"], ["u*v"], ["w' = 1", "u' = u, v' = -v"]),
        (["u", "v"], ["tanh((u+2*v)*x)"], ["u' = 1, v' = -1/2"]),
        (["u", "v"], ["u^2*v^3"], ["u' = u, v' = -2/3*v"]),
        (["u", "w", "b"], ["u*relu(w*x+b)"], ["u' = u, w' = -w, b' = -b"]),
        (["u", "w"], ["u*leaky_relu(w*x, 1/10)"], ["u' = u, w' = -w"]),
        (["u", "v", "w"], ["u*relu(v*relu(w*x))"], ["u' = u, w' = -w", "v' = v, w' = -w"]),
        (["u", "v"], ["exp(u+v)*x", "exp(u)*exp(v)"], ["u' = 1, v' = -1"]),
        (["u", "v"], ["log(u^2*v^2)"], ["u' = u, v' = -v"]),
        (["a", "b"], ["a*b + a"], ["a' = a, b' = -b - 1"]),
        (["u", "v"], ["u^2+v^2"], ["u' = v, v' = -u"]),
        (["w"], ["0"], ["w' = 1"]),
        (["u", "w"], ["u*tanh(w*x)"], []),
        (["u", "w"], ["u*elu(w*x)"], []),
        (["x1", "y"], ["y*cos(x1)", "y*sin(x1)"], []),
        (["c", "w"], ["c*w^2*(1-w)"], []),
        (["w"], ["relu(w)", "relu(-w)", "0"], []),
        ([], ["x"], []),
    ],
)
def test_fields_of_known_formulas(
    parameters: list[str], outputs: list[str], expected: list[str]
) -> None:
    assert fields(parameters, *outputs) == expected


def test_products_of_vectors_have_all_linear_fields() -> None:
    """u1 v1 + u2 v2 is a quadratic form in four variables: its rotations have dimension 6."""
    assert len(fields(["u1", "v1", "u2", "v2"], "(u1*v1 + u2*v2)*x")) == 6


@pytest.mark.parametrize(
    "outputs",
    [
        ["a*exp(b)*c + tanh(d*x)"],
        ["u*relu(a*x+b) + c*relu(d*x)"],
        ["(a*b + c*d)*x", "a*b*c*d"],
        ["sqrt(a^2*b^2)*exp(c-d)"],
    ],
)
def test_outputs_do_not_change_along_the_fields(outputs: list[str]) -> None:
    model = Expression(["x"], ["a", "b", "c", "d", "u"], outputs)
    found = model.invariances()
    assert len(found) > 0
    rng = np.random.default_rng(3)
    theta, x = rng.normal(size=(20, 5)), rng.normal(size=(6, 1))
    jacobian = model.jacobian(FLOAT, theta, x)
    for field in found:
        moved = field.at(FLOAT, theta)
        assert np.abs(np.sum(jacobian * moved[:, None, None, :], axis=-1)).max() < 1e-12
        assert np.abs(moved).max() > 0


def test_outputs_do_not_change_along_the_flow_across_kinks() -> None:
    model = Expression(["x"], ["u", "w", "b"], ["u*relu(w*x+b)"])
    (field,) = model.invariances()
    x = np.array([[0.0], [1.0], [-2.0]])
    theta = np.array([2.0, -1.0, 0.0])  # the kinks at x = 0
    linear = np.array([[float(v) for v in row] for row in FLOAT.asarray(field.linear)])
    for t in (-1.0, 0.5):
        moved = np.exp(t * np.diag(linear)) * theta
        assert np.allclose(model.outputs(FLOAT, moved, x), model.outputs(FLOAT, theta, x))


def test_fields_agree_with_sympy() -> None:
    a, b, c, x = sympy.symbols("a b c x")
    formula = a**2 * sympy.exp(3 * b) * sympy.cos(c - b + x)
    model = Expression(["x"], ["a", "b", "c"], ["a^2*exp(3*b)*cos(c-b+x)"])
    (field,) = model.invariances()
    rationals = [[sympy.Rational(str(v)) for v in row] for row in field.linear]
    theta = sympy.Matrix([a, b, c])
    moved = sympy.Matrix(rationals) * theta + sympy.Matrix(
        [sympy.Rational(str(v)) for v in field.constant]
    )
    change = sum(sympy.diff(formula, s) * m for s, m in zip(theta, moved, strict=True))
    assert sympy.expand(change) == 0


def test_many_parameters_and_long_expansions_are_not_searched() -> None:
    names = [f"w{i}" for i in range(9)]
    assert fields(names, "+".join(names)) == []
    assert fields(["u", "v"], "(u+v+x)^200*(u-v)^200") == []
