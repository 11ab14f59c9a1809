"""Powers of the positive part and their derivatives."""

from __future__ import annotations

from math import perm

from pgb.numbers import Arithmetic, Array


def falling_power(ar: Arithmetic, z: Array, degree: int, order: int) -> Array:
    """The derivative of the given order (0, 1 or 2) of max(0, z)^degree.

    Where that derivative jumps (order = degree), balls that contain 0 get both sides, and 0 itself
    gets the right one elsewhere.
    """
    factor, power = perm(degree, order), degree - order
    zero = ar.zeros(z.shape)
    if power < 0:
        return zero
    if power == 0:
        return ar.where_nonnegative(z, zero + factor, zero)
    part = ar.positive_part(z)
    result = part
    for _ in range(power - 1):
        result = result * part
    return factor * result
