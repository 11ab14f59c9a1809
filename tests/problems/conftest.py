"""Losses with points, targets and SymPy formulas of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import sympy
from flint import arb, fmpq

from pgb.numbers import Array
from pgb.problems import Loss, loss

SPECS: dict[str, Any] = {
    "squared": "squared",
    "half-squared": "half-squared",
    "logistic": "logistic",
    "cross-entropy": "cross-entropy",
    "smoothed": {"name": "cross-entropy", "label_smoothing": "1/10"},
    "hinge-2": {"name": "polynomial-hinge", "degree": 2},
    "hinge-3": {"name": "polynomial-hinge", "degree": 3},
    "classes-2": {"name": "polynomial-hinge", "degree": 2},
    "classes-3": {"name": "polynomial-hinge", "degree": 3},
    "huber": {"name": "huber", "delta": "3/4"},
    "log-cosh": "log-cosh",
    "exponential": "exponential",
    "hinge": "hinge",
    "classes-1": "hinge",
    "absolute": "absolute",
}
BY_CLASS = ("cross-entropy", "smoothed", "classes-1", "classes-2", "classes-3")
BY_SIGN = ("logistic", "hinge-2", "hinge-3", "exponential", "hinge")


POINTS = [["1/3", "-4/5", "7/4"], ["-6/5", "2/7", "1/9"], ["3", "-2", "1/2"]]


@dataclass(frozen=True)
class LossCase:
    """A loss with three samples: points q (3, K) away from kinks, and targets."""

    key: str

    @property
    def spec(self) -> Any:
        return SPECS[self.key]

    @property
    def by_class(self) -> bool:
        return self.key in BY_CLASS

    @property
    def outputs(self) -> int:
        return 3 if self.by_class else 2

    @property
    def targets(self) -> Array:
        return targets_of(self.key)

    @property
    def loss(self) -> Loss:
        return loss(self.spec).suited_to(self.targets.shape, self.outputs)

    @property
    def points(self) -> Array:
        rows = [[fmpq(*map(int, v.split("/"))) for v in row[: self.outputs]] for row in POINTS]
        return np.array(rows, dtype=object)

    def formula_of_output(self, q: Sequence[Any], sample: int, output: int) -> Any:
        """The term of one output of a separable loss."""
        target = self.targets[sample][output]
        return sympy_loss(self.key, [q[output]], [target])

    def formula(self, q: Sequence[Any], sample: int) -> Any:
        return sympy_loss(self.key, q, self.targets[sample])


@pytest.fixture(params=list(SPECS), scope="session")
def case(request: pytest.FixtureRequest) -> LossCase:
    """Every loss in turn."""
    return LossCase(request.param)


@pytest.fixture(scope="session")
def loss_case() -> Callable[[str], LossCase]:
    """The case of a given key."""
    return LossCase


@pytest.fixture(scope="session")
def agree() -> Callable[[arb, Any], bool]:
    """Whether a ball is certainly within 1e-40 of the value of a SymPy expression."""

    def close(ball: arb, expected: Any) -> bool:
        return bool(abs(ball - arb(str(sympy.N(expected, 60)))) < arb(10) ** -40)

    return close


def targets_of(key: str) -> Array:
    """Targets of three samples."""
    if key in BY_CLASS:
        return np.array([2, 0, 1])
    if key in BY_SIGN:
        return np.array([[1.0, -1.0], [-1.0, -1.0], [1.0, 1.0]])
    return np.array([[fmpq(1, 2), fmpq(-1)], [fmpq(2), fmpq(0)], [fmpq(-1, 3), fmpq(1)]])


def sympy_loss(key: str, q: Sequence[Any], y: Any) -> Any:
    """The loss of one sample; y is a row of numbers, or a class index."""
    if key in ("cross-entropy", "smoothed"):
        s = sympy.Rational(1, 10) if key == "smoothed" else sympy.Integer(0)
        total = sympy.log(sum(sympy.exp(v) for v in q))
        t = [(1 - s) * int(k == y) + s / len(q) for k in range(len(q))]
        return sum(t[k] * (total - q[k]) for k in range(len(q)))
    if key.startswith("classes"):
        degree = int(key[-1])
        others = [k for k in range(len(q)) if k != y]
        return sum(positive(1 - (q[y] - q[k])) ** degree for k in others)
    return sum(_ONE_OUTPUT[key](v, sympy.Rational(str(t))) for v, t in zip(q, y, strict=True))


def positive(z: Any) -> Any:
    return sympy.Piecewise((z, z > 0), (0, True))


def _huber(q: Any, y: Any) -> Any:
    d, delta = q - y, sympy.Rational(3, 4)
    return sympy.Piecewise(
        (delta * d - delta**2 / 2, d > delta),
        (-delta * d - delta**2 / 2, d < -delta),
        (d**2 / 2, True),
    )


_ONE_OUTPUT: dict[str, Callable[[Any, Any], Any]] = {
    "squared": lambda q, y: (q - y) ** 2,
    "half-squared": lambda q, y: (q - y) ** 2 / 2,
    "logistic": lambda q, y: sympy.log(1 + sympy.exp(-y * q)),
    "hinge-2": lambda q, y: positive(1 - y * q) ** 2,
    "hinge-3": lambda q, y: positive(1 - y * q) ** 3,
    "huber": _huber,
    "log-cosh": lambda q, y: sympy.log(sympy.cosh(q - y)),
    "exponential": lambda q, y: sympy.exp(-y * q),
    "hinge": lambda q, y: positive(1 - y * q),
    "absolute": lambda q, y: sympy.Piecewise((q - y, q > y), (y - q, True)),
}
