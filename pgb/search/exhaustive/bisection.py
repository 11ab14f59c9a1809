"""Branch and prune: a tree of boxes, each excluded, in a uniqueness box, split, or undecided."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from pgb.problems import Objective
from pgb.search.exhaustive.enclosures import Enclosures, Floats
from pgb.search.exhaustive.exclusion import (
    SPLIT,
    UNDECIDED,
    UNIQUE,
    Labels,
    Places,
    Tested,
    exclude,
)
from pgb.search.exhaustive.points import Unique, newton, prove

# Boxes in one portion: their arrays fit in a processor's cache.
_PORTION = 4096
# Relative to the box searched: no smaller boxes are split.
_SMALLEST = 2.0**-30
_FIRST_STARTS, _STARTS = 256, 48


class Progress(NamedTuple):
    """Fraction of the volume that is decided, boxes tested and waiting, points proved."""

    fraction: float
    boxes: int
    waiting: int
    points: int


@dataclass
class Tree:
    """The boxes generation by generation, those of one generation in the order of their parents.

    ``levels`` holds the labels; the children of the split boxes, two for each, make up the next
    generation. ``low`` and ``high`` are the ends (n, p) of the undecided boxes.
    """

    low: Floats
    high: Floats
    levels: list[Labels] = field(default_factory=list)
    unique: list[Unique] = field(default_factory=list)
    boxes: int = 0

    def letters(self) -> str:
        """The labels in preorder, a left child before its sibling: see ``LETTERS``."""
        text: list[str] = []
        offsets = [_children(labels) for labels in self.levels]
        stack = [(0, 0)]
        while stack:
            level, place = stack.pop()
            label = int(self.levels[level][place])
            text.append(LETTERS[label])
            if label < SPLIT + 10:
                first = int(offsets[level][place])
                stack += [(level + 1, first + 1), (level + 1, first)]
        return "".join(text)


def _children(labels: Labels) -> Places:
    """The place of the first child in the next generation, for the boxes that are split."""
    return 2 * (np.cumsum(labels < SPLIT + 10) - 1)


#: How a label is written down: digits for axes, then letters for the component of each test.
LETTERS = {
    **{SPLIT + j: "0123"[j] for j in range(4)},
    **{10 + j: "abcdefgh"[j] for j in range(4)},
    **{20 + j: "ijklmnop"[j] for j in range(4)},
    **{30 + j: "qrstuvwx"[j] for j in range(4)},
    UNIQUE: ".",
    UNDECIDED: "?",
}


class Search:
    """The state of a search: the boxes of the generation at work, and what was found so far."""

    def __init__(self, objective: Objective, low: Floats, high: Floats, workers: int) -> None:
        self.objective, self.low, self.high = objective, low, high
        self.enclosures, self.workers = Enclosures(objective), workers
        self.tree = Tree(low[None], high[None])
        self.rng = np.random.default_rng(0)
        self.volume = 0.0
        self._rejected: list[Floats] = []
        self._look_for_points(self.rng.uniform(low, high, (_FIRST_STARTS, len(low))))

    def run(
        self, budget: int, seconds: float | None, progress: Callable[[Progress], object] | None
    ) -> Tree:
        """Test generation after generation until nothing is left or the budget is spent."""
        end = None if seconds is None else time.monotonic() + seconds
        stuck_low, stuck_high = [], []
        tree = self.tree
        with ThreadPoolExecutor(self.workers) as pool:
            while len(tree.low):
                waiting = len(tree.low)
                late = end is not None and time.monotonic() > end
                if late or tree.boxes + waiting > budget:
                    tree.levels.append(np.full(waiting, UNDECIDED, dtype=np.uint8))
                    break
                labels, low, high = self._generation(pool)
                small = labels == UNDECIDED
                stuck_low.append(tree.low[small])
                stuck_high.append(tree.high[small])
                tree.levels.append(labels)
                tree.boxes += waiting
                decided = labels >= SPLIT + 10
                self.volume += self._relative_volume(tree.low[decided], tree.high[decided])
                tree.low, tree.high = low, high
                if progress is not None:
                    share = min(self.volume, 1.0) if len(low) else 1.0
                    progress(Progress(share, tree.boxes, len(low), len(tree.unique)))
                self._look_for_points(self._centers())
        tree.low = np.concatenate([*stuck_low, tree.low])
        tree.high = np.concatenate([*stuck_high, tree.high])
        return tree

    def _generation(self, pool: ThreadPoolExecutor) -> tuple[Labels, Floats, Floats]:
        """The labels of the boxes at work, and their children."""
        tree = self.tree
        parts = [slice(i, i + _PORTION) for i in range(0, len(tree.low), _PORTION)]
        found = list(pool.map(lambda s: self._tested(tree.low[s], tree.high[s]), parts))
        labels = np.concatenate([part.labels for part in found])
        axes = np.concatenate([part.axes for part in found])
        open_boxes = np.flatnonzero(labels == UNDECIDED)
        low, high, axes = tree.low[open_boxes], tree.high[open_boxes], axes[open_boxes]
        every = np.arange(len(open_boxes))
        middle = low[every, axes] / 2 + high[every, axes] / 2
        wide = ((high - low) / (self.high - self.low)).max(axis=1) > _SMALLEST
        wide &= (low[every, axes] < middle) & (middle < high[every, axes])
        labels[open_boxes[wide]] = SPLIT + axes[wide]
        low, high, axes, middle = low[wide], high[wide], axes[wide], middle[wide]
        every = np.arange(len(low))
        left_high, right_low = high.copy(), low.copy()
        left_high[every, axes], right_low[every, axes] = middle, middle
        shape = (2 * len(low), low.shape[1])
        lows = np.stack([low, right_low], axis=1).reshape(shape)
        return labels, lows, np.stack([left_high, high], axis=1).reshape(shape)

    def _tested(self, low: Floats, high: Floats) -> Tested:
        held = np.zeros(len(low), dtype=np.bool_)
        for unique in self.tree.unique:
            held |= unique.holds(low, high)
        labels = np.full(len(low), UNIQUE, dtype=np.uint8)
        axes = np.zeros(len(low), dtype=np.intp)
        rest = np.flatnonzero(~held)
        if len(rest):
            labels[rest], axes[rest] = exclude(self.enclosures, low[rest], high[rest])
        return Tested(labels, axes)

    def _relative_volume(self, low: Floats, high: Floats) -> float:
        return float(np.prod((high - low) / (self.high - self.low), axis=1).sum())

    def _centers(self) -> Floats:
        """The centers of some of the boxes that wait and are in no uniqueness box."""
        tree = self.tree
        count = len(tree.low)
        chosen = self.rng.choice(count, min(count, _STARTS), replace=False)
        low, high = tree.low[chosen], tree.high[chosen]
        for unique in tree.unique:
            outside = ~unique.holds(low, high)
            low, high = low[outside], high[outside]
        return np.asarray(low / 2 + high / 2)

    def _look_for_points(self, starts: Floats) -> None:
        """Newton's method from the starts; what is new and can be proved is kept.

        Boxes that meet may hold one and the same point: only the first is kept.
        """
        if not len(starts):
            return
        for point in newton(self.objective, starts, self.low, self.high):
            known = [*(u.center for u in self.tree.unique), *self._rejected]
            near = 1e-7 * (self.high - self.low)
            if any((np.abs(point - other) <= near).all() for other in known):
                continue
            unique = prove(self.enclosures, point, self.low, self.high)
            if unique is None or any(unique.meets(other) for other in self.tree.unique):
                self._rejected = [*self._rejected[-99:], point]
            else:
                self.tree.unique.append(unique)
