"""From what a caller passes to stored arrays: float64, or object arrays of exact numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpz

from pgb.errors import InputError, kind_of
from pgb.expressions import exact_value, parse
from pgb.numbers import Array, ExactNumber, Symbolic, exact_number

_EXPECTED = "a finite number, an exact number or a string such as '1/3' or 'log(2)'"
_MOST_SHOWN = 5
_LONGEST_SHOWN = 60
_MOST_PRINTED = 64
_LONG_DENOMINATOR = 20
_LARGEST_INTEGER = 2**53


def read_entry(value: Any) -> float | ExactNumber:
    """One number: a float stays a float, integers, fractions and strings become exact.

    Raises:
        InputError: "found ..., expected ..." without a field, for the caller to put in front.
    """
    if isinstance(value, (float, np.floating)):
        if not np.isfinite(value):
            raise InputError(f"found {value}, expected {_EXPECTED}")
        return float(value)
    if isinstance(value, str):
        return exact_value(parse(value))
    if isinstance(value, (bool, np.bool_)):
        raise InputError(f"found {value}, expected {_EXPECTED}")
    if isinstance(value, (int, np.integer, Fraction, fmpq, fmpz, Symbolic)):
        return exact_number(value)
    raise InputError(f"found {_shown(value)}, expected {_EXPECTED}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN and "\n" not in text else kind_of(value)


def read_exact(value: Any, field: str) -> ExactNumber:
    """One number as an exact one (a float is its double); ``field`` names it in the error."""
    try:
        return exact_number(read_entry(value))
    except InputError as error:
        raise InputError([f"{field}: {text}" for text in error.problems]) from None


def read_entries(values: Any, field: str) -> tuple[Array, list[str]]:
    """An object array of floats and exact numbers, and one sentence for each wrong entry.

    ``values`` is an array or a nested sequence of numbers and strings.
    """
    raw, problems = _as_objects(values, field)
    result = np.empty(raw.shape, dtype=object)
    flat = result.reshape(-1)
    for place, (where, value) in enumerate(_indexed(raw, field)):
        try:
            flat[place] = read_entry(value)
        except InputError as error:
            flat[place] = fmpq(0)
            problems.extend(f"{where}: {text}" for text in error.problems)
    if len(problems) > _MOST_SHOWN:
        more = len(problems) - _MOST_SHOWN
        problems = [*problems[:_MOST_SHOWN], f"{field}: ... and {more} more"]
    return result, problems


def read_array(values: Any, field: str) -> tuple[Array, list[str]]:
    """A stored array, never the caller's own, and one sentence for each wrong entry.

    Floats and integers without exact numbers among them give float64 where that loses nothing; with
    exact numbers among them every entry becomes exact, floats being the doubles that they are.
    """
    if isinstance(values, np.ndarray) and values.dtype.kind == "f" and np.all(np.isfinite(values)):
        return np.array(values, dtype=np.float64), []
    entries, problems = read_entries(values, field)
    return compact(entries), problems


def compact(entries: Array) -> Array:
    """Floats and exact numbers as float64 if that loses nothing, else all exact."""
    flat = entries.reshape(-1)
    if all(isinstance(value, float) or _is_small_integer(value) for value in flat):
        floats = [v if isinstance(v, float) else int(v.p) for v in flat]
        return np.array(floats, dtype=np.float64).reshape(entries.shape)
    return exact_array(entries)


def exact_array(entries: Array) -> Array:
    """Every entry as an exact number, in an object array of the same shape."""
    result = np.empty(entries.size, dtype=object)
    result[:] = [exact_number(value) for value in entries.reshape(-1)]
    return result.reshape(entries.shape)


def shown(array: Array, *, whole: bool = True) -> str:
    """A stored array as nested lists that read well and are read back, cut short if it is long.

    ``whole`` shows the double 1.0 as 1, where a double stands for nothing but its own value.
    """
    if array.size > _MOST_PRINTED:
        size = " x ".join(str(length) for length in array.shape)
        return f"<{size} {'exact numbers' if array.dtype == object else 'floats'}>"
    texts = iter([shown_number(value, whole=whole) for value in array.reshape(-1).tolist()])
    return _nested(array.shape, texts)


def shown_number(value: Any, *, whole: bool = True) -> str:
    """A stored number as Python that is read back as it; rationals that are long doubles as these.

    Fractions and closed forms are strings, since Python would round 1/3.
    """
    if isinstance(value, float):
        signed_zero = value == 0 and math.copysign(1, value) < 0
        small = abs(value) <= _LARGEST_INTEGER and value.is_integer() and not signed_zero
        return str(int(value)) if whole and small else repr(value)
    if isinstance(value, fmpq):
        if value.q == 1:
            return str(value.p)
        if int(value.q).bit_length() > _LONG_DENOMINATOR:
            nearest = float(value)
            if exact_number(nearest) == value:
                return repr(nearest)
    return repr(str(value)) if isinstance(value, (fmpq, Symbolic)) else str(value)


def _nested(shape: tuple[int, ...], texts: Iterator[str]) -> str:
    if not shape:
        return next(texts)
    return f"[{', '.join(_nested(shape[1:], texts) for _ in range(shape[0]))}]"


def frozen(array: Array) -> Array:
    """The array, made read-only."""
    array.setflags(write=False)
    return array


def _is_small_integer(value: Any) -> bool:
    return isinstance(value, fmpq) and value.q == 1 and abs(value.p) <= _LARGEST_INTEGER


def _as_objects(values: Any, field: str) -> tuple[Array, list[str]]:
    values = _natural(values)
    if isinstance(values, np.ndarray):
        if values.dtype == np.bool_:
            found = f"{field}: found true and false, expected numbers such as 1 and 0"
            return np.empty((0,), dtype=object), [found]
        return values.astype(object), []
    shape = _shape(values)
    if shape is None:
        found = f"{field}: found rows of different lengths, expected a rectangular array"
        return np.empty((0,), dtype=object), [found]
    result = np.empty(shape, dtype=object)
    for index in np.ndindex(shape):
        entry = values
        for place in index:
            entry = entry[place]
        result[index] = entry[()] if isinstance(entry, np.ndarray) else entry
    return result, []


def _natural(values: Any) -> Any:
    """Arrays of other libraries as NumPy's, other sequences as lists; the rest as it is."""
    if isinstance(values, (str, bytes, np.ndarray, np.generic, list, tuple)):
        return values
    if isinstance(values, Sequence):
        return list(values)
    if hasattr(values, "__array__"):
        try:
            return np.asarray(values)
        except (TypeError, ValueError, RuntimeError):
            return values  # and no number, as the caller will find
    return values


def _shape(values: Any) -> tuple[int, ...] | None:
    """The shape of nested sequences, or None if they are ragged."""
    if isinstance(values, np.ndarray):
        return values.shape
    if not isinstance(values, (list, tuple)):
        return ()
    shapes = {_shape(value) for value in values}
    if len(shapes) > 1 or None in shapes:
        return None
    inner = shapes.pop() if shapes else ()
    assert inner is not None
    return (len(values), *inner)


def _indexed(array: Array, field: str) -> Iterator[tuple[str, Any]]:
    for index in np.ndindex(array.shape):
        yield field + "".join(f"[{place}]" for place in index), array[index]
