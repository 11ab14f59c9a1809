"""Claims about output gradients, and about the least loss of all functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from counterexamples.kit.claim import Basis, Claim, Outcome
from counterexamples.kit.decisions import all_zero, first_failure
from counterexamples.kit.members import Member
from pgb.numbers import Exact
from pgb.problems import Objective

#: Losses that are 0 where every sample is fitted, and those that only tend to 0.
_ATTAINED = (
    "squared",
    "half-squared",
    "absolute",
    "huber",
    "log-cosh",
    "hinge",
    "polynomial-hinge",
)
_APPROACHED = ("logistic", "exponential", "cross-entropy")


def function_space_infimum_is_zero(attained: bool, text: str | None = None) -> Claim:
    """The least loss of any function on these data is 0, and whether a function attains it.

    It is 0 if and only if equal inputs have equal targets (and class probabilities are 0 or 1),
    which exact arithmetic decides. Whether it is attained depends on the loss alone.
    """
    how = "attained" if attained else "not attained"

    def holds(member: Member) -> Outcome:
        objective = member.objective
        if objective.loss.name not in (*_ATTAINED, *_APPROACHED):
            return Outcome.undecided(f"not known for the {objective.loss.name} loss")
        if (objective.loss.name in _ATTAINED) is not attained:
            return Outcome.fails(f"the {objective.loss.name} loss: 0 is not {how}")
        zero = (
            "attained where all targets are met" if attained else "a limit that no output attains"
        )
        return first_failure(
            _all_targets_can_be_met(objective),
            Outcome.holds(f"for the {objective.loss.name} loss 0 is {zero}"),
        )

    return Claim(
        text or f"the infimum over all functions is 0, {how}",
        holds,
        "function-space infimum",
        basis=Basis.EXACT,
    )


def _all_targets_can_be_met(objective: Objective) -> Outcome:
    """Whether equal inputs have equal targets, none of which asks for two classes at once."""
    ar, outputs = Exact(), objective.model.output_dimension
    targets = objective.loss.targets(ar, objective.data.targets, outputs)
    gaps = [targets[group] - targets[group[0]] for group in objective.data.groups]
    parts = [all_zero(np.concatenate(gaps), "differences of targets at equal inputs")]
    if objective.loss.name == "cross-entropy":
        if objective.loss.spec != "cross-entropy":
            return Outcome.fails("label smoothing leaves two classes a probability")
        parts.append(all_zero(targets * (1 - targets), "p (1 - p) for each class probability p"))
    return first_failure(*parts)


def moments_vanish(order: Callable[[Member], int], text: str | None = None) -> Claim:
    """Sums of r_i x_i^j over the samples: exactly 0 for j < order and not at the order.

    For one input and one output; r_i are the output gradients at the candidate.
    """

    def holds(member: Member) -> Outcome:
        ar, objective = Exact(), member.objective
        terms = objective.output_gradients(ar, ar.asarray(member.candidate.point))[:, 0]
        moments = []
        for _ in range(order(member) + 1):
            moments.append(ar.sum(terms))
            terms = terms * ar.asarray(objective.data.inputs)[:, 0]
        last = Outcome.holds("the moment at the order differs from 0")
        if not np.all(ar.certainly_nonzero(moments[-1])):
            last = Outcome.undecided("the moment at the order does not certainly differ from 0")
        zero = all_zero(ar.stack(moments[:-1]), "moments below") if moments[:-1] else last
        return first_failure(zero, last)

    return Claim(
        text or "the moments below the order are exactly 0", holds, "residuals", basis=Basis.EXACT
    )


def some_residual_remains(text: str = "some output gradient is not 0") -> Claim:
    """The output gradients at an exact candidate are not all 0."""

    def holds(member: Member) -> Outcome:
        ar = Exact()
        r = member.objective.output_gradients(ar, ar.asarray(member.candidate.point))
        if np.any(ar.certainly_nonzero(r)):
            return Outcome.holds("an output gradient differs from 0")
        return Outcome.undecided("no output gradient certainly differs from 0")

    return Claim(text, holds, "residuals", basis=Basis.EXACT)
