"""Orbits of the exact continuous symmetries of a model and of its loss."""

from __future__ import annotations

import numpy as np

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.fibers.family import FiberFamily
from pgb.conditions.fibers.networks import base_network
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


def shift_families(at: Evaluation) -> list[FiberFamily]:
    """Common shifts of all outputs of a network's last layer, where the loss cannot see them.

    The outputs are not the same along these families, but every loss term is.
    """
    network = base_network(at.objective.model)
    if network is None or not at.objective.loss.shift_invariant:
        return []
    if network.output_activation.name != "identity":
        return []
    last = len(network.layers) - 1
    blocks = [network.index(f"W{last}").T]
    if network.bias:
        blocks.append(network.index(f"b{last}")[None, :])
    rows = np.zeros((sum(len(b) for b in blocks), at.objective.size))
    for row, places in zip(rows, np.concatenate(blocks), strict=True):
        row[places] = 1.0
    free = rows[~np.any(rows[:, at.objective.regularizer.active] != 0, axis=1)]
    return [FiberFamily("common shift of all outputs", free, symmetry=True)] if len(free) else []
