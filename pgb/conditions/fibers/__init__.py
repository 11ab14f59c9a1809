"""Fibers: the parameters near a candidate that give the same outputs on the data."""

from pgb.conditions.fibers.coordinates import coordinate_families, free_coordinates
from pgb.conditions.fibers.family import FiberFamily, sheet_rank, tangent_rank
from pgb.conditions.fibers.networks import base_network, network_families
from pgb.conditions.fibers.orbits import orbit_families, shift_families
from pgb.conditions.fibers.sampling import sample_fiber

__all__ = [
    "FiberFamily",
    "base_network",
    "coordinate_families",
    "free_coordinates",
    "network_families",
    "orbit_families",
    "sample_fiber",
    "sheet_rank",
    "shift_families",
    "tangent_rank",
]
