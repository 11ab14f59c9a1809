"""Nested dicts and lists as TOML text (the standard library reads TOML but does not write it)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def to_toml(mapping: Mapping[str, Any]) -> str:
    """The mapping as TOML, one table for each value on top that is a mapping.

    Raises:
        TypeError: for values other than str, bool, int, finite float, list and mapping.
    """
    plain = {key: value for key, value in mapping.items() if not isinstance(value, Mapping)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, table in mapping.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{_key(key)}]"] if lines else [f"[{_key(key)}]"]
            lines += [f"{_key(name)} = {_value(value)}" for name, value in table.items()]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    # JSON's escapes are TOML's, but for DEL, which TOML wants escaped too.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(name)} = {_value(entry)}" for name, entry in value.items())
        return "{" + inner + "}"
    raise TypeError(f"cannot write {value!r} as TOML")


def _list(values: list[Any]) -> str:
    text = "[" + ", ".join(_value(value) for value in values) + "]"
    if len(text) <= 96 or not any(isinstance(value, list) for value in values):
        return text
    return "[\n" + "".join(f"  {_value(value)},\n" for value in values) + "]"
