"""What an objective sums over: samples in an arithmetic, with the factors of their losses."""

from __future__ import annotations

from typing import Any, NamedTuple

from pgb.errors import InputError, counted, did_you_mean, kind_of
from pgb.models import Model
from pgb.numbers import Arithmetic, Array
from pgb.problems.data import Data
from pgb.problems.losses import Loss
from pgb.problems.regularizer import Regularizer

_REDUCTIONS = ("mean", "sum")


class Samples(NamedTuple):
    """Inputs (m, d_x), encoded targets (m, d_y) and coefficients c (m, 1) or (m, d_y)."""

    x: Array
    y: Array
    c: Array


def bring_in(ar: Arithmetic, data: Data, targets: Array, reduction: str) -> Samples:
    """The samples, with encoded targets (m, d_y), in the arithmetic."""
    m = data.samples
    c = ar.ones((m, 1)) if data.weights is None else ar.asarray(data.weights).reshape((m, -1))
    if reduction == "mean":
        c = c / (ar.sum(c).reshape((1, 1)) / c.shape[1])
    return Samples(ar.asarray(data.inputs), ar.asarray(targets), c)


def misfits(model: Model, data: Data, loss: Loss, reduction: str) -> list[str]:
    """One sentence for each part of an objective that does not fit the others."""
    problems = []
    if reduction not in _REDUCTIONS:
        problems.append(
            f"reduction: found {reduction!r}, expected 'mean' or 'sum'"
            f"{did_you_mean(reduction, _REDUCTIONS)}"
        )
    if data.inputs.shape[1] != model.inputs:
        found = counted(data.inputs.shape[1], "column")
        problems.append(f"inputs: found {found}, expected {model.inputs} for this model")
    w = data.weights
    if w is not None and w.ndim == 2 and w.shape[1] > 1 and not loss.separable:
        problems.append(
            f"weights: found shape {w.shape}, expected ({data.samples},): the {loss.name} loss is "
            "not a sum over outputs"
        )
    return problems


def check_kinds(model: Any, data: Any, regularizer: Any) -> None:
    """Refuse parts of an objective that are something else.

    Raises:
        InputError: one sentence for each, with the name of the argument.
    """
    problems = []
    if not isinstance(model, Model):
        problems.append(f"model: found {kind_of(model)}, expected a Network or an Expression")
    if not isinstance(data, Data):
        problems.append(f"data: found {kind_of(data)}, expected a Data")
    if not (regularizer is None or isinstance(regularizer, Regularizer)):
        problems.append(
            f"regularizer: found {kind_of(regularizer)}, expected a Regularizer (or a number as "
            "weight_decay)"
        )
    if problems:
        raise InputError(problems)
