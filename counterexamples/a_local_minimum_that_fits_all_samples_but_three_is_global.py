"""A bad local minimum that fits as many samples as one likes.

Two units of a relu network with one hidden layer point to the left and are on at the three leftmost
samples, so that the output is a line there. The targets of these three differ from the line by
multiples of the weights of the second divided difference, which are orthogonal to 1 and x: it is
their least-squares line. The other units point to the right and have their kinks at samples, one at
each sample on the right but the last; their outgoing weights are the changes of slope, so that all
samples on the right are fitted.

Near the point both left units stay on and all others stay off at the three samples on the left, so
that the network is affine in x there and cannot fit them better. All other samples have loss 0
already, even though the network is not differentiable there. So the point is a local minimum.

The network can fit all samples exactly: one of the left units moves its kink to the middle one of
the three samples, the other one to where the line through the other two samples ends. So neither
the number of samples that are fitted nor the number of hidden units makes the local minimum good.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Line,
    Member,
    claims,
    constant_units,
    divided_difference_weights,
    exact,
    sources,
)
from pgb.models import Network
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals


def build(
    left: Array, bend: fmpq, slope: fmpq, reach: fmpq, level: fmpq, right: Array, scales: Array
) -> Member:
    """Three increasing inputs ``left``, whose last two targets fall by ``slope`` per unit of x.

    The misfits are ``bend`` times the weights of the second divided difference; their line comes
    down to ``level`` at a distance ``reach`` to the right. ``right`` (n, 2) holds the distance of
    each further sample from the one before and its target; the first one's target is ``level``.
    ``scales`` (n + 1,) are the incoming weights of the units.
    """
    misfit = bend * divided_difference_weights(left)
    fall = slope + (misfit[2] - misfit[1]) / (left[2] - left[1])
    kink = left[2] + reach
    targets = level + fall * (kink - left) + misfit
    turn = left[2] + (targets[2] - level) / slope
    inputs = np.cumsum(right[:, 0]) + max(kink, turn)
    values = np.append(exact([level]), right[1:, 1])
    changes = np.diff(np.append(exact([0]), np.diff(values) / np.diff(inputs)))
    samples = [np.concatenate(pair).reshape(-1, 1) for pair in ((left, inputs), (targets, values))]
    network = Network([1, len(inputs) + 1, 1], "relu")
    w = exact([-1, -1] + [1] * len(changes)) * scales

    def point(kinks: list[fmpq], slopes: list[fmpq]) -> Array:
        """The two units on the left are 0 from their kinks on and fall by these slopes."""
        outgoing = np.append(exact(slopes), changes) / scales
        return np.concatenate([w, -w * exact([*kinks, *inputs[:-1]]), outgoing, exact([level])])

    share = scales[0] / (scales[0] + scales[1])
    bad = point([kink, kink], [fall * share, fall * (1 - share)])
    bent = (targets[0] - targets[1]) / (left[1] - left[0]) - slope
    better = point([turn, left[1]], [slope, bent])
    return Member(Objective(network, Data(*samples), "squared"), bad, better)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The inputs, the line, the misfits, two to five samples on the right, scales of the units."""
    left, count = constant_units.draw_nodes(draw), draw(st.integers(2, 5))
    steps = draw(exact_arrays((count,), positive_rationals(2)))
    right = np.stack([steps, draw(exact_arrays((count,), rationals()))], axis=1)
    scales = draw(exact_arrays((count + 1,), positive_rationals(2)))
    bend, slope, reach = (draw(positive_rationals(2)) for _ in range(3))
    return build(left, bend, slope, reach, draw(rationals()), right, scales)


def canonical() -> Member:
    """Inputs -1, 0, 1 and three others on the right, four hidden units; loss 0 is possible."""
    right, one = exact([[1, 0], [1, -1], [1, 1]]), fmpq(1)
    return build(exact([-1, 0, 1]), one, one, one, fmpq(0), right, exact([1] * 4))


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
    cost=0.1,
    picture=Line(extent=(-0.3, 1.2)),
)
