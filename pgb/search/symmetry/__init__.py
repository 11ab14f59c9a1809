"""Symmetries of objectives: canonical points, orbits, and which points are distinct."""

from pgb.search.symmetry.distinct import (
    Partition,
    certainly_distinct,
    key,
    neighbors,
    partition,
    same_family,
)
from pgb.search.symmetry.group import TOLERANCE, Comparison, SymmetryGroup, group_of

__all__ = [
    "TOLERANCE",
    "Comparison",
    "Partition",
    "SymmetryGroup",
    "certainly_distinct",
    "group_of",
    "key",
    "neighbors",
    "partition",
    "same_family",
]
