"""Elimination without additional units: the loss is multiplied by a factor of two scalars."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from flint import fmpq

from pgb.models import AffineField, Derivatives, Model, Parameter, Switch
from pgb.numbers import Arithmetic, Array
from pgb.problems import Elimination, Objective, Regularizer
from pgb.problems.formulas import overflow_is_an_answer
from pgb.transforms.elimination import read_lambda, transform_problems


def without_units(objective: Objective, lam: Any) -> WithoutUnits:
    """The objective L(theta) (1 + (a e^b - 1)^2) + R(theta) + lam a^2 with two more scalars a, b.

    Source: J. Sohl-Dickstein and K. Kawaguchi, "Eliminating all bad Local Minima from Loss
    Landscapes without even adding an Extra Unit", 2019. L is the data part of ``objective`` and R
    its regularizer, which is not multiplied.

    Args:
        objective: not itself a result of a transform.
        lam: a number >= 0, as in candidates.

    Raises:
        InputError: for a negative lam or an objective already transformed.
    """
    return WithoutUnits(objective, lam)


class WithoutUnits(Objective):
    """L(theta) (1 + (a e^b - 1)^2) + R(theta) + lam a^2 on the vector (theta, a, b).

    ``outputs``, ``jacobian``, ``output_gradients``, ``group_sums``, ``data_value`` and ``infimum``
    speak of L, the data part of the base; a and b are two more parameters on which the outputs do
    not depend. ``regularizer`` is R + lam a^2, and counts b as active, since the factor depends on
    it. At a = 0 the value is 2 L + R.
    """

    def __init__(self, base: Objective, lam: Any) -> None:
        coefficient = read_lambda(lam, transform_problems(base))
        model = _WithTwoScalars(base.model)
        p = base.size
        on_a = np.full(p + 2, fmpq(0), dtype=object)
        on_a[p] = coefficient
        scalars = np.arange(p + 2) >= p
        regularizer = base.regularizer.extended(p + 2) + Regularizer(on_a, fixed=scalars)
        names = tuple(parameter.name for parameter in model.parameters[-2:])
        elimination = Elimination("without-units", coefficient, "squared", base, names)
        super().__init__(model, base.data, base.loss, base.reduction, regularizer, elimination)
        plain = Objective(base.model, base.data, base.loss, base.reduction)
        object.__setattr__(self, "_plain", plain)

    _plain: Objective

    @overflow_is_an_answer
    def value(self, ar: Arithmetic, theta: Array) -> Array:
        f = _factor(ar, theta)
        product = self.data_value(ar, theta)[..., None] * f.value
        return ar.sum(
            ar.concatenate([product, self.regularizer.terms(ar, theta)], axis=-1), axis=-1
        )

    @overflow_is_an_answer
    def gradient(self, ar: Arithmetic, theta: Array) -> Array:
        f, inner = _factor(ar, theta), theta[..., :-2]
        slope = self._plain.gradient(ar, inner)
        value = self._plain.value(ar, inner)[..., None]
        parts = [f.value * slope, value * f.by_a, value * f.by_b]
        return ar.concatenate(parts, axis=-1) + self.regularizer.gradient(ar, theta)

    @overflow_is_an_answer
    def hessian(self, ar: Arithmetic, theta: Array) -> Array:
        f, inner = _factor(ar, theta), theta[..., :-2]
        value = self._plain.value(ar, inner)[..., None]
        slope = self._plain.gradient(ar, inner)
        bend = f.value[..., None] * self._plain.hessian(ar, inner)
        by_a, by_b = slope * f.by_a, slope * f.by_b
        top = ar.concatenate([bend, by_a[..., None], by_b[..., None]], axis=-1)
        row_a = ar.concatenate([by_a, value * f.by_aa, value * f.by_ab], axis=-1)
        row_b = ar.concatenate([by_b, value * f.by_ab, value * f.by_bb], axis=-1)
        rows = [top, row_a[..., None, :], row_b[..., None, :]]
        return ar.concatenate(rows, axis=-2) + self.regularizer.hessian(ar, theta)

    def second_order(
        self, ar: Arithmetic, theta: Array, at: Derivatives | None = None
    ) -> tuple[Array, Array, Array]:
        return self.value(ar, theta), self.gradient(ar, theta), self.hessian(ar, theta)

    @overflow_is_an_answer
    def directional_derivative(self, ar: Arithmetic, theta: Array, v: Array) -> Array:
        v = ar.asarray(v)
        f, inner = _factor(ar, theta), theta[:-2]
        value = self._plain.value(ar, inner).reshape((1,))
        slope = self._plain.directional_derivative(ar, inner, v[:-2]).reshape((1,))
        penalty = self.regularizer.one_sided(ar, theta, v).reshape((1,))
        turn = value * (f.by_a * v[-2:-1] + f.by_b * v[-1:])
        return ar.sum(f.value * slope + turn + penalty, axis=0)


class _Factor(NamedTuple):
    """u = 1 + (a e^b - 1)^2 and its derivatives, (..., 1) each."""

    value: Array
    by_a: Array
    by_b: Array
    by_aa: Array
    by_ab: Array
    by_bb: Array


def _factor(ar: Arithmetic, theta: Array) -> _Factor:
    a, e = theta[..., -2:-1], ar.exp(theta[..., -1:])
    g = a * e
    d = g - 1
    bent = 2 * (2 * g - 1)
    return _Factor(1 + d * d, 2 * d * e, 2 * d * g, 2 * e * e, bent * e, bent * g)


class _WithTwoScalars(Model):
    """A model with two more scalar parameters a and b that change nothing."""

    def __init__(self, inner: Model) -> None:
        self.inner = inner
        self.inputs, self.output_dimension = inner.inputs, inner.output_dimension
        taken = {parameter.name for parameter in inner.parameters}
        names = [f"elimination.{name}" if name in taken else name for name in ("a", "b")]
        self.parameters = (*inner.parameters, *(Parameter(name, ()) for name in names))

    def outputs(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        return self.inner.outputs(ar, theta[..., :-2], x)

    def jacobian(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        inner = self.inner.jacobian(ar, theta[..., :-2], x)
        return ar.concatenate([inner, ar.zeros((*inner.shape[:-1], 2))], axis=-1)

    def gradient(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        inner = self.inner.gradient(ar, theta[..., :-2], x, r)
        return ar.concatenate([inner, ar.zeros((*inner.shape[:-1], 2))], axis=-1)

    def curvature(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        inner = self.inner.curvature(ar, theta[..., :-2], x, r)
        *batch, p, _ = inner.shape
        wide = ar.concatenate([inner, ar.zeros((*batch, p, 2))], axis=-1)
        return ar.concatenate([wide, ar.zeros((*batch, 2, p + 2))], axis=-2)

    def switches(self, ar: Arithmetic, theta: Array, x: Array) -> tuple[Switch, ...]:
        return self.inner.switches(ar, theta[..., :-2], x)

    def directional(self, ar: Arithmetic, theta: Array, x: Array, v: Array) -> Array:
        return self.inner.directional(ar, theta[..., :-2], x, v[..., :-2])

    def invariances(self) -> tuple[AffineField, ...]:
        return tuple(field.shifted(0, self.size) for field in self.inner.invariances())

    def __repr__(self) -> str:
        return f"WithTwoScalars({self.inner!r})"
