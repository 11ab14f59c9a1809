"""Claims about members, and how they are decided."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from counterexamples.kit.members import Member, Question

if TYPE_CHECKING:
    from pgb.certificates import Certificate
    from pgb.conditions import Evidence, Verdict

_LONGEST_SLUG = 70


class Decision(Enum):
    """The answer to a claim about one member; the value is the word used in listings."""

    HOLDS = "holds"
    FAILS = "fails"
    UNDECIDED = "undecided"


class Basis(Enum):
    """What the decision of a claim without a certificate rests on; the value is said to readers.

    The first four are proofs. The others are for claims about programs, which their texts say.
    """

    EXACT = "exact arithmetic"
    ENCLOSURES = "enclosures (balls)"
    EXACT_OR_ENCLOSURES = "exact arithmetic and enclosures (balls)"
    VERDICTS = "proved verdicts at several points"
    DOUBLES = "double precision, which the claim is about"
    SEARCH = "a search that found nothing, no proof that there is nothing"
    UNSTATED = "what the example's own file computes"


@dataclass(frozen=True)
class Outcome:
    """A decision and what was found.

    HOLDS and FAILS are proved: exact arithmetic, certain comparisons of enclosures, or a proved
    verdict. Everything else is UNDECIDED. Only a claim about what a program gives, as its text and
    its basis say, holds by running the program.
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
class Claim:
    """One thing said of every member; ``counterexamples.kit.claims`` makes the usual ones.

    Attributes:
        text: what is said.
        holds: decides it for a member.
        about: the property that is meant, such as "local minimum", "gradient", "value".
        expected: the verdict of ``pgb.check``, where the claim rests on one.
        question: what that verdict is about. With it the claim has a certificate; without it
            there is none, and ``basis`` says what the claim rests on.
        evidence: the kind of argument that the verdict must come with, if one is named.
        kind: the kind of local minimum, if one is named.
        basis: what a claim without a question rests on.
    """

    text: str
    holds: Callable[[Member], Outcome]
    about: str
    expected: Verdict | None = None
    question: Callable[[Member], Question] | None = None
    evidence: Evidence | None = None
    kind: str | None = None
    basis: Basis = Basis.UNSTATED

    @property
    def slug(self) -> str:
        """The text as a file name."""
        words = re.sub(r"[^a-z0-9]+", "-", self.text.lower()).strip("-")
        return words if len(words) <= _LONGEST_SLUG else words[:_LONGEST_SLUG].rpartition("-")[0]

    @property
    def rests_on(self) -> str:
        """The kind of evidence in words."""
        if self.question is None:
            return f"{self.basis.value}; no certificate"
        return "proved verdict" if self.evidence is None else self.evidence.value

    @property
    def certificate_kinds(self) -> tuple[str, ...]:
        """Words to find it by: the verdict that a certificate carries, its evidence and kind."""
        if self.question is None or self.expected is None:
            return ("none",)
        named = (self.kind, None if self.evidence is None else self.evidence.name)
        return tuple(_word(w) for w in (self.expected.name, *named) if w is not None)

    def certificate(self, member: Member) -> Certificate | None:
        """The certificate of the verdict that the claim rests on; None if it rests on none.

        Raises:
            InputError: the verdict is not proved for this member, or cannot be written down.
        """
        return None if self.question is None else self.question(member).certificate(self.evidence)


def _word(name: str) -> str:
    return name.lower().replace("_", "-")
