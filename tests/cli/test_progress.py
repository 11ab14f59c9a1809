"""What long checks say on stderr: a line while somebody watches, otherwise nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pgb.check import check
from pgb.cli import main
from pgb.cli import progress as module
from pgb.models import Network
from pgb.problems import Data, Objective
from pgb.progress import silent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watched(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, size: int) -> str:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", stream)
    with module.shown(size) as tell:
        tell("proving on a box", None)
        tell("proving on a box", 0.5)
    return stream.getvalue()


def test_a_terminal_shows_what_is_being_done(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "proving on a box" in watched(monkeypatch, Terminal(), 500)


def test_small_problems_and_files_stay_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, Terminal(), 499) == ""
    assert watched(monkeypatch, io.StringIO(), 500) == ""


def test_a_large_check_writes_nothing_to_a_pipe(tmp_path: Path) -> None:
    """A network of 501 parameters."""
    problem = {
        "data": {"x": [[0.0], [1.0]], "y": [[0.0] * 501, [1.0] * 501]},
        "model": {"kind": "network", "layers": [1, 501], "bias": False},
        "candidate": {"W1": [[0.5]] * 501},
    }
    path = tmp_path / "p.json"
    path.write_text(json.dumps(problem), encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(path), "--prove", "never"])
    assert (result.stderr, result.exit_code) == ("", 10), result.output


def test_check_says_what_it_does() -> None:
    rng = np.random.default_rng(1)
    data = Data(rng.standard_normal((9, 2)), rng.standard_normal((9, 1)))
    objective = Objective(Network([2, 2, 1]), data, weight_decay="1/10")
    said: list[str] = []
    start = 0.1 * rng.standard_normal(objective.size)
    loud = check(objective, start, polish=True, progress=lambda stage, _: said.append(stage))
    assert check(objective, start, polish=True, progress=silent).verdict is loud.verdict
    for part in ("polishing, iteration 1", "measuring", "proving on a box of half-width"):
        assert any(stage.startswith(part) for stage in said), said
