"""Orbits of the model's exact continuous symmetries, and what they say of a regularizer."""

from __future__ import annotations

import numpy as np

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.fibers.family import FiberFamily
from pgb.numbers import Float64


def orbit_families(at: Evaluation) -> list[FiberFamily]:
    """One family for each affine symmetry of the model that keeps the penalized parameters."""
    penalized = at.objective.regularizer.active
    families = []
    for symmetry in at.objective.model.invariances():
        velocity = np.asarray(symmetry.at(Float64(), at.floats))
        if np.any(velocity != 0) and not np.any(penalized & (velocity != 0)):
            families.append(FiberFamily(symmetry.name, velocity[None, :], symmetry=True))
    return families
