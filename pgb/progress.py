"""What long calculations say about how far they are."""

from __future__ import annotations

from collections.abc import Callable

#: Called with what is being done, in a few words, and the share that is done, from 0 to 1, or None
#: where nobody knows.
Progress = Callable[[str, float | None], None]


def silent(stage: str, share: float | None, /) -> None:
    """Progress that nobody wants to hear of."""
