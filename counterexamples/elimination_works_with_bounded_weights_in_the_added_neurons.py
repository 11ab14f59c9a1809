"""Input weights clipped to [-B, B]: a saturated neuron is one fixed feature.

The added neuron is a exp(clip(w) x + b), where clip keeps w in [-B, B], as projected descent does.
The theorem needs sum_i r_i e^{w x_i} = 0 for all w close to a local minimum. For |w| < B it gets
that, and the samples must be fitted as without the bounds. For w > B nothing changes when w does,
and one equation is all that is left:

    sum_i r_i e^{B x_i} = 0.

Near such a point the eliminated loss is that of the model theta + A e^{B x} with A = a e^b, plus
lambda a^2. If the model is linear in theta this is least squares with one more feature. With
residuals orthogonal to all features, that one included, the point (theta, 0, b, w) is a local
minimum for all w > B and all b, though no sample need be fitted. It is not global: with |w| < B
the sum sum_i r_i e^{w x_i} differs from 0 for most w, and a small a of the other sign lowers the
loss.

What survives: a = 0 at every local minimum, since a e^{-t}, b + t keeps the outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import ceil, exp, log
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
    left_null_space,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Expression
from pgb.numbers import Arithmetic, Array, Exact, Float64
from pgb.problems import Candidate, Data, Objective, Regularizer
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate

#: The terms of the model before elimination, by its parameters.
TERMS = {"u": "u*x", "c": "c"}


@lru_cache
def clipped(names: tuple[str, ...], bound: fmpq) -> Expression:
    """The linear model plus a exp(clip(w) x + b), clip made of two ReLUs."""
    clip = f"(relu(w + {bound}) - relu(w - {bound}) - {bound})"
    terms = [TERMS[name] for name in names] + [f"a*exp({clip}*x + b)"]
    return Expression(["x"], [*names, "a", "b", "w"], [" + ".join(terms)])


@lru_cache
def unclipped(names: tuple[str, ...]) -> Expression:
    """The linear model alone."""
    return Expression(["x"], list(names), [" + ".join(TERMS[name] for name in names)])


def features(names: tuple[str, ...], x: Array) -> Array:
    """Columns x and 1, those that the model has, (m, p)."""
    columns = {"u": x, "c": exact([1] * len(x))}
    return np.stack([columns[name] for name in names], axis=1)


def residuals(J: Array, feature: Array) -> Array:
    """Numbers (m,), not all 0, orthogonal to the columns of J and to ``feature``."""
    first, second = left_null_space(J)[:2]
    weight = np.sum(second * feature), np.sum(first * feature)
    if Exact().certainly_zero(np.asarray(weight[1])):
        return first
    return first * weight[0] - second * weight[1]


def lower_point(theta: Array, x: Array, r: Array, bound: fmpq, lam: fmpq) -> Array:
    """A neuron with w = B/2 or -B/2, whichever helps more: the best a e^b, and a large b."""
    ar, found = Float64(), []
    inputs, misses = ar.asarray(x), ar.asarray(r)
    for w in (bound / 2, -bound / 2):
        g = np.exp(float(w) * inputs)
        found.append((float(misses @ g) ** 2 / float(g @ g), -float(misses @ g / (g @ g)), w))
    gain, best, w = max(found)
    b = max(0, ceil(log(2 * float(lam) * len(x) * best * best / gain) / 2))
    return augmented(theta, [fmpq(int(best * exp(-b) * 2**60), 2**60)], [b], [[w]])


def build(
    names: tuple[str, ...],
    x: Array,
    theta: Array,
    bound: fmpq,
    unit: dict[str, fmpq],
    scale: fmpq,
    lam: fmpq,
) -> Member:
    """``unit`` holds b, w beyond the bound, w inside it as ``inner``, and some a."""
    J, feature = features(names, x), Exact().exp(x * bound)
    r = residuals(J, feature) * scale
    targets = (J @ theta - r).reshape(-1, 1)
    data, model = Data(x.reshape(-1, 1), targets), clipped(names, bound)
    penalty = Regularizer(exact([0] * len(names) + [lam, 0, 0]))
    objective = Objective(model, data, "squared", regularizer=penalty)
    base = Objective(unclipped(names), data, "squared")
    free = eliminate(base, lam)

    def ask(on: Objective, point: Array) -> Question:
        return Question(on, Candidate.of(on.parameters, point))

    def at(a: Any, w: fmpq) -> Array:
        return augmented(theta, [a], [unit["b"]], [[w]])

    notes = {
        "inside": ask(objective, at(0, unit["inner"])),
        "with a": ask(objective, at(unit["a"], unit["w"])),
        "free": ask(free, at(0, unit["w"])),
    }
    return Member(objective, at(0, unit["w"]), lower_point(theta, x, r, bound, lam), notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One or two linear parameters, distinct inputs, the bound, w beyond and inside, a, b."""
    names = draw(st.sampled_from([("c",), ("u",), ("u", "c")]))
    count = len(names) + 2
    nodes = [v for v in range(-3, 4) if v or "c" in names]
    chosen = draw(st.lists(st.sampled_from(nodes), min_size=count, max_size=count, unique=True))
    x = exact(chosen) * draw(positive_rationals(1))
    bound = draw(st.sampled_from([fmpq(1), fmpq(1, 2), fmpq(2), fmpq(4)]))
    # At w = 0 only a probe along w decides, and its steps of 1 must stay inside the bounds.
    shares = [fmpq(1, 2), fmpq(-1, 2), fmpq(3, 4)] + [fmpq(0)] * (bound == 4)
    unit = {
        "a": draw(rationals(2, zero=False)),
        "b": draw(rationals(2)),
        "w": bound + draw(positive_rationals(2)),
        "inner": bound * draw(st.sampled_from(shares)),
    }
    theta, scale = draw(exact_arrays((len(names),), rationals(2))), draw(rationals(2, zero=False))
    return build(names, x, theta, bound, unit, scale, draw(positive_rationals()))


