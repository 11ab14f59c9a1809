"""One weight, no local minimum, and two valleys to infinity of which one is bad.

The output is relu(w x), all labels are 1, and the loss l is logistic or exponential: it falls
strictly to 0. For w > 0 the samples at x > 0 improve with w and those at x < 0 stay at l(0), so
that the loss falls strictly to l(0) times the weight C- of the samples at x < 0. For w < 0 it falls
to l(0) times the weight C+ of the others.

At w = 0 both one-sided derivatives are negative: a strict global maximum (C+ + C-) l(0), and no
point is a local minimum. Descent from w > 0 cannot cross it. If C- > C+ the valley on the right is
bad: its infimum is higher by (C- - C+) l(0).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, Question, claims, exact, sources
from counterexamples.kit.building import candidate_at
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Balls
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals

TIMES = (0, 1, 4, 16, 64)
LAST = 8


def build(right: Array, left: Array, weights: tuple[Array, Array], name: str, w: fmpq) -> Member:
    """Samples at ``right`` > 0 and ``left`` < 0; ``w`` != 0 is another point to ask about."""
    inputs = np.concatenate([right, left]).reshape(-1, 1)
    data = Data(inputs, exact([[1]] * len(inputs)), np.concatenate(weights))
    network = Network([1, 1], output_activation="relu", bias=False)
    objective = Objective(network, data, name, "sum")
    other = Question(objective, candidate_at(objective, exact([w])))
    C = tuple(np.sum(c) for c in weights)
    return Member(objective, exact([0]), notes={"C": C, "other": other})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One to three weighted samples on each side, more weight on the left, the loss, a point."""
    positive = positive_rationals(2)
    right, left = (draw(exact_arrays((draw(st.integers(1, 3)),), positive)) for _ in range(2))
    c_right, c_left = (
        draw(exact_arrays(right.shape, positive)),
        draw(exact_arrays(left.shape, positive)),
    )
    c_left[0] = c_left[0] + np.sum(c_right)
    name = draw(st.sampled_from(["logistic", "exponential"]))
    w = draw(positive_rationals(3)) * draw(st.sampled_from([1, -1]))
    return build(right, -left, (c_right, c_left), name, w)


def canonical() -> Member:
    """Logistic loss with weight 1 at x = 1 and weight 2 at x = -1."""
    return build(exact([1]), exact([-1]), (exact([1]), exact([2])), "logistic", fmpq(1))


def limits(member: Member, ar: Arithmetic) -> list[Array]:
    """C+ l(0) and C- l(0), the infima on the left and on the right."""
    at_zero = np.asarray(member.objective.value(ar, ar.asarray(member.candidate.point)))
    C = member.notes["C"]
    return [at_zero * c / sum(C) for c in C]


def slopes_away_from_zero(member: Member, ar: Arithmetic) -> Array:
    """Minus the derivative along |w|, enclosed on intervals that cover 1/1000 <= |w| <= LAST."""
    if not isinstance(ar, Balls):
        raise TypeError("intervals need balls")
    ends = [fmpq(1, 1000), *(fmpq(k, 2) for k in range(1, 2 * LAST + 1))]
    slopes = []
    for low, high in pairwise(ends):
        for sign in (1, -1):
            interval = ar.ball([sign * (low + high) / 2], [(high - low) / 2])
            slopes.append(np.asarray(member.objective.gradient(ar, interval)[0] * -sign))
    return ar.stack(slopes)


EXAMPLE = Example(
    __name__,
    title="A loss without local minima has no bad valleys.",
    statement=(
        "For relu(w x) with labels 1, weights C+ at x > 0 and C- > C+ at x < 0 and the logistic or "
        "exponential loss l, no w is a local minimum, w = 0 is a strict maximum, and the loss "
        "falls to C- l(0) for w to +infinity and only for w to -infinity to its infimum C+ l(0)."
    ),
    source=f"own instance; classification with such losses is treated by "
    f"{sources.LIANG_CLASSIFICATION}",
    kind="no minimum",
    phenomenon="separate valleys",
    activation="relu",
    loss=("logistic", "exponential"),
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.not_a_local_minimum("w = 0 is no local minimum", Evidence.ONE_SIDED_DERIVATIVE),
        claims.refuted("a drawn point w != 0 is not stationary", "other", Evidence.GRADIENT),
        claims.positive(
            f"the loss falls with |w| on all of 1/1000 <= |w| <= {LAST}",
            "descent",
            slopes_away_from_zero,
            "slopes towards 0",
        ),
        claims.decreasing_path(
            lambda member, ar, t: ar.asarray(exact([t])),
            "to the right of the maximum w = 0, towards C- l(0)",
            times=TIMES,
            limit=lambda member, ar: limits(member, ar)[1],
        ),
        claims.decreasing_path(
            lambda member, ar, t: ar.asarray(exact([-t])),
            "to the left of it, towards C+ l(0)",
            times=TIMES,
            limit=lambda member, ar: limits(member, ar)[0],
        ),
        claims.positive(
            "the limit on the right is higher than that on the left",
            "limits",
            lambda member, ar: limits(member, ar)[1] - limits(member, ar)[0],
            "the limit on the right minus that on the left",
        ),
        claims.function_space_infimum_is_zero(attained=False),
    ),
    picture=Line(to=lambda member: exact([1]), extent=(-6, 6)),
)
