"""What an example consists of: a family of members, claims about them, and tags to find it by."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from hypothesis.strategies import SearchStrategy

from counterexamples.kit.claim import Claim
from counterexamples.kit.claims import not_a_local_minimum
from counterexamples.kit.members import Member
from counterexamples.kit.pictures import Picture
from counterexamples.kit.tags import Depth, Kind, Phenomenon, Words, check_tags, listed

#: A proof that takes longer than this (seconds) is asked of fewer members.
CHEAP = 0.1
_FEWEST = 5


@dataclass(frozen=True)
class Part:
    """A family with what is claimed of its members.

    An example has one and may have further ones; a correction adds one.
    """

    label: str
    family: Callable[[], SearchStrategy[Member]]
    canonical: Callable[[], Member]
    claims: tuple[Claim, ...]

    @cached_property
    def member(self) -> Member:
        """The canonical member."""
        return self.canonical()


@dataclass(frozen=True)
class Correction:
    """A statement about a result of the literature that needs a correction to hold.

    The example's own family and claims prove the corrected statement; these here refute the
    other one.

    Attributes:
        stated: what does not hold, in words, with the paper's name.
        corrected: what holds instead.
        family: draws members that the statement covers and that refute it.
        canonical: the one to show.
        claims: what refutes it; by default that the candidate is no local minimum.
        printed: whether the paper prints the statement; otherwise the paper is right, and the
            statement is what one easily reads into it.
    """

    stated: str
    corrected: str
    family: Callable[[], SearchStrategy[Member]]
    canonical: Callable[[], Member]
    claims: tuple[Claim, ...] = (not_a_local_minimum("without the correction it is none"),)
    printed: bool = True

    @property
    def label(self) -> str:
        """How the statement came about."""
        return "as printed" if self.printed else "as easily misread"


@dataclass(frozen=True)
class Example:
    """A false statement and the family of instances that refutes it.

    Attributes:
        module: ``__name__`` of its file. The file is named after the false statement; its
            docstring is the mathematics, headline first.
        title: the false statement as a sentence.
        statement: what is true of every member, in one precise sentence.
        source: the paper that the phenomenon is from, by name, or "own".
        kind: what it is an example of.
        phenomenon: what happens.
        activation: name or names, or "any".
        loss: name or names, or "any".
        depth: how many layers of weights, several numbers, or "any"; 0 is a fixed output.
        family: makes the strategy that draws members; its docstring says what is free.
        canonical: builds the member to show; its docstring says which it is.
        claims: what is decided for every member.
        cost: seconds that the claims take for one member.
        picture: what to draw of the canonical member.
        correction: where the literature, or a reading of it, needs one.
        further: other families that refute the statement.
    """

    module: str
    title: str
    statement: str
    source: str
    kind: Kind
    phenomenon: Phenomenon
    activation: Words
    loss: Words
    depth: Depth
    family: Callable[[], SearchStrategy[Member]]
    canonical: Callable[[], Member]
    claims: tuple[Claim, ...]
    cost: float = 0.05
    picture: Picture | None = None
    correction: Correction | None = None
    further: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        check_tags(self.name, self.kind, self.phenomenon, self.activation, self.loss, self.depth)

    @property
    def name(self) -> str:
        """The file's name, which is the false statement in snake case."""
        return self.module.rpartition(".")[2]

    @property
    def mathematics(self) -> str:
        """Why it is so: the docstring of the file without its headline."""
        text = inspect.cleandoc(sys.modules[self.module].__doc__ or "")
        return text.partition("\n")[2].strip()

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The family, the further ones and, where there is one, that of the correction."""
        own = Part("", self.family, self.canonical, self.claims)
        other = self.correction
        if other is None:
            return own, *self.further
        return own, *self.further, Part(other.label, other.family, other.canonical, other.claims)

    @property
    def member(self) -> Member:
        """The canonical member."""
        return self.parts[0].member

    @property
    def all_claims(self) -> tuple[Claim, ...]:
        """The claims of all parts."""
        return tuple(claim for part in self.parts for claim in part.claims)

    @property
    def tags(self) -> dict[str, list[str]]:
        """What it can be found by: activation, loss, depth, phenomenon, kind, certificate."""
        return {
            "activation": listed(self.activation),
            "loss": listed(self.loss),
            "depth": listed(self.depth),
            "phenomenon": [self.phenomenon],
            "kind": [self.kind],
            "certificate": sorted({w for c in self.all_claims for w in c.certificate_kinds}),
        }

    def members_for(self, asked: int) -> int:
        """How many members to draw where ``asked`` are wanted: fewer if one is expensive."""
        if self.cost <= CHEAP:
            return asked
        return min(asked, max(_FEWEST, int(asked * CHEAP / self.cost)))
