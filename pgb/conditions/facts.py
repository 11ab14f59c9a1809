"""Everything that is measured at a candidate before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass

from pgb.conditions.curvature import Curvature
from pgb.conditions.evaluation import Evaluation
from pgb.conditions.fibers import (
    FiberFamily,
    coordinate_families,
    network_families,
    orbit_families,
    sample_fiber,
    shift_families,
)
from pgb.conditions.function_space import FunctionSpace
from pgb.conditions.pgb_condition import PgbCondition, measure_pgb
from pgb.conditions.stationarity import Stationarity

# Above this many Jacobian entries the fiber search and the PGB measurement are left out, and above
# this many parameters the search for free coordinates.
_JACOBIAN_LIMIT, _COORDINATE_LIMIT = 400_000, 400


@dataclass(frozen=True)
class Facts:
    """The measurements that decisions and reports share.

    ``families`` are fibers through the candidate, and flat directions that only the loss has; both
    empty, and ``pgb`` None, where the problem is too large.
    """

    at: Evaluation
    stationarity: Stationarity
    curvature: Curvature
    space: FunctionSpace
    families: list[FiberFamily]
    pgb: PgbCondition | None


def gather(at: Evaluation, seed: int = 0) -> Facts:
    """Measure at a candidate; every random choice comes from ``seed``."""
    families: list[FiberFamily] = []
    pgb = None
    jacobian_size = at.objective.data.samples * at.objective.size
    if 0 < jacobian_size <= _JACOBIAN_LIMIT:
        if at.objective.size <= _COORDINATE_LIMIT:
            families = coordinate_families(at, seed)
        families += network_families(at) + orbit_families(at)
        pgb = measure_pgb(at, sample_fiber(at, families, seed=seed))
        families += shift_families(at)
    return Facts(at, Stationarity(at, seed), Curvature(at), FunctionSpace(at), families, pgb)
