"""Losses, their gradients and Hessians on enclosures, against formulas of our own in mpmath."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.numbers import Arithmetic
from pgb.problems.losses import loss
from pgb.problems.losses.multiclass_hinge import MulticlassHinge

Formula = Callable[[Any, Any], Any]
m = mpmath


def positive(z: Any) -> Any:
    return z if z > 0 else m.mpf(0)


def step(z: Any) -> Any:
    return m.mpf(1) if z > 0 else m.mpf(0)


def logistic(z: Any) -> Any:
    return 1 / (1 + m.exp(-z))


def huber(q: Any, y: Any) -> Any:
    d = abs(q - y)
    return d * d / 2 if d <= 1 else d - m.mpf(1) / 2


def sign(z: Any) -> Any:
    return m.mpf(1) if z > 0 else m.mpf(-1)


def softplus(z: Any) -> Any:
    return m.log1p(m.exp(z)) if z < 0 else z + m.log1p(m.exp(-z))


#: Loss, value, first and second derivative, and the distance of (q, y) from the nearest kink.
SCALAR: dict[str, tuple[Any, tuple[Formula, Formula, Formula], Formula]] = {
    "squared": (
        "squared",
        (lambda q, y: (q - y) ** 2, lambda q, y: 2 * (q - y), lambda q, y: m.mpf(2)),
        lambda q, y: 1,
    ),
    "half-squared": (
        "half-squared",
        (lambda q, y: (q - y) ** 2 / 2, lambda q, y: q - y, lambda q, y: m.mpf(1)),
        lambda q, y: 1,
    ),
    "huber": (
        "huber",
        (
            huber,
            lambda q, y: max(min(q - y, m.mpf(1)), m.mpf(-1)),
            lambda q, y: step(1 - abs(q - y)),
        ),
        lambda q, y: abs(abs(q - y) - 1),
    ),
    "log-cosh": (
        "log-cosh",
        (
            lambda q, y: softplus(2 * (q - y)) - (q - y) - m.log(2),
            lambda q, y: m.tanh(q - y),
            lambda q, y: m.sech(q - y) ** 2,
        ),
        lambda q, y: 1,
    ),
    "absolute": (
        "absolute",
        (lambda q, y: abs(q - y), lambda q, y: sign(q - y), lambda q, y: m.mpf(0)),
        lambda q, y: abs(q - y),
    ),
    "logistic": (
        "logistic",
        (
            lambda q, y: softplus(-y * q),
            lambda q, y: -y * logistic(-y * q),
            lambda q, y: logistic(q) * logistic(-q),
        ),
        lambda q, y: 1,
    ),
    "exponential": (
        "exponential",
        (
            lambda q, y: m.exp(-y * q),
            lambda q, y: -y * m.exp(-y * q),
            lambda q, y: m.exp(-y * q),
        ),
        lambda q, y: 1,
    ),
    "hinge": (
        "hinge",
        (
            lambda q, y: positive(1 - y * q),
            lambda q, y: -y * step(1 - y * q),
            lambda q, y: m.mpf(0),
        ),
        lambda q, y: abs(1 - y * q),
    ),
    "squared hinge": (
        {"name": "polynomial-hinge", "degree": 2},
        (
            lambda q, y: positive(1 - y * q) ** 2,
            lambda q, y: -2 * y * positive(1 - y * q),
            lambda q, y: 2 * step(1 - y * q),
        ),
        lambda q, y: abs(1 - y * q),
    ),
    "quintic hinge": (
        {"name": "polynomial-hinge", "degree": 5},
        (
            lambda q, y: positive(1 - y * q) ** 5,
            lambda q, y: -5 * y * positive(1 - y * q) ** 4,
            lambda q, y: 20 * positive(1 - y * q) ** 3,
        ),
        lambda q, y: 1,
    ),
}
OUTPUTS = st.one_of(
    st.floats(-3, 3),
    st.floats(-300, 300),
    st.floats(-1e-300, 1e-300),
    st.sampled_from([0.0, 1.0, -1.0, 5e-324, 1 + 2.0**-52, 1 - 2.0**-53, 1e5, -1e5, 1e100]),
)
RADII = st.one_of(st.just(0.0), st.floats(0, 1e-6), st.floats(0, 5), st.just(5e-324))
WEIGHTS = st.integers(-8, 8)


@pytest.mark.parametrize("name", SCALAR)
@given(data=st.data(), center=OUTPUTS, radius=RADII, weight=WEIGHTS)
def test_losses_of_one_output_are_enclosed(
    name: str,
    data: Any,
    center: float,
    radius: float,
    weight: int,
    encloses: Any,
    at: Any,
    enclosed: Any,
) -> None:
    spec, formulas, from_kink = SCALAR[name]
    chosen = loss(spec)
    signs = chosen.unit_of_targets == "sign"
    target = data.draw(st.sampled_from([-1.0, 1.0]) if signs else st.floats(-10, 10))
    q, y = Fraction(center) + Fraction(radius) * Fraction(weight, 8), Fraction(target)
    box = ([[center]], [[radius]])
    for order, method in enumerate((chosen.terms, chosen.gradient, chosen.hessian)):
        if order and not at(from_kink, q, y):
            continue

        def evaluate(ar: Arithmetic, outputs: Any, method: Any = method) -> Any:
            return method(ar, outputs, np.array([[target]]))

        truth = at(formulas[order], q, y)
        for found in enclosed(evaluate, box):
            assert encloses(found[0], truth), (order, q, y, found[0])


def smoothed(label: int, classes: int, amount: Any) -> list[Any]:
    return [(1 - amount) * (k == label) + amount / classes for k in range(classes)]


@pytest.mark.parametrize("smoothing", [fmpq(0), fmpq(1, 10)])
@given(data=st.data(), classes=st.integers(2, 4))
def test_cross_entropy_is_enclosed(
    smoothing: fmpq, data: Any, classes: int, encloses: Any, at: Any, enclosed: Any
) -> None:
    label = data.draw(st.integers(0, classes - 1))
    centers, radii, q = drawn(data, classes)
    chosen = loss({"name": "cross-entropy", "label_smoothing": str(smoothing)})
    amount = Fraction(int(smoothing.p), int(smoothing.q))

    def weights() -> list[Any]:
        fine = m.mpf(amount.numerator) / amount.denominator
        return smoothed(label, classes, fine)

    def softmax(k: int, *z: Any) -> Any:
        return 1 / m.fsum(m.exp(v - z[k]) for v in z)

    def value(*z: Any) -> Any:
        pairs = zip(weights(), range(classes), strict=True)
        return m.fsum(-t * m.log(softmax(k, *z)) for t, k in pairs if t)

    def second(j: int, k: int, *z: Any) -> Any:
        if j != k:
            return -softmax(j, *z) * softmax(k, *z)
        return m.fsum(softmax(j, *z) * softmax(i, *z) for i in range(classes) if i != j)

    compare(
        chosen,
        np.array([label]),
        (centers, radii, q),
        value,
        lambda k, *z: softmax(k, *z) - weights()[k],
        second,
        (encloses, at, enclosed),
    )


@pytest.mark.parametrize("degree", [2, 3])
@given(data=st.data(), classes=st.integers(2, 4))
def test_multiclass_hinge_is_enclosed(
    degree: int, data: Any, classes: int, encloses: Any, at: Any, enclosed: Any
) -> None:
    label = data.draw(st.integers(0, classes - 1))
    centers, radii, q = drawn(data, classes)
    if any(k != label and 1 - (q[label] - q[k]) == 0 for k in range(classes)):
        return

    def slack(k: int, *z: Any) -> Any:
        return positive(1 - (z[label] - z[k])) if k != label else m.mpf(0)

    def bend(k: int, *z: Any) -> Any:
        s = slack(k, *z)
        return degree * (degree - 1) * s ** (degree - 2) if s > 0 else m.mpf(0)

    def first(k: int, *z: Any) -> Any:
        slopes = [degree * slack(j, *z) ** (degree - 1) for j in range(classes)]
        return slopes[k] if k != label else -m.fsum(slopes)

    def second(j: int, k: int, *z: Any) -> Any:
        bends = [bend(i, *z) for i in range(classes)]
        if j == k:
            return bends[k] if k != label else m.fsum(bends)
        return -bends[k if j == label else j] if label in (j, k) else m.mpf(0)

    compare(
        MulticlassHinge(degree),
        np.array([label]),
        (centers, radii, q),
        lambda *z: m.fsum(slack(k, *z) ** degree for k in range(classes)),
        first,
        second,
        (encloses, at, enclosed),
    )


def drawn(data: Any, classes: int) -> tuple[list[float], list[float], list[Fraction]]:
    logits = st.one_of(st.floats(-3, 3), st.floats(-300, 300), st.sampled_from([0.0, 5e-324, 1e4]))
    centers = data.draw(st.lists(logits, min_size=classes, max_size=classes))
    radii = data.draw(st.lists(RADII, min_size=classes, max_size=classes))
    moves = data.draw(st.lists(WEIGHTS, min_size=classes, max_size=classes))
    boxes = zip(centers, radii, moves, strict=True)
    return centers, radii, [Fraction(c) + Fraction(r) * Fraction(w, 8) for c, r, w in boxes]


def compare(
    chosen: Any,
    y: Any,
    drawn: tuple[list[float], list[float], list[Fraction]],
    value: Callable[..., Any],
    first: Callable[..., Any],
    second: Callable[..., Any],
    tools: tuple[Any, Any, Any],
) -> None:
    centers, radii, q = drawn
    encloses, at, enclosed = tools
    rows, n = ([centers], [radii]), len(q)
    truths = {
        "terms": [at(value, *q)],
        "gradient": [at(lambda *z, k=k: first(k, *z), *q) for k in range(n)],
        "hessian": [
            at(lambda *z, j=j, k=k: second(j, k, *z), *q) for j in range(n) for k in range(n)
        ],
    }
    for name, expected in truths.items():
        for found in enclosed(lambda ar, z, name=name: getattr(chosen, name)(ar, z, y), rows):
            for entry, truth in zip(found, expected, strict=True):
                assert encloses(entry, truth), (name, q, entry, truth)
