"""Losses of one sample, as sums of functions of one number, and cross-entropy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .exact import ONE, ZERO
from .functions import function
from .jets import Jet, Jets

if TYPE_CHECKING:
    from .problem import Problem

LOSSES_OF_MARGIN = {"softplus", "exp", "hinge"}
LOSSES = {  # name: function of one margin or residual, factor, smoothness, kind of target
    "squared": ("quadratic", ONE, 9, "real"),
    "half-squared": ("quadratic", ONE / 2, 9, "real"),
    "huber": ("huber", ONE, 1, "real"),
    "log-cosh": ("log-cosh", ONE, 9, "real"),
    "absolute": ("absolute", ONE, 0, "real"),
    "logistic": ("softplus", ONE, 9, "sign"),
    "exponential": ("exp", ONE, 9, "sign"),
    "hinge": ("hinge", ONE, 0, "sign"),
    "polynomial-hinge": ("hinge", ONE, 1, "sign"),
    "cross-entropy": ("", ONE, 9, "class"),
}


def losses(P: Problem, A: Jets, q: list[Jet], i: int, y: Any, c: Any) -> tuple[Any, list[Any], Any]:
    """The loss of one sample times c: value, gradient and Hessian in the outputs q."""
    R, n = A.R, P.d_y
    r, C = [R.number(ZERO)] * n, [[R.number(ZERO)] * n for _ in range(n)]
    total = R.number(ZERO)
    if P.function == "":
        mass, one = sum(y, R.number(ZERO)), R.number(ONE)
        sums = [sum((R.exp(q[j][0] - q[k][0]) for j in range(n) if j != k), one) for k in range(n)]
        s = [1 / v for v in sums]
        for k in range(n):
            total = total + c[0] * y[k] * R.log(sums[k])
            r[k] = c[0] * (mass * s[k] - y[k])
            for j in range(n):
                if j != k:
                    C[k][j] = -c[0] * mass * s[k] * s[j]
                    C[k][k] = C[k][k] - C[k][j]
        return total, r, C
    for weight, coefficients, constant in pieces(P, i, y, c):
        u = sum((v * q[k][0] for k, v in coefficients.items()), R.number(constant))
        value, derivatives, kinks = function(R, P.function, u, P.options)
        step = sum((v * (q[k][1] or {}).get(0, ZERO) for k, v in coefficients.items()), ZERO)
        first, second = derivatives()
        first = A.slope(first, kinks, step)
        total = total + weight * value
        for k, v in coefficients.items():
            r[k] = r[k] + weight * first * v
            for j, w in coefficients.items():
                C[k][j] = C[k][j] + weight * second * v * w
    return total, r, C


def pieces(P: Problem, i: int, y: Any, c: Any) -> Iterator[tuple[Any, dict[int, Any], Any]]:
    """The loss as a sum of weight * function(linear form in the outputs)."""
    for k in range(P.d_y):
        weight = c[min(k, len(c) - 1)] * P.factor
        if P.classes:
            own = next(j for j in range(P.d_y) if P.y[i][j] == ONE)
            if k != own:
                yield weight, {k: ONE, own: -ONE}, ONE
        elif LOSSES_OF_MARGIN & {P.function}:
            constant = ONE if P.function == "hinge" else ZERO
            yield weight, {k: -P.y[i][k]}, constant
        else:
            yield weight, {k: ONE}, -y[k]
