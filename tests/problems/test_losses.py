from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.numbers import Balls, Exact, Float64
from pgb.problems import LOSSES, loss

KINKED = ("hinge", "classes-1", "absolute")


def test_values_and_derivatives_agree_with_sympy(case: Any, agree: Any) -> None:
    q, y, chosen = case.points, case.targets, case.loss
    symbols = sympy.symbols(f"q:{case.outputs}", real=True)
    with Balls(300) as ar:
        x = ar.asarray(q)
        terms, gradient, hessian = (
            f(ar, x, y) for f in (chosen.terms, chosen.gradient, chosen.hessian)
        )
        for i in range(3):
            formula = case.formula(symbols, i)
            at = {s: sympy.Rational(str(v)) for s, v in zip(symbols, q[i], strict=True)}
            assert agree(ar.sum(terms[i])[()], formula.subs(at))
            for k, s in enumerate(symbols):
                assert agree(gradient[i, k], sympy.diff(formula, s).subs(at))
                for j, t in enumerate(symbols):
                    assert agree(hessian[i, k, j], sympy.diff(formula, s, t).subs(at))


def test_floats_agree_with_exact_numbers(case: Any) -> None:
    q, y, chosen = case.points, case.targets, case.loss
    f, e = Float64(), Exact()
    for method in (chosen.terms, chosen.gradient, chosen.hessian):
        exact = e.to_float(method(e, e.asarray(q), y))
        np.testing.assert_allclose(method(f, f.asarray(q), y), exact, rtol=1e-12, atol=1e-14)


def test_batches_give_the_rows_of_single_evaluations(case: Any) -> None:
    f, y, chosen = Float64(), case.targets, case.loss
    q = np.random.default_rng(0).normal(size=(4, 2, 3, case.outputs))
    for method in (chosen.terms, chosen.gradient, chosen.hessian):
        batched = method(f, q, y)
        for index in np.ndindex(4, 2):
            np.testing.assert_array_equal(batched[index], method(f, q[index], y))


@pytest.mark.parametrize("scale", [1e3, 1e6])
def test_large_outputs_give_values_without_warnings(case: Any, scale: float) -> None:
    f, y, chosen = Float64(), case.targets, case.loss
    q = scale * np.array([[1, -1, 0.5], [-1, 1, 1], [1, 1, -1]])[:, : case.outputs]
    for method in (chosen.terms, chosen.gradient, chosen.hessian):
        assert np.all(np.isfinite(method(f, q, y))) or case.key == "exponential"


def test_tiny_losses_keep_their_relative_accuracy() -> None:
    f = Float64()
    q, y = np.array([[40.0, 0.0]]), np.array([0])
    entropy = loss("cross-entropy")
    assert entropy.terms(f, q, y)[0, 0] == pytest.approx(np.exp(-40.0), rel=1e-12)
    np.testing.assert_allclose(
        entropy.gradient(f, q, y), [[-np.exp(-40.0), np.exp(-40.0)]], rtol=1e-12
    )
    logistic = loss("logistic")
    assert logistic.second(f, np.array([[40.0]]), np.array([1.0]))[0, 0] == pytest.approx(  # type: ignore[attr-defined]
        np.exp(-40.0), rel=1e-12
    )


def test_exact_zeros_stay_exact() -> None:
    e = Exact()
    q = e.asarray([[0, 0]])
    sums = loss("cross-entropy").gradient(e, e.asarray([[0, 0], [0, 0]]), np.array([0, 1]))
    assert np.all(e.certainly_zero(e.sum(sums, axis=0)))
    assert np.all(e.certainly_zero(loss("log-cosh").terms(e, q, np.zeros((1, 2)))))
    assert np.all(e.certainly_zero(loss("log-cosh").gradient(e, q, np.zeros((1, 2)))))


