"""Names of the face of ``pgb.strategies`` stay functions whatever was imported before."""

from __future__ import annotations

import inspect

import pytest

from pgb import strategies


@pytest.mark.parametrize("name", strategies.__all__)
def test_a_strategy_is_a_function_on_every_access(name: str) -> None:
    for _ in range(2):
        assert inspect.isfunction(getattr(strategies, name))


def test_the_help_lists_every_strategy() -> None:
    assert strategies.__doc__ is not None
    assert [name for name in strategies.__all__ if name not in strategies.__doc__] == []
    assert set(strategies.__all__) <= set(dir(strategies))
