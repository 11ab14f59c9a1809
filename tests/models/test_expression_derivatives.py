from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.models import Expression
from pgb.numbers import Array, Balls, Exact, Float64

FLOAT = Float64()
#: Inputs, parameters, outputs; and the same outputs in SymPy's own functions.
Case = tuple[list[str], list[str], list[str], Callable[..., list[Any]]]

CASES: dict[str, Case] = {
    "one unit": (["x"], ["w", "u"], ["u*tanh(w*x)"], lambda x, w, u: [u * sympy.tanh(w * x)]),
    "square": (["x"], ["w", "b"], ["(w*x+b)^2"], lambda x, w, b: [(w * x + b) ** 2]),
    "exponential": (["x"], ["w"], ["exp(w*x)"], lambda x, w: [sympy.exp(w * x)]),
    "product": (
        ["x"],
        ["w1", "w2", "w3"],
        ["w1*w2*w3*x"],
        lambda x, w1, w2, w3: [w1 * w2 * w3 * x],
    ),
    "rotating": (
        [],
        ["x", "y"],
        ["y*cos(x)", "y*sin(x)"],
        lambda x, y: [y * sympy.cos(x), y * sympy.sin(x)],
    ),
    "cubic polynomial": (["x"], ["c", "w"], ["c*w^2*(1-w)"], lambda x, c, w: [c * w**2 * (1 - w)]),
    "quotient": (
        ["x"],
        ["w", "b"],
        ["(w*x+1)/(1+b^2)", "w^(-2)", "1/(x*w)/b"],
        lambda x, w, b: [(w * x + 1) / (1 + b**2), w**-2, 1 / (x * w * b)],
    ),
    "roots and logarithms": (
        ["x"],
        ["w", "b"],
        ["sqrt(w^2+1)*log(b^2+x^2)", "(1+b^2)^(1/2)/3", "sqrt(sqrt(2+w^2))"],
        lambda x, w, b: [
            sympy.sqrt(w**2 + 1) * sympy.log(b**2 + x**2),
            sympy.sqrt(1 + b**2) / 3,
            (2 + w**2) ** sympy.Rational(1, 4),
        ],
    ),
    "sigmoidal": (
        ["x"],
        ["w", "b"],
        ["sigmoid(w*x)*softplus(b)", "erf(w)+arctan(b*w)", "tanh(w*tanh(b*x))"],
        lambda x, w, b: [
            sympy.log(1 + sympy.exp(b)) / (1 + sympy.exp(-w * x)),
            sympy.erf(w) + sympy.atan(b * w),
            sympy.tanh(w * sympy.tanh(b * x)),
        ],
    ),
    "gated": (
        ["x"],
        ["w", "b"],
        ["gelu(w*x+b)", "silu(b*w)"],
        lambda x, w, b: [
            (w * x + b) * (1 + sympy.erf((w * x + b) / sympy.sqrt(2))) / 2,
            b * w / (1 + sympy.exp(-b * w)),
        ],
    ),
    "constants": (
        ["x"],
        ["w"],
        ["pi*w^2+exp(1)*w*x", "sqrt(2)*cubic(w)-tanh(1)*w", "e", "0"],
        lambda x, w: [
            sympy.pi * w**2 + sympy.E * w * x,
            sympy.sqrt(2) * w**3 - sympy.tanh(1) * w,
            sympy.E,
            sympy.S.Zero,
        ],
    ),
    "common parts": (
        ["x", "y"],
        ["w", "b"],
        ["exp(w*x+b)*sin(w*x+b)+(w*x+b)^5", "cos(w*x+b)/(1+exp(w*x+b))*y"],
        lambda x, y, w, b: [
            sympy.exp(w * x + b) * sympy.sin(w * x + b) + (w * x + b) ** 5,
            sympy.cos(w * x + b) / (1 + sympy.exp(w * x + b)) * y,
        ],
    ),
}


