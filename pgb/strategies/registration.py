"""The hook behind hypothesis's entry point; hypothesis runs it on every ``import hypothesis``."""

from __future__ import annotations


def register() -> None:
    """Tell hypothesis how to draw pgb's types, so that ``st.from_type(Objective)`` works.

    Cheap on purpose: the types are needed, the strategies are imported when first drawn from.
    """
