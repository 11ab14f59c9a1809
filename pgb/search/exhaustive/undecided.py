"""What is left: boxes about which nothing is proved, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from pgb.search.exhaustive.bisection import Search, Tree
from pgb.search.exhaustive.enclosures import Floats
from pgb.search.exhaustive.points import regular

#: What may be the matter with a box.
REASONS = {
    "kink": "the gradient may jump there",
    "degenerate": "the Hessian is singular or nearly so: a degenerate critical point, or a whole "
    "curve or surface of critical points",
    "budget": "the budget was spent",
}
# Boxes this small, relative to the box searched, are not undecided for want of splitting only.
_SMALL = 2.0**-10
_PORTION = 2048
_MOST = 200_000


@dataclass(frozen=True, eq=False)
class Undecided:
    """Boxes (n, p) of which nothing is proved.

    Attributes:
        low, high: their ends.
        reasons: how many boxes there are for each of ``REASONS``.
        volume: their part of the volume.
    """

    low: Floats
    high: Floats
    reasons: dict[str, int]
    volume: float

    def __len__(self) -> int:
        return len(self.low)

    @property
    def sentence(self) -> str:
        """What is left and why."""
        parts = [f"{count} because {REASONS[name]}" for name, count in self.reasons.items()]
        return f"{len(self)} boxes ({self.volume:.2g} of the volume) are undecided: " + ", ".join(
            parts
        )


def undecided(search: Search, tree: Tree) -> Undecided:
    """The undecided boxes of a tree that is finished, with reasons."""
    reasons: Counter[str] = Counter()
    width = search.high - search.low
    for start in range(0, min(len(tree.low), _MOST), _PORTION):
        low, high = tree.low[start : start + _PORTION], tree.high[start : start + _PORTION]
        reasons.update(_reasons(search, low, high))
    reasons["budget"] += max(len(tree.low) - _MOST, 0)
    volume = float(np.prod((tree.high - tree.low) / width, axis=1).sum())
    kept = {name: reasons[name] for name in REASONS if reasons[name]}
    return Undecided(tree.low, tree.high, kept, volume)


def _reasons(search: Search, low: Floats, high: Floats) -> list[str]:
    small = ((high - low) / (search.high - search.low)).max(axis=1) <= _SMALL
    singular = small & ~regular(search.enclosures, low, high)
    found = np.where(singular, "degenerate", "budget")
    if search.enclosures.kinked:
        found = np.where(search.enclosures.kinks(low, high), "kink", found)
    return [str(name) for name in found]
