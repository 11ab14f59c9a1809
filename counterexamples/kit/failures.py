"""Members for which a claim does not hold: named, shown and written as problem files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from counterexamples.kit.claim import Claim
from counterexamples.kit.members import Member, Question
from counterexamples.kit.numbers import named_entries
from pgb.problem_files import ProblemFile, write_problem

_LONGEST_LIST = 8


@dataclass(frozen=True, eq=False)
class Failure:
    """A member for which a claim fails or stays undecided.

    Attributes:
        question: the problem and the point that the claim is about.
        detail: what was found.
        slug: the claim's text as a file name.
        number: 0 for the canonical member, then in the order in which members are drawn; None for
            one that was drawn to be simple.
    """

    question: Question
    detail: str
    slug: str
    number: int | None = None

    @classmethod
    def of(cls, claim: Claim, member: Member, detail: str, number: int | None = None) -> Failure:
        """That of a claim and a member: with the question that the claim is about."""
        question = member.question if claim.question is None else claim.question(member)
        return cls(question, detail, claim.slug, number)

    @property
    def name(self) -> str:
        """Which member it is, in words."""
        if self.number is None:
            return "the simplest member found"
        return f"member {self.number} of those drawn" if self.number else "the canonical member"

    @property
    def point(self) -> str:
        """The candidate by parameter names."""
        entries = named_entries(self.question.objective, self.question.candidate)
        rest = len(entries) - _LONGEST_LIST
        shown = entries[:_LONGEST_LIST] + ([f"and {rest} more"] if rest > 0 else [])
        return ", ".join(shown) or "no parameters"

    def save(self, folder: Path) -> Path:
        """Write ``folder/CLAIM.NUMBER.toml``, a problem for ``pgb check``; return its path.

        Raises:
            InputError: the objective has a part for which problem files have no words.
            OSError: the file cannot be written.
        """
        folder.mkdir(parents=True, exist_ok=True)
        which = {None: "simplest", 0: "canonical"}.get(self.number, f"member-{self.number}")
        path = folder / f"{self.slug}.{which}.toml"
        asked = self.question
        write_problem(ProblemFile(asked.objective, asked.candidate, asked.better), path)
        return path
