"""What a batch of runs found, in a form that travels: to other processes and into a store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.search.escapes import Escape
from pgb.search.outcome import Outcome

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PointRecord:
    """A critical point (or, where ``outcome`` is STALLED, the lowest run of its kind).

    Attributes:
        parameters: (p,), where the first run ended.
        value: objective there; gradient_norm and newton_step: of the first run.
        outcome, index, nullity, explained: as ``pgb.search.outcome`` classified it.
        free: flat directions beyond those of the orbit of the symmetries.
        hits: runs that ended there, or at an image of it under a symmetry.
        first_start: the least number of a start that led there; seek: what that run sought.
        kinks: switches that are 0 there, so that the objective is not differentiable.
    """

    parameters: Vector
    value: float
    gradient_norm: float
    newton_step: float
    outcome: Outcome
    index: int
    nullity: int
    explained: bool
    free: int
    hits: int
    first_start: int
    seek: str
    kinks: int = 0

    @property
    def key(self) -> str:
        """Names the point by the bits of its parameters."""
        return hashlib.sha256(
            np.ascontiguousarray(self.parameters, dtype="<f8").tobytes()
        ).hexdigest()

    def joined(self, other: PointRecord) -> PointRecord:
        """The same point with the hits of both."""
        return replace(self, hits=self.hits + other.hits)

    def to_json_object(self) -> dict[str, Any]:
        """Everything but the parameters."""
        fields = {k: v for k, v in vars(self).items() if k != "parameters"}
        return {**fields, "outcome": self.outcome.name}

    @classmethod
    def from_json_object(cls, fields: Mapping[str, Any], parameters: Vector) -> PointRecord:
        """The inverse of ``to_json_object``."""
        return cls(parameters, **{**fields, "outcome": Outcome[fields["outcome"]]})


@dataclass(frozen=True, eq=False)
class EscapeRecord:
    """Runs that leave every bounded set in the same way.

    Attributes:
        escape: direction, growth law, limit value and mechanism, of the first run of which the
            growth law is known.
        parameters: (p,), where that run was when it was given up.
        value: objective there.
        hits, first_start, seek: as for a point.
    """

    escape: Escape
    parameters: Vector
    value: float
    hits: int
    first_start: int
    seek: str

    def joined(self, other: EscapeRecord) -> EscapeRecord:
        """The same way of escaping with the hits of both, as seen where its growth is known."""
        seen = self if self.escape.growth != "unknown" else other
        first = min(self.first_start, other.first_start)
        return replace(seen, hits=self.hits + other.hits, first_start=first)

    def to_json_object(self) -> dict[str, Any]:
        """Everything but the parameters."""
        fields = {k: v for k, v in vars(self).items() if k != "parameters"}
        return {**fields, "escape": asdict(self.escape)}

    @classmethod
    def from_json_object(cls, fields: Mapping[str, Any], parameters: Vector) -> EscapeRecord:
        """The inverse of ``to_json_object``."""
        return cls(**{**fields, "escape": Escape(**fields["escape"])}, parameters=parameters)


@dataclass(frozen=True, eq=False)
class Lowest:
    """The end of a run with the lowest value of all, whatever became of that run."""

    value: float
    parameters: Vector


@dataclass(frozen=True, order=True)
class Chunk:
    """The runs from starts number * size up to ``stop``: the unit of work.

    ``stage`` orders what is sought: 0 minima, 1 critical points.
    """

    stage: int
    number: int
    first: int
    stop: int

    @property
    def seek(self) -> str:
        """What the runs look for, in the words of ``descend``."""
        return SEEKS[self.stage]


#: What runs look for, in the order in which results are merged.
SEEKS = ("minimum", "critical-point")


@dataclass(frozen=True, eq=False)
class ChunkResult:
    """What the runs of a chunk found: distinct points, ways of escaping, and counts of all runs."""

    chunk: Chunk
    points: tuple[PointRecord, ...]
    escapes: tuple[EscapeRecord, ...]
    stalled: tuple[PointRecord, ...]
    counts: Mapping[str, int]
    lowest: Lowest | None
