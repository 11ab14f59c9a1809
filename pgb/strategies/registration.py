"""The hook behind hypothesis's entry point; hypothesis runs it on every ``import hypothesis``."""

from __future__ import annotations

from importlib import import_module
from typing import Any

#: Home and name of each type, and the strategy that draws it.
_STRATEGIES = (
    ("pgb.problems", "Data", "data_sets"),
    ("pgb.problems", "Loss", "losses"),
    ("pgb.models", "Network", "networks"),
    ("pgb.problems", "Objective", "objectives"),
    ("pgb.problems", "Candidate", "any_candidates"),
)


def register() -> None:
    """Tell hypothesis how to draw pgb's types, so that ``st.from_type(Objective)`` works.

    Cheap on purpose: it imports the types, which need NumPy and python-flint only; the strategies
    are imported when first drawn from.
    """
    from hypothesis import strategies as st

    for home, type_name, strategy_name in _STRATEGIES:
        st.register_type_strategy(getattr(import_module(home), type_name), _later(strategy_name))


def _later(name: str) -> Any:
    """A function of the type, as hypothesis wants it, that imports the strategy when called."""

    def build(_: type) -> Any:
        return getattr(import_module("pgb.strategies"), name)()

    return build
