"""The certificate of a complete list: the tree with leaves that the checker can prove."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pgb.certificates import checking
from pgb.certificates.certificate import Certificate
from pgb.certificates.checking import complete
from pgb.certificates.checking.problem import Problem
from pgb.certificates.checking.reading import Refused
from pgb.certificates.export import export_point, export_problem
from pgb.errors import InputError
from pgb.numbers import Balls

if TYPE_CHECKING:
    from pgb.search.exhaustive.listing import CompleteList, ListedPoint

_PRECISION = 128
# How often a leaf that the checker cannot follow is split.
_MOST_SPLITS = 40


def claim_of(found: CompleteList) -> dict[str, Any]:
    """The claim that the list is complete, without its words."""
    about = {"kind": "box", "low": export_point(found.low), "high": export_point(found.high)}
    points = [
        {
            "center": export_point(point.center),
            "radii": export_point(point.radius),
            "index": point.index,
            "border": point.place == "border",
        }
        for point in found.points
    ]
    return {"verdict": "COMPLETE", "about": about, "points": points}


def certificate_of(found: CompleteList) -> Certificate:
    """The certificate; every leaf is proved by the checker's formulas, and split if need be.

    Raises:
        InputError: if the checker cannot follow the proof.
    """
    problem, claim = export_problem(found.objective), claim_of(found)
    points, read = (*found.points, *found.beyond), Problem(problem)
    root = (found.low.tolist(), found.high.tolist())
    with Balls(complete.BITS):
        around = [_alone(read, point) for point in points]
        tree = _Replay(read, around).run(root, found.tree)
    boxes = [_box(point, box) for point, box in zip(points, around, strict=True)]
    witness = {"method": "bisection", "precision": _PRECISION, "boxes": boxes, "tree": tree}
    claim["words"] = checking.words(claim)
    return Certificate(problem, claim, (witness,))


def _alone(problem: Problem, point: ListedPoint) -> complete.Box:
    """A box in which the checker proves that the point is the only one: that found, or smaller."""
    least, most = point.proof.hull()
    low, high = point.proof.low, point.proof.high
    for _ in range(_MOST_SPLITS):
        box = low.tolist(), high.tolist()
        try:
            complete.alone(problem, box)
        except (Refused, ZeroDivisionError):
            low, high = (
                np.minimum(low / 2 + least / 2, least),
                np.maximum(high / 2 + most / 2, most),
            )
        else:
            return box
    raise InputError(
        "certificate: found a point of which the checker cannot prove that it is alone"
    )


def _box(point: ListedPoint, around: complete.Box) -> dict[str, Any]:
    proof = point.proof
    return {
        "center": export_point(proof.center),
        "radii": export_point(proof.radius),
        "low": export_point(np.array(around[0])),
        "high": export_point(np.array(around[1])),
        "frame": [export_point(row) for row in point.frame],
    }


class _Replay:
    """A tree replayed with the checker's tests."""

    def __init__(self, problem: Problem, around: list[complete.Box]) -> None:
        self.problem, self.around = problem, around

    def run(self, root: complete.Box, tree: str) -> str:
        """The tree, with leaves that the checker does not prove replaced."""
        size, waiting, text = self.problem.size, [root], []
        for letter in tree:
            X = waiting.pop()
            if letter in complete.SPLITS[:size]:
                waiting += reversed(complete.halves(X, complete.SPLITS.index(letter)))
                text.append(letter)
            else:
                text.append(letter if self._proves(X, letter) else self._other(X))
        return "".join(text)

    def _proves(self, X: complete.Box, letter: str) -> bool:
        try:
            return complete.proved(self.problem, X, self.around, letter)
        except Refused:
            return False

    def _other(self, X: complete.Box, splits: int = 0) -> str:
        """Another proof for a box: another test, or those of its halves."""
        size = self.problem.size
        kinds = (complete.GRADIENT, complete.MEAN_VALUE, complete.COMBINED)
        for letter in (complete.UNIQUE, *(v for kind in kinds for v in kind[:size])):
            if self._proves(X, letter):
                return letter
        if splits == _MOST_SPLITS:
            raise InputError("certificate: found a box that the checker cannot exclude")
        axis = max(range(size), key=lambda j: X[1][j] - X[0][j])
        parts = complete.halves(X, axis)
        return complete.SPLITS[axis] + "".join(self._other(part, splits + 1) for part in parts)
