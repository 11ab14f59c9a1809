"""Claims have one name, in Python with underscores, on the command line with hyphens."""

from __future__ import annotations

import pytest

from pgb.search import claims
from pgb.search.claims import CLAIMS, claim_of


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_is_called_the_same_in_python_and_on_the_command_line(name: str) -> None:
    variable = name.replace("-", "_")
    assert getattr(claims, variable) is CLAIMS[name]
    assert claim_of(name) is claim_of(variable) is CLAIMS[name]


def test_the_former_name_of_a_claim_still_works() -> None:
    assert claim_of("every-minimum-is-global") is claims.every_local_minimum_is_global
