"""Reading TOML, JSON, CSV and NPZ files, with one sentence for each thing that can go wrong."""

from __future__ import annotations

import csv
import io
import json
import math
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pgb.errors import InputError, counted, short_name
from pgb.numbers import Array
from pgb.problem_files.mistakes import expected_name, shortened


def load_document(path: Path) -> Mapping[str, Any]:
    """The mapping in a TOML or JSON file, told apart by the ending of its name.

    Where that ends otherwise, as pipes do, a text that begins with a brace is JSON.

    Raises:
        InputError: for a missing, unreadable or malformed file, with the line where it goes wrong.
    """
    text = _text(path)
    ending = path.suffix.lower()
    is_json = ending == ".json" or (ending != ".toml" and text.lstrip().startswith("{"))
    try:
        if is_json:
            document = json.loads(text, object_pairs_hook=_without_doubles)
        else:
            document = tomllib.loads(text)
    except RecursionError:
        raise InputError("file: found lists nested too deeply, expected a problem file") from None
    except InputError:
        raise
    except ValueError as error:  # both decoders give the line and the column
        raise InputError(_malformed("JSON" if is_json else "TOML", error)) from None
    if not isinstance(document, dict):
        raise InputError("file: found no table at the top level, expected [data], [model], ...")
    return document


def load_table(path: Path) -> dict[str, Array]:
    """The columns of a CSV file with a header, as float64 arrays by name.

    Raises:
        InputError: for a missing or empty file, doubled names, rows of the wrong length, and
            entries that are not finite numbers; at most five sentences, each with its line.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    problems: list[str] = []
    rows: list[list[float]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        for row in reader:
            if row and len(problems) < 5:
                rows.append(_row(row, header, f"{path.name}, line {reader.line_num}", problems))
    except csv.Error as error:
        problems.append(f"{path.name}, line {reader.line_num}: found malformed CSV ({error})")
    doubled = sorted({name for name in header if header.count(name) > 1})
    if not header:
        problems.append(f"{path.name}: found no header, expected a line of column names")
    elif doubled:
        problems.append(f"{path.name}: found the column {doubled[0]!r} twice, expected it once")
    elif not rows:
        problems.append(f"{path.name}: found no rows, expected at least one")
    if problems:
        raise InputError(problems)
    table = np.array(rows, dtype=np.float64)
    return {name: table[:, place] for place, name in enumerate(header)}


def load_arrays(path: Path) -> dict[str, Array]:
    """The arrays of an NPZ file as float64; pickled objects are refused, never loaded.

    Raises:
        InputError: for a missing or unreadable file, and for arrays that are not finite numbers.
    """
    arrays: dict[str, Array] = {}
    problems: list[str] = []
    try:
        _check_archive(path)
        with np.load(path, allow_pickle=False) as archive:
            for name in archive.files:
                array = _plain(archive, name, problems)
                if array is not None:
                    arrays[name] = array
    except FileNotFoundError:
        raise InputError(f"file: found no file {short_name(path)}, expected an NPZ file") from None
    except InputError:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        system = error.strerror if isinstance(error, OSError) else None
        reason = shortened(system or str(error))
        raise InputError(f"found no readable NPZ file ({reason}), expected one") from None
    if problems:
        raise InputError(problems)
    return arrays


def _check_archive(path: Path) -> None:
    """NumPy takes whatever is no archive for a pickle, and would say so."""
    with path.open("rb") as file:
        start = file.read(6)
    if start == b"\x93NUMPY":
        raise InputError("found a single array, expected an NPZ file of named ones")
    if not zipfile.is_zipfile(path):
        raise InputError("found no readable NPZ file (it is no archive), expected one")


def _plain(archive: Any, name: str, problems: list[str]) -> Array | None:
    """One array as float64, or None after noting that its entries are other things."""
    try:
        array = archive[name]
    except ValueError:
        problems.append(f"array {shortened(name)!r}: found pickled objects, expected numbers")
        return None
    if array.dtype.kind not in "fiu" or not np.all(np.isfinite(array)):
        problems.append(
            f"array {shortened(name)!r}: found other entries than finite numbers, expected numbers"
        )
        return None
    return array.astype(np.float64)


def columns(table: Mapping[str, Array], names: list[str], key: str) -> list[Array]:
    """The columns with these names.

    Raises:
        InputError: a sentence for each name that the table does not have.
    """
    missing = [name for name in names if name not in table]
    if missing:
        raise InputError(
            [
                f"{key}: found no column {name!r}, expected {expected_name(name, table)}"
                for name in missing
            ]
        )
    return [table[name] for name in names]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"file: found no file {short_name(path)}, expected one there") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"file: found bytes that are not UTF-8 in {short_name(path)} ({error.reason})"
        ) from None
    except OSError as error:
        raise InputError(f"file: found {short_name(path)} unreadable ({error.strerror})") from None


def _malformed(kind: str, error: ValueError) -> str:
    """What a decoder says, with the place in front."""
    if isinstance(error, json.JSONDecodeError):
        where, reason = f" at line {error.lineno}, column {error.colno}", error.msg
    else:
        reason, _, place = str(error).partition(" (at ")
        where = f" at {place.removesuffix(')')}" if place else ""
    return f"file: found malformed {kind}{where}: {reason[:1].lower()}{shortened(reason[1:], 90)}"


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise InputError(f"{name}: found twice in one JSON object, expected once")
        result[name] = value
    return result


def _row(row: list[str], header: list[str], where: str, problems: list[str]) -> list[float]:
    if len(row) != len(header):
        problems.append(
            f"{where}: found {counted(len(row), 'entry', 'entries')}, expected {len(header)}"
        )
        return []
    numbers = []
    for name, entry in zip(header, row, strict=True):
        try:
            number = float(entry)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            problems.append(
                f"{where}, {name}: found {shortened(entry)!r}, expected a finite number"
            )
        numbers.append(number)
    return numbers
