"""The result: a list of critical points, and whether it is complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pgb.errors import InputError
from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.exhaustive.bisection import Search, Tree
from pgb.search.exhaustive.enclosures import Floats
from pgb.search.exhaustive.points import Unique, frame
from pgb.search.exhaustive.undecided import Undecided

if TYPE_CHECKING:
    from pgb.certificates import Certificate


@dataclass(frozen=True, eq=False)
class ListedPoint:
    """A nondegenerate critical point, which exists up to what the list assumes.

    Attributes:
        center: (p,), near the point.
        radius: (p,); the point lies within it of the center, coordinate by coordinate.
        index: Morse index, the number of negative eigenvalues of the Hessian there.
        value: Q at the center, in floating-point numbers.
        place: "inside" the box, "border" (it may lie inside or outside) or "outside".
    """

    center: Floats
    radius: Floats
    index: int
    value: float
    place: str
    proof: Unique = field(repr=False)
    frame: Floats = field(repr=False)

    @property
    def kind(self) -> str:
        """Minimum, saddle point or maximum."""
        if self.index == 0:
            return "minimum"
        return "maximum" if self.index == len(self.center) else f"saddle of index {self.index}"


@dataclass(frozen=True, eq=False)
class CompleteList:
    """The critical points in a box; all of them if ``complete``.

    Attributes:
        objective: what was searched.
        low, high: (p,) ends of the box.
        points: those inside the box or at its border, sorted by value.
        beyond: points close to the box, outside of it, that play a role in the proof.
        undecided: the boxes of which nothing is proved.
        boxes: how many boxes were tested.
        seconds: how long that took.
        tree: the bisection tree in preorder, one letter for each box.
        assumed: functions assumed to be computed within 16 units in the last place, which is tested
            and not proved. If there are none, only operations that IEEE 754 defines were rounded,
            and what is stated is proved; otherwise the certificate is the proof.
    """

    objective: Objective = field(repr=False)
    low: Floats
    high: Floats
    points: tuple[ListedPoint, ...]
    beyond: tuple[ListedPoint, ...] = field(repr=False)
    undecided: Undecided = field(repr=False)
    boxes: int
    seconds: float
    tree: str = field(repr=False)
    assumed: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether no other critical point lies in the box."""
        return len(self.undecided) == 0

    @property
    def minima(self) -> tuple[ListedPoint, ...]:
        """The local minima."""
        return tuple(point for point in self.points if point.index == 0)

    @property
    def saddles(self) -> tuple[ListedPoint, ...]:
        """The saddle points."""
        size = len(self.low)
        return tuple(point for point in self.points if 0 < point.index < size)

    @property
    def maxima(self) -> tuple[ListedPoint, ...]:
        """The local maxima."""
        return tuple(point for point in self.points if point.index == len(self.low))

    @property
    def statement(self) -> str:
        """What is proved, up to ``assumed``, in words."""
        if self.complete:
            from pgb.certificates import checking

            return str(checking.words(self.claim()))
        found = len(self.points)
        return (
            f"{found} nondegenerate critical points lie in the box; the list may not be complete: "
            f"{self.undecided.sentence}"
        )

    @property
    def reservation(self) -> str:
        """What the statement rests on besides IEEE 754 arithmetic, in words; "" for nothing."""
        if not self.assumed:
            return ""
        names = ", ".join(self.assumed)
        return (
            f"This assumes errors of at most 16 units in the last place for {names} in floating "
            "point, which is tested, not proved"
        )

    def claim(self) -> dict[str, Any]:
        """The claim of a certificate without its words; only meaningful if complete."""
        from pgb.search.exhaustive.evidence import claim_of

        return claim_of(self)

    def certificate(self) -> Certificate:
        """The certificate of a complete list, which the stand-alone checker accepts.

        Every leaf is tried with the checker's own formulas; this takes as long as checking does.

        Raises:
            InputError: if the list is not complete, or the checker cannot follow the proof.
        """
        from pgb.search.exhaustive.evidence import certificate_of

        if not self.complete:
            raise InputError(
                f"certificate: found a list with undecided boxes ({len(self.undecided)})"
                ", expected a complete one"
            )
        return certificate_of(self)

    def to_text(self) -> str:
        """A table of the points, and the statement."""
        lines = [f"{'value':>22}  {'kind':<18} parameters"]
        for point in self.points:
            where = " (at the border)" if point.place == "border" else ""
            numbers = ", ".join(f"{v:.10g}" for v in point.center)
            lines.append(f"{point.value:22.15g}  {point.kind:<18} {numbers}{where}")
        rate = self.boxes / max(self.seconds, 1e-9)
        lines += ["", f"{self.statement[0].upper()}{self.statement[1:]}."]
        lines.append(f"{self.boxes} boxes in {self.seconds:.1f} s ({rate:.0f} per second).")
        lines += [f"{self.reservation}."] if self.assumed else []
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.to_text()

    def to_json_object(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        left = self.undecided
        return {
            "box": {"low": self.low.tolist(), "high": self.high.tolist()},
            "complete": self.complete,
            "statement": self.statement,
            "assumed": list(self.assumed),
            "points": [self._record(point) for point in self.points],
            "undecided": {"boxes": len(left), "volume": left.volume, "reasons": left.reasons},
            "boxes": self.boxes,
            "seconds": self.seconds,
        }

    def _record(self, point: ListedPoint) -> dict[str, Any]:
        objective = self.objective
        named = {
            p.name: point.center[objective.slices[p.name]].reshape(p.shape).tolist()
            for p in objective.parameters
        }
        return {
            "kind": point.kind,
            "index": point.index,
            "value": point.value,
            "parameters": named,
            "radius": point.radius.tolist(),
            "place": point.place,
            "proved": not self.assumed,
        }


def listed_points(search: Search, tree: Tree) -> list[ListedPoint]:
    """The points of a tree, sorted by value and then by place."""
    found = []
    for unique in tree.unique:
        value = float(search.objective.value(Float64(), unique.center))
        where = _place(unique, search.low, search.high)
        S = frame(search.enclosures, unique.center)
        record = (unique.center, unique.radius, unique.index, value, where, unique, S)
        found.append(ListedPoint(*record))
    return sorted(found, key=lambda point: (round(point.value, 12), *point.center.tolist()))


def _place(unique: Unique, low: Floats, high: Floats) -> str:
    """Where the box of a point lies; in doubt, at the border."""
    sides = list(zip(unique.ends(), low.tolist(), high.tolist(), strict=True))
    if any(above < a or below > b for (below, above), a, b in sides):
        return "outside"
    return (
        "inside" if all(below >= a and above <= b for (below, above), a, b in sides) else "border"
    )
