"""The [loss], [regularizer] and [elimination] tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pgb.errors import InputError
from pgb.models import Model
from pgb.numbers import Array, exact_number
from pgb.problem_files.mistakes import Table, describe, expected_name
from pgb.problem_files.values import (
    certainly_positive,
    object_array,
    read_array,
    read_number,
    shape_in_words,
)
from pgb.problems import Loss, loss

REDUCTIONS = ("mean", "sum")
KINDS = ("exponential", "without-units")
PENALTIES = ("squared", "absolute")


@dataclass(frozen=True)
class EliminationSpec:
    """What an [elimination] table asks for."""

    kind: str
    lam: Any
    penalty: str


def read_loss(table: Table | None) -> tuple[Loss | None, str]:
    """The loss (squared without the table) and the reduction (mean)."""
    if table is None:
        return loss("squared"), "mean"
    reduction = table.text("reduction", REDUCTIONS) or "mean"
    if "name" not in table:
        table.missing("name", "the name of a loss such as 'squared'")
        return None, reduction
    spec = {name: value for name, value in table.values.items() if name != "reduction"}
    with table.mistakes.under(table.key, tuple(spec)):
        return loss(spec), reduction
    return None, reduction


def read_elimination(table: Table | None) -> EliminationSpec | None:
    """The transform asked for, or None."""
    if table is None:
        return None
    table.check_keys(("kind", "lambda", "penalty"))
    kind = table.text("kind", KINDS) or "exponential"
    penalty = table.text("penalty", PENALTIES) or "squared"
    if kind == "without-units" and penalty != "squared":
        table.wrong("penalty", "'squared' with kind 'without-units'")
    if "lambda" not in table:
        table.missing("lambda", "a number that is not negative")
        return None
    lam = _coefficient(table, "lambda", table.values["lambda"])
    return None if lam is None else EliminationSpec(kind, exact_number(lam), penalty)


def read_decay(table: Table | None, model: Model | None, auxiliary: Model | None) -> dict[str, Any]:
    """Coefficients of the squared parameters by parameter name: a number, or one for each entry.

    ``weight_decay`` is a number for the parameters listed (all of the model's if there is no list),
    or a table with a number or nested list for each name. ``auxiliary`` is the model with the
    exponential neurons, whose parameters may be named too.
    """
    if table is None:
        return {}
    table.check_keys(("weight_decay", "parameters"))
    if "weight_decay" not in table:
        table.missing("weight_decay", "a number that is not negative")
        return {}
    decay = table.values["weight_decay"]
    names = table.strings("parameters")
    if isinstance(decay, dict):
        return _decay_by_name(table, decay, model, auxiliary)
    number = _coefficient(table, "weight_decay", decay)
    if model is None:
        return {}
    if "parameters" not in table:
        names = [parameter.name for parameter in model.parameters]
    known = _shapes(model, auxiliary)
    for name in names or ():
        if name not in known:
            found = f"the unknown parameter {name!r}"
            table.mistakes.add(table.path("parameters"), found, expected_name(name, known))
    return {} if number is None else {name: number for name in names or () if name in known}


def _decay_by_name(
    table: Table, decay: dict[str, Any], model: Model | None, auxiliary: Model | None
) -> dict[str, Any]:
    if "parameters" in table:
        found = "names beside a table weight_decay"
        table.mistakes.add(table.path("parameters"), found, "one of the two")
    if model is None:
        return {}
    known = _shapes(model, auxiliary)
    inner = Table(decay, table.path("weight_decay"), table.mistakes)
    inner.check_keys(known)
    result: dict[str, Any] = {}
    for name in decay.keys() & known.keys():
        value = decay[name]
        if not isinstance(value, list):
            result[name] = _coefficient(inner, name, value)
            continue
        array = read_array(value, inner.path(name), table.mistakes)
        if array is not None and array.shape != known[name]:
            table.mistakes.add(
                inner.path(name), shape_in_words(array.shape), shape_in_words(known[name])
            )
        elif array is not None:
            entries = [_coefficient(inner, name, entry) for entry in array.ravel()]
            result[name] = object_array(entries).reshape(array.shape)
    return {name: value for name, value in result.items() if value is not None}


def spread(decay: dict[str, Any], model: Model) -> Array:
    """The coefficients as one exact vector over the flat parameters of the model, (p,)."""
    result = object_array([exact_number(0)] * model.size)
    for name, value in decay.items():
        place = model.slices[name]
        flat = value.ravel() if hasattr(value, "ravel") else [value] * (place.stop - place.start)
        result[place] = object_array([exact_number(entry) for entry in flat])
    return result


def _shapes(model: Model, auxiliary: Model | None) -> dict[str, tuple[int, ...]]:
    return {parameter.name: parameter.shape for parameter in (auxiliary or model).parameters}


def _coefficient(table: Table, name: str, value: Any) -> Any:
    """A number >= 0, or None after noting what is wrong."""
    try:
        number = read_number(value) if not hasattr(value, "p") else value
    except InputError as error:
        table.mistakes.sentences.extend(f"{table.path(name)}: {text}" for text in error.problems)
        return None
    if number == 0 or certainly_positive(number):
        return number
    shown = describe(value) if isinstance(value, (int, float, str)) else str(value)
    table.mistakes.add(table.path(name), shown, "a number that is not negative")
    return None
