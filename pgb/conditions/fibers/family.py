"""A fiber family: ways to move the parameters that keep every output (and the penalty) fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.numbers import Array

# A generator of exact segments: directions v (p,) such that the outputs on the data and the
# penalized parameters are constant on theta + t v for all t in [0, 1].
Segments = Callable[[np.random.Generator], list[Array]]


@dataclass(frozen=True)
class FiberFamily:
    """Points with the same outputs on the data and the same penalized parameters.

    ``tangent`` (r, p) spans its directions at the candidate, in floats. ``segments`` draws exact
    straight segments inside the family; it is None where the family is curved, and then it serves
    as evidence only. ``symmetry`` is True for a family of moves that exists at every point: those
    combine with any other, while branches through special points may cross without a common sheet.
    """

    name: str
    tangent: npt.NDArray[np.float64]
    segments: Segments | None = field(default=None, repr=False)
    #: What a checker needs to see that the outputs are constant on the segments.
    witness: Mapping[str, Any] = field(default_factory=dict, repr=False)
    symmetry: bool = False

    @property
    def dimension(self) -> int:
        """Rank of the tangent directions, numerically."""
        return tangent_rank([self])


def sheet_rank(families: list[FiberFamily]) -> int:
    """Largest rank of the tangents of all symmetries with those of one other family.

    No more than that is known to lie on one sheet of the fiber: w^3 v^3 at 0 has two free
    coordinates, each by itself, and no sheet of dimension 2.
    """
    symmetries = [f for f in families if f.symmetry]
    branches = [f for f in families if not f.symmetry]
    return max([tangent_rank([*symmetries, f]) for f in branches] or [tangent_rank(symmetries)])


def tangent_rank(families: list[FiberFamily]) -> int:
    """Rank of all tangent directions together (a numerical rank; families may overlap)."""
    rows = [f.tangent for f in families if f.tangent.size]
    if not rows:
        return 0
    return int(np.linalg.matrix_rank(np.concatenate(rows), tol=1e-9))
