"""The errors that pgb raises on purpose; every other exception is a defect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

_LONGEST_NAME = 120


class PgbError(Exception):
    """Base of every error that pgb raises on purpose."""


class InputError(PgbError, ValueError):
    """Bad input. ``problems`` holds one sentence for each mistake that was found.

    Each sentence names the field, what was found and what was expected.
    """

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__("\n".join(self.problems))


def kind_of(value: Any) -> str:
    """What a value is, in the words of a sentence: "None" or "a Network"."""
    if value is None:
        return "None"
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def did_you_mean(name: Any, known: Iterable[str]) -> str:
    """The end of a sentence with the known name nearest to an unknown one, or nothing."""
    import difflib

    near = difflib.get_close_matches(str(name)[:100], list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number of things: "1 point", "2 points", "0 minima"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def short_name(name: Any) -> str:
    """The name of a file for a sentence: of a very long one the end."""
    text = str(name)
    return text if len(text) <= _LONGEST_NAME else f"...{text[3 - _LONGEST_NAME :]}"


class UndecidedError(PgbError):
    """A sign or a zero test could not be decided within the budget; never a proof of anything."""
