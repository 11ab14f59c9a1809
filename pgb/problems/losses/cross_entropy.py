"""Cross-entropy of the softmax of the outputs (logits)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from flint import fmpq

from pgb.errors import InputError
from pgb.numbers import Arithmetic, Array, ExactNumber, Float64
from pgb.problems.formulas import diagonal, keep_last
from pgb.problems.infimum import Infimum
from pgb.problems.losses.base import Loss, weight_columns
from pgb.problems.losses.classes import check_probabilities, number_of_classes, one_hot

_ZERO = fmpq(0)


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """-sum_k t_k log softmax(q)_k for class probabilities t (an index means probability 1).

    With label smoothing s every row t is replaced by (1 - s) t + s / K.
    """

    label_smoothing: ExactNumber = _ZERO
    name: ClassVar[str] = "cross-entropy"
    separable: ClassVar[bool] = False
    unit_of_targets: ClassVar[str] = "class"
    shift_invariant: ClassVar[bool] = True

    @property
    def spec(self) -> str | dict[str, Any]:
        if self._plain:
            return self.name
        return {"name": self.name, "label_smoothing": str(self.label_smoothing)}

    @property
    def _plain(self) -> bool:
        return isinstance(self.label_smoothing, fmpq) and self.label_smoothing == 0

    def encode(self, targets: Array, outputs: int) -> Array:
        if outputs < 2:
            raise InputError(
                f"outputs: found {outputs}, expected at least 2 (one logit for each class) for the "
                "cross-entropy loss"
            )
        if targets.ndim == 1:
            return one_hot(targets, outputs)
        return check_probabilities(super().encode(targets, outputs))

    def _rows(self, ar: Arithmetic, y: Array, outputs: int) -> Array:
        """The smoothed class probabilities, (m, K)."""
        t = self.targets(ar, y, outputs)
        if self._plain:
            return t
        s = ar.asarray([self.label_smoothing])
        return (1 - s) * t + s * keep_last(ar, t) / outputs

    def terms(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        t = self._rows(ar, y, q.shape[-1])
        logs = _float_logs(q) if isinstance(ar, Float64) else ar.log(_sums(ar, q))
        return keep_last(ar, t * logs)

    def gradient(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        t = self._rows(ar, y, q.shape[-1])
        s = 1 / _sums(ar, q)
        if isinstance(ar, Float64):  # no cancellation where s_k is near 1
            return s * _others(t) - t * _others(s)
        return keep_last(ar, t) * s - t

    def hessian(self, ar: Arithmetic, q: Array, y: Array) -> Array:
        t = self._rows(ar, y, q.shape[-1])
        s = 1 / _sums(ar, q)
        classes = s.shape[-1]
        apart = ar.asarray(1 - np.eye(classes))
        total = keep_last(ar, t).reshape((*t.shape[:-1], 1, 1))
        products = total * (s.reshape((*s.shape, 1)) * s.reshape((*s.shape[:-1], 1, classes)))
        products = products * apart
        # s_k (1 - s_k) as s_k times the sum of the others: no cancellation where s_k is near 1.
        return diagonal(ar, ar.sum(products, axis=-1)) - products

    def one_sided(self, ar: Arithmetic, q: Array, y: Array, dq: Array) -> Array:
        return keep_last(ar, self.gradient(ar, q, y) * dq)

    def infimum(self, targets: Array, weights: Array, outputs: int | None = None) -> Infimum:
        """Total weight times the entropy of the mean probabilities; attained iff none is 0."""
        outputs = number_of_classes(targets, outputs)
        t = self._rows(Float64(), targets, outputs)
        totals = np.sum(weight_columns(weights, 1) * t, axis=0)
        present = totals[totals > 0]
        logs = np.log(np.sum(totals)) - np.log(present)
        attained = len(present) == outputs
        return Infimum(
            max(float(np.sum(present * logs)), 0.0), attained, -logs if attained else None
        )


def _sums(ar: Arithmetic, q: Array) -> Array:
    """sum_j exp(q_j - q_k) for each k, (..., m, K); 1 / it is the softmax in its tight form."""
    classes = q.shape[-1]
    differences = q.reshape((*q.shape[:-1], 1, classes)) - q.reshape((*q.shape, 1))
    apart = ar.asarray(1 - np.eye(classes))  # on balls q_k - q_k is not 0
    return 1 + ar.sum(apart * ar.exp(differences), axis=-1)


def _others(x: Array) -> Array:
    """The sum of the other entries of the last axis, for each entry."""
    return x @ (1 - np.eye(x.shape[-1]))


def _float_logs(q: Array) -> Array:
    """The logarithms log sum_j exp(q_j - q_k) without overflow, accurate where it is tiny."""
    top = np.argmax(q, axis=-1, keepdims=True)
    largest = np.take_along_axis(q, top, axis=-1)
    rest = np.exp(q - largest)
    np.put_along_axis(rest, top, 0, axis=-1)
    return np.asarray((largest - q) + np.log1p(np.sum(rest, axis=-1, keepdims=True)))