def canonical() -> Member:
    """A constant c at x = 0, 1, 2, weights in [-1, 1], w = 2, b = 0, lambda 1/10."""
    unit = {"a": fmpq(1), "b": fmpq(0), "w": fmpq(2), "inner": fmpq(1, 2)}
    nodes, theta = exact([0, 1, 2]), exact([0])
    return build(("c",), nodes, theta, fmpq(1), unit, fmpq(1), fmpq(1, 10))


def in_a(w: float) -> Callable[[Member, Arithmetic, Any], Array]:
    """The candidate with a = t and this w."""

    def curve(member: Member, ar: Arithmetic, t: Any) -> Array:
        point = np.array(ar.asarray(member.candidate.point))
        point[-3], point[-1] = t, w
        return point

    return curve


EXAMPLE = Example(
    __name__,
    title="Elimination works with bounded weights in the added neurons.",
    statement=(
        "If the input weight of the added neuron is clipped to [-B, B] and the residuals of a "
        "linear model are orthogonal to its features and to e^{B x}, then (theta, 0, b, w) is a "
        "local minimum of the eliminated loss for all b and all w > B, while no sample need be "
        "fitted; for |w| < B it is none, and a = 0 remains necessary."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="dropped assumption",
    activation="none",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("branch"),
        claims.refuted(
            "without bounds no local minimum here, whatever a, b, w", "free", Evidence.GROUP_SUM
        ),
        claims.refuted("with w inside the bounds it is none", "inside"),
        claims.refuted("with a != 0 it is none", "with a", Evidence.ESCAPE_RAY),
    ),
    picture=Curves(
        (Trace("w = 2, beyond the bound 1", in_a(2.0)), Trace("w = 1/2, inside", in_a(0.5))),
        extent=(-0.25, 0.12),
        t="a",
        change=True,
    ),
)
