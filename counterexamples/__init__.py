"""False statements about loss landscapes: one file for each, with the family that refutes it.

Each example draws members (an objective and a candidate) with real freedom and makes claims about
them that are decided by exact computation. ``counterexamples.kit`` is what the files are made of.
Names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from counterexamples.kit.claim import Claim, Decision, Outcome
    from counterexamples.kit.example import Correction, Example
    from counterexamples.kit.members import Member, Question
    from counterexamples.kit.registry import examples, find, select
    from counterexamples.kit.runner import Result, examine, exit_code, run

__all__ = [
    "Claim",
    "Correction",
    "Decision",
    "Example",
    "Member",
    "Outcome",
    "Question",
    "Result",
    "examine",
    "examples",
    "exit_code",
    "find",
    "run",
    "select",
]

_HOMES = {
    "Claim": "claim",
    "Correction": "example",
    "Decision": "claim",
    "Example": "example",
    "Member": "members",
    "Outcome": "claim",
    "Question": "members",
    "Result": "runner",
    "examine": "runner",
    "examples": "registry",
    "exit_code": "runner",
    "find": "registry",
    "run": "runner",
    "select": "registry",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'counterexamples' has no attribute {name!r}")
    return getattr(import_module(f"counterexamples.kit.{_HOMES[name]}"), name)
