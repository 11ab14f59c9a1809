"""Samples exactly on the margin: the kink of the hinge holds the added neuron at a = 0.

Let the model be q = s at every sample, s = 1 or -1. Samples of the class s lie on the margin, at
the kink: their derivative in q may be any -s rho_j with 0 <= rho_j <= v_j, the sample's weight.
Samples of the other class are missed with the derivative s v_i. For fixed (b, w) the eliminated
loss is convex in (theta, a) for a model linear in theta, with features f(x); so it is least at
(theta, 0) as soon as some rho satisfies

    sum_j rho_j (f(x_j), e^{w x_j}) = sum over missed i of v_i (f(x_i), e^{w x_i}).

With as many samples on the margin as features, e^{w x} counted, the solution is unique and
continuous in w. If 0 < rho_j < v_j there, the same holds for all w and b close by, where a = 0
gives one value: a local minimum. Yet the infimum over all functions is 0, and the neuron can lower
the loss: with w large it turns the outermost missed sample alone.

The theorem needs a differentiable loss. The squared hinge has no such minimum at the same point.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import log
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Curves,
    Example,
    Member,
    Question,
    Trace,
    augmented,
    claims,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Expression
from pgb.numbers import Arithmetic, Array, Balls
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import positive_rationals, rationals
from pgb.transforms import eliminate

MODELS = {(): "{s}", ("c",): "c", ("c", "u"): "c + u*x"}


@lru_cache
def model(names: tuple[str, ...], s: int) -> Expression:
    """The number s, a constant c, or c + u x."""
    return Expression(["x"], list(names), [MODELS[names].format(s=s)])


def columns(ar: Arithmetic, names: tuple[str, ...], x: Array, w: fmpq) -> Array:
    """Features of the model and e^{w x}, (m, p + 1)."""
    at = ar.asarray(x)
    return ar.stack([*[at * 0 + 1, at][: len(names)], ar.exp(at * w)], axis=-1)


def determinant(rows: Any) -> Any:
    """By expansion, for at most 3 rows."""
    if len(rows) == 1:
        return rows[0][0]
    minors = [[[*row[:j], *row[j + 1 :]] for row in rows[1:]] for j in range(len(rows))]
    terms = [rows[0][j] * determinant(minor) for j, minor in enumerate(minors)]
    return terms[0] - terms[1] + (terms[2] if len(terms) > 2 else 0)


def multipliers(
    ar: Arithmetic, names: tuple[str, ...], x: Array, missed: Array, v: Array, w: fmpq
) -> list[Any]:
    """The rho_j, by Cramer's rule."""
    rows = [list(row) for row in columns(ar, names, x, w)]
    weighted = columns(ar, names, missed, w) * ar.asarray(v)[:, None]
    right = [ar.sum(column) for column in weighted.T]
    whole = determinant(rows)
    return [determinant([*rows[:j], right, *rows[j + 1 :]]) / whole for j in range(len(rows))]


def build(
    names: tuple[str, ...], x: Array, shifts: Array, v: Array, s: int, unit: Any, room: list[fmpq]
) -> Member:
    """Missed samples at x + shifts, the shifts halved until every rho_j is positive.

    ``unit`` is (a, b, w, lambda); samples on the margin weigh rho_j and then some, by ``room``.
    """
    a, b, w, lam = unit
    with Balls(128) as ar:
        while True:
            rho = multipliers(ar, names, x, x + shifts, v, w)
            if all(ar.certainly_positive(np.asarray(value)) for value in rho):
                break
            shifts = shifts / 2
        floats = [float(ar.to_float(np.asarray(value))) for value in rho]
    heavy = exact([fmpq(int(r * 64) + 1, 64) + more for r, more in zip(floats, room, strict=True)])
    inputs = np.concatenate([x, x + shifts]).reshape(-1, 1)
    targets = exact([s] * len(x) + [-s] * len(x)).reshape(-1, 1)
    data = Data(inputs, targets, np.concatenate([heavy, v]))
    theta = exact([s, 0][: len(names)])

    def eliminated(loss: Any) -> Objective:
        return eliminate(Objective(model(names, s), data, loss, "sum"), lam)

    objective, smooth = eliminated("hinge"), eliminated({"name": "polynomial-hinge", "degree": 2})
    here = augmented(theta, [0], [b], [[w]])
    beside = Candidate.of(objective.parameters, augmented(theta, [a], [b], [[w]]))
    notes = {
        "with a": Question(objective, beside),
        "smooth": Question(smooth, Candidate.of(smooth.parameters, here)),
    }
    better = turning_the_last(theta, x, x + shifts, v, heavy, s, lam)
    return Member(objective, here, better, notes)