def built(name: str) -> tuple[Expression, list[Any], list[Any]]:
    """The model, its symbols (inputs first), and its outputs in SymPy."""
    inputs, parameters, outputs, formulas = CASES[name]
    symbols = [sympy.Symbol(n) for n in (*inputs, *parameters)]
    return Expression(inputs, parameters, outputs), symbols, formulas(*symbols)


def numeric(e: Any, symbols: list[Any], values: list[fmpq]) -> arb:
    at = {s: sympy.Rational(int(v.p), int(v.q)) for s, v in zip(symbols, values, strict=True)}
    return arb(str(sympy.N(sympy.sympify(e).subs(at), 50)))


def close(found: Array, expected: list[arb]) -> bool:
    flat = found.ravel()
    return len(flat) == len(expected) and all(
        abs(a - b) < arb("1e-40") * (1 + abs(b)) for a, b in zip(flat, expected, strict=True)
    )


@pytest.mark.parametrize("name", CASES)
def test_derivatives_equal_sympys_at_rational_points(
    name: str, rationals: Callable[..., Array]
) -> None:
    model, symbols, formulas = built(name)
    theta, x = rationals(1, model.size), rationals(2, 1, model.inputs)
    r = rationals(3, 1, model.output_dimension)
    values, parameters = [*x[0], *theta], symbols[model.inputs :]
    total = sum(
        (sympy.Rational(int(w.p), int(w.q)) * f for w, f in zip(r[0], formulas, strict=True)),
        sympy.S.Zero,
    )
    first = [sympy.diff(f, s) for f in formulas for s in parameters]
    second = [sympy.diff(total, s, t) for s in parameters for t in parameters]
    with Balls(256) as ar:
        t, samples, w = ar.asarray(theta), ar.asarray(x), ar.asarray(r)
        for found, exact in (
            (model.outputs(ar, t, samples), formulas),
            (model.jacobian(ar, t, samples), first),
            (model.gradient(ar, t, samples, w), [sympy.diff(total, s) for s in parameters]),
            (model.curvature(ar, t, samples, w), second),
        ):
            assert close(found, [numeric(e, symbols, values) for e in exact])


@pytest.mark.parametrize("name", CASES)
def test_derivatives_equal_fine_differences(name: str, differences: Callable[..., Array]) -> None:
    model, _, _ = built(name)
    rng = np.random.default_rng(4)
    theta, x = rng.normal(size=model.size), rng.normal(size=(3, model.inputs))
    r = rng.normal(size=(3, model.output_dimension))
    with Balls(320) as ar:
        t, samples, w = ar.asarray(theta), ar.asarray(x), ar.asarray(r)
        jacobian = differences(ar, lambda v: model.outputs(ar, v, samples), t)
        curvature = differences(ar, lambda v: model.gradient(ar, v, samples, w), t)
        found = model.jacobian(ar, t, samples)
        assert np.all(ar.upper(found - jacobian) < 1e-30 * (1 + ar.upper(found)))
        found = model.curvature(ar, t, samples, w)
        assert np.all(ar.upper(found - curvature) < 1e-30 * (1 + ar.upper(found)))


@pytest.mark.parametrize("name", CASES)
def test_floats_in_batches_equal_balls(name: str) -> None:
    model, _, _ = built(name)
    rng = np.random.default_rng(6)
    theta, x = rng.normal(size=(2, 3, model.size)), rng.normal(size=(4, model.inputs))
    r = rng.normal(size=(2, 3, 4, model.output_dimension))
    found = (
        model.outputs(FLOAT, theta, x),
        model.jacobian(FLOAT, theta, x),
        model.gradient(FLOAT, theta, x, r),
        model.curvature(FLOAT, theta, x, r),
    )
    p, d = model.size, model.output_dimension
    assert [a.shape[2:] for a in found] == [(4, d), (4, d, p), (p,), (p, p)]
    with Balls(128) as ar:
        samples = ar.asarray(x)
        for index in np.ndindex(2, 3):
            t, w = ar.asarray(theta[index]), ar.asarray(r[index])
            expected = (
                model.outputs(ar, t, samples),
                model.jacobian(ar, t, samples),
                model.gradient(ar, t, samples, w),
                model.curvature(ar, t, samples, w),
            )
            for a, b in zip(found, expected, strict=True):
                assert np.allclose(a[index], ar.to_float(b), rtol=1e-9, atol=1e-12)


