"""From an objective to the problem of a certificate: plain JSON values, every number exact."""

from __future__ import annotations

from typing import Any

import numpy as np

from pgb.errors import InputError
from pgb.expressions import parse, to_json
from pgb.models import Expression, Network
from pgb.models.activations import Activation
from pgb.numbers import Array, Symbolic, exact_number
from pgb.problems import Objective
from pgb.problems.losses import Loss

__all__ = ["export_number", "export_point", "export_problem"]


def export_problem(objective: Objective) -> dict[str, Any]:
    """The problem of an objective in the form that the checker reads.

    Raises:
        InputError: for a model that is neither a network nor an expression.
    """
    data, regularizer = objective.data, objective.regularizer
    return {
        "data": {
            "inputs": _table(data.inputs),
            "targets": _targets(objective),
            "weights": None if data.weights is None else _table(data.weights),
        },
        "model": _model(objective),
        "loss": _loss(objective.loss),
        "reduction": objective.reduction,
        "regularizer": {
            "quadratic": export_point(regularizer.quadratic),
            "absolute": export_point(regularizer.absolute),
        },
        "elimination": _elimination(objective),
    }


def export_number(value: Any) -> Any:
    """A number: "p/q" for the rationals that it, or the double that it is, means; else a tree."""
    exact = exact_number(value)
    return to_json(parse(str(exact))) if isinstance(exact, Symbolic) else str(exact)


def export_point(values: Array) -> list[Any]:
    """The numbers of a vector."""
    return [export_number(_plain(value)) for value in values]


def _table(values: Array) -> list[Any]:
    if values.ndim == 1:
        return export_point(values)
    return [export_point(row) for row in values]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _targets(objective: Objective) -> list[Any]:
    targets = objective.data.targets
    if targets.ndim == 1 and objective.loss.unit_of_targets == "class":
        return [int(value) for value in np.asarray(targets, dtype=object)]
    return _table(objective.loss.encode(targets, objective.model.output_dimension))


def _model(objective: Objective) -> dict[str, Any]:
    elimination = objective.elimination
    model = objective.model if elimination is None else elimination.base.model
    if isinstance(model, Expression):
        return {
            "kind": "expression",
            "inputs": list(model.input_names),
            "parameters": list(model.parameter_names),
            "outputs": [to_json(tree) for tree in model.trees],
        }
    if not isinstance(model, Network):
        raise InputError(
            f"model: found {type(model).__name__}, expected a network or an expression"
        )
    return {
        "kind": "network",
        "layers": list(model.layers),
        "activations": [_activation(act) for act in model.activations],
        "output_activation": _activation(model.output_activation),
        "bias": model.bias,
    }


def _activation(activation: Activation) -> dict[str, Any]:
    spec = activation.spec
    if isinstance(spec, str):
        return {"name": spec}
    slopes = [_closed_form(text) for text in spec["slopes"]]
    return {"name": spec["name"], "slopes": slopes}


def _loss(loss: Loss) -> dict[str, Any]:
    spec = loss.spec
    if isinstance(spec, str):
        return {"name": spec}
    numbers = ("label_smoothing", "delta")
    return {k: _closed_form(str(v)) if k in numbers else v for k, v in spec.items()}


def _closed_form(text: str) -> Any:
    from pgb.expressions import exact_value

    return export_number(exact_value(parse(text)))


def _elimination(objective: Objective) -> dict[str, Any] | None:
    elimination = objective.elimination
    if elimination is None:
        return None
    return {
        "kind": elimination.kind,
        "lambda": export_number(elimination.lam),
        "penalty": elimination.penalty,
    }
