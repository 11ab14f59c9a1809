"""The errors that pgb raises on purpose; every other exception is a defect."""

from __future__ import annotations

from collections.abc import Sequence


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


class UndecidedError(PgbError):
    """A sign or a zero test could not be decided within the budget; never a proof of anything."""