def polynomials() -> st.SearchStrategy[str]:
    def grown(smaller: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(smaller, st.sampled_from("+-*"), smaller).map("".join),
            st.tuples(smaller, st.integers(0, 4)).map(lambda pair: f"({pair[0]})^{pair[1]}"),
            smaller.map("({})".format),
            smaller.map("relu({})".format),
        )

    return st.recursive(st.sampled_from(["w", "u", "v", "x", "2", "1/3"]), grown, max_leaves=6)


@settings(max_examples=60)
@given(polynomials(), st.lists(st.sampled_from([-2, -1, 0, 0, 1, 3]), min_size=3, max_size=3))
def test_polynomials_have_finite_derivatives_even_where_factors_vanish(
    text: str, point: list[int]
) -> None:
    """A derivative written as w^3 * 3 / w would divide by zero here."""
    model = Expression(["x"], ["w", "u", "v"], [text])
    ar = Exact()
    theta, x, r = ar.asarray(point), ar.asarray([[2], [0]]), ar.asarray([[1], [5]])
    jacobian, curvature = model.jacobian(ar, theta, x), model.curvature(ar, theta, x, r)
    with Balls(128) as balls:
        t, samples, w = balls.asarray(point), balls.asarray(x), balls.asarray(r)
        for exact, enclosure in (
            (jacobian, model.jacobian(balls, t, samples)),
            (curvature, model.curvature(balls, t, samples, w)),
        ):
            pairs = zip(exact.ravel(), enclosure.ravel(), strict=True)
            assert all(bool(b.is_finite()) and bool(b.contains(a)) for a, b in pairs)


@pytest.mark.parametrize(
    ("formula", "point"),
    [
        ("w^3*u", {"w": 0, "u": 0.7}),
        ("a*exp(w*x+b)", {"a": 0, "w": 0.3, "b": 0.1}),
        ("c*w^2*(1-w)", {"c": 0.7, "w": 0}),
        ("(u*x)^2*tanh(w)", {"u": 0, "w": 0.7}),
        ("u*v*w*exp(x)", {"u": 0, "v": 0, "w": 0.3}),
    ],
)
def test_exact_zeros_stay_exact_in_balls(formula: str, point: dict[str, float]) -> None:
    model = Expression(["x"], list(point), [formula])
    with Balls(64) as ar:
        theta, x = ar.asarray(list(point.values())), ar.asarray([[0.3], [1.7]])
        floats = model.jacobian(FLOAT, FLOAT.asarray(list(point.values())), ar.to_float(x))
        zero = ar.certainly_zero(model.jacobian(ar, theta, x))
        assert np.array_equal(zero, floats == 0)
        assert zero.any()
        assert bool(ar.certainly_zero(model.outputs(ar, theta, x)).all())


def test_exact_derivatives_at_closed_forms() -> None:
    model = Expression([], ["a", "b"], ["a*exp(b)"])
    ar = Exact()
    theta = ar.asarray([fmpq(2), ar.log(ar.asarray([3]))[0]])
    x, r = ar.zeros((1, 0)), ar.ones((1, 1))
    assert list(model.outputs(ar, theta, x).ravel()) == [6]
    assert list(model.gradient(ar, theta, x, r)) == [3, 6]
    assert model.curvature(ar, theta, x, r).tolist() == [[0, 3], [3, 6]]


