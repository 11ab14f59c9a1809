"""From a bad local minimum the added neuron descends below the global minimum, to infinity.

relu(w x) with the samples (p, y) and (-n, z), z > y > 0: strict local minima at w = y / p with
value z^2 (bad) and at w = -z / n with value y^2, which is the global minimum: for w >= 0 the sample
at -n costs z^2 or more, for w <= 0 the other costs y^2.

With the exponential neuron added, w = y / p stays and W = -t / n, a = z e^{-t}, b = 0 adds z at -n
and z e^{-t (n + p) / n} at p. The eliminated loss there is
z^2 e^{-2 t (n + p) / n} + lambda z^2 e^{-2 t}, which falls to 0 < y^2. So elimination has changed
the infimum, it is not attained, and neither minimum of the loss is left.
"""

from __future__ import annotations

from itertools import pairwise
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
from pgb.models import Network
from pgb.numbers import Arithmetic, Array
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import positive_rationals
from pgb.transforms import eliminate


def build(p: fmpq, y: fmpq, n: fmpq, z: fmpq, lam: fmpq) -> Member:
    """The loss with its bad and its global minimum, for the samples (p, y) and (-n, z), z > y."""
    network = Network([1, 1], output_activation="relu", bias=False)
    data = Data(exact([[p], [-n]]), exact([[y], [z]]))
    objective = Objective(network, data, "squared", "sum")
    bad, good, after = exact([y / p]), exact([-z / n]), eliminate(objective, lam)

    def ask(about: Objective, point: Array) -> Question:
        return Question(about, Candidate.of(about.parameters, point))

    notes = {"p": p, "y": y, "n": n, "z": z, "lambda": lam, "after": after}
    notes |= {
        "good": ask(objective, good),
        "good after": ask(after, augmented(good, [0], [0], [[0]])),
        "bad after": ask(after, augmented(bad, [0], [0], [[0]])),
    }
    return Member(objective, bad, good, notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any two inputs of opposite sign, positive targets, the smaller one at x > 0, and penalty."""
    p, y, n, gap, lam = (draw(positive_rationals()) for _ in range(5))
    return build(p, y, n, y + gap, lam)


def canonical() -> Member:
    """The samples (1, 3) and (-1, 4), penalty 1/10: minima 16 and 9, and values down to 0."""
    return build(fmpq(1), fmpq(3), fmpq(1), fmpq(4), fmpq(1, 10))


def path(member: Member, ar: Arithmetic, t: Any) -> Array:
    """(w, a, b, W) = (y / p, z e^{-t}, 0, -t / n)."""
    y, p, z, n = (member.notes[name] for name in ("y", "p", "z", "n"))
    a = ar.exp(ar.asarray([-t])) * ar.asarray(exact([z]))
    rest = ar.concatenate([ar.asarray([0]), ar.asarray([-t]) / ar.asarray(exact([n]))])
    return ar.concatenate([ar.asarray(exact([y / p])), a, rest])


def values_and_formula(member: Member, ar: Arithmetic) -> Array:
    """The value on the path at t = 0, 1, 2 minus z^2 (e^{-2 t (n + p) / n} + lambda e^{-2 t})."""
    p, z, n = (member.notes[name] for name in ("p", "z", "n"))
    differences = []
    for t in (0, 1, 2):
        value = member.notes["after"].value(ar, path(member, ar, t))
        rates = ar.exp(ar.asarray(exact([-2 * t * (n + p) / n, -2 * t])))
        differences.append(value - (rates[0] + rates[1] * member.notes["lambda"]) * z * z)
    return ar.stack([np.asarray(d) for d in differences])


def fall_to_zero(member: Member, ar: Arithmetic) -> Array:
    """The steps of the value along the path, and its distance at the end from y^2 and 1/1000."""
    values = [member.notes["after"].value(ar, path(member, ar, t)) for t in (0, 1, 2, 4, 8)]
    y = ar.asarray(exact(member.notes["y"]))
    steps = [first - second for first, second in pairwise(values)]
    ends = [y * y - values[-1], ar.asarray(exact("1/1000")) - values[-1]]
    return ar.stack([np.asarray(gap) for gap in [*steps, *ends]])


def minimum_value(member: Member, ar: Arithmetic) -> Array:
    """The square of y."""
    y = ar.asarray(exact(member.notes["y"]))
    return np.asarray(y * y)


def good_minimum(member: Member, ar: Arithmetic) -> Array:
    """The point w = -z / n."""
    assert member.better is not None
    return ar.asarray(member.better.point)


EXAMPLE = Example(
    __name__,
    title="Elimination leaves the infimum of the loss unchanged.",
    statement=(
        "For relu(w x) and the samples (p, y), (-n, z) with z > y > 0 the loss has the strict "
        "minima z^2 (bad) and y^2 (global); the eliminated loss has neither, and from the bad one "
        "an explicit path to infinity leads to values below y^2, down to the infimum 0."
    ),
    source=f"own; the added neuron is that of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="good minima lost",
    activation="relu",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict", "w = y / p is a strict local minimum and bad"),
        claims.local_minimum(
            "strict", "w = -z / n is a strict local minimum", claims.noted("good")
        ),
        claims.value_is(
            minimum_value,
            "its value is exactly y^2",
            good_minimum,
        ),
        claims.refuted(
            "after elimination no local minimum at w = y / p, whatever a, b, W",
            "bad after",
            Evidence.GROUP_SUM,
        ),
        claims.refuted(
            "after elimination no local minimum at w = -z / n, whatever a, b, W",
            "good after",
            Evidence.GROUP_SUM,
        ),
        claims.exactly_zero(
            "on the path the value is z^2 e^{-2t(n+p)/n} + lambda z^2 e^{-2t} at t = 0, 1, 2",
            "value",
            values_and_formula,
            "values minus those said",
        ),
        claims.positive(
            "on the path it falls at each of t = 0, 1, 2, 4, 8, below y^2 and 1/1000",
            "path",
            fall_to_zero,
            "the margins of the inequalities",
        ),
    ),
    picture=Curves(
        (
            Trace("path after elimination", path, lambda member: member.notes["after"]),
            Trace("global minimum of the loss", lambda member, ar, t: good_minimum(member, ar)),
        ),
        extent=(0, 6),
        t="t = -n W",
        level="bad minimum of the loss",
    ),
)
