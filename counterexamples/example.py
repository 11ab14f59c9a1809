"""What an example consists of: a family of members, claims about them, and their outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hypothesis.strategies import SearchStrategy

if TYPE_CHECKING:
    from pgb.conditions import Verdict
    from pgb.problems import Candidate, Objective
    from pgb.reports import Report


class Decision(Enum):
    """The answer to a claim about one member; the value is the word used in listings."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Outcome:
    """A decision and what it rests on.

    HOLDS and FAILS are proved: exact arithmetic, certain comparisons of enclosures, or a proved
    verdict. Everything else is UNDECIDED.
    """

    decision: Decision
    detail: str

    @classmethod
    def holds(cls, detail: str) -> Outcome:
        """The claim is proved for the member."""
        return cls(Decision.HOLDS, detail)

    @classmethod
    def fails(cls, detail: str) -> Outcome:
        """The claim is refuted by the member."""
        return cls(Decision.FAILS, detail)

    @classmethod
    def undecided(cls, detail: str) -> Outcome:
        """Neither proved nor refuted."""
        return cls(Decision.UNDECIDED, detail)


@dataclass(frozen=True)
class Member:
    """One instance of a family: an objective, a candidate, and what else its claims need.

    ``notes`` is keyed by names that the example's own claims read, such as the weights of a
    divided difference.
    """

    objective: Objective
    candidate: Candidate
    notes: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def report(self) -> Report:
        """What ``pgb.check`` says of the candidate, computed once for all claims."""
        from pgb.check import check

        return check(self.objective, self.candidate)


@dataclass(frozen=True)
class Claim:
    """One thing said of every member.

    ``about`` names the property of the objective or the candidate that is meant, and ``expected``
    the verdict of ``pgb.check`` where the claim is about that verdict.
    """

    text: str
    holds: Callable[[Member], Outcome]
    about: str
    expected: Verdict | None = None


@dataclass(frozen=True)
class Example:
    """A false statement and the family of instances that refutes it.

    Attributes:
        name: the file's name, which is the false statement in snake case.
        title: the false statement as a sentence.
        statement: what is true of every member.
        source: the paper that the phenomenon is from, by name, or "own".
        phenomenon: a word or two to sort by.
        family: draws members.
        build_canonical: builds the one member to show, exact in every entry.
        claims: what is decided for every member.
    """

    name: str
    title: str
    statement: str
    source: str
    phenomenon: str
    family: SearchStrategy[Member]
    build_canonical: Callable[[], Member]
    claims: tuple[Claim, ...]

    @cached_property
    def canonical(self) -> Member:
        """The member to show."""
        return self.build_canonical()
