"""One sample, a fixed output that misses the target: the infimum lies at infinity.

One sample (x, y) and a fixed output f != y. Along a = c e^{-t}, b = t - w . x the added output is
the constant c, while the penalty lambda |c|^2 e^{-2t} fades: with c = y - f the loss tends to 0.
It is 0 nowhere: a = 0 leaves the gap, and a != 0 costs lambda |a|^2.

At a stationary point a = 0, and then the derivative in a is a multiple of f - y, which is not 0:
there is no stationary point at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Claim,
    Example,
    Member,
    Outcome,
    Path,
    all_positive,
    all_zero,
    augmented,
    claims,
    constant_model,
    exact,
    first_failure,
    sources,
)
from pgb.numbers import Arithmetic, Array, Exact, exact_number
from pgb.problems import Data, Objective, loss
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate

TIMES = (0, 1, 2, 5)


def build(
    outputs: Array, gap: Array, x: Array, point: tuple[Any, Any, Any], lam: fmpq, share: fmpq
) -> Member:
    """The eliminated loss of a constant model that misses its target by ``gap`` (d_y,).

    ``point`` is (a, b, W); ``share`` is how much of the gap the path to infinity closes.
    """
    data = Data(x.reshape(1, -1), (outputs + gap).reshape(1, -1))
    base = Objective(constant_model(list(outputs), len(x)), data, loss("squared"))
    objective = eliminate(base, lam)
    candidate = augmented([], *point)
    notes = {"base": base, "gap": gap, "x": x, "W": point[2], "lambda": lam, "share": share}
    return Member(objective, candidate, notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any output, target, input, (a, b, W), penalty and share of the gap; one or two outputs."""
    d_x, d_y = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    gap = draw(exact_arrays((d_y,)))
    gap[draw(st.integers(0, d_y - 1))] = draw(rationals(zero=False))
    a = draw(exact_arrays((d_y,), st.one_of(st.just(0), rationals(2))))
    b = draw(exact_arrays((d_y,), rationals(2)))
    W = draw(exact_arrays((d_y, d_x), rationals(2)))
    share = draw(st.sampled_from([fmpq(1, 4), fmpq(1, 2), fmpq(1)]))
    outputs, x = draw(exact_arrays((d_y,))), draw(exact_arrays((d_x,)))
    return build(outputs, gap, x, (a, b, W), draw(positive_rationals()), share)


def canonical() -> Member:
    """The model 0 at x = 0 with target 1, penalty 1/10, asked about a = b = w = 0."""
    point = (exact([0]), exact([0]), exact([[0]]))
    return build(exact([0]), exact([1]), exact([0]), point, fmpq(1, 10), fmpq(1))


def path(member: Member, t: int, share: fmpq) -> Array:
    """a_k = c_k e^{-t}, b_k = t - w_k . x with c = share * gap, so that the added output is c."""
    notes = member.notes
    decay = Exact().exp(exact([-t]))[0]
    lifts = t - notes["W"] @ notes["x"]
    return augmented([], notes["gap"] * share * decay, lifts, notes["W"])


def route(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The path of the whole gap in any arithmetic."""
    notes = member.notes
    a = ar.asarray(notes["gap"]) * ar.exp(ar.asarray([-t]))
    b = t - ar.asarray(notes["W"] @ notes["x"])
    return ar.concatenate([a, b, ar.asarray(notes["W"]).reshape((-1,))])


def value_along_the_path(member: Member) -> Outcome:
    """L~(t) = (1 - share)^2 |gap|^2 + lambda |c|^2 e^{-2t}, exactly."""
    ar, notes = Exact(), member.notes
    share = notes["share"]
    square = np.sum(notes["gap"] * notes["gap"])
    differences = []
    for t in TIMES:
        value = member.objective.value(ar, ar.asarray(path(member, t, share)))
        faded = ar.exp(exact([-2 * t]))[0] * notes["lambda"] * share * share * square
        differences.append(np.asarray(value - ((1 - share) * (1 - share) * square + faded)))
    return all_zero(ar.stack(differences), "value minus the formula")


def infimum_is_zero_and_not_a_value(member: Member) -> Outcome:
    """The candidate's value is positive, and the path of the whole gap comes below 10^-12."""

    def value(ar: Arithmetic) -> Array:
        return np.asarray(member.objective.value(ar, ar.asarray(member.candidate.point)))

    def room(ar: Arithmetic) -> Array:
        far = member.objective.value(ar, ar.asarray(path(member, 20, fmpq(1))))
        return ar.asarray(exact_number(fmpq(1, 10**12))) - np.asarray(far)

    return first_failure(
        all_positive(value, "0 < value at the candidate"),
        all_positive(room, "value at t = 20 < 10^-12"),
    )


EXAMPLE = Example(
    __name__,
    title="The infimum of the eliminated loss is attained.",
    statement=(
        "For one sample, squared loss and a fixed output f != y, the eliminated loss in (a, b, W) "
        "has no stationary point; its infimum 0 is approached along a = c e^{-t}, b = t and not "
        "attained."
    ),
    source=f"in the spirit of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="escape to infinity",
    activation="none",
    loss="squared",
    depth=0,
    family=family,
    canonical=canonical,
    claims=(
        claims.not_a_local_minimum("no (a, b, W) is a local minimum"),
        claims.not_stationary("no (a, b, W) is stationary"),
        Claim(
            "along a = c e^{-t}, b = t - w.x the value is exactly M + lambda |c|^2 e^{-2t}",
            value_along_the_path,
            "value",
        ),
        Claim(
            "the infimum is 0 and every value is positive",
            infimum_is_zero_and_not_a_value,
            "infimum",
        ),
    ),
    picture=Path(route),
)
