"""Search for the critical points of an objective.

``pgb.search(problem, starts=1000)`` gives a ``Landscape``, which prints as a table; all arguments
are those of ``pgb.search.search``. ``pgb.search.exhaustive(problem, low, high)`` lists all critical
points in a box, with a proof that there are no others.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgb.search.escapes import Escape
    from pgb.search.exhaustive import CompleteList, exhaustive
    from pgb.search.landscape import CriticalPoint, EscapeGroup, Landscape
    from pgb.search.lower_points import find_better
    from pgb.search.outcome import Outcome
    from pgb.search.run import search
    from pgb.search.session import Progress

__all__ = [
    "CompleteList",
    "CriticalPoint",
    "Escape",
    "EscapeGroup",
    "Landscape",
    "Outcome",
    "Progress",
    "exhaustive",
    "find_better",
    "search",
]

_HOMES = {
    "CompleteList": "exhaustive",
    "CriticalPoint": "landscape",
    "Escape": "escapes",
    "EscapeGroup": "landscape",
    "Landscape": "landscape",
    "Outcome": "outcome",
    "Progress": "session",
    "find_better": "lower_points",
    "search": "run",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562): workers settle their threads before NumPy."""
    if name == "exhaustive":
        return import_module("pgb.search.exhaustive")  # a package that can be called
    if name not in _HOMES:
        raise AttributeError(f"module 'pgb.search' has no attribute {name!r}")
    value = getattr(import_module(f"pgb.search.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


class _Face(ModuleType):
    """A package that can be called, so that ``pgb.search(problem)`` and its modules both work."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return import_module("pgb.search.run").search(*arguments, **options)


sys.modules[__name__].__class__ = _Face


def __dir__() -> list[str]:
    """The public names and the module's own."""
    return sorted(set(__all__) | set(globals()))
