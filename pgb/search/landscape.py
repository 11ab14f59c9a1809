"""The landscape: every distinct point that a search found, with what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pgb.conditions import Verdict
from pgb.errors import InputError
from pgb.problems import Objective
from pgb.search.escapes import Escape
from pgb.search.outcome import Outcome

if TYPE_CHECKING:
    from pgb.certificates import Certificate

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """A distinct point, standing for all its images under the symmetries of the objective.

    Attributes:
        parameters: (p,).
        value: objective there; gap: its excess over the least value of any run.
        outcome: classification in floats.
        verdict: proved, or else the best numerical judgement; None where floats say nothing.
        proved: whether the verdict is a theorem about the ball of half-width ``radius``.
        reason: of the verdict, if a proof was asked for.
        index: negative eigenvalues of the Hessian; enclosed: whether it is proved that the ball
            holds a critical point, with this index; nullity: zero eigenvalues; explained: whether
            symmetries and fibers of the model account for them; free: how many of them go beyond
            the orbit, so that the point stands for a family of points with one value.
        kind, is_global, bad: of a proved local minimum, as in a report of `check`.
        hits: runs that ended here or at an image.
        orbit_size: images under the finite part of the symmetry group; orbit_dimension: of the
            continuous part.
        gradient_norm: where the first run ended; first_start: its number; seek: what it sought.
        kinks: quantities that are 0 there and whose sign matters, such as arguments of relu units;
            where there are any, gradient, index and nullity are those along the kinks.
        certificate: of the proof, as plain JSON values.
    """

    parameters: Vector
    value: float
    gap: float
    outcome: Outcome
    verdict: Verdict | None
    proved: bool
    reason: str | None
    index: int
    enclosed: bool
    nullity: int
    explained: bool
    free: int
    kind: str | None
    is_global: bool | None
    bad: bool | None
    radius: float | None
    hits: int
    orbit_size: int
    orbit_dimension: int
    gradient_norm: float
    first_start: int
    seek: str
    kinks: int
    certificate: Mapping[str, Any] | None

    def __repr__(self) -> str:
        verdict = "-" if self.verdict is None else self.verdict.name
        words = "proved" if self.proved else "numerical"
        return f"CriticalPoint({verdict} ({words}), value={self.value!r}, hits={self.hits})"

    @property
    def is_minimum(self) -> bool:
        """Whether the verdict, proved or not, is a local minimum."""
        return self.verdict is Verdict.LOCAL_MINIMUM

    @property
    def is_saddle(self) -> bool:
        """Whether the verdict, proved or not, is that lower values are nearby."""
        return self.verdict is Verdict.NOT_A_LOCAL_MINIMUM


@dataclass(frozen=True, eq=False)
class EscapeGroup:
    """Runs that leave every bounded set in one way.

    Attributes:
        escape: direction, growth law, limit value and mechanism, of the first run.
        parameters: (p,), where the first run was given up; value: objective there.
        hits: number of runs; first_start: number of the first; seek: what it sought.
    """

    escape: Escape
    parameters: Vector
    value: float
    hits: int
    first_start: int
    seek: str

    def __repr__(self) -> str:
        escape = self.escape
        limit = "unknown" if escape.limit is None else f"{escape.limit:.6g}"
        return f"EscapeGroup({escape.mechanism}, limit={limit}, hits={self.hits})"


@dataclass(frozen=True)
class Work:
    """How a search went.

    Attributes:
        starts, saddles: asked for (runs to minima and to critical points).
        seed, distribution: of the starts.
        seconds: wall time of this session; from_store: runs that were already in the store.
        undecided_pairs: points with one value that could not be told apart for certain.
        proofs: whether proofs were asked for.
        stopped: why the search ended before all was done; None if it did not.
        claim: name of the claim that a counterexample was sought to; None without one.
        interrupted: whether the user ended the search.
    """

    starts: int
    saddles: int
    seed: int
    distribution: str
    seconds: float
    from_store: int
    undecided_pairs: int
    proofs: bool
    stopped: str | None
    claim: str | None = None
    interrupted: bool = False


@dataclass(frozen=True, eq=False)
class Landscape:
    """What a search found.

    Attributes:
        objective: searched.
        points: distinct critical points by ascending value.
        escapes: ways of escaping, most frequent first.
        stalled: the lowest of the runs that settled nowhere, for each thing sought.
        counts: runs by outcome; they add up to ``runs``.
        lowest: least value at the end of any run, with that end (p,); None without runs.
        work: how the search went.
        counterexample: the proved point at which ``until`` stopped, or None.
    """

    objective: Objective
    points: tuple[CriticalPoint, ...]
    escapes: tuple[EscapeGroup, ...]
    stalled: tuple[CriticalPoint, ...]
    counts: Mapping[Outcome, int]
    lowest: tuple[float, Vector] | None
    work: Work
    counterexample: CriticalPoint | None = None

    @classmethod
    def from_store(cls, path: str | Path) -> Landscape:
        """The landscape in a store, as far as it was searched.

        Raises:
            InputError: if the file is no store.
        """
        from pgb.search.run import landscape_of_store

        return landscape_of_store(path)

    @property
    def runs(self) -> int:
        """Runs that were made."""
        return sum(self.counts.values())

    @property
    def minima(self) -> tuple[CriticalPoint, ...]:
        """Points whose verdict, proved or not, is a local minimum."""
        return tuple(point for point in self.points if point.is_minimum)

    @property
    def saddles(self) -> tuple[CriticalPoint, ...]:
        """Points whose verdict, proved or not, is that lower values are nearby."""
        return tuple(point for point in self.points if point.is_saddle)

    @property
    def undecided(self) -> tuple[CriticalPoint, ...]:
        """Points that are neither minima nor saddles, as far as is known."""
        return tuple(p for p in self.points if not (p.is_minimum or p.is_saddle))

    @property
    def proved(self) -> tuple[CriticalPoint, ...]:
        """Points whose verdict is proved."""
        return tuple(point for point in self.points if point.proved)

    @property
    def bad_minima(self) -> tuple[CriticalPoint, ...]:
        """Minima proved to have a lower value elsewhere."""
        return tuple(point for point in self.minima if point.proved and point.bad)

    @property
    def best(self) -> CriticalPoint | None:
        """The lowest minimum, or None."""
        return next(iter(self.minima), None)

    @property
    def gap(self) -> float | None:
        """Value of the second lowest minimum minus that of the lowest, or None."""
        minima = self.minima
        return minima[1].value - minima[0].value if len(minima) > 1 else None

    @property
    def unseen(self) -> float | None:
        """Estimated chance that one more run finds a new point (Good 1953).

        It is the share of the runs that found a point which no other run found; None without runs,
        and if most of them stalled, since these may have been on the way to new points.
        """
        if 2 * self.counts.get(Outcome.STALLED, 0) >= self.runs:
            return None
        return sum(point.hits == 1 for point in self.points) / self.runs

    def certificate(self, point: CriticalPoint | int | None = None) -> Certificate:
        """The certificate of a proved point, given itself or by its place in ``points``.

        Without a point that of the counterexample at which the search stopped.

        Raises:
            InputError: if nothing is proved about it.
        """
        from pgb.certificates import Certificate

        chosen = self.points[point] if isinstance(point, int) else point or self.counterexample
        found = None if chosen is None else chosen.certificate
        if chosen is None:
            raise InputError("certificate: found no counterexample, expected a point")
        if found is None:
            raise InputError("certificate: found no proof of this point, expected prove=True")
        return Certificate(found["problem"], found["claim"], tuple(found["evidence"]))

    def by_name(self, point: CriticalPoint) -> dict[str, Any]:
        """The parameters of a point as arrays by name."""
        return {
            parameter.name: point.parameters[self.objective.slices[parameter.name]].reshape(
                parameter.shape
            )
            for parameter in self.objective.parameters
        }

    def to_records(self, parameters: bool = False) -> list[dict[str, Any]]:
        """One flat mapping for each point, for a table of any library.

        With ``parameters`` there is an entry for each number in them, such as "W1[0, 2]".
        """
        from pgb.search.escapes import name_of
        from pgb.search.rendering import record

        names = [
            name_of(self.objective, j) for j in range(self.objective.size if parameters else 0)
        ]
        return [
            record(point) | dict(zip(names, point.parameters.tolist(), strict=False))
            for point in self.points
        ]

    def to_json_object(self) -> dict[str, Any]:
        """Plain JSON values; keys are documented in docs/search.md."""
        from pgb.search.rendering import to_json_object

        return to_json_object(self)

    def to_text(self, width: int = 100, rows: int = 20, color: bool = False) -> str:
        """The table as text: the lowest ``rows`` points and ways of escaping."""
        from pgb.search.rendering import render_text

        return render_text(self, width, rows, color)

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return (
            f"Landscape({len(self.points)} points, {len(self.minima)} minima, "
            f"{len(self.escapes)} ways of escaping, {self.runs} runs)"
        )

    def _repr_html_(self) -> str:
        from pgb.search.rendering import render_html

        return render_html(self)
