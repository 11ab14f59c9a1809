"""Numbers and nested lists of numbers of a problem file.

A float is the double that it is; an integer or a string is exact.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pgb.errors import InputError
from pgb.expressions import exact_value, parse
from pgb.numbers import Array, Exact, exact_number
from pgb.problem_files.mistakes import Mistakes, describe

_MOST_SHOWN = 5
_MAX_DIGITS = 1000
_MAX_DEPTH = 2
_EXPECTED = "a finite number or an exact one such as 3, '1/3' or 'log(2)'"


def read_number(value: Any) -> Any:
    """A float as it is; an integer or a string as the exact number it means.

    Raises:
        InputError: "found ..., expected ..." for anything else, NaN and infinities included.
    """
    if isinstance(value, bool):
        raise InputError(f"found {describe(value)}, expected {_EXPECTED}")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(f"found {describe(value)}, expected {_EXPECTED}")
        return value
    if isinstance(value, int):
        if value.bit_length() > 4 * _MAX_DIGITS:
            raise InputError(
                f"found an integer of over {_MAX_DIGITS} digits, expected a shorter one"
            )
        return exact_number(value)
    if isinstance(value, str):
        return exact_value(parse(value))
    raise InputError(f"found {describe(value)}, expected {_EXPECTED}")


def read_array(value: Any, key: str, mistakes: Mistakes) -> Array | None:
    """A number or a nested list of numbers as an object array of floats and exact numbers.

    The entries stay what they are. Ragged lists and entries that are no numbers
    are noted with their index; then the result is None.
    """
    before = len(mistakes.sentences)
    shape = _shape(value, key, mistakes)
    if shape is None:
        return None
    if len(shape) > _MAX_DEPTH:
        mistakes.add(key, f"lists nested {len(shape)} deep", f"at most {_MAX_DEPTH}")
        return None
    entries: list[Any] = []
    wrong = 0
    for index in np.ndindex(shape):
        entry = value
        for place in index:
            entry = entry[place]
        try:
            entries.append(read_number(entry))
        except InputError as error:
            wrong += 1
            if wrong <= _MOST_SHOWN:
                where = key + "".join(f"[{place}]" for place in index)
                mistakes.sentences.extend(f"{where}: {sentence}" for sentence in error.problems)
    if wrong > _MOST_SHOWN:
        mistakes.add(key, f"{wrong - _MOST_SHOWN} more entries that are not finite", "numbers")
    if len(mistakes.sentences) > before:
        return None
    return object_array(entries).reshape(shape)


def object_array(entries: list[Any]) -> Array:
    """A flat object array of the entries."""
    result = np.empty(len(entries), dtype=object)
    for place, entry in enumerate(entries):
        result[place] = entry
    return result


def shape_in_words(shape: tuple[int, ...]) -> str:
    """A shape as it appears in sentences."""
    return f"shape {shape}" if shape else "a single number"


def _shape(value: Any, key: str, mistakes: Mistakes) -> tuple[int, ...] | None:
    """The shape of nested lists; ragged ones are noted with the first row that differs."""
    if not isinstance(value, list):
        return ()
    inner: tuple[int, ...] | None = None
    for place, row in enumerate(value):
        shape = _shape(row, f"{key}[{place}]", mistakes)
        if shape is None:
            return None
        if inner is None:
            inner = shape
        elif shape != inner:
            mistakes.add(
                f"{key}[{place}]", shape_in_words(shape), f"{shape_in_words(inner)} as in {key}[0]"
            )
            return None
    return (len(value), *(inner or ()))


def certainly_positive(number: Any) -> bool:
    """True if the float or exact number is greater than 0 for certain."""
    if isinstance(number, float):
        return number > 0
    return bool(Exact().certainly_positive(object_array([number]))[0])
