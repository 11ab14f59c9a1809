"""Problem files: TOML or JSON to an objective with a candidate point, and back."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pgb.problem_files.named import problem_names, resolve
    from pgb.problem_files.reading import (
        ProblemFile,
        problem_from_mapping,
        problem_of,
        read_candidate,
        read_problem,
    )
    from pgb.problem_files.writing import problem_to_mapping, to_toml, write_problem

__all__ = [
    "ProblemFile",
    "problem_from_mapping",
    "problem_names",
    "problem_of",
    "problem_to_mapping",
    "read_candidate",
    "read_problem",
    "resolve",
    "to_toml",
    "write_problem",
]

_HOMES = {
    "ProblemFile": "reading",
    "problem_from_mapping": "reading",
    "problem_names": "named",
    "problem_of": "reading",
    "problem_to_mapping": "writing",
    "read_candidate": "reading",
    "read_problem": "reading",
    "resolve": "named",
    "to_toml": "writing",
    "write_problem": "writing",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562): listing names needs no NumPy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pgb.problem_files' has no attribute {name!r}")
    value = getattr(import_module(f"pgb.problem_files.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names and the module's own."""
    return sorted(set(__all__) | set(globals()))
