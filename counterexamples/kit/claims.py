"""The usual claims: each HOLDS only if it is proved.

Claims about verdicts have certificates; the others rest on exact arithmetic or on certain
enclosures and say so.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq

from counterexamples.kit.building import exact
from counterexamples.kit.claim import Claim, Outcome
from counterexamples.kit.decisions import (
    all_nonzero,
    all_positive,
    all_zero,
    first_failure,
    proved_verdict,
    some_nonzero,
)
from counterexamples.kit.members import Member, Question
from pgb.conditions.verdict import Evidence, Verdict
from pgb.numbers import Array, Balls, Exact

if TYPE_CHECKING:
    from pgb.numbers import Arithmetic
    from pgb.reports import Report

#: A quantity of a member that runs in every arithmetic.
Quantity = Callable[[Member, "Arithmetic"], Any]
REFUTED = (Verdict.NOT_A_LOCAL_MINIMUM, Verdict.ESCAPING)


#: Which question a claim is about.
Asked = Callable[[Member], Question]


def _candidate(member: Member) -> Question:
    return member.question


def noted(name: str) -> Asked:
    """Another question of the member: ``member.notes[name]``."""

    def question(member: Member) -> Question:
        found: Question = member.notes[name]
        return found

    return question


def verdict(
    *accepted: Verdict,
    text: str,
    about: str = "local minimum",
    kind: str | None = None,
    evidence: Evidence | None = None,
    also: Callable[[Report], Outcome] | None = None,
    question: Asked = _candidate,
) -> Claim:
    """``check`` proves one of the accepted verdicts; FAILS if it proves another.

    Args:
        accepted: the expected verdict first.
        text: what is said.
        about: the property.
        kind: the kind of local minimum; UNDECIDED if it is another.
        evidence: an argument that must be among those proved; UNDECIDED without it.
        also: what else the report must say.
        question: what is asked; by default about the candidate.
    """

    def holds(member: Member) -> Outcome:
        report = question(member).report
        outcomes = [proved_verdict(report, *accepted)]
        if kind is not None and report.kind != kind:
            outcomes.append(Outcome.undecided(f"of kind {report.kind}, not {kind}"))
        if evidence is not None:
            found = [f.reason for f in report.findings if f.proved and f.evidence is evidence]
            missing = Outcome.undecided(f"no proof by {evidence.value}")
            outcomes.append(Outcome.holds(found[0]) if found else missing)
        if also is not None:
            outcomes.append(also(report))
        return first_failure(*outcomes)

    return Claim(text, holds, about, accepted[0], question, evidence, kind)


def local_minimum(
    kind: str | None = None, text: str | None = None, question: Asked = _candidate
) -> Claim:
    """A local minimum, of a kind ("strict", "symmetry", "branch", "region") if one is given."""
    words = f"the candidate is a local minimum{'' if kind is None else f' of kind {kind}'}"
    return verdict(Verdict.LOCAL_MINIMUM, text=text or words, kind=kind, question=question)


def bad_local_minimum(
    kind: str | None = None, text: str | None = None, question: Asked = _candidate
) -> Claim:
    """A local minimum whose value is above that of the better point of the question."""

    def is_bad(report: Report) -> Outcome:
        if report.bad:
            return Outcome.holds("the better point is lower")
        if report.is_global:
            return Outcome.fails("the minimum is global")
        return Outcome.undecided("the better point is not proved to be lower")

    kinds = "" if kind is None else f" of kind {kind}"
    words = f"the candidate is a local minimum{kinds} and the better point is lower"
    words = text or words
    return verdict(Verdict.LOCAL_MINIMUM, text=words, kind=kind, also=is_bad, question=question)


def global_minimum(
    text: str = "the candidate is a global minimum",
    evidence: Evidence | None = None,
    question: Asked = _candidate,
) -> Claim:
    """A local minimum that is proved to be global."""

    def is_global(report: Report) -> Outcome:
        if report.is_global:
            return Outcome.holds("global")
        return Outcome.fails("bad") if report.bad else Outcome.undecided("global or not: unknown")

    return verdict(
        Verdict.LOCAL_MINIMUM,
        text=text,
        about="global minimum",
        evidence=evidence,
        also=is_global,
        question=question,
    )


def not_a_local_minimum(
    text: str = "the candidate is not a local minimum", evidence: Evidence | None = None
) -> Claim:
    """Not a local minimum, by an argument of a given kind if one is named."""
    return verdict(*REFUTED, text=text, evidence=evidence)


def refuted(text: str, note: str, evidence: Evidence | None = None) -> Claim:
    """Another question, ``member.notes[note]``, is about a point that is no local minimum."""
    return verdict(*REFUTED, text=text, evidence=evidence, question=noted(note))


def escaping(
    text: str = "a valley that descends to infinity passes through the candidate",
    question: Asked = _candidate,
) -> Claim:
    """No critical point in the ball asked about, and a proved ray of descent to infinity."""
    return verdict(
        Verdict.ESCAPING,
        text=text,
        about="escape to infinity",
        evidence=Evidence.ESCAPE_RAY,
        question=question,
    )


def after_elimination_not_a_local_minimum(lam: Any = "1/10", text: str | None = None) -> Claim:
    """With an exponential neuron added for each output, no local minimum at a = b = W = 0."""
    words = f"after elimination with penalty {lam} the candidate is no local minimum"
    return verdict(
        *REFUTED,
        text=text or words,
        about="local minimum after elimination",
        question=lambda member: member.eliminated(lam),
    )


def after_elimination_no_local_minimum_here(lam: Any = "1/10", text: str | None = None) -> Claim:
    """As above, by group sums: at these parameters there is none whatever a, b and W are."""
    words = f"after elimination with penalty {lam} no a, b, W give one there"
    return verdict(
        *REFUTED,
        text=text or words,
        about="local minimum after elimination",
        evidence=Evidence.GROUP_SUM,
        question=lambda member: member.eliminated(lam),
    )


def saddle(index: int, text: str | None = None) -> Claim:
    """A stationary point whose Hessian has exactly ``index`` negative eigenvalues.

    The certificate says that it is no local minimum; the index is proved beside it.
    """

    def has_index(report: Report) -> Outcome:
        found = _index(report)
        if found is None:
            return Outcome.undecided("the index is not proved")
        said = f"index {found}"
        return Outcome.holds(said) if found == index else Outcome.fails(said)

    words = f"a stationary point whose Hessian has {index} negative eigenvalue{'s'[: index != 1]}"
    return verdict(*REFUTED, text=text or words, about="index", also=has_index)


def _index(report: Report) -> int | None:
    """The proved Morse index of a critical point, at an exact point or in the ball."""
    if report.inertia is not None and report.gradient_is_zero:
        return report.inertia.negative
    return report.index


def stationary(text: str = "the gradient is exactly 0") -> Claim:
    """An exact candidate at which the gradient is exactly 0."""
    return exactly_zero(text, "stationary point", lambda member, ar: _gradient(member, ar))


def not_stationary(text: str = "the gradient is not 0") -> Claim:
    """Some partial derivative certainly differs from 0, at the point or on the whole ball."""
    return verdict(*REFUTED, text=text, about="stationary point", evidence=Evidence.GRADIENT)


def gradient_differs_from_zero(text: str = "the gradient at the candidate is not 0") -> Claim:
    """The gradient at the candidate itself; with floats not on the ball around it."""

    def holds(member: Member) -> Outcome:
        return some_nonzero(lambda ar: _gradient(member, ar), "gradient")

    return Claim(text, holds, "stationary point")


def gradient_norm_below(digits: int) -> Claim:
    """The norm of the gradient at the candidate is below 10^-digits."""

    def room(member: Member, ar: Arithmetic) -> Array:
        slopes = _gradient(member, ar)
        return np.asarray(ar.asarray(exact(fmpq(1, 10 ** (2 * digits)))) - ar.sum(slopes * slopes))

    return positive(f"the norm of the gradient is below 10^-{digits}", "gradient", room)


def positive_semidefinite_hessian(
    text: str, rank: Callable[[Member], int] = lambda member: member.objective.size
) -> Claim:
    """At an exact candidate ``rank`` eigenvalues of the Hessian are positive, the others 0.

    By default all are positive.
    """

    def holds(member: Member) -> Outcome:
        found = member.report.inertia
        if found is None:
            return Outcome.undecided("the signs of the eigenvalues are not known exactly")
        counts = (found.positive, found.zero, found.negative)
        said = "{} positive, {} zero and {} negative eigenvalues".format(*counts)
        right = found.positive == rank(member) and found.negative == 0
        return Outcome.holds(said) if right else Outcome.fails(said)

    return Claim(text, holds, "curvature")


def not_refuted(text: str = "check does not refute the candidate") -> Claim:
    """For what is a local minimum that pgb cannot prove: at least it must not say the contrary."""

    def holds(member: Member) -> Outcome:
        report = member.report
        said = f"{report.verdict.name}, proved: {report.proved}"
        wrong = report.proved and report.verdict is not Verdict.LOCAL_MINIMUM
        return Outcome.fails(said) if wrong else Outcome.holds(said)

    return Claim(text, holds, "verdict")


def exactly_zero(text: str, about: str, quantity: Quantity) -> Claim:
    """All entries of a quantity are exactly 0, by exact arithmetic."""

    def holds(member: Member) -> Outcome:
        return all_zero(np.asarray(quantity(member, Exact())), about)

    return Claim(text, holds, about)


def positive(text: str, about: str, quantity: Quantity) -> Claim:
    """All entries of a quantity are positive, by enclosures."""
    return Claim(text, lambda m: all_positive(lambda ar: quantity(m, ar), about), about)


def nonzero(text: str, about: str, quantity: Quantity) -> Claim:
    """No entry of a quantity is 0, by enclosures; never FAILS."""
    return Claim(text, lambda m: all_nonzero(lambda ar: quantity(m, ar), about), about)


def value_is(formula: Quantity, text: str, point: Quantity | None = None) -> Claim:
    """The objective at the candidate, or at another point, is exactly what a formula says."""

    def difference(member: Member, ar: Arithmetic) -> Any:
        return _value(member, ar, point) - formula(member, ar)

    return exactly_zero(text, "value", difference)


def better_point_is_lower(text: str = "the better point has a lower value") -> Claim:
    """The value at the member's better point is below that at the candidate (or on its ball)."""

    def gap(member: Member, ar: Arithmetic) -> Any:
        if member.better is None or not isinstance(ar, Balls):
            raise TypeError("needs a better point, and balls")
        here, radii = member.candidate, member.candidate.radii()
        point = ar.asarray(here.point) if here.exact else ar.ball(here.point, radii)
        there = member.objective.value(ar, ar.asarray(member.better.point))
        return member.objective.value(ar, point) - there

    return positive(text, "value", gap)


