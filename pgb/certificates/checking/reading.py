"""JSON and the guards that refuse: nothing in a file is taken on trust."""

from __future__ import annotations

import json
import re
from typing import Any

from flint import fmpq, fmpz

SCHEMA = "pgb-certificate/1"
RATIONAL = re.compile(r"-?[0-9]{1,20000}(?:/[0-9]{1,20000})?", re.ASCII)


class Refused(Exception):  # noqa: N818
    """The certificate does not prove its claim."""


class Unreadable(Exception):  # noqa: N818
    """The file holds no certificate of this schema."""


def need(condition: bool, sentence: str) -> None:
    """Refuse with the sentence unless the condition is True; nothing else counts."""
    if condition is not True:
        raise Refused(sentence)


def fields(obj: Any, required: str, optional: str = "") -> list[Any]:
    """The values of the keys, None for an absent optional one; no other keys are allowed."""
    names = [*required.split(), *optional.split()]
    need(isinstance(obj, dict), f"found no object with the keys {required}")
    need(set(required.split()) <= set(obj) <= set(names), f"keys are not those of: {names}")
    return [obj.get(name) for name in names]


def listed(value: Any, length: int | None = None) -> list[Any]:
    """A JSON list, of the length if one is given."""
    need(isinstance(value, list) and length in (None, len(value)), "a list is missing or wrong")
    return value


def triples(value: Any, length: int) -> list[Any]:
    """A list of lists of a length."""
    return [listed(v, length) for v in listed(value)]


def indices(value: Any, size: int) -> list[int]:
    """Different integers from 0 to size - 1."""
    ok = all(type(v) is int and 0 <= v < size for v in listed(value))
    need(ok and len(set(value)) == len(value), "an index is out of range or listed twice")
    return value


def indices_pair(value: Any, size: int) -> list[int]:
    """Integers from 0 to size - 1, equal ones allowed."""
    need(all(type(v) is int and 0 <= v < size for v in value), "an index is out of range")
    return value


def rational(value: Any) -> fmpq:
    """The number of a string "p" or "p/q"."""
    need(isinstance(value, str) and bool(RATIONAL.fullmatch(value)), "found no rational number")
    top, _, bottom = value.partition("/")
    need(bool(fmpz(bottom or "1") != 0), "found a division by zero")
    return fmpq(fmpz(top), fmpz(bottom or "1"))


def read(path: str) -> Any:
    """The JSON value of a file, without floats and without keys given twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise Unreadable("a key is given twice")
        return dict(pairs)

    def no_float(text: str) -> Any:
        raise Unreadable(f"found the number {text[:20]}, which is not exact")

    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(
                file, object_pairs_hook=once, parse_float=no_float, parse_constant=no_float
            )
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(f"not a JSON file that can be read ({str(error)[:100]})") from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise Unreadable(f"the schema is not {SCHEMA}")
    return value
