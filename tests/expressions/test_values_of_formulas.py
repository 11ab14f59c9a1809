from __future__ import annotations

import math

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.expressions import FUNCTIONS, evaluate, exact_value, parse, power
from pgb.models.activations import ACTIVATIONS, activation
from pgb.numbers import Balls, Exact, Float64, is_exact_zero


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("exp(18)/(exp(36)+1/10)", math.exp(18) / (math.exp(36) + 0.1)),
        ("1/3+tanh(1)", 1 / 3 + math.tanh(1)),
        ("-log(2)/2", -math.log(2) / 2),
        ("sqrt(2)/5", math.sqrt(2) / 5),
        ("pi*e", math.pi * math.e),
        ("5^(1/2)", math.sqrt(5)),
        ("sin(1)*cos(2)", math.sin(1) * math.cos(2)),
        ("softplus(1)-sigmoid(2)", math.log1p(math.e) - 1 / (1 + math.exp(-2))),
        ("erf(1/2)+arctan(3)", math.erf(0.5) + math.atan(3)),
        ("elu(-1)", math.exp(-1) - 1),
        ("gelu(1)", (1 + math.erf(1 / math.sqrt(2))) / 2),
        ("silu(1)", 1 / (1 + math.exp(-1))),
    ],
)
def test_closed_forms(text: str, value: float) -> None:
    tree = parse(text)
    assert float(exact_value(tree)) == pytest.approx(value, rel=1e-14)
    assert float(evaluate(tree, Float64(), {})) == pytest.approx(value, rel=1e-14)
    with Balls(128) as ar:
        enclosure = evaluate(tree, ar, {}).item()
        assert enclosure.overlaps(exact_value(tree).to_arb(200))
    again = exact_value(parse(str(exact_value(tree))))
    assert is_exact_zero(again - exact_value(tree))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("exp(log(3))", fmpq(3)),
        ("sqrt(2)^2", fmpq(2)),
        ("exp(1)*exp(-1)", fmpq(1)),
        ("relu(-3) + leaky_relu(-2)", fmpq(-1, 50)),
        ("leaky_relu(3, 1/10, 2)", fmpq(6)),
        ("elu(2) + elu(0)", fmpq(2)),
        ("quadratic(3) - cubic(2) + identity(1)", fmpq(2)),
        ("sin(pi) + tanh(0)", fmpq(0)),
        ("0.1 + 0.2", fmpq(3, 10)),
    ],
)
def test_rational_values_are_rationals(text: str, value: fmpq) -> None:
    assert exact_value(parse(text)) == value
    assert type(exact_value(parse(text))) is fmpq


@pytest.mark.parametrize(
    "text",
    ["log(0)", "log(-1)", "sqrt(-2)", "1/(sqrt(2)^2-2)", "1/sin(pi)",
     "(1+sqrt(2)+exp(1)+log(2)+pi)^1000", "((1+pi)^30+e)^30"],
)  # fmt: skip
def test_values_that_do_not_exist_or_explode_are_input_errors(text: str) -> None:
    with pytest.raises(InputError) as caught:
        exact_value(parse(text))
    assert len(caught.value.problems) == 1


def test_a_value_with_a_name_in_it_is_an_input_error() -> None:
    with pytest.raises(InputError, match="w: found no value"):
        exact_value(parse("w+1", ["w"]))


@pytest.mark.parametrize("name", [n for n in ACTIVATIONS if n not in ("sine", "leaky-relu")])
def test_functions_agree_with_the_activations(name: str) -> None:
    assert name in FUNCTIONS
    tree = parse(f"{name}(s)", ["s"])
    points = [fmpq(n, 3) for n in range(-7, 8)]
    with Balls(200) as ar:
        s = ar.asarray(points)
        found, expected = evaluate(tree, ar, {"s": s}), activation(name).value(ar, s)
        assert all(bool(a.overlaps(b)) for a, b in zip(found, expected, strict=True))
        assert all(bool(a.rad() < arb(2) ** -150) for a in found)


def test_shapes_broadcast_over_all_bindings() -> None:
    w, x = np.array([[1.0], [2.0]]), np.array([3.0, 4.0, 5.0])
    bindings = {"w": w, "x": x}
    ar = Float64()
    for text in ("w*x", "w", "x", "2", "pi"):
        assert evaluate(parse(text, bindings), ar, bindings).shape == (2, 3)
    assert evaluate(parse("w+1", ["w"]), ar, {"w": np.array(2.0)}).shape == ()
    assert evaluate(parse("2"), Exact(), {}).shape == ()


@given(st.integers(-12, 12), st.integers(1, 9))
def test_powers_are_repeated_products(exponent: int, base: int) -> None:
    value = fmpq(base, 3)
    assert power(np.array([value], dtype=object), exponent)[0] == value**exponent


def test_zero_powers_and_products_stay_exact_zeros_in_balls() -> None:
    with Balls(64) as ar:
        w = ar.asarray([0])
        for text in ("w^2", "w^3*exp(u)", "w*u/3", "relu(w)*u", "tanh(w)", "sin(w)", "w^(1/2)"):
            value = evaluate(parse(text, ["w", "u"]), ar, {"w": w, "u": ar.asarray([0.3])})
            assert bool(ar.certainly_zero(value).all()), text
