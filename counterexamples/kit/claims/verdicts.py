"""Claims about what ``pgb.check`` says; those that rest on a verdict have certificates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from counterexamples.kit.claim import Basis, Claim, Outcome
from counterexamples.kit.decisions import first_failure, proved_verdict
from counterexamples.kit.members import Member, Question
from pgb.conditions.verdict import KINDS, Evidence, Verdict
from pgb.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from pgb.reports import Report

#: Which question a claim is about.
Asked = Callable[[Member], Question]
REFUTED = (Verdict.NOT_A_LOCAL_MINIMUM, Verdict.ESCAPING)


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

    Raises:
        InputError: no verdict, or a word that is no verdict, kind or evidence.
    """
    _check_words(accepted, kind, evidence)

    def holds(member: Member) -> Outcome:
        report = question(member).report
        outcomes = [proved_verdict(report, *accepted)]
        if kind is not None and report.kind != kind:
            outcomes.append(Outcome.undecided(f"of kind {report.kind}, not {kind}"))
        if evidence is not None:
            found = [f.reason for f in report.findings if f.proved and f.evidence is evidence]
            if not found:
                outcomes.append(Outcome.undecided(f"no proof by {evidence.value}"))
            elif found[0] != report.reason:  # which the verdict's outcome has said
                outcomes.append(Outcome.holds(found[0]))
        if also is not None:
            outcomes.append(also(report))
        return first_failure(*outcomes)

    return Claim(text, holds, about, accepted[0], question, evidence, kind)


def _check_words(accepted: tuple[Any, ...], kind: Any, evidence: Any) -> None:
    """Refuse what ``check`` never says: the claim could only stay undecided, or fail."""
    kinds = list(dict.fromkeys(KINDS.values()))
    problems = [] if accepted else ["verdict: found none, expected at least one"]
    for value in accepted:
        if not isinstance(value, Verdict):
            problems.append(f"verdict: found {value!r}, expected {_members(Verdict)}")
    if evidence is not None and not isinstance(evidence, Evidence):
        problems.append(f"evidence: found {evidence!r}, expected {_members(Evidence)}")
    if kind is not None and kind not in kinds:
        near = did_you_mean(kind, kinds)
        problems.append(f"kind: found {kind!r}, expected one of {', '.join(kinds)}{near}")
    if problems:
        raise InputError(problems)


def _members(words: type[Verdict] | type[Evidence]) -> str:
    return f"one of {', '.join(f'{words.__name__}.{member.name}' for member in words)}"


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
    words = f"after elimination with penalty {lam} no local minimum there, whatever a, b, W"
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


def not_stationary(text: str = "the gradient is not 0") -> Claim:
    """Some partial derivative certainly differs from 0, at the point or on the whole ball."""
    return verdict(*REFUTED, text=text, about="stationary point", evidence=Evidence.GRADIENT)


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

    return Claim(text, holds, "curvature", basis=Basis.EXACT_OR_ENCLOSURES)


def not_refuted(text: str = "check does not refute the candidate") -> Claim:
    """For what is a local minimum that pgb cannot prove: at least it must not say the contrary."""

    def holds(member: Member) -> Outcome:
        report = member.report
        said = f"{report.verdict.name}, proved: {report.proved}"
        wrong = report.proved and report.verdict is not Verdict.LOCAL_MINIMUM
        return Outcome.fails(said) if wrong else Outcome.holds(said)

    return Claim(text, holds, "verdict", basis=Basis.SEARCH)
