"""The [data] table: inline numbers, columns of a CSV file, or arrays of an NPZ file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pgb.errors import InputError
from pgb.models import Model
from pgb.numbers import Array
from pgb.problem_files.documents import columns, load_arrays, load_table
from pgb.problem_files.mistakes import Table
from pgb.problem_files.values import certainly_positive, read_array, shape_in_words
from pgb.problems import Data, Loss

#: What the columns of a file stand for, and the key for numbers in the problem file itself.
_INLINE = {"inputs": "x", "targets": "y"}


@dataclass(frozen=True)
class RawData:
    """Arrays as the file has them; None stands for one that is missing or wrong (and noted)."""

    x: Array | None
    y: Array | None
    weights: Array | None
    has_weights: bool


def read_raw_data(table: Table, base_dir: Path) -> RawData:
    """The numbers of the table, from wherever they are."""
    if "file" in table:
        return _from_file(table, base_dir)
    table.check_keys(("x", "y", "weights", "file", "inputs", "targets"))
    for name in ("inputs", "targets"):
        if name in table:
            table.mistakes.add(table.path(name), "column names", "data.file beside them")
    for name in ("x", "y"):
        if name not in table:
            table.missing(name, "a list of numbers for each sample, or data.file")
    x, y, weights = (_inline(table, name) for name in ("x", "y", "weights"))
    return RawData(x, y, weights, "weights" in table)


def build_data(raw: RawData, model: Model | None, loss: Loss | None, table: Table) -> Data | None:
    """The data set, once shapes and targets fit the model and the loss; else None, noted."""
    before = len(table.mistakes.sentences)
    x = None if raw.x is None else _inputs(raw.x, model, table)
    y = None if raw.y is None else _targets(raw.y, model, loss, table)
    samples = None if raw.x is None or raw.x.ndim == 0 else len(raw.x)
    if y is not None and samples is not None and len(y) != samples:
        table.mistakes.add(
            table.path("y"), f"{len(y)} targets", f"{samples}, one for each row of data.x"
        )
    weights = None if raw.weights is None else _weights(raw.weights, samples, model, table)
    incomplete = x is None or y is None or (raw.has_weights and weights is None)
    if incomplete or len(table.mistakes.sentences) > before or model is None:
        return None
    with table.mistakes.under(table.key):
        return Data(x, y, weights)
    return None


def _inline(table: Table, name: str) -> Array | None:
    if name not in table:
        return None
    return read_array(table.values[name], table.path(name), table.mistakes)


def _from_file(table: Table, base_dir: Path) -> RawData:
    name = table.text("file")
    for meant, inline in _INLINE.items():
        if inline not in table:
            continue
        if _are_names(table.values[inline]):
            expected = f"them as {table.path(meant)}"
            table.mistakes.add(table.path(inline), "column names beside data.file", expected)
        else:
            table.mistakes.add(table.path(inline), "numbers beside data.file", "one of the two")
    table.check_keys(("file", "inputs", "targets", "weights", "x", "y"))
    path = base_dir / (name or "")
    archive = path.suffix.lower() == ".npz"
    if name is not None and path.suffix.lower() not in (".csv", ".npz"):
        table.wrong("file", "a .csv or an .npz file")
        name = None
    wanted = (_arrays if archive else _columns)(table)
    if name is None or wanted is None:
        return RawData(None, None, None, "weights" in table)
    with table.mistakes.under(table.path("file")):
        found = load_arrays(path) if archive else load_table(path)
        return _pick(found, wanted, archive, table)
    return RawData(None, None, None, "weights" in table)


def _are_names(value: Any) -> bool:
    """True for a string or a list of strings that are no numbers."""
    names = [value] if isinstance(value, str) else value
    return (
        isinstance(names, list)
        and bool(names)
        and all(isinstance(name, str) and not name[:1].isdigit() for name in names)
    )


def _columns(table: Table) -> dict[str, list[str]] | None:
    """Column names of inputs, targets and weights of a CSV file."""
    wanted: dict[str, list[str]] = {}
    for name in ("inputs", "targets", "weights"):
        if name not in table:
            if name != "weights" and not _are_names(table.values.get(_INLINE[name])):
                table.missing(name, "a list of column names of data.file")
            continue
        value = table.values[name]
        names = [value] if isinstance(value, str) else table.strings(name)
        if names is not None:
            wanted[name] = names
    return (
        wanted if {"inputs", "targets"} | (set(table.values) & {"weights"}) <= set(wanted) else None
    )


def _arrays(table: Table) -> dict[str, list[str]] | None:
    """Array names of an NPZ file: x, y and weights unless the table gives others."""
    wanted: dict[str, list[str]] = {}
    for name, default in (("inputs", "x"), ("targets", "y"), ("weights", "weights")):
        found = table.text(name) if name in table else default
        if found is None:
            return None
        wanted[name] = [found]
    return wanted


def _pick(
    found: dict[str, Array], wanted: dict[str, list[str]], archive: bool, table: Table
) -> RawData:
    """The chosen arrays, or the chosen columns side by side."""
    if archive and "weights" not in table and wanted["weights"][0] not in found:
        wanted = {name: names for name, names in wanted.items() if name != "weights"}
    chosen: dict[str, Array] = {}
    for name, names in wanted.items():
        with table.mistakes.under(table.path(name)):
            parts = columns(found, names, table.path(name))
            side_by_side = parts[0] if archive else np.stack(parts, axis=1) if parts else None
            if side_by_side is None:
                raise InputError("found no names, expected at least one")
            chosen[name] = side_by_side
    return RawData(
        chosen.get("inputs"), chosen.get("targets"), chosen.get("weights"), "weights" in wanted
    )


def _inputs(x: Array, model: Model | None, table: Table) -> Array | None:
    """As (m, d_x); a plain list of numbers is fine for models with one input."""
    if x.ndim == 1 and x.size and (model is None or model.inputs == 1):
        x = x.reshape(-1, 1)
    if x.ndim != 2 or x.shape[0] == 0:
        expected = "shape (samples, inputs), one row for each sample"
        table.mistakes.add(table.path("x"), shape_in_words(x.shape), expected)
        return None
    if model is not None and x.shape[1] != model.inputs:
        expected = f"{model.inputs} as in the model"
        table.mistakes.add(table.path("x"), f"{x.shape[1]} inputs to a sample", expected)
        return None
    return x


def _targets(y: Array, model: Model | None, loss: Loss | None, table: Table) -> Array | None:
    """As (m, d_y), or (m,) class indices, checked by the loss."""
    key = table.path("y")
    if y.ndim not in (1, 2) or y.shape[0] == 0:
        expected = "shape (samples,) or (samples, outputs)"
        table.mistakes.add(key, shape_in_words(y.shape), expected)
        return None
    if model is None or loss is None:
        return y
    outputs = model.output_dimension
    if y.ndim == 2 and y.shape[1] == 1 and outputs > 1:
        y = y.reshape(-1)  # a column of a CSV file holds class indices then
    suited = loss.suited_to(y.shape, outputs)
    if y.ndim == 1 and outputs > 1 and suited.unit_of_targets != "class":
        table.mistakes.add(key, "1 target to a sample", f"{outputs}, one for each output")
        return None
    if y.ndim == 2 and y.shape[1] != outputs:
        found = f"{y.shape[1]} targets to a sample"
        table.mistakes.add(key, found, f"{outputs}, one for each output of the model")
        return None
    try:
        suited.encode(y, outputs)
    except InputError as error:
        table.mistakes.sentences.extend(_keyed(text, "targets", key) for text in error.problems)
        return None
    return y


def _keyed(sentence: str, field: str, key: str) -> str:
    """A sentence about a field of ``Data`` with the key that the field has in the file."""
    return (
        key + sentence.removeprefix(field) if sentence.startswith(field) else f"{key}: {sentence}"
    )


def _weights(
    weights: Array, samples: int | None, model: Model | None, table: Table
) -> Array | None:
    """Positive weights, (m,) or (m, d_y)."""
    outputs = None if model is None else model.output_dimension
    if weights.ndim == 2 and weights.shape[1] == 1:
        weights = weights.reshape(-1)
    wrong_rows = samples is not None and weights.ndim > 0 and len(weights) != samples
    wrong_columns = weights.ndim == 2 and outputs is not None and weights.shape[1] != outputs
    key = table.path("weights")
    if weights.ndim not in (1, 2) or wrong_rows or wrong_columns:
        m = samples or "samples"
        expected = f"shape ({m},) or ({m}, {outputs or 'outputs'})"
        table.mistakes.add(key, shape_in_words(weights.shape), expected)
        return None
    for place, entry in np.ndenumerate(weights):
        if not certainly_positive(entry):
            where = key + "".join(f"[{index}]" for index in place)
            table.mistakes.add(where, str(entry), "a positive weight")
            return None
    return weights
