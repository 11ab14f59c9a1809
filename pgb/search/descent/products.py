"""Products of Hessians with vectors in closed form, without the Hessians.

Source: B. A. Pearlmutter, "Fast exact multiplication by the Hessian", 1994: differentiate the
forward and the backward pass along the vector.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from pgb.models import ExponentialNeurons, Model, ModelSum, Network
from pgb.models.network_derivatives import Pass
from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Floats

_AR = Float64()
#: Multiplies vectors (n, p) by the Hessians at n points.
Product = Callable[[Floats], Floats]


class Tangents(Protocol):
    """Directional derivatives of a model at n points along n vectors."""

    def outputs(self, v: Floats) -> Floats:
        """J v, (n, m, d_y)."""

    def gradient(self, v: Floats, r: Floats, dr: Floats) -> Floats:
        """The derivative along v of J^T r with r moving at the rate dr, (n, p)."""


def hessian_products(objective: Objective, theta: Floats) -> Product:
    """Multiplication by the Hessians at theta (n, p)."""
    if objective.has_factor:
        return _without_units(objective, theta)
    return _plain(objective, theta)


def _plain(objective: Objective, theta: Floats) -> Product:
    x, y, c = objective.samples(_AR)
    q = objective.outputs(_AR, theta)
    r = c * objective.loss.gradient(_AR, q, y)
    bend = c[..., None] * objective.loss.hessian(_AR, q, y)
    tangents = _tangents(objective.model, theta, x)
    decay = 2 * objective.regularizer.coefficients(_AR)[0]

    def product(v: Floats) -> Floats:
        dq = tangents.outputs(v)
        dr = np.matmul(bend, dq[..., None])[..., 0]
        return tangents.gradient(v, r, dr) + decay * v

    return product


def _without_units(objective: Objective, theta: Floats) -> Product:
    """For L(theta) f(a, b) + R with f = 1 + (a e^b - 1)^2."""
    assert objective.elimination is not None
    base = objective.elimination.base
    plain = Objective(base.model, base.data, base.loss, base.reduction)
    inner, e = theta[:, :-2], np.exp(theta[:, -1:])
    g = theta[:, -2:-1] * e
    d = g - 1
    value, slope = plain.value(_AR, inner)[:, None], plain.gradient(_AR, inner)
    factor, by_a, by_b = 1 + d * d, 2 * d * e, 2 * d * g
    by_aa, by_ab, by_bb = 2 * e * e, 2 * (2 * g - 1) * e, 2 * (2 * g - 1) * g
    product_of_base = _plain(plain, inner)
    decay = 2 * objective.regularizer.coefficients(_AR)[0]

    def product(v: Floats) -> Floats:
        u, da, db = v[:, :-2], v[:, -2:-1], v[:, -1:]
        along = np.sum(slope * u, axis=-1, keepdims=True)
        top = factor * product_of_base(u) + slope * (by_a * da + by_b * db)
        row_a = by_a * along + value * (by_aa * da + by_ab * db)
        row_b = by_b * along + value * (by_ab * da + by_bb * db)
        return np.concatenate([top, row_a, row_b], axis=-1) + decay * v

    return product


def _tangents(model: Model, theta: Floats, x: Floats) -> Tangents:
    if isinstance(model, ModelSum):
        return _SumTangents(model, theta, x)
    if isinstance(model, Network):
        return _NetworkTangents(model, theta, x)
    return _DenseTangents(model, theta, x)


class _DenseTangents:
    """For models with few parameters of their own: exponential neurons, formulas."""

    def __init__(self, model: Model, theta: Floats, x: Floats) -> None:
        self.model, self.theta, self.x = model, theta, x
        self.jacobian = model.jacobian(_AR, theta, x)

    def outputs(self, v: Floats) -> Floats:
        return np.matmul(self.jacobian, v[:, None, :, None])[..., 0]

    def gradient(self, v: Floats, r: Floats, dr: Floats) -> Floats:
        curvature = self.model.curvature(_AR, self.theta, self.x, r)
        moved = np.sum(self.jacobian * dr[..., None], axis=(-2, -3))
        return moved + np.matmul(curvature, v[:, :, None])[..., 0]


class _SumTangents:
    def __init__(self, model: ModelSum, theta: Floats, x: Floats) -> None:
        self.model = model
        one, two = model.split(theta)
        self.parts = _tangents(model.first, one, x), _tangents(model.second, two, x)

    def outputs(self, v: Floats) -> Floats:
        one, two = self.model.split(v)
        return self.parts[0].outputs(one) + self.parts[1].outputs(two)

    def gradient(self, v: Floats, r: Floats, dr: Floats) -> Floats:
        one, two = self.model.split(v)
        found = [self.parts[0].gradient(one, r, dr), self.parts[1].gradient(two, r, dr)]
        return np.concatenate(found, axis=-1)


class _NetworkTangents:
    """Forward and backward passes of a network, differentiated along v."""

    def __init__(self, network: Network, theta: Floats, x: Floats) -> None:
        self.network = network
        self.run = Pass(network, _AR, theta, x)

    def _forward(self, v: Floats) -> tuple[list[Floats], list[Floats]]:
        """Rates of the layer inputs (the constant one included), then of the preactivations."""
        inputs, preactivations = [], []
        dz: Floats | None = None
        for layer, (dW, db) in enumerate(self.network.unpack(v)):
            z, W = self.run.inputs[layer], self.run.weights[layer]
            columns = W.shape[-1]
            ds = np.matmul(z[..., :columns], dW.swapaxes(-1, -2))
            if db is not None:
                ds = ds + db[:, None, :]
            if dz is not None:
                ds = ds + np.matmul(dz, W.swapaxes(-1, -2))
            inputs.append(np.zeros((*ds.shape[:-1], columns)) if dz is None else dz)
            preactivations.append(ds)
            first = self.run.first[layer]
            dz = ds if first is None else first * ds
        return [*inputs, dz if dz is not None else v], preactivations

    def outputs(self, v: Floats) -> Floats:
        return self._forward(v)[0][-1]

    def gradient(self, v: Floats, r: Floats, dr: Floats) -> Floats:
        rates, preactivation_rates = self._forward(v)
        directions = self.network.weights(v)
        at_z, moving = r, dr
        parts: list[Floats] = []
        for layer in reversed(range(len(directions))):
            first, second = self.run.first[layer], self.run.second[layer]
            at_s = at_z if first is None else at_z * first
            ds = moving if first is None else moving * first
            if second is not None:
                ds = ds + at_z * second * preactivation_rates[layer]
            W, dW, z = self.run.weights[layer], directions[layer], self.run.inputs[layer]
            columns = W.shape[-1]
            block = np.matmul(ds.swapaxes(-1, -2), z[..., :columns])
            block = block + np.matmul(at_s.swapaxes(-1, -2), rates[layer])
            if self.network.bias:
                parts.append(np.sum(ds, axis=-2))
            parts.append(block.reshape(len(block), -1))
            at_z, moving = np.matmul(at_s, W), np.matmul(ds, W) + np.matmul(at_s, dW)
        return np.concatenate(parts[::-1], axis=-1)


def entries_per_run(objective: Objective) -> int:
    """How many numbers the passes of one run keep: for the size of a batch."""
    model = objective.model
    if isinstance(model, ModelSum):
        model = model.first
    widths = sum(model.layers) if isinstance(model, Network) else model.size
    extra = model.output_dimension * (2 + model.inputs)
    dense = isinstance(objective.model, (ModelSum, ExponentialNeurons))
    return objective.data.samples * (6 * widths + (extra if dense else 0)) + 20 * objective.size
