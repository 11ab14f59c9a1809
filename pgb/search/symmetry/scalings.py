"""Rescalings and translations of parameters of formulas, and shortest vectors of orbits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.models import AffineField
from pgb.numbers import Float64

Vector = npt.NDArray[np.float64]

_STEPS = 60


@dataclass(frozen=True)
class Scalings:
    """Commuting affine fields: theta_j grows at the rate rates[i, j], or moves along a direction.

    Attributes:
        rates: (r, p) of the diagonal fields.
        directions: (d, p) of the constant ones, orthonormal.
        others: the number of fields of neither kind, or that do not commute with the others.
    """

    rates: Vector
    directions: Vector
    others: int

    @classmethod
    def of(cls, fields: Sequence[AffineField], size: int) -> Scalings:
        """Sort fields on (size,) parameters by their kind."""
        ar = Float64()
        constant = [f for f in fields if not f.entries]
        directions = np.zeros((0, size))
        if constant:
            rows = np.array([f.at(ar, np.zeros(size)) for f in constant])
            directions = np.linalg.qr(rows.T)[0].T
        moved = np.any(directions != 0, axis=0)
        rates = []
        for field in fields:
            diagonal = all(row == column for row, column in field.entries)
            touched = any(moved[row] for row, _ in field.entries)
            if field.entries and diagonal and not field.shift and not touched:
                rates.append(np.asarray(field.at(ar, np.ones(size))))
        others = len(fields) - len(constant) - len(rates)
        return cls(np.array(rates).reshape(len(rates), size), directions, others)

    def balanced(self, theta: Vector) -> Vector:
        """The shortest vectors (n, p) on the orbits of the rows of theta (n, p).

        Newton's method on the convex function |theta exp(t R)|^2 of t, with backtracking; it stops
        after a number of steps where the infimum is not attained.
        """
        theta = theta - theta @ self.directions.T @ self.directions
        if not len(self.rates):
            return theta
        t, eye = np.zeros((len(theta), len(self.rates))), np.eye(len(self.rates))
        for _ in range(_STEPS):
            squares = (theta * np.exp(t @ self.rates)) ** 2
            gradient = squares @ self.rates.T
            hessian = 2 * np.einsum("ij,nj,kj->nik", self.rates, squares, self.rates)
            floor = 1e-14 * np.trace(hessian, axis1=1, axis2=2)[:, None, None] + 1e-300
            step = -np.linalg.solve(hessian + floor * eye, gradient[..., None])[..., 0]
            largest = np.max(np.abs(step), axis=1, keepdims=True, initial=0.0)
            t = t + step * np.minimum(1, 1 / np.maximum(largest, 1e-300))
        return theta * np.exp(t @ self.rates)

    def doubt(self, theta: Vector) -> str:
        """Why vectors that differ may still be on one orbit; empty if they are not."""
        if self.others:
            return "the formulas have continuous symmetries without a normal form"
        squares = theta * theta
        if len(self.rates) and np.any(
            np.abs(self.rates @ squares) > 1e-8 * (np.abs(self.rates) @ squares)
        ):
            return "the orbit under rescaling has no shortest vector"
        return ""
