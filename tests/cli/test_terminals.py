"""Commands whose stderr is a terminal: they show their progress there and end as in a pipe."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

PARABOLA = {
    "data": {"x": [[1], [2], [3]], "y": [1, 2, 1]},
    "model": {
        "kind": "expression",
        "inputs": ["x"],
        "parameters": ["w", "b"],
        "outputs": ["(w*x + b)^2"],
    },
    "candidate": {"w": 0, "b": 0},
}

EXAMPLE = "a_single_unit_has_no_bad_local_minimum_if_all_targets_are_equal"

#: A network of 501 parameters, from which on checks say what they are doing.
WIDE = {
    "data": {"x": [[0.0], [1.0]], "y": [[0.0] * 501, [1.0] * 501]},
    "model": {"kind": "network", "layers": [1, 501], "bias": False},
    "candidate": {"W1": [[0.5]] * 501},
}


@pytest.fixture(autouse=True)
def problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, problem in (("parabola.json", PARABOLA), ("wide.json", WIDE)):
        Path(name).write_text(json.dumps(problem), encoding="utf-8")


def on_a_terminal(command: str) -> tuple[int, str, str]:
    """Exit code, stdout and what the terminal shows of a command whose stderr is a terminal."""
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        [sys.executable, "-c", "from pgb.cli import main; main()", *command.split()],
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown: list[bytes] = []
    reader = threading.Thread(target=_read, args=(ours, shown))
    reader.start()
    stdout, _ = started.communicate(timeout=300)
    reader.join()
    os.close(ours)
    return started.returncode, stdout, b"".join(shown).decode()


def _read(terminal: int, shown: list[bytes]) -> None:
    """Until the other side is closed, which Linux tells by an error."""
    try:
        while part := os.read(terminal, 4096):
            shown.append(part)
    except OSError:
        return


@pytest.mark.parametrize(
    ("command", "code", "stage", "printed"),
    [
        ("search parabola.json --starts 40 --workers 1", 0, "searching", "runs     40 ="),
        ("search parabola.json --starts 40 --workers 1 --prove", 0, "proving", "proved"),
        ("search parabola.json --exhaustive -3 3", 0, "boxes", "The box holds 9 critical points"),
        ("check wide.json --prove never", 10, "reading", "NOT_A_LOCAL_MINIMUM"),
        (f"examples run {EXAMPLE} --examples 1", 0, EXAMPLE[:20], "claims"),
    ],
)
def test_progress_is_shown_and_the_result_is_printed(
    command: str, code: int, stage: str, printed: str
) -> None:
    found, stdout, shown = on_a_terminal(command)
    assert "Traceback" not in shown
    assert (found, printed in stdout, stage in shown) == (code, True, True), stdout + shown
