"""The absolute loss: fitted samples hold the added neuron at 0 by their kink."""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.building import augmented, candidate_at, constant_model, exact
from counterexamples.decisions import all_positive
from counterexamples.example import Claim, Decision, Example, Member, Outcome
from counterexamples.sources import ELIMINATION
from pgb.conditions import Verdict
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
    candidate = candidate_at(objective, augmented([], [0], [b], [[slope]]))
    return Member(objective, candidate, {"base": base})


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


def is_not_refuted(member: Member) -> Outcome:
    """The decision procedure must not call it refuted."""
    report = member.report
    if report.verdict is Verdict.LOCAL_MINIMUM or not report.proved:
        return Outcome(Decision.HOLDS, f"{report.verdict.name}, proved: {report.proved}")
    return Outcome.fails(f"{report.verdict.name}: {report.reason}")


EXAMPLE = Example(
    name="elimination_works_for_the_absolute_loss",
    title="Elimination works for the absolute loss.",
    statement=(
        "With the absolute loss, samples that are fitted hold a = 0 by their kink against the "
        "samples that are missed: the eliminated loss has local minima at which the network is "
        "not optimal, so differentiability of the loss is needed."
    ),
    source=f"own; the hypothesis that fails is one of {ELIMINATION}",
    phenomenon="hypothesis needed",
    family=family(),
    build_canonical=canonical,
    claims=(
        Claim(
            "a = 0 is least for all (b, w) close by",
            rises_on_both_sides_of_zero,
            "local minimum",
        ),
        Claim("the loss is above its infimum", network_is_not_optimal, "value"),
        Claim("check does not refute it", is_not_refuted, "verdict"),
    ),
)
