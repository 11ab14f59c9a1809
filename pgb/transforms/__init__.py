"""Transforms that remove bad local minima: exponential neurons, and a variant without units."""

from pgb.transforms.elimination import eliminate
from pgb.transforms.without_units import WithoutUnits, without_units

__all__ = ["WithoutUnits", "eliminate", "without_units"]
