"""Every hypothesis of the checker: a certificate that breaks it is refused with its sentence."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import FOLDER, seal

CASES = [
    pytest.param(case, id=f"{sentence} ({number})")
    for sentence, cases in tomllib.loads((FOLDER / "guards.toml").read_text("utf-8")).items()
    for number, case in enumerate({"sentence": sentence, **entry} for entry in cases)
]


def changed(case: dict[str, Any]) -> Any:
    """The stored certificate of a case with its changes; values are JSON texts by place."""
    value = json.loads((FOLDER / "correct" / f"{case['file']}.json").read_text(encoding="utf-8"))
    for place, text in case.get("change", {}).items():
        *path, last = (int(key) if key.isdigit() else key for key in place.split("."))
        entry = value
        for key in path:
            entry = entry[key]
        entry[last] = json.loads(text)
    return seal(value)


@pytest.mark.parametrize("case", CASES)
def test_broken_hypothesis_is_named(case: dict[str, Any], verdict: Callable[..., Any]) -> None:
    code, sentence = verdict(changed(case), "with a broken hypothesis")
    accepted = case["sentence"] == "ACCEPTED"
    assert (code, sentence if not accepted else "ACCEPTED") == (1 - accepted, case["sentence"])
