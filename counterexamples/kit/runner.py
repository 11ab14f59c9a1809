"""Run the claims of examples on canonical members and on members drawn from the families."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from hypothesis import Phase, given, settings
from hypothesis import seed as with_seed

from counterexamples.kit.claim import Claim, Decision, Outcome
from counterexamples.kit.example import Example, Part
from counterexamples.kit.failures import Failure
from counterexamples.kit.members import Member
from counterexamples.kit.registry import examples as all_examples
from counterexamples.kit.registry import find

Progress = Callable[[str, int, int], None]


@dataclass
class Result:
    """What came of one claim of one example.

    ``counts`` says how many members gave each decision, and ``witness`` is the outcome (for a
    claim that fails, on a member made as simple as possible) that explains the decision.
    ``first`` is the first member that gave a decision other than HOLDS (one that fails before one
    that is undecided), and ``simplest`` the simple member of the witness, unless that is the
    first or the canonical one. ``family`` is the label of the family, "" for the main one.
    """

    example: str
    claim: str
    about: str
    counts: dict[Decision, int] = field(default_factory=lambda: dict.fromkeys(Decision, 0))
    witness: str = ""
    seconds: float = 0.0
    family: str = ""
    first: Failure | None = None
    simplest: Failure | None = None

    @property
    def decision(self) -> Decision:
        """FAILS if any member refutes the claim, HOLDS only if every member proves it."""
        for decision in (Decision.FAILS, Decision.UNDECIDED):
            if self.counts[decision]:
                return decision
        return Decision.HOLDS if self.counts[Decision.HOLDS] else Decision.UNDECIDED

    @property
    def canonical_fails(self) -> bool:
        """Whether the canonical member refutes the claim."""
        return self.decision is Decision.FAILS and self.first is not None and not self.first.number

    @property
    def members(self) -> int:
        """How many members were examined."""
        return sum(self.counts.values())


class _RefutedError(Exception):
    """A member refutes a claim: makes hypothesis look for a simpler one."""


def examine(claims: Sequence[Claim], member: Member) -> list[tuple[Claim, Outcome]]:
    """Every claim with its outcome on one member."""
    return [(claim, claim.holds(member)) for claim in claims]


def run(
    chosen: Iterable[str | Example] | None = None,
    *,
    examples: int = 100,
    seed: int | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """Run examples on their canonical members and on members drawn from their families.

    Args:
        chosen: examples, names of examples, or unambiguous parts of names; by default all.
        examples: how many members to draw for each family; fewer where one is expensive.
        seed: draws the members of that seed; by default the same members every time.
        progress: called with the example's name, members done and members asked for.

    Returns:
        One result for each claim, in the order of the examples and their claims.

    Raises:
        InputError: a name fits no example, or several.
    """
    results = []
    for item in all_examples() if chosen is None else chosen:
        example = find(item) if isinstance(item, str) else item
        count = example.members_for(examples)
        done, asked = 0, len(example.parts) * (count + 1)
        for part in example.parts:
            report = None if progress is None else _offset(progress, example.name, done, asked)
            results += _run_part(example.name, part, count, seed, report)
            done += count + 1
    return results


def _offset(progress: Progress, name: str, before: int, asked: int) -> Callable[[int], None]:
    return lambda done: progress(name, before + done, asked)


def exit_code(results: Sequence[Result]) -> int:
    """0 if every claim holds, 1 if one fails, 20 if none fails and some are undecided."""
    decisions = {result.decision for result in results}
    if Decision.FAILS in decisions:
        return 1
    return 20 if Decision.UNDECIDED in decisions else 0


def _run_part(
    name: str,
    part: Part,
    count: int,
    chosen_seed: int | None,
    progress: Callable[[int], None] | None,
) -> list[Result]:
    results = [Result(name, c.text, c.about, family=part.label) for c in part.claims]
    refuted: set[int] = set()

    def examine_member(member: Member) -> None:
        for index, (claim, result) in enumerate(zip(part.claims, results, strict=True)):
            started = time.perf_counter()
            outcome = claim.holds(member)
            result.seconds += time.perf_counter() - started
            _record(result, claim, member, outcome)
            if outcome.decision is Decision.FAILS:
                refuted.add(index)
        if progress is not None:
            progress(results[0].members)

    examine_member(part.member)
    if count > 0:
        _draw(part, examine_member, count, chosen_seed)
    for index in sorted(refuted):
        if not results[index].canonical_fails:
            _simplify(part, part.claims[index], results[index], count, chosen_seed)
    return results


def _record(result: Result, claim: Claim, member: Member, outcome: Outcome) -> None:
    worst, number = result.decision, result.members
    result.counts[outcome.decision] += 1
    if not result.witness or result.decision is not worst:
        result.witness = outcome.detail
        if outcome.decision is not Decision.HOLDS:
            result.first = Failure.of(claim, member, outcome.detail, number)


def _settings(count: int, chosen_seed: int | None, phases: Sequence[Phase]) -> settings:
    return settings(
        max_examples=count,
        derandomize=chosen_seed is None,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=(),
        report_multiple_bugs=False,
    )


def _draw(
    part: Part, action: Callable[[Member], None], count: int, chosen_seed: int | None
) -> None:
    @_settings(count, chosen_seed, [Phase.generate])
    @given(part.family())
    def on_every_member(member: Member) -> None:
        action(member)

    if chosen_seed is not None:
        on_every_member = with_seed(chosen_seed)(on_every_member)
    on_every_member()


def _simplify(
    part: Part, claim: Claim, result: Result, count: int, chosen_seed: int | None
) -> None:
    """Put the outcome on the simplest member that still refutes the claim into the result."""
    simplest: Failure | None = None

    @_settings(max(count, 1), chosen_seed, [Phase.generate, Phase.shrink])
    @given(part.family())
    def is_not_refuted(member: Member) -> None:
        nonlocal simplest
        outcome = claim.holds(member)
        if outcome.decision is Decision.FAILS:
            simplest = Failure.of(claim, member, outcome.detail)
            raise _RefutedError

    if chosen_seed is not None:
        is_not_refuted = with_seed(chosen_seed)(is_not_refuted)
    try:
        is_not_refuted()
    except _RefutedError:
        assert simplest is not None
        result.witness, result.simplest = simplest.detail, simplest
