"""Smooth hinge losses, max(0, 1 - y q)^n: the least value is 0 for functions, and out of reach.

The smooth hinge is 0 beyond the margin, so that many functions attain the infimum 0, unlike with
the logistic loss. Let all inputs have the label y and add up to 0, and let the network be a
constant f that falls short of the margin by g = 1 - y f > 0. The neuron a = y c e^{-t}, b = t,
w = 0 with c >= g makes the data part 0 and leaves lambda c^2 e^{-2t}, which tends to 0. The
eliminated loss is 0 nowhere: a = 0 leaves g^n.

On the way there are points with w = 0 that look like strict minima. Let z > 0 be what is left of
the deficit, |a| e^b = g - z. If n z^{n-1} e^b = 2 lambda |a| the derivatives in a and w vanish, and
the one in b is -2 lambda a^2, as small as one likes for large b. The Hessian is positive definite
as soon as (n - 1)(g - z) > z.
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
    Question,
    augmented,
    claims,
    constant_model,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.numbers import Arithmetic, Array
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def build(
    degree: int, y: int, deficit: fmpq, x: Array, size: int, part: fmpq, c: fmpq, other: Array
) -> Member:
    """Inputs (m, d_x), centered; e^b = size^(degree - 1) and z = part / size^2 on the valley.

    ``c`` >= deficit is what the path to infinity adds, ``other`` another point (a, b, w).
    """
    grown, z = fmpq(size ** (degree - 1)), part / size**2
    lam = degree * part ** (degree - 1) / (2 * (deficit - z))
    data = Data(x, exact([[y]] * len(x)))
    output, d_x = y * (1 - deficit), x.shape[1]
    loss = {"name": "polynomial-hinge", "degree": degree}
    objective = eliminate(Objective(constant_model([output], d_x), data, loss), lam)
    b = exact([f"log({grown})"])
    point = augmented([], [y * (deficit - z) / grown], b, [[0] * d_x])
    notes = {
        "lambda": lam,
        "y": y,
        "c": c,
        "d_x": d_x,
        "other": Question(objective, Candidate.of(objective.parameters, other)),
    }
    return Member(objective, point, notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Degrees 2 to 5, label, deficit, centered inputs, the place on the valley, another point.

    The penalty follows from these: lambda = n part^(n-1) / 2 (g - z).
    """
    degree, y = draw(st.integers(2, 5)), draw(st.sampled_from([1, -1]))
    d_x, deficit = draw(st.integers(1, 2)), draw(positive_rationals())
    corners = np.eye(d_x, dtype=int)
    x = exact(np.concatenate([corners, -corners]).tolist()) * draw(positive_rationals(2))
    if draw(st.booleans()):
        more = draw(exact_arrays((1, d_x), rationals(2)))
        x = np.concatenate([x, more, -more])
    size = 10 ** draw(st.integers(10, 12)) * draw(st.integers(1, 9))
    part, c = draw(positive_rationals(2)), deficit + draw(positive_rationals(2))
    other = draw(exact_arrays((2 + d_x,), st.one_of(st.just(0), rationals(1))))
    return build(degree, y, deficit, x, size, part, c, other)


def canonical() -> Member:
    """Degree 3, the output 0, the label 1 at x = -1 and 1; e^b = 10^20."""
    x, other = exact([[-1], [1]]), exact([0, 0, 0])
    return build(3, 1, fmpq(1), x, 10**10, fmpq(1), fmpq(1), other)


def path(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The point a = y c e^{-t}, b = t, w = 0."""
    notes, time = member.notes, ar.asarray([t])
    a = ar.exp(-time) * ar.asarray(exact([notes["c"] * notes["y"]]))
    return ar.concatenate([a, time, ar.zeros((notes["d_x"],))])


def left_on_the_path(member: Member, ar: Arithmetic) -> Array:
    """Values at t = 0, 1, 10 minus lambda c^2 e^{-2t}."""
    notes = member.notes
    gaps = []
    for t in (0, 1, 10):
        value = member.objective.value(ar, path(member, ar, fmpq(t)))
        faded = ar.exp(ar.asarray(exact([-2 * t])))[0] * notes["lambda"] * notes["c"] * notes["c"]
        gaps.append(np.asarray(value - faded))
    return ar.stack(gaps)


EXAMPLE = Example(
    __name__,
    title="With a smooth hinge loss the eliminated loss attains its infimum.",
    statement=(
        "For the loss max(0, 1 - y q)^n, n >= 2, a fixed output within the margin and one label, "
        "functions attain the infimum 0, but the eliminated loss has no stationary point: its "
        "values lambda c^2 e^{-2t} tend to 0 along a = y c e^{-t}, b = t, a valley with points of "
        "tiny gradient and positive definite Hessian."
    ),
    source=f"own; the losses are those of {sources.LIANG_CLASSIFICATION}",
    kind="failure mode",
    phenomenon="infimum not attained",
    activation="none",
    loss="polynomial-hinge",
    depth=0,
    family=family,
    canonical=canonical,
    claims=(
        claims.function_space_infimum_is_zero(attained=True),
        claims.exactly_zero(
            "along a = y c e^{-t}, b = t the value is lambda c^2 e^{-2t} at t = 0, 1, 10",
            "value",
            left_on_the_path,
            "values minus those said",
        ),
        claims.gradient_norm_below(16),
        claims.positive_semidefinite_hessian("the Hessian is positive definite"),
        claims.escaping(),
        claims.refuted("at another (a, b, w) the gradient is not 0", "other", Evidence.GRADIENT),
    ),
    picture=Path(path, until=6),
)
