"""Stored arrays brought into an arithmetic once for each arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from pgb.numbers import Arithmetic

T = TypeVar("T")

_MOST_KEPT = 6


class PerArithmetic(Generic[T]):
    """Values computed from an arithmetic, kept by its name and precision; pickles to nothing.

    Enclosures of one precision are never handed to a context of another one, and balls, which
    cannot be pickled, never leave the process.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int | None], T] = {}

    def get(self, ar: Arithmetic, build: Callable[[Arithmetic], T]) -> T:
        """What ``build(ar)`` gave for this kind and precision."""
        key = (ar.name, getattr(ar, "precision", None))
        if key not in self._kept:
            value = build(ar)
            while len(self._kept) >= _MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = value
            return value
        return self._kept[key]

    def __reduce__(self) -> tuple[type[PerArithmetic[T]], tuple[()]]:
        return type(self), ()
