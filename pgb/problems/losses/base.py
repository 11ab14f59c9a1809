"""What every loss offers: values, two derivatives, kinks, and its infimum over a group."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pgb.errors import InputError, counted
from pgb.models import Switch
from pgb.numbers import Arithmetic, Array, Float64
from pgb.problems.formulas import diagonal
from pgb.problems.infimum import Infimum, Vector

_NON_DIFFERENTIABLE = "the loss is not differentiable in the model output"


@dataclass(frozen=True)
class Loss(ABC):
    """A function l(q, y) of the outputs q of a model at one sample and its target y.

    All losses are finite and convex in q on all of R^{d_y}. The formulas run in every arithmetic.
    Shapes: q (..., m, d_y) in the arithmetic; y the targets of the m samples as ``Data`` has them,
    or as ``encode`` gives them, (m, d_y).
    """

    #: The name in problem files.
    name: ClassVar[str]
    convex: ClassVar[bool] = True
    finite_everywhere: ClassVar[bool] = True
    #: A sum of terms that depend on one output each.
    separable: ClassVar[bool] = True
    #: What targets are: "real", "sign" (-1 or 1) or "class".
    unit_of_targets: ClassVar[str] = "real"
    #: l(q + t (1, ..., 1), y) = l(q, y) for all t.
    shift_invariant: ClassVar[bool] = False
    #: The least value over q is taken at q = y.
    minimized_at_target: ClassVar[bool] = False

    @property
    def spec(self) -> str | dict[str, Any]:
        """What ``loss`` turns back into this one."""
        return self.name

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis and IPython, which list the fields of a dataclass otherwise."""
        printer.text(repr(self))

    @property
    def smoothness(self) -> int | None:
        """The k for which the loss is C^k and no more; None if it is analytic."""
        return None

    @property
    def violations(self) -> tuple[str, ...]:
        """Which hypotheses of the elimination theorem the loss breaks, in words."""
        return (_NON_DIFFERENTIABLE,) if self.smoothness == 0 else ()

    def suited_to(self, target_shape: tuple[int, ...], outputs: int) -> Loss:
        """The loss for targets of this shape: another one if this has a multi-class form."""
        return self

    def encode(self, targets: Array, outputs: int) -> Array:
        """Stored targets as an (m, d_y) stored array, checked.

        Raises:
            InputError: if the shape or an entry does not fit the loss.
        """
        y = targets.reshape(-1, 1) if targets.ndim == 1 and outputs == 1 else targets
        if y.ndim != 2 or y.shape[1] != outputs:
            raise InputError(
                f"targets: found shape {targets.shape}, expected ({len(targets)}, {outputs}) "
                f"for the {self.name} loss of a model with {counted(outputs, 'output')}"
            )
        return y

    def targets(self, ar: Arithmetic, y: Array, outputs: int) -> Array:
        """Targets as ``Data`` or ``encode`` has them, in the arithmetic, (m, d_y)."""
        if y.ndim == 2 and y.shape[1] == outputs:
            return ar.asarray(y)
        return ar.asarray(self.encode(np.asarray(y), outputs))

    @abstractmethod
    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        """Values, (..., m, d_y) for separable losses, else (..., m, 1)."""

    @abstractmethod
    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        """Derivatives with respect to q, (..., m, d_y); at a kink one of the two sides."""

    @abstractmethod
    def hessian(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        """Second derivatives with respect to q, (..., m, d_y, d_y)."""

    def switches(self, ar: Arithmetic, q: Array, y: Array) -> tuple[Switch, ...]:
        """Every quantity at whose zeros some derivative of the loss jumps."""
        return ()

    @abstractmethod
    def one_sided(self, ar: Arithmetic, q: Array, y: Array, dq: Array) -> Array:
        """One-sided directional derivatives of the terms along dq, in the shape of ``terms``."""

    @abstractmethod
    def infimum(self, targets: Array, weights: Array, outputs: int | None = None) -> Infimum:
        """Infimum over q in R^{d_y} of sum_i w_i l(q, y_i) for one group of samples.

        Args:
            targets: of the group, as ``Data`` or ``encode`` has them.
            weights: (g,), (g, 1), or (g, d_y) for separable losses; positive.
            outputs: d_y; needed for class indices only.
        """


class SeparableLoss(Loss):
    """A loss that is a sum over outputs k of l(q_k, y_k).

    Subclasses give ``terms``, ``gradient`` and ``second`` entry by entry.
    """

    @abstractmethod
    def second(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        """Second derivatives, (..., m, d_y)."""

    @abstractmethod
    def least(self, y: Vector, w: Vector) -> tuple[float, float | None]:
        """Infimum over one number q of sum_i w_i l(q, y_i), and a minimizer if there is one."""

    def hessian(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        return diagonal(ar, self.second(ar, q, y))

    def one_sided(self, ar: Arithmetic, q: Array, y: Array, dq: Array) -> Array:
        return self.gradient(ar, q, y) * dq

    def infimum(self, targets: Array, weights: Array, outputs: int | None = None) -> Infimum:
        if outputs is None:
            outputs = targets.shape[1] if targets.ndim == 2 else 1
        y = self.targets(Float64(), targets, outputs)
        w = weight_columns(weights, outputs)
        found = [self.least(y[:, k], w[:, k]) for k in range(outputs)]
        value = float(sum(value for value, _ in found))
        points = [point for _, point in found if point is not None]
        attained = len(points) == outputs
        return Infimum(value, attained, np.array(points) if attained else None)


def weight_columns(weights: Array, outputs: int) -> Vector:
    """Weights (g,), (g, 1) or (g, d_y) as floats of shape (g, d_y)."""
    w = Float64().asarray(weights)
    return np.broadcast_to(w.reshape(len(w), -1), (len(w), outputs))


def check_signs(y: Array, name: str) -> Array:
    """The targets, if all are exactly -1 or 1.

    Raises:
        InputError: with the first target that is not.
    """
    for index, value in np.ndenumerate(y):
        if not (value == 1 or value == -1):
            raise InputError(
                f"targets[{index[0]}]: found {value}, expected -1 or 1 for the {name} loss"
            )
    return y