def decreasing_path(
    curve: Callable[[Member, Arithmetic, int], Any],
    text: str,
    *,
    times: tuple[int, ...] = (0, 1, 2, 4, 8),
    limit: Quantity | None = None,
    within: str = "1/1000",
) -> Claim:
    """Along a curve the value falls from each of the times to the next.

    Args:
        curve: the flat vector at a time.
        text: what is said; the times are added to it.
        times: the times.
        limit: if given, all values lie above it, the last by less than ``within``.
        within: a rational.
    """

    def steps(member: Member, ar: Arithmetic) -> Any:
        points = [curve(member, ar, t) for t in times]
        values = [np.asarray(member.objective.value(ar, point)) for point in points]
        gaps = [first - second for first, second in pairwise(values)]
        if limit is not None:
            above = values[-1] - np.asarray(limit(member, ar))
            gaps += [above, ar.asarray(exact(within)) - above]
        return ar.stack([np.asarray(gap) for gap in gaps])

    shown = ", ".join(map(str, times))
    ends = "" if limit is None else f" and ends less than {within} above the limit"
    return positive(f"{text}: the value falls at each of t = {shown}{ends}", "path", steps)


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


def _gradient(member: Member, ar: Arithmetic) -> Array:
    return member.objective.gradient(ar, ar.asarray(member.candidate.point))


def _value(member: Member, ar: Arithmetic, point: Quantity | None) -> Array:
    theta = ar.asarray(member.candidate.point) if point is None else point(member, ar)
    return np.asarray(member.objective.value(ar, theta))