@given(data=st.data())
def test_losses_are_convex(case: Any, data: st.DataObject) -> None:
    e, y, chosen = Float64(), case.targets, case.loss
    numbers = st.lists(st.floats(-4, 4), min_size=3 * case.outputs, max_size=3 * case.outputs)
    a, b = (np.array(data.draw(numbers)).reshape(3, -1) for _ in range(2))
    middle = 2 * chosen.terms(e, (a + b) / 2, y)
    ends = chosen.terms(e, a, y) + chosen.terms(e, b, y)
    assert np.all(np.sum(middle, axis=-1) <= np.sum(ends, axis=-1) * (1 + 1e-12) + 1e-12)


def test_balls_enclose_all_sides_of_the_derivatives(case: Any) -> None:
    y, chosen, e = case.targets, case.loss, Exact()
    rng = np.random.default_rng(1)
    K = case.outputs
    for width in (fmpq(1, 8), fmpq(2)):
        # Centres at kinks: margins and residuals of exactly 0 or delta occur among these numbers.
        center = np.array([[fmpq(int(v), 4) for v in row] for row in rng.integers(-8, 9, (3, K))])
        with Balls(64) as ar:
            wide = ar.ball(center, np.full(center.shape, width, dtype=object))
            for method in (chosen.terms, chosen.gradient, chosen.hessian):
                enclosure = method(ar, wide, y)
                for _ in range(20):
                    t = np.array(
                        [[fmpq(int(v), 16) for v in r] for r in rng.integers(-16, 17, (3, K))]
                    )
                    inside = method(e, center + width * t, y)
                    balls = ar.asarray(inside)
                    for index in np.ndindex(inside.shape):
                        assert enclosure[index].overlaps(balls[index]), (index, enclosure[index])


@pytest.mark.parametrize(
    ("spec", "targets", "kink", "order"),
    [
        ("hinge", [1], [1, 0], 1),
        ("absolute", [fmpq(1, 2)], [fmpq(1, 2)], 1),
        ({"name": "polynomial-hinge", "degree": 2}, [-1], [-1], 2),
        ({"name": "polynomial-hinge", "degree": 2}, [0], [1, 0, 0], 2),
        ("hinge", [2], [0, 5, 1], 1),
        ({"name": "huber", "delta": "1/3"}, [1], [fmpq(4, 3)], 2),
        ({"name": "huber", "delta": "1/3"}, [1], [fmpq(2, 3)], 2),
    ],
)
def test_a_ball_at_a_kink_encloses_both_sides(
    spec: Any, targets: Any, kink: Any, order: int
) -> None:
    kink = kink[:1] if spec == "hinge" and len(kink) == 2 else kink
    chosen = loss(spec).suited_to((1,), len(kink))
    y, e = np.array(targets), Exact()
    q = e.asarray([kink])
    (switch,) = [s for s in chosen.switches(e, q, y) if np.any(e.certainly_zero(s.values))]
    assert switch.order == order
    method = chosen.gradient if order == 1 else chosen.hessian
    with Balls(64) as ar:
        enclosure = method(ar, ar.asarray(q), y)
        for sign in (-1, 1):
            near = q.copy()
            near[0, 0] = near[0, 0] + fmpq(sign, 2**20)
            side = ar.asarray(method(e, near, y))
            assert all(a.contains(b) for a, b in zip(enclosure.flat, side.flat, strict=True))


@pytest.mark.parametrize(
    ("spec", "targets"),
    [
        ("hinge", [[1, -1], [-1, -1], [1, 1]]),
        ("hinge", [2, 0, 1]),
        ("absolute", [[1, -1], [0, 2], [-2, 1]]),
    ],
)
@given(data=st.data())
def test_one_sided_derivatives_are_difference_quotients_at_kinks(
    spec: str, targets: Any, data: st.DataObject
) -> None:
    e, y = Exact(), np.array(targets)
    K = y.shape[1] if y.ndim == 2 else 3
    chosen = loss(spec).suited_to(y.shape, K)
    whole = st.lists(st.integers(-2, 2), min_size=3 * K, max_size=3 * K)
    q, dq = (e.asarray(data.draw(whole)).reshape(3, K) for _ in range(2))
    t = fmpq(1, 1000)  # the losses are linear until the next kink, at least 1/4 away
    quotient = (chosen.terms(e, q + t * dq, y) - chosen.terms(e, q, y)) / t
    assert np.all(e.certainly_zero(chosen.one_sided(e, q, y, dq) - quotient))
    np.testing.assert_array_equal(
        chosen.one_sided(Float64(), Float64().asarray(q), y, Float64().asarray(dq)),
        e.to_float(chosen.one_sided(e, q, y, dq)),
    )


