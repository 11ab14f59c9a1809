"""Symmetries of objectives: canonical points, orbits, and which points are distinct."""

from pgb.search.symmetry.group import TOLERANCE, Comparison, SymmetryGroup, group_of

__all__ = ["TOLERANCE", "Comparison", "SymmetryGroup", "group_of"]
