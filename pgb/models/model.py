"""What every model offers: outputs, two orders of derivatives, and its kinks and invariances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import ClassVar

import numpy as np

from pgb.models.fields import AffineField
from pgb.numbers import Arithmetic, Array, Float64

__all__ = ["AffineField", "Derivatives", "Model", "Parameter", "SharingModel", "Switch", "portions"]

# Samples are taken in portions so that intermediate arrays stay near this many entries, which a
# processor's cache holds, but not in so small ones that adding up the results takes the time.
_ARRAY_ENTRIES = 1 << 16
_FEWEST_SAMPLES = 64


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


class SharingModel(Model):
    """A model whose derivatives share a forward pass: ``derivatives`` is where they are."""

    @abstractmethod
    def derivatives(self, ar: Arithmetic, theta: Array, x: Array) -> Derivatives: ...

    def jacobian(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        return self.derivatives(ar, theta, x).jacobian()

    def gradient(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        return self.derivatives(ar, theta, x).gradient(r)

    def curvature(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        return self.derivatives(ar, theta, x).curvature(r)


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
        return self._products(c)

    def hessian(self, r: Array, c: Array) -> Array:
        """Hessian of sum_i f_i(phi_i) from the gradients r and the Hessians c of the f_i.

        Shapes: r (..., m, d_y), c (..., m, d_y, d_y); the result is (..., p, p).
        """
        return self.gauss_newton(c) + self.curvature(r)

    def _products(self, c: Array) -> Array:
        total: Array | None = None
        entries = prod(self.theta.shape) * self.model.output_dimension
        for rows in portions(self.x.shape[0], entries):
            part = weighted_product(self.ar, self._jacobian_rows(rows), c[..., rows, :, :])
            total = part if total is None else total + part
        assert total is not None
        return total

    def _jacobian_rows(self, rows: slice) -> Array:
        """The Jacobian for a range of samples."""
        return self.model.jacobian(self.ar, self.theta, self.x[rows])


def portions(samples: int, entries: int) -> list[slice]:
    """Ranges of samples for which arrays of ``entries`` numbers per sample stay small."""
    many = max(_FEWEST_SAMPLES, _ARRAY_ENTRIES // max(1, entries))
    return [slice(start, min(start + many, samples)) for start in range(0, samples, many)]


def weighted_product(ar: Arithmetic, jacobian: Array, c: Array) -> Array:
    """sum_i J_i^T c_i J_i for J (..., m, d_y, p) and c (..., m, d_y, d_y)."""
    *batch, samples, outputs, size = jacobian.shape
    left = jacobian.reshape((*batch, samples * outputs, size))
    if isinstance(ar, Float64) and outputs == 1 and not batch and bool(np.all(c >= 0)):
        root = np.sqrt(c[:, 0]) * left
        return root.T @ root  # a matrix times its own transpose takes BLAS half the work
    weighted = c * jacobian if outputs == 1 else ar.matmul(c, jacobian)
    right = weighted.reshape((*weighted.shape[:-3], samples * outputs, size))
    return ar.matmul(left.swapaxes(-1, -2), right)
