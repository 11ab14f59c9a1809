"""python-flint's precision is global: every test here has to leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator

import flint
import pytest


@pytest.fixture(autouse=True)
def precision_is_restored() -> Iterator[None]:
    before = flint.ctx.prec
    yield
    assert flint.ctx.prec == before
