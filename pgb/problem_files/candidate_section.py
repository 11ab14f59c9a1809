"""The [candidate] and [better] tables: a point by parameter names, as one vector, or in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pgb.models import Parameter
from pgb.numbers import Array
from pgb.problem_files.documents import load_arrays
from pgb.problem_files.mistakes import Mistakes, Table, expected_name
from pgb.problem_files.values import object_array, read_array, shape_in_words
from pgb.problems import Candidate


def read_point(
    table: Table, parameters: Sequence[Parameter] | None, base_dir: Path
) -> Candidate | None:
    """The point, or None after noting what is wrong; without ``parameters`` only its numbers."""
    if "vector" in table and not _is_parameter("vector", parameters):
        table.check_keys(("vector",))
        vector = read_array(table.values["vector"], table.path("vector"), table.mistakes)
        return _from_vector(vector, parameters, table.path("vector"), table.mistakes)
    if "file" in table and not _is_parameter("file", parameters):
        table.check_keys(("file",))
        name = table.text("file")
        if name is None:
            return None
        return read_archive(base_dir / name, parameters, table.path("file"), table.mistakes)
    before = len(table.mistakes.sentences)
    arrays = {
        name: read_array(value, table.path(name), table.mistakes)
        for name, value in _flattened(table.values)
    }
    if len(table.mistakes.sentences) > before:
        _check_names(arrays, parameters, table.key, table.mistakes)
        return None
    return _from_arrays(arrays, parameters, table.key, table.mistakes)


def read_archive(
    path: Path, parameters: Sequence[Parameter] | None, key: str, mistakes: Mistakes
) -> Candidate | None:
    """The point in an NPZ file: arrays by parameter name, or one array called vector."""
    with mistakes.under(key):
        arrays = load_arrays(path)
        if set(arrays) == {"vector"} and not _is_parameter("vector", parameters):
            return _from_vector(arrays["vector"], parameters, key, mistakes)
        return _from_arrays(dict(arrays), parameters, key, mistakes)
    return None


def _is_parameter(name: str, parameters: Sequence[Parameter] | None) -> bool:
    return any(parameter.name == name for parameter in parameters or ())


def _flattened(values: Mapping[str, Any], outer: str = "") -> Iterator[tuple[str, Any]]:
    """Entries with dotted names: ``elimination.a = 0`` is a table inside a table in TOML."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flattened(value, f"{outer}{name}.")
        else:
            yield outer + name, value


def _check_names(
    arrays: Mapping[str, Array | None],
    parameters: Sequence[Parameter] | None,
    key: str,
    mistakes: Mistakes,
) -> bool:
    """Note unknown and missing names and wrong shapes; True if there are none."""
    if parameters is None:
        return False
    shapes = {parameter.name: parameter.shape for parameter in parameters}
    before = len(mistakes.sentences)
    for name, array in arrays.items():
        if name not in shapes:
            mistakes.add(f"{key}.{name}", "an unknown parameter", expected_name(name, shapes))
        elif array is not None and array.shape != shapes[name]:
            mistakes.add(f"{key}.{name}", shape_in_words(array.shape), shape_in_words(shapes[name]))
    for name, shape in shapes.items():
        if name not in arrays:
            mistakes.add(f"{key}.{name}", "nothing", shape_in_words(shape))
    return len(mistakes.sentences) == before


def _from_arrays(
    arrays: Mapping[str, Array | None],
    parameters: Sequence[Parameter] | None,
    key: str,
    mistakes: Mistakes,
) -> Candidate | None:
    if parameters is None or not _check_names(arrays, parameters, key, mistakes):
        return None
    entries = [entry for parameter in parameters for entry in _flat(arrays[parameter.name])]
    with mistakes.under(key):
        return Candidate.from_vector(parameters, entries)
    return None


def _from_vector(
    vector: Array | None, parameters: Sequence[Parameter] | None, key: str, mistakes: Mistakes
) -> Candidate | None:
    if vector is None or parameters is None:
        return None
    size = sum(parameter.size for parameter in parameters)
    if vector.shape != (size,):
        names = ", ".join(parameter.name for parameter in parameters)
        mistakes.add(key, shape_in_words(vector.shape), f"shape ({size},) for {names}")
        return None
    with mistakes.under(key):
        return Candidate.from_vector(parameters, _flat(vector))
    return None


def _flat(array: Array | None) -> list[Any]:
    assert array is not None
    return (
        array.ravel().tolist() if array.dtype != object else list(object_array(list(array.ravel())))
    )
