"""How to look for counterexamples: the marker's arguments, checked."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import pytest

from pgb.errors import did_you_mean


@dataclass(frozen=True)
class Options:
    """The arguments of the marker ``certify``.

    Attributes:
        examples: problems to draw; None: as the hypothesis profile says.
        starts: descents from each.
        seed: of the starts.
        undecided: "fail" if a point that the claim is about and of which nothing is proved fails
            the test, "report" if it is counted in the summary.
    """

    examples: int | None = None
    starts: int = 200
    seed: int = 0
    undecided: str = "report"

    def __post_init__(self) -> None:
        for name, least in (("examples", 1), ("starts", 1), ("seed", 0)):
            value = getattr(self, name)
            if name == "examples" and value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                _refuse(f"{name}: found {value!r}, expected an integer from {least} on")
        if self.undecided not in ("report", "fail"):
            _refuse(f"undecided: found {self.undecided!r}, expected 'report' or 'fail'")


def options_of(item: pytest.Item, examples: int | None) -> Options:
    """The nearest marker's arguments; ``examples`` from the command line goes first."""
    marker = item.get_closest_marker("certify")
    given: dict[str, Any] = {} if marker is None else dict(marker.kwargs)
    if marker is not None and marker.args:
        _refuse(f"found {marker.args[0]!r}, expected arguments by keyword")
    known = [field.name for field in fields(Options)]
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known)
            _refuse(f"{name}: found an unknown argument, expected one of {', '.join(known)}{hint}")
    if examples is not None:
        given["examples"] = examples
    return Options(**given)


def _refuse(sentence: str) -> None:
    raise pytest.UsageError(f"the marker certify: {sentence}")
