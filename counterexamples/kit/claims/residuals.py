"""Claims about output gradients, and about the least loss of all functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from counterexamples.kit.claim import Claim, Outcome
from counterexamples.kit.decisions import all_zero, first_failure
from counterexamples.kit.members import Member
from pgb.numbers import Exact


def function_space_infimum(value: float, attained: bool, text: str | None = None) -> Claim:
    """The least loss of any function on these data, and whether a function attains it."""
    how = "attained" if attained else "not attained"

    def holds(member: Member) -> Outcome:
        found = member.objective.infimum()
        said = f"{found.value}, {'attained' if found.attained else 'not attained'}"
        right = found.value == value and found.attained is attained
        return Outcome.holds(said) if right else Outcome.fails(said)

    words = text or f"the infimum over all functions is {value:g}, {how}"
    return Claim(words, holds, "function-space infimum")


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

    return Claim(text or "the moments below the order are exactly 0", holds, "residuals")


def some_residual_remains(text: str = "some output gradient is not 0") -> Claim:
    """The output gradients at an exact candidate are not all 0."""

    def holds(member: Member) -> Outcome:
        ar = Exact()
        r = member.objective.output_gradients(ar, ar.asarray(member.candidate.point))
        if np.any(ar.certainly_nonzero(r)):
            return Outcome.holds("an output gradient differs from 0")
        return Outcome.undecided("no output gradient certainly differs from 0")

    return Claim(text, holds, "residuals")
