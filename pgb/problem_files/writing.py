"""From an objective and points back to a problem file; exact numbers become strings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pgb.errors import InputError
from pgb.models import Expression, Model, Network
from pgb.numbers import Array, Exact, exact_number
from pgb.problem_files.reading import ProblemFile
from pgb.problem_files.toml_text import to_toml
from pgb.problem_files.values import object_array
from pgb.problems import Candidate, Objective

__all__ = ["problem_to_mapping", "to_toml", "write_problem"]


def write_problem(problem: ProblemFile, path: str | Path) -> None:
    """Write a problem to a TOML or JSON file, told apart by the ending of its name.

    Raises:
        InputError: if the objective has a part for which problem files have no words.
    """
    path = Path(path)
    mapping = problem_to_mapping(problem)
    if path.suffix.lower() == ".json":
        text = json.dumps(mapping, indent=1, allow_nan=False) + "\n"
    else:
        text = to_toml(mapping)
    path.write_text(text, encoding="utf-8")


def problem_to_mapping(problem: ProblemFile) -> dict[str, Any]:
    """The problem as nested dicts and lists of str, int, float and bool, data inline.

    Reading it again gives the same numbers: floats are written as floats, exact ones as strings.

    Raises:
        InputError: if the objective has a part for which problem files have no words.
    """
    objective = problem.objective
    base = objective if objective.elimination is None else objective.elimination.base
    mapping: dict[str, Any] = {
        "data": _data(base),
        "model": _model(base.model),
        "loss": {**_loss(base), "reduction": base.reduction},
    }
    decay = _decay(objective)
    if decay:
        mapping["regularizer"] = {"weight_decay": decay}
    if objective.elimination is not None:
        mapping["elimination"] = {
            "kind": objective.elimination.kind,
            "lambda": number(objective.elimination.lam),
            "penalty": objective.elimination.penalty,
        }
    for key, point in (("candidate", problem.candidate), ("better", problem.better)):
        if point is not None:
            mapping[key] = _point(point, objective)
    return mapping


def number(value: Any) -> int | float | str:
    """A float or an integer as it is, any other exact number as a string."""
    if isinstance(value, (float, np.floating)):
        return float(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    text = str(value)
    return int(text) if text.lstrip("-").isdecimal() else text


def numbers(array: Array) -> Any:
    """An array as nested lists of numbers."""
    if array.ndim == 0:
        return number(array[()])
    return [numbers(np.asarray(row, dtype=array.dtype)) for row in array]


def _data(objective: Objective) -> dict[str, Any]:
    data = objective.data
    mapping = {"x": numbers(_short(data.inputs)), "y": numbers(_short(data.targets))}
    if data.weights is not None:
        mapping["weights"] = numbers(_short(data.weights))
    return mapping


def _short(array: Array) -> Array:
    """Data of whole doubles as integers: the same numbers, and easier to read."""
    whole = array.dtype == np.float64 and np.all(
        (array == np.rint(array)) & (np.abs(array) < 2**53)
    )
    return array.astype(np.int64) if whole else array


def _loss(objective: Objective) -> dict[str, Any]:
    value = spec(objective.loss.spec)
    return {"name": value} if isinstance(value, str) else value


def _decay(objective: Objective) -> dict[str, Any]:
    """Coefficients of the squared parameters by name, without the transform's own penalty."""
    quadratic, absolute = objective.regularizer.quadratic, objective.regularizer.absolute
    transform = objective.elimination
    if transform is not None:
        own = object_array([exact_number(0)] * objective.size)
        own[objective.slices[transform.names[0]]] = transform.lam
        if transform.penalty == "squared":
            quadratic = quadratic - own
        else:
            absolute = absolute - own
    ar = Exact()
    if not np.all(ar.certainly_zero(absolute)):
        raise InputError("regularizer: found absolute values, expected squares to write")
    result: dict[str, Any] = {}
    for parameter in objective.parameters:
        part = quadratic[objective.slices[parameter.name]]
        if np.all(ar.certainly_zero(part)):
            continue
        same = len({str(entry) for entry in part}) == 1
        result[parameter.name] = number(part[0]) if same else numbers(part.reshape(parameter.shape))
    return result


def _point(point: Candidate, objective: Objective) -> dict[str, Any]:
    return {
        parameter.name: numbers(
            point.point[objective.slices[parameter.name]].reshape(parameter.shape)
        )
        for parameter in objective.parameters
    }


def _model(model: Model) -> dict[str, Any]:
    if isinstance(model, Network):
        mapping: dict[str, Any] = {"kind": "network", "layers": list(model.layers)}
        if model.activations:
            mapping["activation"] = [spec(sigma.spec) for sigma in model.activations]
        output = spec(model.output_activation.spec)
        return {**mapping, "output_activation": output, "bias": model.bias}
    if isinstance(model, Expression):
        return {
            "kind": "expression",
            "inputs": list(model.input_names),
            "parameters": [parameter.name for parameter in model.parameters],
            "outputs": [str(tree) for tree in model.trees],
        }
    found = type(model).__name__
    raise InputError(f"model: found {found}, expected a Network or an Expression to write")


def spec(value: str | Mapping[str, Any]) -> str | dict[str, Any]:
    """A name, or a name with options whose numbers are ready to be written."""
    if isinstance(value, str):
        return value
    return {key: _option(entry) for key, entry in value.items()}


def _option(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return (
        [_option(entry) for entry in value] if isinstance(value, (list, tuple)) else number(value)
    )
