"""Names of the face of ``pgb.strategies`` stay functions whatever was imported before."""

from __future__ import annotations

import inspect

import pytest

from pgb import strategies


@pytest.mark.parametrize("name", strategies.__all__)
def test_a_strategy_is_a_function_on_every_access(name: str) -> None:
    for _ in range(2):
        assert inspect.isfunction(getattr(strategies, name))
