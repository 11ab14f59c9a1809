"""Collecting every mistake of a problem file, so that all of them are reported at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from pgb.errors import InputError


class Mistakes:
    """The sentences found so far; each begins with the key that it is about."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, key: str, found: str, expected: str) -> None:
        """Note that ``key`` holds ``found`` where ``expected`` should be."""
        self.sentences.append(f"{key}: found {found}, expected {expected}")

    def under(self, key: str, fields: Collection[str] = ()) -> Noting:
        """Note the sentences of an ``InputError`` raised inside, each with the key in front.

        ``fields`` are names of entries of the key with which sentences may begin.
        """
        return Noting(self.sentences, key, fields)

    def raise_if_any(self) -> None:
        """Raise one ``InputError`` with all the sentences, if there are any."""
        if self.sentences:
            raise InputError(list(dict.fromkeys(self.sentences)))


class Noting(AbstractContextManager[None, bool]):
    """The context of ``Mistakes.under``; a class, so that type checkers see that it goes on."""

    def __init__(self, sentences: list[str], key: str, fields: Collection[str]) -> None:
        self.sentences, self.key, self.fields = sentences, key, fields

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, InputError):
            return False
        self.sentences.extend(prefixed(self.key, text, self.fields) for text in error.problems)
        return True


def prefixed(key: str, sentence: str, fields: Collection[str] = ()) -> str:
    """The sentence with the key in front of what it says about.

    A sentence about the key itself ("layers: found ..." under "model.layers") or about one of its
    fields gets the whole key in place of the name.
    """
    about = re.split(r"[\[:]", sentence, maxsplit=1)[0]
    if sentence.startswith(key):
        return sentence
    if about == key.rpartition(".")[2]:
        return key + sentence.removeprefix(about)
    return f"{key}.{sentence}" if about in fields else f"{key}: {sentence}"


class Table:
    """One table of the file: typed access by key, with every mistake noted.

    Methods return None for a value that is missing or wrong; a wrong one has been noted.
    """

    def __init__(self, values: Mapping[str, Any], key: str, mistakes: Mistakes) -> None:
        self.values = values
        self.key = key
        self.mistakes = mistakes

    def path(self, name: str) -> str:
        """The full key of an entry, such as ``model.layers``."""
        return f"{self.key}.{name}" if self.key else name

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def wrong(self, name: str, expected: str) -> None:
        """Note that the entry is not what it should be."""
        self.mistakes.add(self.path(name), describe(self.values.get(name)), expected)

    def missing(self, name: str, expected: str) -> None:
        """Note that the entry is not there."""
        self.mistakes.add(self.path(name), "nothing", expected)

    def check_keys(self, allowed: Collection[str]) -> None:
        """Note every key that is not allowed, with the nearest one that is."""
        for name in self.values:
            if name not in allowed:
                self.mistakes.add(self.path(name), "an unknown key", expected_name(name, allowed))

    def text(self, name: str, choices: Collection[str] = ()) -> str | None:
        """A string, one of ``choices`` if there are any."""
        if name not in self:
            return None
        value = self.values[name]
        if isinstance(value, str) and (not choices or value in choices):
            return value
        if choices and isinstance(value, str):
            self.wrong(name, expected_name(value, choices))
        else:
            self.wrong(name, one_of(choices) if choices else "a string")
        return None

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.values.get(name, default)
        if isinstance(value, bool):
            return value
        self.wrong(name, "true or false")
        return default

    def strings(self, name: str) -> list[str] | None:
        """A list of different strings, possibly empty."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            self.wrong(name, "a list of strings")
            return None
        doubled = sorted({entry for entry in value if value.count(entry) > 1})
        if doubled:
            self.mistakes.add(self.path(name), f"{doubled[0]!r} twice", "different names")
            return None
        return value

    def table(self, name: str) -> Table | None:
        """A table inside this one."""
        if name not in self:
            return None
        value = self.values[name]
        if isinstance(value, Mapping):
            return Table(value, self.path(name), self.mistakes)
        self.wrong(name, f"a table ([{self.path(name)}])")
        return None


def one_of(choices: Collection[str]) -> str:
    """The choices in words."""
    quoted = [f"{choice!r}" for choice in choices]
    if len(quoted) == 1:
        return quoted[0]
    return f"one of {', '.join(quoted)}"


def expected_name(name: str, allowed: Collection[str]) -> str:
    """The nearest allowed name, or all of them."""
    near = difflib.get_close_matches(name, list(allowed), n=1)
    if near:
        return f"{near[0]!r} (did you mean that?) or another of {', '.join(sorted(allowed))}"
    return one_of(sorted(allowed)) if allowed else "no keys here"


def describe(value: Any) -> str:
    """A value of a problem file in a few words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, int) and value.bit_length() > 200:
        return "an integer of over 60 digits"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return shortened(repr(value))
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, Mapping):
        return "a table"
    return f"a {type(value).__name__}"


def shortened(text: str, length: int = 60) -> str:
    """The text, cut to ``length`` characters."""
    return text if len(text) <= length else text[: length - 3] + "..."
