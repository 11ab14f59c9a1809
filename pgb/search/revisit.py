"""Going back to a known point: descent from it, classification, and a proof."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pgb.numbers import Float64
from pgb.problems import Candidate, Objective
from pgb.search.assembly import critical_point, orbit_of
from pgb.search.chunk import pack, run_from
from pgb.search.landscape import CriticalPoint
from pgb.search.merging import Merger
from pgb.search.proofs import ProofTask, prove_point
from pgb.search.records import Chunk, Lowest
from pgb.search.symmetry import group_of


def revisit(
    objective: Objective, point: Candidate, better: Candidate | None = None, *, seed: int = 0
) -> CriticalPoint | None:
    """The critical point that descent from ``point`` ends at, with what can be proved of it.

    ``better`` is a point of lower value, if one is known. None if the descent ends at no critical
    point.
    """
    ar, group = Float64(), group_of(objective)
    start = np.asarray(ar.asarray(point.point))
    result = run_from(objective, group, start[None], Chunk(0, 0, 0, 1))
    if not result.points:
        return None
    merger = Merger(objective, group)
    merger.fold(result)
    if better is not None:
        theta = np.asarray(ar.asarray(better.point))
        merger.add_lowest(Lowest(float(objective.value(ar, theta)), theta))
    record = result.points[0]
    lowest = merger.lowest
    lower = lowest is not None and merger.is_lower(lowest.value, record.value)
    task = ProofTask(
        pack(objective), record.key, record.parameters, lowest if lower else None, seed
    )
    found = critical_point(record, prove_point(task), merger, orbit_of(record, group))
    return replace(found, hits=0)
