"""The same proof as a plain loop over scalars: python-flint's arb and codac's Interval."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from pgb.numbers import Float64
from pgb.problems import Objective

Hessian = list[list[Any]]


def derivatives(
    theta: list[Any], x: Any, y: Any, decay: Any, number: Callable[[float], Any], tanh: Any
) -> tuple[list[Any], Hessian]:
    """Gradient and Hessian of the mean squared error of a tanh network 2-h-1, entry by entry."""
    p, m = len(theta), len(y)
    h = (p - 1) // 4
    gradient = [2 * decay * t for t in theta]
    hessian = [[2 * decay if j == k else number(0.0) for k in range(p)] for j in range(p)]
    for inputs, target in zip(x, y, strict=True):
        z = [number(float(v)) for v in inputs] + [number(1.0)]
        row, bend, output = [number(0.0)] * p, [], theta[-1]
        for u in range(h):
            w = (2 * u, 2 * u + 1, 2 * h + u)
            t = tanh(theta[w[0]] * z[0] + theta[w[1]] * z[1] + theta[w[2]])
            slope, a = 1 - t * t, theta[3 * h + u]
            output = output + a * t
            row[3 * h + u] = t
            for i in range(3):
                row[w[i]] = a * slope * z[i]
            bend.append((w, slope, -2 * a * t * slope))
        row[-1] = number(1.0)
        twice = (output - number(float(target))) * 2 / m
        for j in range(p):
            gradient[j] = gradient[j] + twice * row[j]
            scaled = row[j] * 2 / m
            for k in range(j, p):
                hessian[j][k] = hessian[j][k] + scaled * row[k]
        for u, (w, slope, second) in enumerate(bend):
            for i in range(3):
                hessian[w[i]][3 * h + u] = hessian[w[i]][3 * h + u] + twice * slope * z[i]
                for k in range(i, 3):
                    old = hessian[w[i]][w[k]]
                    hessian[w[i]][w[k]] = old + twice * second * z[i] * z[k]
    for j in range(p):
        for k in range(j):
            hessian[j][k] = hessian[k][j]
    return gradient, hessian


def proof_time(objective: Objective, theta: Any, kit: Any, patience: float) -> str:
    """Seconds until a strict minimum is proved, or why that was not awaited."""
    start = time.perf_counter()
    ar = Float64()
    middle = objective.hessian(ar, theta)
    inverse, basis = np.linalg.inv(middle), np.linalg.inv(np.linalg.cholesky(middle)).T
    data = objective.data
    radius = 1e-6
    while radius > 1e-12:
        once = time.perf_counter()
        boxes = [kit.ball(t, 0.0) for t in theta], [kit.ball(t, radius) for t in theta]
        arguments = (data.inputs, data.targets, kit.decay, kit.number, kit.tanh)
        gradient = derivatives(boxes[0], *arguments)[0]
        hessian = derivatives(boxes[1], *arguments)[1]
        if kit.proves(gradient, hessian, inverse, basis, radius):
            return f"{time.perf_counter() - start:.1f} s"
        now = time.perf_counter()
        if now - start + (now - once) > patience:
            return f"over {now - start:.0f} s"
        radius /= 10
    return "no proof"


class Flint:
    """Balls of 64 bits."""

    def __init__(self) -> None:
        import flint

        flint.ctx.prec = 64
        self.arb, self.matrix = flint.arb, flint.arb_mat
        self.decay = self.arb(1) / 1000
        self.number = self.arb

    def ball(self, middle: float, radius: float) -> Any:
        return self.arb(middle, radius)

    def tanh(self, x: Any) -> Any:
        return x.lower().tanh().union(x.upper().tanh())

    def product(self, a: Any, b: Any) -> Any:
        return self.matrix([list(map(self.arb, row)) for row in a]) * b

    def proves(self, gradient: Any, hessian: Any, inverse: Any, basis: Any, radius: float) -> bool:
        p, H = len(gradient), self.matrix(hessian)
        step = self.product(inverse, self.matrix([[v] for v in gradient]))
        rest = self.product(inverse, H)
        form = self.product(basis.T, H) * self.matrix([list(map(self.arb, r)) for r in basis])
        for j in range(p):
            row = [abs(rest[j, k] - (j == k)) for k in range(p)]
            if not abs(step[j, 0]) + sum(row, self.arb(0)) * radius < radius:
                return False
            if not form[j, j] > sum((abs(form[j, k]) for k in range(p) if k != j), self.arb(0)):
                return False
        return True


class Codac:
    """Intervals of doubles."""

    def __init__(self) -> None:
        import codac

        self.codac = codac
        self.decay = codac.Interval(1.0) / codac.Interval(1000.0)

    def number(self, value: float) -> Any:
        return self.codac.Interval(value)

    def ball(self, middle: float, radius: float) -> Any:
        low, high = np.nextafter(middle - radius, -np.inf), np.nextafter(middle + radius, np.inf)
        return self.codac.Interval(*(map(float, (low, high)) if radius else [float(middle)] * 2))

    def tanh(self, x: Any) -> Any:
        return self.codac.tanh(x)

    def matrix(self, rows: Any) -> Any:
        found = self.codac.IntervalMatrix(len(rows), len(rows[0]))
        for j, row in enumerate(rows):
            for k, value in enumerate(row):
                found[j, k] = value
        return found

    def proves(self, gradient: Any, hessian: Any, inverse: Any, basis: Any, radius: float) -> bool:
        p, H = len(gradient), self.matrix(hessian)
        Y, S = self.codac.Matrix(inverse), self.codac.Matrix(basis)
        step = Y * self.matrix([[v] for v in gradient])
        rest, form = Y * H, self.codac.Matrix(np.ascontiguousarray(basis.T)) * H * S
        width, one = self.number(radius), self.number(1.0)
        for j in range(p):
            total = self.number(step[j, 0].mag())
            others = self.number(0.0)
            for k in range(p):
                entry = rest[j, k] - one if j == k else rest[j, k]
                total = total + self.number(entry.mag()) * width
                others = others + self.number(form[j, k].mag()) if j != k else others
            if not (total.ub() < radius and form[j, j].lb() > others.ub()):
                return False
        return True


def kits() -> dict[str, Any]:
    """The scalars that are installed."""
    found: dict[str, Any] = {"python-flint loop": Flint()}
    with contextlib.suppress(ImportError):
        found["codac loop"] = Codac()
    return found
