"""Failure modes of loss landscapes: one file for each false statement, with what refutes it.

Each example draws members (an objective and a candidate) with real freedom and makes claims about
them that are decided by exact computation. Names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from counterexamples.example import Claim, Decision, Example, Member, Outcome
    from counterexamples.registry import examples, find
    from counterexamples.runner import Result, examine, exit_code, run

__all__ = [
    "Claim",
    "Decision",
    "Example",
    "Member",
    "Outcome",
    "Result",
    "examine",
    "examples",
    "exit_code",
    "find",
    "run",
]

_HOMES = {
    "Claim": "example",
    "Decision": "example",
    "Example": "example",
    "Member": "example",
    "Outcome": "example",
    "Result": "runner",
    "examine": "runner",
    "examples": "registry",
    "exit_code": "runner",
    "find": "registry",
    "run": "runner",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'counterexamples' has no attribute {name!r}")
    return getattr(import_module(f"counterexamples.{_HOMES[name]}"), name)
