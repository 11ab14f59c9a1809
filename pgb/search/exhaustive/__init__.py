"""All critical points in a box, for problems of at most 4 parameters: branch and prune.

A tree of boxes is built with intervals in float64; in each leaf a test proves that no critical
point is there, or that the leaf lies in a box around a proved one that holds no other. The tree
is the evidence of a certificate, which the stand-alone checker replays without these intervals.

Source: R. B. Kearfott, *Rigorous Global Search: Continuous Problems* (Kluwer, 1996), for the
method; A. Neumaier, *Interval Methods for Systems of Equations* (1990), for the tests.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgb.search.exhaustive.bisection import Progress
    from pgb.search.exhaustive.listing import CompleteList, ListedPoint
    from pgb.search.exhaustive.undecided import Undecided
    from pgb.search.exhaustive.verb import exhaustive

_PLACES = {
    "CompleteList": "listing",
    "ListedPoint": "listing",
    "Progress": "bisection",
    "Undecided": "undecided",
    "exhaustive": "verb",
}

__all__ = ["CompleteList", "ListedPoint", "Progress", "Undecided", "exhaustive"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


class _Face(ModuleType):
    """A package that can be called: ``pgb.search.exhaustive(objective, -5, 5)``."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return import_module(f"{__name__}.verb").exhaustive(*arguments, **options)


sys.modules[__name__].__class__ = _Face
