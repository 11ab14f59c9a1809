"""Counts of what a test searched and proved."""

from __future__ import annotations

from dataclasses import dataclass

from pgb.errors import counted


@dataclass
class Tally:
    """What a use of ``certify`` has seen so far.

    Attributes:
        replayed: problems from the folder of falsifying ones; drawn: from the strategy.
        minima: distinct local minima of all these, proved or not.
        undecided: points that might refute the claim, with no proof that they do or do not.
        falsified: where the falsifying problem is, once there is one.
    """

    replayed: int = 0
    drawn: int = 0
    minima: int = 0
    undecided: int = 0
    falsified: str | None = None

    def __str__(self) -> str:
        replayed = f"{counted(self.replayed, 'problem')} replayed, " if self.replayed else ""
        text = f"{replayed}{self.drawn} drawn, "
        text += f"{counted(self.minima, 'local minimum', 'local minima')}, "
        text += f"{counted(self.undecided, 'point')} undecided"
        return f"{text}; falsified: {self.falsified}" if self.falsified else text