def turning_the_last(
    theta: Array, x: Array, missed: Array, v: Array, heavy: Array, s: int, lam: fmpq
) -> Array:
    """A neuron that lowers the output by about 3 / 2 at the last missed sample, and elsewhere less.

    The last sample is missed, so that a large w spares all others.
    """
    gap = min(missed[-1] - max(x), missed[-1] - max([*missed[:-1], missed[-1] - 1]))
    w, total = fmpq(1), float(int(sum(heavy) + sum(v)) + 1)
    while float(int(w * gap * 1024)) / 1024 < log(8 * total / float(int(v[-1] * 1024) / 1024)):
        w = w * 2
    k = 1
    while lam * 16 > v[-1] * 4**k:
        k += 1
    b = fmpq(int(1024 * log(1.5 * 2**k)), 1024) - w * missed[-1]
    return augmented(theta, [fmpq(-s, 2**k)], [b], [[w]])


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Zero to two linear parameters, inputs, weights, the class, a, b, w, lambda."""
    names = draw(st.sampled_from([(), ("c",), ("c", "u")]))
    count = len(names) + 1
    steps = [draw(positive_rationals(2, denominators=(1, 2))) for _ in range(count)]
    start = draw(rationals(2))
    x = exact([start + sum(steps[:j], fmpq(0)) for j in range(count)])
    shifts = exact([draw(rationals(1, zero=False)) / 8 for _ in range(count)])
    shifts[-1] = abs(shifts[-1])
    v = exact([draw(positive_rationals(2)) for _ in range(count)])
    room = [draw(positive_rationals(2)) for _ in range(count)]
    unit = (
        draw(rationals(2, zero=False)),
        draw(rationals(1)),
        draw(rationals(1, zero=False)),
        draw(positive_rationals()),
    )
    return build(names, x, shifts, v, draw(st.sampled_from([1, -1])), unit, room)


def canonical() -> Member:
    """The output 1, the class 1 at x = 0, the class -1 at x = 1; w = -1, lambda 1/10."""
    unit = (fmpq(1), fmpq(0), fmpq(-1), fmpq(1, 10))
    return build((), exact([0]), exact([1]), exact([1]), 1, unit, [fmpq(1, 2)])


def in_a(w: float) -> Callable[[Member, Arithmetic, Any], Array]:
    """The canonical candidate with a = t and this w."""
    return lambda member, ar, t: ar.asarray([t, 0.0, w])


EXAMPLE = Example(
    __name__,
    title="Elimination works for the hinge loss.",
    statement=(
        "With the hinge loss, samples exactly on the margin hold a = 0 by their kinks against "
        "missed ones: the eliminated loss of a model linear in its parameters has local minima "
        "that are not global, at which the loss is above its infimum 0 over all functions."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="kinks",
    activation="none",
    loss="hinge",
    depth=(0, 1),
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("branch"),
        claims.function_space_infimum_is_zero(attained=True),
        claims.refuted("with a != 0 it is no local minimum", "with a", Evidence.ESCAPE_RAY),
        claims.refuted(
            "with the squared hinge no local minimum there, whatever a, b, w",
            "smooth",
            Evidence.GROUP_SUM,
        ),
    ),
    picture=Curves(
        (Trace("w = -1, the candidate's", in_a(-1.0)), Trace("w = 1, far from it", in_a(1.0))),
        extent=(-0.3, 0.3),
        t="a",
        change=True,
    ),
)
