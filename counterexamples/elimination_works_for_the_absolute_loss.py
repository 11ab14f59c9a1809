"""The absolute loss: fitted samples hold the added neuron at 0 by their kink.

Let the model be constant, fit the samples at some inputs, and miss the targets at others. For
fixed (b, w) the eliminated loss is convex in a. A fitted sample contributes |a| e^{b + w x},
which rises on both sides of a = 0; a missed one changes by at most that with its own x. If w x is
larger at the fitted inputs, the kink wins: a = 0 is least for all (b, w) close by, and there the
loss does not depend on them.

So there is a local minimum at which the network is not optimal. The theorem uses that the loss is
differentiable: it needs the derivative in a at a = 0 to vanish.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Claim,
    Example,
    Member,
    Outcome,
    Surface,
    all_positive,
    augmented,
    claims,
    constant_model,
    exact,
    sources,
)
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective, loss
from pgb.strategies import positive_rationals, rationals
from pgb.transforms import eliminate


def build(
    fitted: list[fmpq], missed: list[fmpq], gaps: list[fmpq], slope: fmpq, b: fmpq, lam: fmpq
) -> Member:
    """A constant model that fits at ``fitted`` and misses by ``gaps`` at ``missed`` inputs.

    The auxiliary unit has w = ``slope``, which is larger in w x at the fitted inputs.
    """
    inputs = exact([*fitted, *missed]).reshape(-1, 1)
    targets = exact([0] * len(fitted) + gaps).reshape(-1, 1)
    base = Objective(constant_model([0], 1), Data(inputs, targets), loss("absolute"))
    objective = eliminate(base, lam)
    candidate = augmented([], [0], [b], [[slope]])
    return Member(objective, candidate, notes={"base": base})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """As many fitted inputs on one side of 0 as missed ones on the other; any gaps, w, b."""
    count = draw(st.integers(1, 3))
    distances = st.lists(positive_rationals(2), min_size=count, max_size=count, unique_by=str)
    side = draw(st.sampled_from([1, -1]))
    fitted = [d * side for d in draw(distances)]
    missed = [-d * side for d in draw(distances)]
    gaps = [draw(rationals(2, zero=False)) for _ in range(count)]
    slope = draw(positive_rationals(2)) * side
    return build(fitted, missed, gaps, slope, draw(rationals(1)), draw(positive_rationals()))


def canonical() -> Member:
    """Fitted at x = 0, missed by 1 at x = 1, w = -1."""
    return build([fmpq(0)], [fmpq(1)], [fmpq(1)], fmpq(-1), fmpq(0), fmpq(1, 10))


def rises_on_both_sides_of_zero(member: Member) -> Outcome:
    """Both one-sided derivatives in a are positive at a = 0.

    For fixed (b, w) the eliminated loss is convex in a, and both derivatives stay positive for
    (b, w) close by; so a = 0 gives the least value for each of these, which is the same for all:
    the candidate is a local minimum.
    """
    ar, objective = Exact(), member.objective
    theta = ar.asarray(member.candidate.point)
    slopes = []
    for sign in (1, -1):
        direction = exact([0] * objective.size)
        direction[objective.slices["a"]] = fmpq(sign)
        slopes.append(objective.directional_derivative(ar, theta, ar.asarray(direction)))
    if all(np.all(ar.certainly_positive(np.asarray(slope))) for slope in slopes):
        return Outcome.holds("one-sided derivatives in a are positive on both sides")
    return Outcome.undecided("a one-sided derivative in a is not certainly positive")


def network_is_not_optimal(member: Member) -> Outcome:
    """The loss is positive, while the function-space infimum is 0."""
    base = member.notes["base"]
    if base.infimum().value != 0:
        return Outcome.fails("the function-space infimum is not 0")

    def value(ar: Arithmetic) -> Array:
        return np.asarray(base.value(ar, ar.zeros((0,))))

    return all_positive(value, "0 < loss")


EXAMPLE = Example(
    __name__,
    title="Elimination works for the absolute loss.",
    statement=(
        "With the absolute loss, samples that are fitted hold a = 0 by their kink against the "
        "samples that are missed: the eliminated loss has local minima at which the network is "
        "not optimal, so differentiability of the loss is needed."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="dropped assumption",
    activation="none",
    loss="absolute",
    depth=0,
    family=family,
    canonical=canonical,
    claims=(
        Claim(
            "a = 0 is least for all (b, w) close by",
            rises_on_both_sides_of_zero,
            "local minimum",
        ),
        Claim("the loss is above its infimum", network_is_not_optimal, "value"),
        claims.not_refuted(),
    ),
    picture=Surface(x=0, y=2, x_range=(-0.5, 0.5), y_range=(-2, 1), log=False),
)