def test_one_sided_derivatives_follow_the_gradient_away_from_kinks(case: Any) -> None:
    f, chosen = Float64(), case.loss
    q = f.asarray(case.points)
    dq = np.random.default_rng(2).normal(size=q.shape)
    found = chosen.one_sided(f, q, case.targets, dq)
    assert found.shape == chosen.terms(f, q, case.targets).shape
    expected = np.sum(chosen.gradient(f, q, case.targets) * dq)
    assert np.sum(found) == pytest.approx(expected, rel=1e-12)


def test_facts_and_round_trips(case: Any) -> None:
    chosen = loss(case.spec)
    assert loss(chosen.spec) == chosen
    assert loss(chosen) is chosen
    assert pickle.loads(pickle.dumps(case.loss)) == case.loss
    assert chosen.convex
    assert chosen.finite_everywhere
    assert bool(chosen.violations) == (case.key in KINKED)
    assert case.loss.separable == (not case.by_class)


def test_smoothness(case: Any) -> None:
    orders = {
        "hinge": 0, "classes-1": 0, "absolute": 0, "huber": 1,
        "hinge-2": 1, "hinge-3": 2, "classes-2": 1, "classes-3": 2,
    }  # fmt: skip
    assert case.loss.smoothness == orders.get(case.key)


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("square", "loss: found 'square', expected one of squared,"),
        ({"degree": 2}, "loss: found None, expected one of"),
        ({"name": "squared", "delta": 1}, "unknown option 'delta', expected none with squared"),
        ({"name": "polynomial-hinge", "degree": 1}, "degree: found 1, expected an integer from 2"),
        ({"name": "polynomial-hinge", "degree": "5/2"}, "degree: found 5/2"),
        ({"name": "huber", "delta": 0}, "delta: found 0, expected a positive number"),
        ({"name": "huber", "delta": "x"}, "delta:"),
        ({"name": "cross-entropy", "label_smoothing": 1}, "label_smoothing: found 1"),
        ({"name": "cross-entropy", "label_smoothing": float("nan")}, "label_smoothing: found nan"),
    ],
)
def test_wrong_specifications_are_refused(spec: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")):
        loss(spec)


@pytest.mark.parametrize(
    ("name", "targets", "outputs", "sentence"),
    [
        ("logistic", [1.0, 0.0], 1, r"targets\[1\]: found 0.0, expected -1 or 1"),
        ("exponential", [2.0], 1, r"targets\[0\]: found 2.0, expected -1 or 1"),
        ("cross-entropy", [0, 3], 3, r"targets\[1\]: found 3, expected a class index from 0 to 2"),
        ("cross-entropy", [0.5], 3, r"targets\[0\]: found 0.5, expected a class index"),
        (
            "cross-entropy",
            [[0.5, 0.6]],
            2,
            r"targets\[0\]: found \(0.5, 0.6\), expected class prob",
        ),
        ("cross-entropy", [[1.5, -0.5]], 2, "expected class probabilities"),
        ("cross-entropy", [0], 1, "outputs: found 1, expected at least 2"),
        ("squared", [[1.0, 2.0]], 3, r"targets: found shape \(1, 2\), expected \(1, 3\)"),
        ("squared", [1.0, 2.0], 2, r"targets: found shape \(2,\), expected \(2, 2\)"),
    ],
)
def test_wrong_targets_are_refused(name: str, targets: Any, outputs: int, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        loss(name).encode(np.array(targets), outputs)


def test_every_name_makes_its_loss() -> None:
    assert [loss(name).name for name in LOSSES] == list(LOSSES)
