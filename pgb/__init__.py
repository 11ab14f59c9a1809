"""Check candidate minima of loss landscapes: numbers propose, exact arithmetic decides.

The names below are imported on first use, so that ``import pgb`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgb.check import check
    from pgb.conditions import Verdict
    from pgb.errors import InputError, PgbError, UndecidedError
    from pgb.models import Expression, Network
    from pgb.problem_files import read_problem
    from pgb.problems import Candidate, Data, Objective, Regularizer, loss
    from pgb.reports import Report
    from pgb.search import Landscape, search
    from pgb.transforms import eliminate, without_units

__version__ = "0.1.0"

__all__ = [
    "Candidate",
    "Data",
    "Expression",
    "InputError",
    "Landscape",
    "Network",
    "Objective",
    "PgbError",
    "Regularizer",
    "Report",
    "UndecidedError",
    "Verdict",
    "check",
    "eliminate",
    "loss",
    "read_problem",
    "search",
    "without_units",
]

_HOMES = {
    "Candidate": "pgb.problems",
    "Data": "pgb.problems",
    "Expression": "pgb.models",
    "InputError": "pgb.errors",
    "Landscape": "pgb.search",
    "Network": "pgb.models",
    "Objective": "pgb.problems",
    "PgbError": "pgb.errors",
    "Regularizer": "pgb.problems",
    "Report": "pgb.reports",
    "UndecidedError": "pgb.errors",
    "Verdict": "pgb.conditions",
    "eliminate": "pgb.transforms",
    "loss": "pgb.problems",
    "read_problem": "pgb.problem_files",
    "without_units": "pgb.transforms",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name == "search":
        return import_module("pgb.search")  # a package that can be called
    if name not in _HOMES:
        raise AttributeError(f"module 'pgb' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


class _Face(ModuleType):
    """``pgb.check`` is the function, also after something imported the submodule of that name."""

    @property
    def check(self) -> Any:
        return getattr(import_module("pgb.check"), "check")  # noqa: B009  (mypy knows the function)

    @check.setter
    def check(self, submodule: ModuleType) -> None:
        """The import system binds submodules on their parent; here the function keeps the name."""


sys.modules[__name__].__class__ = _Face


def __dir__() -> list[str]:
    """The public names and the module's own."""
    return sorted(set(__all__) | set(globals()))
