"""What every model offers: outputs, two orders of derivatives, and its kinks and invariances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import ClassVar

import numpy as np
from flint import fmpq

from pgb.numbers import Arithmetic, Array


@dataclass(frozen=True)
class Parameter:
    """One named block of the flat parameter vector, stored row by row."""

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """The number of entries; 1 for a scalar of shape ()."""
        return prod(self.shape)


@dataclass(frozen=True)
class Switch:
    """Quantities at whose zeros a derivative of the model jumps.

    ``order`` is the lowest derivative that jumps where the value is 0: 1 for relu, 2 for elu.
    """

    values: Array
    order: int
    label: str


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


class Model(ABC):
    """A parametrised function phi(theta, x) from R^{d_x} to R^{d_y}.

    The formulas run in every arithmetic. Shapes: theta (..., p), x (m, d_x), both already in the
    arithmetic; leading axes of theta are a batch and exist in Float64 only. The parameters follow
    each other in the flat vector in the order of ``parameters``.
    """

    inputs: int
    output_dimension: int
    parameters: tuple[Parameter, ...]
    #: phi is analytic in theta wherever no switch vanishes.
    analytic: ClassVar[bool] = True

    @property
    def size(self) -> int:
        """p, the length of the flat parameter vector."""
        return sum(parameter.size for parameter in self.parameters)

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where each named parameter lies in the flat vector."""
        places: dict[str, slice] = {}
        start = 0
        for parameter in self.parameters:
            places[parameter.name] = slice(start, start + parameter.size)
            start += parameter.size
        return places

    @abstractmethod
    def outputs(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        """The outputs phi at every sample, (..., m, d_y)."""

    @abstractmethod
    def jacobian(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        """The derivative d phi / d theta, (..., m, d_y, p)."""

    @abstractmethod
    def gradient(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        """sum_i sum_k r_ik d phi_ik / d theta, (..., p), for r of shape (..., m, d_y)."""

    @abstractmethod
    def curvature(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        """sum_i sum_k r_ik d^2 phi_ik / d theta^2, (..., p, p), for r of shape (..., m, d_y)."""

    @abstractmethod
    def switches(self, ar: Arithmetic, theta: Array, x: Array) -> tuple[Switch, ...]:
        """Every quantity at whose zeros some derivative of phi jumps."""

    @abstractmethod
    def directional(self, ar: Arithmetic, theta: Array, x: Array, v: Array) -> Array:
        """One-sided directional derivative of the outputs along v, (m, d_y); also at kinks.

        For Float64 and Exact, without a batch: theta and v are (p,).
        """

    def invariances(self) -> tuple[AffineField, ...]:
        """Affine fields X with d phi[X] = 0 at every theta and x."""
        return ()

    def derivatives(self, ar: Arithmetic, theta: Array, x: Array) -> Derivatives:
        """The derivatives at one theta, so that work common to several of them is done once."""
        return Derivatives(self, ar, theta, x)


class Derivatives:
    """Outputs and derivatives of a model at one theta (or a batch of them) and fixed samples."""

    def __init__(self, model: Model, ar: Arithmetic, theta: Array, x: Array) -> None:
        self.model, self.ar, self.theta, self.x = model, ar, theta, x

    def outputs(self) -> Array:
        """As ``Model.outputs``."""
        return self.model.outputs(self.ar, self.theta, self.x)

    def jacobian(self) -> Array:
        """As ``Model.jacobian``."""
        return self.model.jacobian(self.ar, self.theta, self.x)

    def gradient(self, r: Array) -> Array:
        """As ``Model.gradient``."""
        return self.model.gradient(self.ar, self.theta, self.x, r)

    def curvature(self, r: Array) -> Array:
        """As ``Model.curvature``."""
        return self.model.curvature(self.ar, self.theta, self.x, r)

    def gauss_newton(self, c: Array) -> Array:
        """sum_i J_i^T c_i J_i, (..., p, p), for symmetric c of shape (..., m, d_y, d_y)."""
        return weighted_product(self.ar, self.jacobian(), c)

    def hessian(self, r: Array, c: Array) -> Array:
        """Hessian of sum_i f_i(phi_i) from the gradients r and the Hessians c of the f_i.

        Shapes: r (..., m, d_y), c (..., m, d_y, d_y); the result is (..., p, p).
        """
        return self.gauss_newton(c) + self.curvature(r)


def weighted_product(ar: Arithmetic, jacobian: Array, c: Array) -> Array:
    """sum_i J_i^T c_i J_i for J (..., m, d_y, p) and c (..., m, d_y, d_y)."""
    *_, samples, outputs, size = jacobian.shape
    weighted = c * jacobian if outputs == 1 else ar.matmul(c, jacobian)
    left = jacobian.reshape((*jacobian.shape[:-3], samples * outputs, size))
    right = weighted.reshape((*weighted.shape[:-3], samples * outputs, size))
    return ar.matmul(left.swapaxes(-1, -2), right)
