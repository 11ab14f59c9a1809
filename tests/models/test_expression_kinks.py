from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.errors import UndecidedError
from pgb.models import Expression
from pgb.numbers import Balls, Exact, Float64

FLOAT, EXACT = Float64(), Exact()
NO_INPUT = np.zeros((1, 0))


def test_switches_are_the_arguments_of_kinked_functions() -> None:
    model = Expression(["x"], ["w", "b"], ["relu(w*x+b) + elu(w)", "tanh(w) + relu(w*x+b)"])
    theta, x = np.array([[1.0, -2.0], [0.0, 3.0]]), np.array([[1.0], [2.0], [3.0]])
    kinks = model.switches(FLOAT, theta, x)
    assert [(s.order, s.values.shape) for s in kinks] == [(1, (2, 3)), (2, (2, 3))]
    assert np.array_equal(kinks[0].values, [[-1, 0, 1], [3, 3, 3]])
    assert np.array_equal(kinks[1].values, [[1, 1, 1], [0, 0, 0]])
    assert "relu(w*x + b)" in kinks[0].label


def test_nested_kinks_and_roots_are_switches() -> None:
    model = Expression([], ["w"], ["relu(1 - leaky_relu(w, 1/10))", "sqrt(w^2)"])
    values = {
        str(s.label): s.values.item() for s in model.switches(FLOAT, np.array([2.0]), NO_INPUT)
    }
    assert values == {
        "leaky_relu(w, 1/10, 1)": 2,
        "relu(1 - leaky_relu(w, 1/10, 1))": -1,
        "sqrt(w^2)": 4,
    }


def test_kinks_in_the_inputs_alone_are_no_switches() -> None:
    model = Expression(["x"], ["w"], ["w*relu(x) + relu(2)"])
    assert model.switches(FLOAT, np.array([1.0]), np.array([[0.0]])) == ()


def test_switches_in_balls_and_exact_numbers() -> None:
    model = Expression(["x"], ["w"], ["relu(w*x - log(2))"])
    log2 = EXACT.log(EXACT.asarray([2]))
    (switch,) = model.switches(EXACT, log2, EXACT.asarray([[1], [2]]))
    assert list(EXACT.certainly_zero(switch.values)) == [True, False]
    with Balls(64) as ar:
        (switch,) = model.switches(ar, ar.asarray(log2), ar.asarray([[1.0], [2.0]]))
        assert list(ar.certainly_nonzero(switch.values)) == [False, True]


@pytest.mark.parametrize(
    ("formula", "point", "along", "slope"),
    [
        ("relu(w)", 0, 1, 1),
        ("relu(w)", 0, -2, 0),
        ("relu(-w)", 0, -2, 2),
        ("relu(w) + relu(-w)", 0, -3, 3),
        ("relu(w) - relu(-w)", 0, -3, -3),
        ("leaky_relu(w, 1/10, 3)", 0, -1, fmpq(-1, 10)),
        ("leaky_relu(w, 1/10, 3)", 0, 1, 3),
        ("relu(relu(w) - relu(w)^2)", 0, 1, 1),
        ("relu(relu(w) - 1)", 1, 1, 1),
        ("relu(relu(w) - 1)", 1, -1, 0),
        ("leaky_relu(-leaky_relu(w, 2), 5)", 0, -1, 2),
        ("leaky_relu(-leaky_relu(w, 2), 5)", 0, 1, -5),
        ("elu(w)", 0, -1, -1),
        ("w^2*relu(w)", 0, 1, 0),
        ("relu(w)/(1 + w)", 0, 1, 1),
        ("relu(w)^3 + 1/(1+relu(w))", 0, 1, -1),
        ("exp(relu(w))*cos(w) + sin(relu(-w))", 0, -1, 1),
        ("log(1+relu(w)) + sqrt(4+relu(w))", 0, 4, 5),
        ("identity(w) + quadratic(w) + cubic(w)", 1, 1, 6),
    ],
)
def test_one_sided_derivatives_at_kinks(
    formula: str, point: int, along: int, slope: int | fmpq
) -> None:
    model = Expression([], ["w"], [formula])
    theta, v = EXACT.asarray([point]), EXACT.asarray([along])
    assert model.directional(EXACT, theta, EXACT.zeros((1, 0)), v).item() == slope
    found = model.directional(FLOAT, np.array([float(point)]), NO_INPUT, np.array([float(along)]))
    assert found.item() == pytest.approx(FLOAT.asarray(slope).item())


formulas = st.recursive(
    st.sampled_from(["w", "u", "-w", "x", "1/2", "w-u"]),
    lambda smaller: st.one_of(
        st.tuples(smaller, st.sampled_from("+-*"), smaller).map("".join),
        smaller.map("relu({})".format),
        smaller.map("leaky_relu({}, 1/3, 2)".format),
        smaller.map("({})^2".format),
    ),
    max_leaves=6,
)
small = st.sampled_from([-2, -1, 0, 0, 1, 2])


@settings(max_examples=80)
@given(formulas, st.tuples(small, small), st.tuples(small, small))
def test_piecewise_polynomials_move_as_the_directional_derivative_says(
    formula: str, point: tuple[int, int], along: tuple[int, int]
) -> None:
    """(f(theta + t v) - f(theta)) / t tends to the derivative: exact f, t = 1e-12."""
    model = Expression(["x"], ["w", "u"], [formula])
    theta, v, x = EXACT.asarray(point), EXACT.asarray(along), EXACT.asarray([[1], [-1]])
    step = fmpq(1, 10**12)
    moved = model.outputs(EXACT, theta + v * step, x) - model.outputs(EXACT, theta, x)
    gap = moved / step - model.directional(EXACT, theta, x, v)
    assert all(abs(g) < fmpq(1, 10**5) for g in gap.ravel())


@given(formulas, st.tuples(st.floats(-2, 2), st.floats(-2, 2)))
@settings(max_examples=40)
def test_away_from_kinks_the_directional_derivative_is_the_jacobian(
    formula: str, point: tuple[float, float]
) -> None:
    model = Expression(["x"], ["w", "u"], [formula])
    theta, x, v = np.array(point), np.array([[1.0], [-0.5]]), np.array([0.5, -2.0])
    if all(bool(np.all(s.values != 0)) for s in model.switches(FLOAT, theta, x)):
        expected = model.jacobian(FLOAT, theta, x) @ v
        assert np.allclose(model.directional(FLOAT, theta, x, v), expected)


def test_a_root_of_zero_has_no_decided_one_sided_derivative() -> None:
    model = Expression([], ["w"], ["sqrt(w^2)"])
    with pytest.raises(UndecidedError):
        model.directional(FLOAT, np.array([0.0]), NO_INPUT, np.array([1.0]))
