"""One chunk of runs: draw, descend, classify, and keep what is distinct."""

from __future__ import annotations

import pickle
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from pgb.errors import InputError
from pgb.problems import Objective
from pgb.search.descent import Ends, descend
from pgb.search.merging import Merger
from pgb.search.outcome import Classified, Outcome, classify
from pgb.search.records import Chunk, ChunkResult, EscapeRecord, Lowest, PointRecord, Vector
from pgb.search.starts import draw
from pgb.search.symmetry import SymmetryGroup, group_of

# Numbers in the Jacobians of all starts of a chunk: it should take seconds at most, since it is
# what a killed worker loses and what a time limit waits for.
_JACOBIANS = 1 << 18
_SMALLEST, _LARGEST = 16, 256


@dataclass(frozen=True)
class Task:
    """The work of one chunk, picklable: the same task gives the same result everywhere."""

    problem: bytes
    distribution: str
    seed: int
    chunk: Chunk


def pack(objective: Objective) -> bytes:
    """The objective as it travels to other processes.

    Raises:
        InputError: if some part of it, such as a model defined inside a function, cannot travel.
    """
    try:
        return pickle.dumps(objective)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise InputError(
            f"objective: found a part that cannot be pickled ({error}), expected one defined at "
            "the top of a module"
        ) from None


@lru_cache(maxsize=4)
def unpack(problem: bytes) -> tuple[Objective, SymmetryGroup]:
    """The objective of a task and its symmetry group, once for each process."""
    objective: Objective = pickle.loads(problem)
    return objective, group_of(objective)


def chunk_size(objective: Objective) -> int:
    """Starts in a chunk: a power of two that depends on the size of the problem alone."""
    outputs = objective.data.samples * objective.model.output_dimension
    fitting = _JACOBIANS // max(outputs * objective.size, 1)
    return int(np.clip(1 << max(fitting, 1).bit_length() - 1, _SMALLEST, _LARGEST))


def run_chunk(task: Task) -> ChunkResult:
    """The runs of a chunk, merged up to symmetry."""
    objective, group = unpack(task.problem)
    chunk = task.chunk
    starts = draw(objective, task.distribution, task.seed, range(chunk.first, chunk.stop))
    return run_from(objective, group, starts, chunk)


def run_from(
    objective: Objective, group: SymmetryGroup, starts: Vector, chunk: Chunk
) -> ChunkResult:
    """The runs from these starts (n, p), merged up to symmetry."""
    ends = descend(objective, starts, seek=chunk.seek)
    merger = Merger(objective, group)
    counts: Counter[str] = Counter()
    points: list[PointRecord] = []
    for place, found in enumerate(classify(objective, ends, group)):
        counts[found.outcome.name] += 1
        record = _record(ends, place, found, group, chunk)
        if isinstance(record, EscapeRecord):
            merger.add_escape(record)
        elif found.outcome is Outcome.STALLED:
            merger.add_stalled(record)
        else:
            points.append(record)
    merger.add_points(points)
    return ChunkResult(
        chunk,
        tuple(merger.points),
        tuple(merger.escapes),
        tuple(merger.stalled),
        dict(counts),
        _lowest(ends),
    )


def _record(
    ends: Ends, place: int, found: Classified, group: SymmetryGroup, chunk: Chunk
) -> PointRecord | EscapeRecord:
    value, parameters = float(ends.values[place]), np.array(ends.points[place])
    start = chunk.first + place
    if found.outcome is Outcome.ESCAPING:
        assert found.escape is not None
        return EscapeRecord(found.escape, parameters, value, 1, start, chunk.seek)
    orbit = group.orbit_dimension(parameters) if found.nullity else 0
    return PointRecord(
        parameters=parameters,
        value=value,
        gradient_norm=float(ends.gradient_norms[place]),
        newton_step=float(ends.newton_steps[place]),
        outcome=found.outcome,
        index=int(found.index),
        nullity=int(found.nullity),
        explained=bool(found.explained),
        free=max(int(found.nullity) - orbit, 0),
        hits=1,
        first_start=start,
        seek=chunk.seek,
        kinks=found.kinks,
    )


def _lowest(ends: Ends) -> Lowest | None:
    finite = np.isfinite(ends.values)
    if not np.any(finite):
        return None
    place = int(np.argmin(np.where(finite, ends.values, np.inf)))
    return Lowest(float(ends.values[place]), np.array(ends.points[place]))
