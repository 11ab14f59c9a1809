"""A bad local minimum that fits as many samples as one likes.

Two units of a relu network with one hidden layer point to the left and are on at the three leftmost
samples, so that the output is a line there. The targets of these three differ from the line by
multiples of the weights of the second divided difference: the line is their least-squares line. The
other units point to the right and have their kinks at samples, one at each sample but the last;
their outgoing weights are the changes of slope, so that all samples on the right are fitted.

Near the point both left units stay on and all others stay off at the three samples on the left, so
that the network is affine in x there and cannot fit them better. All other samples have loss 0
already, even though the network is not differentiable there. So the point is a local minimum.

If one of the left units moves its kink to the middle one of the three samples, the network fits all
samples exactly. So neither the number of samples that are fitted nor the number of hidden units
makes the local minimum a good one.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals


def build(
    left: Array, bend: fmpq, slope: fmpq, reach: fmpq, level: fmpq, right: Array, scales: Array
) -> Member:
    """Three increasing inputs ``left``, a line through (``reach``, ``level``), samples ``right``.

    The line falls by ``slope`` (or a little more); the misfits are ``bend`` times the weights of
    the second divided difference. ``right`` (n, 2) holds the distance of each further sample from
    the one before and its target; the first one's target is ``level``. ``scales`` (n + 1,) are the
    incoming weights of the units; the first two share the line in proportion.
    """
    x1, x2, x3 = left
    misfit = exact([(x2 - x1) * (x3 - x1), (x2 - x1) * (x2 - x3), (x3 - x1) * (x3 - x2)])
    misfit = bend / misfit
    fall = slope + (misfit[2] - misfit[1]) / (x3 - x2)
    kink = x3 + reach
    targets = [level + fall * (kink - x) + m for x, m in zip(left, misfit, strict=True)]
    steep = (targets[1] - targets[2]) / (x3 - x2)
    turn = x3 + (targets[2] - level) / steep
    inputs = list(np.cumsum(right[:, 0]) + max(kink, turn))
    values = [level, *right[1:, 1]]
    slopes = np.diff(exact(values)) / np.diff(exact(inputs))
    changes = np.diff(np.append(exact([0]), slopes))
    data = Data(exact([[x] for x in [*left, *inputs]]), exact([[y] for y in targets + values]))
    network = Network([1, len(inputs) + 1, 1], "relu")
    signs = exact([-1, -1] + [1] * len(changes))

    def point(kinks: list[fmpq], rates: list[fmpq]) -> Array:
        w = signs * scales
        outgoing = exact([*rates, *changes]) / scales
        return np.concatenate([w, -w * exact(kinks + inputs[:-1]), outgoing, exact([level])])

    share = scales[0] / (scales[0] + scales[1])
    bad = point([kink, kink], [fall * share, fall * (1 - share)])
    bent = (targets[0] - targets[1]) / (x2 - x1) - steep
    better = point([turn, x2], [steep, bent])
    return Member(Objective(network, data, "squared"), bad, better)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The inputs, the line, the misfits, two to five samples on the right, scales of the units."""
    start, gaps = draw(rationals()), draw(exact_arrays((2,), positive_rationals(2)))
    left = exact([start, start + gaps[0], start + gaps[0] + gaps[1]])
    count = draw(st.integers(2, 5))
    steps = draw(exact_arrays((count,), positive_rationals(2)))
    right = np.stack([steps, draw(exact_arrays((count,), rationals()))], axis=1)
    scales = draw(exact_arrays((count + 1,), positive_rationals(2)))
    bend, slope, reach = (draw(positive_rationals(2)) for _ in range(3))
    return build(left, bend, slope, reach, draw(rationals()), right, scales)


def canonical() -> Member:
    """Inputs -1, 0, 1 and 3, 4, 5, four hidden units; loss 0 is possible."""
    right = exact([[1, 0], [1, -1], [1, 1]])
    level, reach = fmpq(0), fmpq(1)
    return build(exact([-1, 0, 1]), fmpq(1), fmpq(1), reach, level, right, exact([1, 1, 1, 1]))


def fitted(member: Member, ar: Arithmetic) -> Array:
    """The output gradients of all samples but the first three."""
    return member.objective.output_gradients(ar, ar.asarray(member.candidate.point))[3:]


def loss_at_better_point(member: Member, ar: Arithmetic) -> Array:
    """Its value."""
    assert member.better is not None
    return np.asarray(member.objective.value(ar, ar.asarray(member.better.point)))


EXAMPLE = Example(
    __name__,
    title="A local minimum that fits all samples but three is global.",
    statement=(
        "A relu network with one hidden layer that is affine at its three leftmost samples, with "
        "the least-squares line there, and fits any number of other samples exactly, by units with "
        "their kinks at these samples, is at a local minimum; here a better point fits all samples."
    ),
    source=f"own instances of a phenomenon from {sources.SWIRSZCZ}",
    kind="bad minimum",
    phenomenon="kinks",
    activation="relu",
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("region"),
        claims.exactly_zero("all samples but three are fitted exactly", "residuals", fitted),
        claims.exactly_zero("the better point fits every sample", "value", loss_at_better_point),
        claims.after_elimination_no_local_minimum_here(),
    ),
    cost=0.15,
    picture=Line(extent=(-0.3, 1.2)),
)
