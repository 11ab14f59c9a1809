"""One sample, a fixed output that misses the target: the infimum lies at infinity.

One sample (x, y), a fixed output f != y and a loss that is 0 only for an output q = y. Along
a = c e^{-t}, b = t - w . x the added output is the constant c, while the penalty
lambda |c|^2 e^{-2t} fades: with c = y - f the eliminated loss tends to 0. It is 0 nowhere: a = 0
leaves the gap, and a != 0 costs lambda |a|^2.

At a stationary point a = 0, and then the derivative in a is e^{b + w . x} times that of the loss at
f, which is not 0: there is no stationary point at all.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Member,
    Path,
    augmented,
    claims,
    constant_model,
    exact,
    sources,
)
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate

WHOLE = fmpq(1)
LOSSES = ("squared", "half-squared", "log-cosh", "huber")


def build(
    outputs: Array,
    gap: Array,
    x: Array,
    loss: str,
    point: tuple[Any, Any, Any],
    lam: fmpq,
    share: fmpq,
) -> Member:
    """The eliminated loss of a constant model that misses its target by ``gap`` (d_y,).

    ``point`` is (a, b, W); ``share`` is how much of the gap the path to infinity closes.
    """
    data = Data(x.reshape(1, -1), (outputs + gap).reshape(1, -1))
    near, base = (
        Objective(constant_model(list(outputs + s * gap), len(x)), data, loss) for s in (share, 0)
    )
    notes = {"near": near, "gap": gap, "x": x, "W": point[2], "lambda": lam, "share": share}
    return Member(eliminate(base, lam), augmented([], *point), notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Four losses, any output, target, input, (a, b, W), penalty and share of the gap.

    One or two outputs.
    """
    d_x, d_y = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    gap = draw(exact_arrays((d_y,)))
    gap[draw(st.integers(0, d_y - 1))] = draw(rationals(zero=False))
    a = draw(exact_arrays((d_y,), st.one_of(st.just(0), rationals(2))))
    b = draw(exact_arrays((d_y,), rationals(2)))
    W = draw(exact_arrays((d_y, d_x), rationals(2)))
    share = draw(st.sampled_from([fmpq(1, 4), fmpq(1, 2), fmpq(1)]))
    outputs, x = draw(exact_arrays((d_y,))), draw(exact_arrays((d_x,)))
    loss = draw(st.sampled_from(LOSSES))
    return build(outputs, gap, x, loss, (a, b, W), draw(positive_rationals()), share)


def canonical() -> Member:
    """The model 0 at x = 0 with target 1, squared loss, penalty 1/10, asked about a = b = w = 0."""
    point = (exact([0]), exact([0]), exact([[0]]))
    return build(exact([0]), exact([1]), exact([0]), "squared", point, fmpq(1, 10), fmpq(1))


def path(member: Member, ar: Arithmetic, t: Any, share: fmpq = WHOLE) -> Array:
    """a_k = c_k e^{-t}, b_k = t - w_k . x with c = share * gap, so that the added output is c."""
    notes, time = member.notes, ar.asarray([t])
    a = ar.asarray(notes["gap"] * share) * ar.exp(-time)
    b = time - ar.asarray(notes["W"] @ notes["x"])
    return ar.concatenate([a, b, ar.asarray(notes["W"].ravel())])


def left_on_the_path(member: Member, ar: Arithmetic) -> Array:
    """Values at t = 0, 1, 2, 5 minus the loss of f + c minus lambda |c|^2 e^{-2t}."""
    notes = member.notes
    c = ar.asarray(notes["gap"] * notes["share"])
    without = notes["near"].value(ar, ar.asarray(exact([])))
    gaps = []
    for t in (0, 1, 2, 5):
        value = member.objective.value(ar, path(member, ar, fmpq(t), notes["share"]))
        faded = ar.exp(ar.asarray(exact([-2 * t])))[0] * notes["lambda"] * ar.sum(c * c)
        gaps.append(np.asarray(value - without - faded))
    return ar.stack(gaps)


def bounds(member: Member, ar: Arithmetic) -> Array:
    """The value at the candidate, and 10^-12 minus that on the path of the whole gap at t = 20."""
    here = member.objective.value(ar, ar.asarray(member.candidate.point))
    far = member.objective.value(ar, path(member, ar, fmpq(20)))
    room = ar.asarray(exact([fmpq(1, 10**12)]))[0] - far
    return ar.stack([np.asarray(here), np.asarray(room)])


EXAMPLE = Example(
    __name__,
    title="The infimum of the eliminated loss is attained.",
    statement=(
        "For one sample (x, y), a loss that is 0 at y only and a fixed output f != y, the "
        "eliminated loss in (a, b, W) has no stationary point; its infimum 0 is approached along "
        "a = (y - f) e^{-t}, b = t - w . x and not attained."
    ),
    source=f"in the spirit of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="escape to infinity",
    activation="none",
    loss=LOSSES,
    depth=0,
    family=family,
    canonical=canonical,
    claims=(
        claims.not_stationary("(a, b, W) is not stationary"),
        claims.exactly_zero(
            "along a = c e^{-t}, b = t - w.x the value is the loss of f + c plus "
            "lambda |c|^2 e^{-2t}, at t = 0, 1, 2, 5",
            "value",
            left_on_the_path,
            "values minus those said",
        ),
        claims.positive(
            "the value at (a, b, W) is positive, and with c = y - f below 10^-12 at t = 20",
            "value",
            bounds,
            "the margins of the inequalities",
        ),
    ),
    picture=Path(path),
)
