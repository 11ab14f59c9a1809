"""A bad local minimum at which the network itself has no derivative.

The network is f(x) = v relu(w x + b) + c. Samples with w x + b > 0 are fitted exactly, and so is
one sample with w x + b = 0, whose target is c. At the samples with w x + b < 0 the output is c, and
their residuals add up to 0.

Near the point the unit stays off at these last samples, which see a common constant: their part of
the loss is least at c. All other samples have loss 0. So the point is a local minimum, flat or not.
Its loss is the sum of the squared residuals.

The output at the sample with w x + b = 0 is v relu(s) + c with s = 0, which has different
derivatives from the left and from the right as v != 0. Theorems on differentiable local minima, and
every test by second derivatives, are silent here.

A unit turned to the other side can fit the leftmost sample alone, with output c at all others. What
it loses on the fitted samples is sum (y_i - c)^2, and what it gains is the square of the leftmost
residual, which is larger in this family.
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
    kink: fmpq, unit: tuple[fmpq, fmpq, fmpq], above: Array, below: Array, residuals: Array
) -> Member:
    """A unit (w, v, c) with w > 0 and its kink at a sample, other samples at distances from it.

    ``above`` are the distances of the fitted samples, ``below`` those of the others, farthest
    first; ``residuals`` are output minus target there, but for the farthest and the nearest.
    """
    w, v, c = unit
    fitted = [kink, *(kink + d for d in above)]
    targets = [c, *(c + v * w * d for d in above)]
    far = sum((abs(y - c) for y in targets), fmpq(1))
    residuals = exact([-far, *residuals, far - np.sum(residuals)])
    others = [kink - d for d in below]
    data = Data(
        exact([[x] for x in fitted + others]),
        exact([[y] for y in targets + [c - r for r in residuals]]),
    )
    network = Network([1, 1, 1], "relu")
    end = others[1]
    turned = [fmpq(-1), end, -residuals[0] / (end - others[0]), c]
    candidate = [w, -w * kink, v, c]
    return Member(Objective(network, data, "squared", "sum"), exact(candidate), exact(turned))


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The kink, the unit, one to three samples on its line, two to four others, residuals."""
    steps = draw(exact_arrays((draw(st.integers(1, 3)),), positive_rationals(2)))
    count = draw(st.integers(2, 4))
    gaps = draw(exact_arrays((count,), positive_rationals(2)))
    residuals = draw(exact_arrays((count - 2,), rationals()))
    unit = draw(positive_rationals()), draw(rationals(zero=False)), draw(rationals())
    return build(draw(rationals()), unit, np.cumsum(steps), np.cumsum(gaps)[::-1], residuals)


def canonical() -> Member:
    """Slope 1 from the kink at x = 3 on, inputs 3, 4, 5 fitted; inputs 1 and -1 are not."""
    unit = fmpq(1), fmpq(1), fmpq(0)
    return build(fmpq(3), unit, exact([1, 2]), exact([4, 2]), exact([]))


def jump_of_the_slope_minus_v(member: Member, ar: Arithmetic) -> Array:
    """The derivatives of the output at the kink in the directions b and -b, added up, minus v."""
    objective, along = member.objective, ar.asarray(exact([0, 1, 0, 0]))
    theta, x = ar.asarray(member.candidate.point), ar.asarray(objective.data.inputs[:1])
    slopes = [objective.model.directional(ar, theta, x, move) for move in (along, -along)]
    return slopes[0] + slopes[1] - theta[2]


EXAMPLE = Example(
    __name__,
    title="A relu network is differentiable at its bad local minima.",
    statement=(
        "If the unit of v relu(w x + b) + c fits the samples with w x + b >= 0 exactly, one of "
        "them at w x + b = 0, and the residuals of the others add up to 0, then the point is a "
        "local minimum at which the output has no derivative in b; it is bad if the residual of "
        "the leftmost sample is large."
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
        claims.exactly_zero(
            "the derivatives of an output in the directions b and -b add up to v, not to 0",
            "kink",
            jump_of_the_slope_minus_v,
            "the sum minus v",
        ),
        claims.after_elimination_no_local_minimum_here(),
    ),
    cost=0.1,
    picture=Line(extent=(-0.3, 1.2)),
)
