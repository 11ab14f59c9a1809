"""Degenerate stationary points that derivatives of higher order along a curve decide.

Let an exact point be stationary, with a positive semidefinite Hessian, and analytic Q. Split the
coordinates into t, as many as the Hessian has zero eigenvalues, and y with positive definite
Hessian H. The implicit function theorem gives y*(t) with grad_y Q(t, y*(t)) = 0, and the point is a
local minimum of Q if and only if t0 is one of q(t) = Q(t, y*(t)): the Lyapunov-Schmidt reduction.

Along t0 + s u Newton steps with H give a polynomial y(s) with grad_y Q = O(s^(m+1)), so that
y(s) - y*(t0 + s u) = O(s^(m+1)) and Q(t0 + s u, y(s)) = q(t0 + s u) + O(s^(2m+2)). If its first
coefficient that is not 0 is negative or of odd order, values fall along the curve. If t is a single
coordinate, and the coefficient is positive, of even order below 2m + 2, the minimum is strict.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from flint import fmpq, fmpq_mat

from pgb.certificates.export import export_point
from pgb.conditions.evaluation import Evaluation
from pgb.conditions.linear_algebra import (
    certainly_positive_definite,
    closed_form_terms,
    exact_inertia,
)
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.errors import InputError, UndecidedError
from pgb.numbers import Array, Balls, Exact, Float64, PowerSeries, Series, sign

# Parameters, and terms of closed forms in the Hessian and in the curve, up to which this is tried.
_LARGEST, _MOST_TERMS = 60, 100
# Steps of a curve in the only degenerate direction and in one of several, and how many of these.
_STEPS, _FEW_STEPS, _MOST_DIRECTIONS = 6, 2, 24
_PRECISION = 256
_ZERO = fmpq(0)


@dataclass(frozen=True)
class _Splitting:
    """The point (p,), its t, the others y, and the Hessian in y."""

    at: Evaluation
    point: Array
    t: list[int]
    y: list[int]
    hessian: Array


def settle_by_curve(at: Evaluation) -> Finding | None:
    """A proof about an exact degenerate point from a curve through it; None if none is found."""
    if not at.exact or at.objective.size > _LARGEST or at.switch_order is not None:
        return None
    if at.exact_gradient_is_zero is not True or at.exact_hessian is None:
        return None
    try:
        split = _split(at, at.exact_hessian)
        return None if split is None else _settle(split)
    except (UndecidedError, InputError, ZeroDivisionError):
        return None


def _split(at: Evaluation, hessian: Array) -> _Splitting | None:
    if closed_form_terms(hessian) > _MOST_TERMS:
        return None
    inertia = exact_inertia(hessian)
    if inertia is None or inertia.negative or not inertia.zero:
        return None
    y = _pivots(Float64().asarray(hessian), inertia.positive)
    part = hessian[np.ix_(y, y)]
    with Balls(_PRECISION) as ar:
        if not certainly_positive_definite(ar, ar.asarray(part)):
            return None
    t = [j for j in range(at.objective.size) if j not in set(y)]
    return _Splitting(at, Exact().asarray(at.candidate.point), t, y, part)


def _pivots(matrix: Array, count: int) -> list[int]:
    """Coordinates in which a positive semidefinite matrix of this rank is well conditioned."""
    rest, found = np.array(matrix, dtype=np.float64), []
    for _ in range(count):
        index = int(np.argmax(np.diagonal(rest)))
        found.append(index)
        column = rest[:, index].copy()
        rest = rest - np.outer(column, column) / column[index]
        rest[index, :] = rest[:, index] = 0.0
    return sorted(found)


def _settle(split: _Splitting) -> Finding | None:
    for direction in _directions(len(split.t)):
        steps: list[Array] = []
        for _ in range(_STEPS if len(split.t) == 1 else _FEW_STEPS):
            steps.append(_next_step(split, direction, steps))
            if closed_form_terms(np.array(steps)) > _MOST_TERMS:
                return None
            found = _decided(split, steps)
            if found is not None:
                return found
    return None


def _directions(count: int) -> Iterator[list[int]]:
    """Directions in t: the coordinates, then sums and differences of two."""
    chosen = [[int(i == j) for i in range(count)] for j in range(count)]
    for j, k in combinations(range(count), 2):
        for other in (1, -1):
            chosen.append([1 if i == j else other if i == k else 0 for i in range(count)])
    yield from chosen[:_MOST_DIRECTIONS]


def _along(split: _Splitting, steps: list[Array], degree: int) -> Array:
    """The curve as series (p,) up to a degree."""
    theta = np.empty(split.point.shape, dtype=object)
    for j, start in enumerate(split.point):
        tail = [step[j] for step in steps][:degree]
        theta[j] = PowerSeries([start, *tail, *[_ZERO] * (degree - len(tail))])
    return theta


def _next_step(split: _Splitting, direction: list[int], steps: list[Array]) -> Array:
    """The coefficient of the next power of s, with which grad_y Q vanishes to this order."""
    step = np.full(split.point.shape, _ZERO, dtype=object)
    if not steps:
        step[split.t] = [fmpq(v) for v in direction]
    degree = len(steps) + 1
    gradient = split.at.objective.gradient(Series(), _along(split, [*steps, step], degree))
    right = np.array([gradient[j].coefficient(degree) for j in split.y], dtype=object)
    step[split.y] = -_solution(split.hessian, right)
    return step


def _solution(matrix: Array, right: Array) -> Array:
    """The exact solution (n,) for a positive definite matrix (n, n), by elimination."""
    table = np.column_stack([matrix, right])
    n = len(right)
    if all(isinstance(v, fmpq) for v in table.flat):
        solved = fmpq_mat(matrix.tolist()).solve(fmpq_mat([[v] for v in right])) if n else right
        return np.array([v for (v,) in solved.tolist()] if n else [], dtype=object)
    for k in range(n):
        table[k] = table[k] / table[k, k]
        for i in range(n):
            if i != k:
                table[i] = table[i] - table[k] * table[i, k]
    found: Array = table[:, n]
    return found


def _decided(split: _Splitting, steps: list[Array]) -> Finding | None:
    """What the coefficients of Q below the order 2m + 2 say."""
    degree = 2 * len(steps) + 1
    value = split.at.objective.value(Series(), _along(split, steps, degree)).item()
    for order in (degree - 1, degree):
        side = sign(value.coefficient(order))
        if side < 0 or (side and order % 2):
            return _finding(split, steps, order, value, None)
        if side:
            return _finding(split, steps, order, value, split.t) if len(split.t) == 1 else None
    return None


def _finding(
    split: _Splitting, steps: list[Array], order: int, value: PowerSeries, t: list[int] | None
) -> Finding:
    leading = Float64().asarray([value.coefficient(order)]).item()
    change = f"changes like {leading:.3g} s^{order}"
    details = {"order": order, "coefficient": leading}
    curve = [export_point(step) for step in steps]
    witness: dict[str, object] = {"method": "curve", "curve": curve, "order": order}
    if t is None:
        reason = f"along a curve through the point the value {change}, lower orders being exactly 0"
        verdict, evidence = Verdict.NOT_A_LOCAL_MINIMUM, Evidence.CURVE
        return Finding(verdict, True, evidence, reason, details, witness)
    reason = (
        "the Hessian is positive definite but for one direction, and along the curve on which the "
        f"other derivatives vanish the value {change}, lower orders being exactly 0"
    )
    witness = {**witness, "method": "reduction", "coordinate": t[0]}
    verdict, evidence = Verdict.LOCAL_MINIMUM, Evidence.REDUCTION
    return Finding(verdict, True, evidence, reason, details, witness)
