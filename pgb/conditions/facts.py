"""Everything that is measured at a candidate before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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

    ``families`` are fibers through the candidate, and flat directions that only the loss has, both
    empty where the problem is too large; ``fibers`` are the first alone, None there.
    """

    at: Evaluation
    stationarity: Stationarity
    curvature: Curvature
    space: FunctionSpace
    families: list[FiberFamily]
    fibers: list[FiberFamily] | None
    seed: int

    @cached_property
    def pgb(self) -> PgbCondition | None:
        """The PGB condition at sampled fiber points; no proof needs it, so it waits to be asked."""
        if self.fibers is None:
            return None
        return measure_pgb(self.at, sample_fiber(self.at, self.fibers, seed=self.seed))


def gather(at: Evaluation, seed: int = 0) -> Facts:
    """Measure at a candidate; every random choice comes from ``seed``."""
    fibers: list[FiberFamily] | None = None
    jacobian_size = at.objective.data.samples * at.objective.size
    if 0 < jacobian_size <= _JACOBIAN_LIMIT:
        fibers = network_families(at) + orbit_families(at)
        if at.objective.size <= _COORDINATE_LIMIT:
            fibers = coordinate_families(at, seed) + fibers
    families = [] if fibers is None else fibers + shift_families(at)
    return Facts(
        at, Stationarity(at, seed), Curvature(at), FunctionSpace(at), families, fibers, seed
    )
