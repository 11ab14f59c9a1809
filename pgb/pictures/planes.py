"""Two-dimensional planes in parameter space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError
from pgb.numbers import Float64
from pgb.problems import Objective

Vector = npt.NDArray[np.float64]

# Two directions whose angle is smaller than this span no plane.
_ANGLE = 1e-8
# Curvatures below this times the largest one are shown as 0.
_FLAT = 1e-12


@dataclass(frozen=True, eq=False)
class Plane:
    """The points origin + s first + t second.

    The two directions are orthonormal, so that distances in a picture are distances of parameters.

    Attributes:
        origin: (p,).
        first, second: (p,) each.
        names: what the two coordinates are, for the axes of a picture.
        reach: half-width of the square around the origin worth looking at.
    """

    origin: Vector
    first: Vector
    second: Vector
    names: tuple[str, str]
    reach: float

    @classmethod
    def through(
        cls,
        a: npt.ArrayLike,
        b: npt.ArrayLike,
        c: npt.ArrayLike,
        names: Sequence[str] = ("the first point", "the second", "the third"),
    ) -> Plane:
        """The plane through three points (p,), the origin being their centre.

        ``names`` of the points are for the axes of a picture.

        Raises:
            InputError: if they lie on a line.
        """
        a, b, c = (_vector(point, name) for point, name in ((a, "a"), (b, "b"), (c, "c")))
        if not a.shape == b.shape == c.shape:
            raise InputError(f"plane: found sizes {a.size}, {b.size}, {c.size}, expected the same")
        first, second = b - a, c - a
        length = float(np.linalg.norm(first))
        rest = second - first * (first @ second / length**2 if length else 0.0)
        if length == 0 or np.linalg.norm(rest) <= _ANGLE * np.linalg.norm(second):
            raise InputError(
                "plane: found three points on a line, expected three that span a plane"
            )
        origin = (a + b + c) / 3
        reach = max(float(np.linalg.norm(point - origin)) for point in (a, b, c))
        axes = (f"from {names[0]} to {names[1]}", f"across, towards {names[2]}")
        return cls(origin, first / length, rest / np.linalg.norm(rest), axes, 1.4 * reach)

    @classmethod
    def along(
        cls,
        objective: Objective,
        point: npt.ArrayLike,
        eigenvectors: tuple[int, int] = (0, 1),
        reach: float | None = None,
    ) -> Plane:
        """The plane through a point (p,) along two eigenvectors of the Hessian there.

        Args:
            objective: gives the Hessian.
            point: (p,).
            eigenvectors: two different places among the eigenvalues in ascending order, from 0;
                negative ones count from the largest.
            reach: half-width of the square; by default half the size of the point, at least 1.

        Raises:
            InputError: for wrong places, or a Hessian that is not finite.
        """
        origin = _vector(point, "point")
        if origin.shape != (objective.size,):
            raise InputError(
                f"plane: found a point of size {origin.size}, expected {objective.size}"
            )
        first, second = _places(eigenvectors, objective.size)
        hessian = objective.hessian(Float64(), origin)
        if not np.all(np.isfinite(hessian)):
            raise InputError("plane: found a Hessian that is not finite, expected another point")
        values, vectors = np.linalg.eigh(hessian)
        values = np.where(np.abs(values) <= _FLAT * np.max(np.abs(values)), 0.0, values)
        names = tuple(
            f"along eigenvector {place + 1} (curvature {values[place]:.3g})"
            for place in (first, second)
        )
        size = max(1.0, float(np.max(np.abs(origin)))) / 2 if reach is None else float(reach)
        if not (np.isfinite(size) and size > 0):
            raise InputError(f"plane: found reach {reach}, expected a positive finite number")
        return cls(origin, vectors[:, first], vectors[:, second], (names[0], names[1]), size)

    def coordinates(self, points: npt.ArrayLike) -> tuple[Vector, Vector]:
        """Coordinates (n, 2) of the projections of points (n, p), and distances (n,) from them."""
        offsets = np.asarray(points, dtype=np.float64) - self.origin
        within = np.stack([offsets @ self.first, offsets @ self.second], axis=-1)
        back = within @ np.stack([self.first, self.second])
        return within, np.linalg.norm(offsets - back, axis=-1)

    def points(self, s: Vector, t: Vector) -> Vector:
        """The points with coordinates s (...) and t (...), (..., p)."""
        return self.origin + s[..., None] * self.first + t[..., None] * self.second


def _vector(point: npt.ArrayLike, name: str) -> Vector:
    array = np.array(point, dtype=np.float64)
    if array.ndim != 1 or not np.all(np.isfinite(array)):
        raise InputError(
            f"plane: {name}: found shape {array.shape}, expected a vector of finite floats"
        )
    return array


def _places(given: tuple[int, int], size: int) -> tuple[int, int]:
    if len(given) != 2 or not all(-size <= place < size for place in given):
        raise InputError(
            f"plane: found eigenvectors {tuple(given)}, expected two of 0, ..., {size - 1}"
        )
    first, second = (place % size for place in given)
    if first == second:
        raise InputError(f"plane: found eigenvector {first} twice, expected two different ones")
    return first, second
