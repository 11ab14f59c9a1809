"""Convex penalties on single parameters: weighted squares and absolute values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.errors import InputError, did_you_mean, kind_of
from pgb.models import Model, Switch
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems.caching import PerArithmetic
from pgb.problems.formulas import diagonal, slope_at_kink
from pgb.problems.stored import exact_array, frozen, read_array, read_exact, shown


@dataclass(frozen=True, init=False, eq=False)
class Regularizer:
    """R(theta) = sum_j quadratic_j theta_j^2 + absolute_j |theta_j|; read-only.

    Args:
        quadratic: (p,) numbers >= 0.
        absolute: (p,) numbers >= 0; zeros by default.
        fixed: (p,) bools; coordinates on which the objective depends besides this sum and the
            model's outputs, so that ``active`` names them too. None by default.

    Raises:
        InputError: one sentence for each wrong shape or entry.
    """

    quadratic: Array
    absolute: Array
    fixed: npt.NDArray[np.bool_]
    _coefficients: PerArithmetic[tuple[Array, Array]] = field(repr=False)

    def __init__(self, quadratic: Any, absolute: Any = None, fixed: Any = None) -> None:
        q, problems = _coefficients(quadratic, "quadratic")
        a, wrong = _coefficients(_zeros(len(q)) if absolute is None else absolute, "absolute")
        problems += wrong
        if not problems and a.shape != q.shape:
            problems.append(f"absolute: found shape {a.shape}, expected {q.shape} as quadratic has")
        mask = np.zeros(q.shape, dtype=np.bool_) if fixed is None else np.array(fixed, dtype=bool)
        if not problems and mask.shape != q.shape:
            problems.append(f"fixed: found shape {mask.shape}, expected {q.shape} as quadratic has")
        if problems:
            raise InputError(problems)
        object.__setattr__(self, "quadratic", frozen(q))
        object.__setattr__(self, "absolute", frozen(a))
        object.__setattr__(self, "fixed", frozen(mask))
        object.__setattr__(self, "_coefficients", PerArithmetic())

    @classmethod
    def zero(cls, size: int) -> Regularizer:
        """No penalty on any of ``size`` parameters."""
        return cls(_zeros(size))

    @classmethod
    def weight_decay(
        cls, model: Model, decay: Any, names: Sequence[str] | str | None = None
    ) -> Regularizer:
        """The penalty decay |theta|^2 over the parameters named; all of the model's if None.

        Raises:
            InputError: for an unknown name and a decay that is no number >= 0.
        """
        names = [names] if isinstance(names, str) else names
        if names is not None and not (
            isinstance(names, Sequence) and all(isinstance(name, str) for name in names)
        ):
            raise InputError(
                f"decay_parameters: found {kind_of(names)}, expected names of parameters: "
                f"{', '.join(model.slices)}"
            )
        problems = [
            f"decay_parameters: found the unknown parameter {name!r}, expected one of "
            f"{', '.join(model.slices)}{did_you_mean(name, model.slices)}"
            for name in names or ()
            if name not in model.slices
        ]
        try:
            mu = read_exact(decay, "weight_decay")
            if not mu >= 0:
                problems.append(f"weight_decay: found {decay}, expected a number >= 0")
        except InputError as error:
            problems.extend(error.problems)
        if problems:
            raise InputError(problems)
        quadratic = _zeros(model.size)
        for name in model.slices if names is None else names:
            quadratic[model.slices[name]] = mu
        return cls(quadratic)

    @property
    def size(self) -> int:
        """p, the number of parameters."""
        return len(self.quadratic)

    @cached_property
    def is_zero(self) -> bool:
        """True if every coefficient is 0."""
        ar = Exact()
        return bool(np.all(ar.certainly_zero(self.quadratic) & ar.certainly_zero(self.absolute)))

    @cached_property
    def active(self) -> npt.NDArray[np.bool_]:
        """(p,): the coordinates on which the objective depends besides the model's outputs."""
        ar = Exact()
        zero = ar.certainly_zero(self.quadratic) & ar.certainly_zero(self.absolute)
        return frozen(~zero | self.fixed)

    @cached_property
    def _has_absolute(self) -> bool:
        return not bool(np.all(Exact().certainly_zero(self.absolute)))

    def __add__(self, other: Regularizer) -> Regularizer:
        if not isinstance(other, Regularizer):
            return NotImplemented
        if other.size != self.size:
            raise InputError(f"regularizer: found size {other.size}, expected {self.size}")
        return Regularizer(
            self.quadratic + other.quadratic,
            self.absolute + other.absolute,
            self.fixed | other.fixed,
        )

    def extended(self, size: int) -> Regularizer:
        """The same penalty on the first coordinates of a vector of ``size``."""
        more = size - self.size
        return Regularizer(
            np.concatenate([self.quadratic, _zeros(more)]),
            np.concatenate([self.absolute, _zeros(more)]),
            np.concatenate([self.fixed, np.zeros(more, dtype=np.bool_)]),
        )

    def coefficients(self, ar: Arithmetic) -> tuple[Array, Array]:
        """The quadratic and the absolute coefficients in the arithmetic, (p,) each."""
        return self._coefficients.get(
            ar, lambda ar: (ar.asarray(self.quadratic), ar.asarray(self.absolute))
        )

    def terms(self, ar: Arithmetic, theta: Array) -> Array:
        """The summands of R, (..., p)."""
        quadratic, absolute = self.coefficients(ar)
        terms = quadratic * (theta * theta)
        return terms + absolute * ar.absolute(theta) if self._has_absolute else terms

    def value(self, ar: Arithmetic, theta: Array) -> Array:
        """R(theta), (...)."""
        return ar.sum(self.terms(ar, theta), axis=-1)

    def gradient(self, ar: Arithmetic, theta: Array) -> Array:
        """(..., p); one of the two sides at a kink, both on balls."""
        quadratic, absolute = self.coefficients(ar)
        result = 2 * quadratic * theta
        if not self._has_absolute:
            return result
        one = ar.ones(theta.shape)
        return result + absolute * ar.where_nonnegative(theta, one, -one)

    def hessian(self, ar: Arithmetic, theta: Array) -> Array:
        """(p, p), a diagonal matrix; the same at every theta without kinks."""
        return diagonal(ar, 2 * self.coefficients(ar)[0])

    def switches(self, ar: Arithmetic, theta: Array) -> tuple[Switch, ...]:
        """The parameters with an absolute value in the penalty, if any."""
        if not self._has_absolute:
            return ()
        places = np.flatnonzero(~Exact().certainly_zero(self.absolute))
        return (Switch(theta[..., places], 1, "absolute value in the penalty"),)

    def one_sided(self, ar: Arithmetic, theta: Array, v: Array) -> Array:
        """One-sided directional derivative along v, ()."""
        quadratic, absolute = self.coefficients(ar)
        slopes = 2 * quadratic * theta * v
        if self._has_absolute:
            slopes = slopes + absolute * slope_at_kink(ar, theta, v, v, -v, ar.absolute)
        return ar.sum(slopes, axis=-1)

    def __repr__(self) -> str:
        absolute = f", absolute={shown(self.absolute)}" if self._has_absolute else ""
        fixed = f", fixed={self.fixed.tolist()}" if np.any(self.fixed) else ""
        return f"Regularizer({shown(self.quadratic)}{absolute}{fixed})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis and IPython, which list the fields of a dataclass otherwise."""
        printer.text(repr(self))


def _zeros(size: int) -> Array:
    result = np.empty(size, dtype=object)
    result.fill(fmpq(0))
    return result


def _coefficients(values: Any, name: str) -> tuple[Array, list[str]]:
    array, problems = read_array(values, name)
    if array.ndim != 1:
        return _zeros(0), [*problems, f"{name}: found shape {array.shape}, expected (p,)"]
    array = exact_array(array)
    ar = Exact()
    bad = np.flatnonzero(~(ar.certainly_positive(array) | ar.certainly_zero(array)))
    problems += [f"{name}[{i}]: found {array[i]}, expected a number >= 0" for i in bad[:5]]
    return array, problems