@pytest.mark.parametrize("parameters", [[], ["w"]])
def test_constant_outputs_and_no_parameters(parameters: list[str]) -> None:
    model = Expression(["x"], parameters, ["0", "x^2", "pi"])
    theta, x, r = np.zeros((5, model.size)), np.array([[1.0], [2.0]]), np.ones((5, 2, 3))
    assert np.array_equal(model.outputs(FLOAT, theta, x)[4], [[0, 1, np.pi], [0, 4, np.pi]])
    p = len(parameters)
    assert model.jacobian(FLOAT, theta, x).shape == (5, 2, 3, p)
    assert model.gradient(FLOAT, theta, x, r).shape == (5, p)
    assert model.curvature(FLOAT, theta, x, r).shape == (5, p, p)
    assert model.directional(FLOAT, theta[0], x, theta[0]).shape == (2, 3)
    assert model.switches(FLOAT, theta, x) == ()
    with Balls(64) as ar:
        t, samples = ar.zeros((p,)), ar.asarray(x)
        assert model.curvature(ar, t, samples, ar.asarray(r[0])).shape == (p, p)
        assert bool(ar.certainly_zero(model.jacobian(ar, t, samples)).all())


def test_formulas_are_evaluated_as_written() -> None:
    """SymPy would turn w/w into 1 and sqrt(w)^2 into w, where the formulas are undefined."""
    model = Expression([], ["w"], ["w/w", "sqrt(w)^2"])
    assert np.isnan(model.outputs(FLOAT, np.array([0.0]), np.zeros((1, 0)))[0, 0])
    assert np.isnan(model.outputs(FLOAT, np.array([-1.0]), np.zeros((1, 0)))[0, 1])
    exact = Exact()
    with pytest.raises(InputError, match="division by zero at this point"):
        model.outputs(exact, exact.asarray([0]), exact.zeros((1, 0)))


@pytest.mark.parametrize(
    ("inputs", "parameters", "outputs", "sentences"),
    [
        (["x"], ["w"], ["v*x", "tanh(", "w"], 2),
        (["x"], ["x"], ["x"], 1),
        (["pi"], ["tanh"], ["1"], 2),
        (["x 1"], ["w"], ["w"], 1),
        (["x"], ["w"], [], 1),
        (["x"], ["w"], "w*x", 1),
        (["x"], ["w"], ["sqrt(-1)*w", "w*(1/(pi-pi))"], 2),
        (["x"], ["w"], ['__import__("os").system("true")'], 1),
    ],
)
def test_all_mistakes_are_reported_one_sentence_each(
    inputs: list[str], parameters: list[str], outputs: Any, sentences: int
) -> None:
    with pytest.raises(InputError) as caught:
        Expression(inputs, parameters, outputs)
    assert len(caught.value.problems) == sentences


@pytest.mark.parametrize(
    "formula",
    [
        "(1+x+w)^1000",
        "exp(log(w)*10^300)",
        "exp(log(3)*10^300)*w",
        "sin(10^1000)*w + cos(pi/65537)*w",
        "tanh(" * 30 + "w" + ")" * 30,
        "+".join(["w"] * 4000),
        "*".join(["(w+x)"] * 300),
    ],
    ids=lambda text: text[:20],
)
def test_costly_formulas_stay_cheap(formula: str) -> None:
    model = Expression(["x"], ["w"], [formula])
    theta, x = np.array([0.5]), np.array([[0.25]])
    assert model.jacobian(FLOAT, theta, x).shape == (1, 1, 1)
    assert model.curvature(FLOAT, theta, x, np.ones((1, 1))).shape == (1, 1)
    assert len(model.invariances()) == 0


def test_text_of_a_model() -> None:
    model = Expression(["x"], ["w"], ["leaky_relu(w*x, 1/10)", "2*3*w"])
    assert model.formulas == ("leaky_relu(w*x, 1/10, 1)", "6*w")
    assert Expression(model.input_names, model.parameter_names, model.trees).trees == model.trees
    assert "leaky_relu(w*x, 1/10, 1)" in repr(model)
