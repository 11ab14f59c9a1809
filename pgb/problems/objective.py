"""The objective: a model, data, a loss and a regularizer, with two orders of derivatives."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pgb.errors import InputError
from pgb.models import Derivatives, Model, Parameter, Switch
from pgb.numbers import Arithmetic, Array, Float64
from pgb.problems.caching import PerArithmetic
from pgb.problems.data import Data
from pgb.problems.elimination import Elimination
from pgb.problems.formulas import overflow_is_an_answer
from pgb.problems.infimum import Infimum
from pgb.problems.losses import Loss
from pgb.problems.losses import loss as loss_from
from pgb.problems.regularizer import Regularizer
from pgb.problems.samples import Samples, bring_in, check_kinds, misfits


@dataclass(frozen=True, init=False, eq=False)
class Objective:
    """Q(theta) = sum_i c_i l(phi(theta, x_i), y_i) + R(theta); read-only.

    Args:
        model: phi.
        data: samples, with weights w_i or none (then w_i = 1).
        loss: a loss, its name, or a mapping with its name and options.
        reduction: "mean" (c_i = w_i / sum w; for weights (m, d_y) c_ik = d_y w_ik / sum w, so that
            equal weights give the plain mean) or "sum" (c_i = w_i).
        regularizer: R on all parameters of the model.
        weight_decay: mu adds mu |theta|^2 over ``decay_parameters`` (all of them if None).
        decay_parameters: names of the model's parameters, or one name.
        elimination: the record of a transform; ``pgb.transforms`` sets it.

    The methods run in every arithmetic and take theta (..., p) in it, batched in Float64.

    Raises:
        InputError: one sentence for each part that does not fit the others.
    """

    model: Model
    data: Data
    loss: Loss
    reduction: str
    regularizer: Regularizer
    elimination: Elimination | None
    _targets: Array = field(repr=False)
    _samples: PerArithmetic[Samples] = field(repr=False)
    _infimum: list[Infimum] = field(repr=False)

    def __init__(
        self,
        model: Model,
        data: Data,
        loss: Loss | str | Mapping[str, Any] = "squared",
        reduction: str = "mean",
        regularizer: Regularizer | None = None,
        elimination: Elimination | None = None,
        *,
        weight_decay: Any = None,
        decay_parameters: Sequence[str] | str | None = None,
    ) -> None:
        check_kinds(model, data, regularizer)
        chosen = loss_from(loss).suited_to(data.targets.shape, model.output_dimension)
        problems = misfits(model, data, chosen, reduction)
        targets = data.targets
        total = Regularizer.zero(model.size) if regularizer is None else regularizer
        try:
            targets = chosen.encode(data.targets, model.output_dimension)
        except InputError as error:
            problems.extend(error.problems)
        try:
            if weight_decay is not None:
                total = total + Regularizer.weight_decay(model, weight_decay, decay_parameters)
            elif decay_parameters is not None:
                problems.append("weight_decay: found nothing, expected a number beside the names")
        except InputError as error:
            problems.extend(error.problems)
        if not problems and total.size != model.size:
            problems.append(f"regularizer: found size {total.size}, expected {model.size}")
        if problems:
            raise InputError(problems)
        values = {
            "model": model,
            "data": data,
            "loss": chosen,
            "reduction": reduction,
            "regularizer": total,
            "elimination": elimination,
            "_targets": targets,
            "_samples": PerArithmetic[Samples](),
            "_infimum": [],
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def size(self) -> int:
        """p, the number of parameters."""
        return self.model.size

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Names and shapes of the parameters, in the order of the flat vector."""
        return self.model.parameters

    @property
    def slices(self) -> dict[str, slice]:
        """Where each named parameter lies in the flat vector."""
        return self.model.slices

    @property
    def has_factor(self) -> bool:
        """Whether the transform without units made it: two scalars multiply the data part."""
        return self.elimination is not None and self.elimination.kind == "without-units"

    @property
    def inner_model(self) -> Model:
        """The model without the two scalars of that transform."""
        if self.elimination is not None and self.has_factor:
            return self.elimination.base.model
        return self.model

    def add_regularizer(self, extra: Regularizer) -> Objective:
        """The same objective with ``extra`` (of size p) added to its regularizer."""
        check_kinds(self.model, self.data, extra)
        result = copy.copy(self)
        object.__setattr__(result, "regularizer", self.regularizer + extra)
        return result

    def samples(self, ar: Arithmetic) -> Samples:
        """Inputs, encoded targets and coefficients in the arithmetic."""
        return self._samples.get(
            ar, lambda ar: bring_in(ar, self.data, self._targets, self.reduction)
        )

    def coefficients(self, ar: Arithmetic) -> Array:
        """The factors c of the samples' losses, (m, 1), or (m, d_y) for weights of that shape."""
        return self.samples(ar).c

    @overflow_is_an_answer
    def outputs(self, ar: Arithmetic, theta: Array) -> Array:
        """The model's outputs, (..., m, d_y)."""
        return self.model.outputs(ar, theta, self.samples(ar).x)

    @overflow_is_an_answer
    def jacobian(self, ar: Arithmetic, theta: Array) -> Array:
        """Derivatives of the outputs, (..., m, d_y, p)."""
        return self.model.jacobian(ar, theta, self.samples(ar).x)

    def _data_terms(self, ar: Arithmetic, theta: Array) -> Array:
        x, y, c = self.samples(ar)
        terms = c * self.loss.terms(ar, self.model.outputs(ar, theta, x), y)
        return terms.reshape((*theta.shape[:-1], terms.shape[-2] * terms.shape[-1]))

    @overflow_is_an_answer
    def data_value(self, ar: Arithmetic, theta: Array) -> Array:
        """The data part L(theta), (...)."""
        return ar.sum(self._data_terms(ar, theta), axis=-1)

    @overflow_is_an_answer
    def value(self, ar: Arithmetic, theta: Array) -> Array:
        """Q(theta), (...)."""
        terms = self._data_terms(ar, theta)
        if not self.regularizer.is_zero:
            terms = ar.concatenate([terms, self.regularizer.terms(ar, theta)], axis=-1)
        return ar.sum(terms, axis=-1)

    @overflow_is_an_answer
    def output_gradients(self, ar: Arithmetic, theta: Array) -> Array:
        """r_i = c_i grad l_i(phi_i), (..., m, d_y)."""
        x, y, c = self.samples(ar)
        return c * self.loss.gradient(ar, self.model.outputs(ar, theta, x), y)

    @overflow_is_an_answer
    def gradient(self, ar: Arithmetic, theta: Array) -> Array:
        """The gradient of Q, (..., p); at kinks one choice of sides, on balls all of them."""
        x, y, c = self.samples(ar)
        at = self.model.derivatives(ar, theta, x)
        result = at.gradient(c * self.loss.gradient(ar, at.outputs(), y))
        if self.regularizer.is_zero:
            return result
        return result + self.regularizer.gradient(ar, theta)

    @overflow_is_an_answer
    def hessian(self, ar: Arithmetic, theta: Array) -> Array:
        """The Hessian of Q, (..., p, p), where it exists; on balls all one-sided ones."""
        x, y, c = self.samples(ar)
        at = self.model.derivatives(ar, theta, x)
        q = at.outputs()
        bend = c[..., None] * self.loss.hessian(ar, q, y)
        result = at.hessian(c * self.loss.gradient(ar, q, y), bend)
        if self.regularizer.is_zero:
            return result
        return result + self.regularizer.hessian(ar, theta)

    @overflow_is_an_answer
    def second_order(
        self, ar: Arithmetic, theta: Array, at: Derivatives | None = None
    ) -> tuple[Array, Array, Array]:
        """Value, gradient and Hessian at once, as the methods of these names give them.

        ``at`` are the derivatives of the model at theta, if the caller has them already.
        """
        x, y, c = self.samples(ar)
        at = self.model.derivatives(ar, theta, x) if at is None else at
        q = at.outputs()
        r = c * self.loss.gradient(ar, q, y)
        terms = c * self.loss.terms(ar, q, y)
        terms = terms.reshape((*theta.shape[:-1], terms.shape[-2] * terms.shape[-1]))
        gradient = at.gradient(r)
        hessian = at.hessian(r, c[..., None] * self.loss.hessian(ar, q, y))
        if not self.regularizer.is_zero:
            terms = ar.concatenate([terms, self.regularizer.terms(ar, theta)], axis=-1)
            gradient = gradient + self.regularizer.gradient(ar, theta)
            hessian = hessian + self.regularizer.hessian(ar, theta)
        return ar.sum(terms, axis=-1), gradient, hessian

    @overflow_is_an_answer
    def switches(self, ar: Arithmetic, theta: Array) -> tuple[Switch, ...]:
        """Every quantity at whose zeros some derivative of Q jumps."""
        x, y, _ = self.samples(ar)
        found = self.model.switches(ar, theta, x)
        found += self.loss.switches(ar, self.model.outputs(ar, theta, x), y)
        return found + self.regularizer.switches(ar, theta)

    @overflow_is_an_answer
    def directional_derivative(self, ar: Arithmetic, theta: Array, v: Array) -> Array:
        """Limit of (Q(theta + t v) - Q(theta)) / t as t falls to 0, (); also at kinks.

        For Float64 and Exact, without a batch: theta and v are (p,).
        """
        v = ar.asarray(v)
        x, y, c = self.samples(ar)
        dq = self.model.directional(ar, theta, x, v)
        slopes = c * self.loss.one_sided(ar, self.model.outputs(ar, theta, x), y, dq)
        slopes = slopes.reshape((-1,))
        if not self.regularizer.is_zero:
            penalty = self.regularizer.one_sided(ar, theta, v).reshape((1,))
            slopes = ar.concatenate([slopes, penalty], axis=0)
        return ar.sum(slopes, axis=0)

    @overflow_is_an_answer
    def group_sums(self, ar: Arithmetic, theta: Array) -> Array:
        """Sums of the output gradients over samples with equal inputs, (..., groups, d_y)."""
        r = self.output_gradients(ar, theta)
        sums = [ar.sum(r[..., group, :], axis=-2) for group in self.data.groups]
        return ar.stack(sums, axis=-2)

    def infimum(self) -> Infimum:
        """F*: the least data part of any function on the data, group by group.

        ``minimizer`` holds outputs (m, d_y) that attain it.
        """
        if not self._infimum:
            self._infimum.append(self._find_infimum())
        return self._infimum[0]

    def _find_infimum(self) -> Infimum:
        c = self.coefficients(Float64())
        outputs = np.zeros(self._targets.shape)
        value, attained = 0.0, True
        for group in self.data.groups:
            found = self.loss.infimum(self._targets[group], c[group], self._targets.shape[1])
            value += found.value
            attained = attained and found.attained
            if found.minimizer is not None:
                outputs[group] = found.minimizer
        return Infimum(value, attained, outputs if attained else None)

    def __repr__(self) -> str:
        parts = [repr(self.model), repr(self.data), f"loss={self.loss.spec!r}"]
        if self.reduction != "mean":
            parts.append(f"reduction={self.reduction!r}")
        if not self.regularizer.is_zero:
            parts.append(f"regularizer={self.regularizer!r}")
        if self.elimination is not None:
            parts.append(f"elimination={self.elimination!r}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis and IPython, which list the fields of a dataclass otherwise."""
        printer.text(repr(self))
