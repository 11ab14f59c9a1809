"""Affine vector fields along which a model is constant."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from flint import fmpq

from pgb.numbers import Arithmetic, Array


class AffineField:
    """An affine vector field X(theta) = linear theta + constant along which a model is constant.

    ``entries`` maps (row, column) to the nonzero entries of the matrix, all rationals. The dense
    forms are the properties ``linear`` (p, p) and ``constant`` (p,), object arrays of ``fmpq``.
    """

    def __init__(self, linear: Array, constant: Array, name: str) -> None:
        matrix, vector = np.asarray(linear, dtype=object), np.asarray(constant, dtype=object)
        self.size: int = vector.shape[0]
        self.entries: dict[tuple[int, int], fmpq] = {
            (row, column): fmpq(value)
            for (row, column), value in np.ndenumerate(matrix)
            if value != 0
        }
        self.shift: dict[int, fmpq] = {
            row: fmpq(value) for row, value in enumerate(vector) if value != 0
        }
        self.name = name

    @classmethod
    def sparse(
        cls,
        size: int,
        entries: Mapping[tuple[int, int], int | fmpq],
        name: str,
        shift: Mapping[int, int | fmpq] | None = None,
    ) -> AffineField:
        """The field with these nonzero entries in its (size, size) matrix and its constant."""
        field = cls.__new__(cls)
        field.size, field.name = size, name
        field.entries = {place: fmpq(value) for place, value in entries.items()}
        field.shift = {row: fmpq(value) for row, value in (shift or {}).items()}
        return field

    @property
    def linear(self) -> Array:
        """The matrix, (p, p) of ``fmpq``."""
        matrix = np.full((self.size, self.size), fmpq(0), dtype=object)
        for place, value in self.entries.items():
            matrix[place] = value
        return matrix

    @property
    def constant(self) -> Array:
        """The constant part, (p,) of ``fmpq``."""
        vector = np.full(self.size, fmpq(0), dtype=object)
        for row, value in self.shift.items():
            vector[row] = value
        return vector

    def at(self, ar: Arithmetic, theta: Array) -> Array:
        """X(theta), (..., p), in the arithmetic."""
        zero = ar.zeros(theta.shape[:-1])
        rows = [zero] * self.size
        for row, value in self.shift.items():
            rows[row] = rows[row] + ar.asarray(value)
        for (row, column), value in self.entries.items():
            rows[row] = rows[row] + ar.asarray(value) * theta[..., column]
        return ar.stack(rows, axis=-1)

    def shifted(self, offset: int, size: int, name: str | None = None) -> AffineField:
        """The same field on the coordinates from ``offset`` on of a vector of ``size``."""
        entries = {(i + offset, j + offset): value for (i, j), value in self.entries.items()}
        shift = {i + offset: value for i, value in self.shift.items()}
        return AffineField.sparse(size, entries, name or self.name, shift)

    def __repr__(self) -> str:
        return f"AffineField({self.name!r}, size={self.size})"
