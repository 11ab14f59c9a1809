"""Put the real output of pgb into README.md: ``python docs/readme_output.py``.

Fills every console block that follows a comment ``<!-- output: pgb ... -->``. The first TOML block
of the README is problem.toml.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"
BLOCK = re.compile(r"(<!-- output: pgb (.*?) -->\n\n```console\n)(.*?)(```\n)", re.DOTALL)


def problem_file(text: str) -> str:
    """The first TOML block."""
    found = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found.group(1)


def expected_outputs(text: str) -> dict[str, str]:
    """What the README shows for each command (without ``pgb``)."""
    return {command: shown.partition("\n")[2] for _, command, shown, _ in BLOCK.findall(text)}


def output(command: str, text: str) -> str:
    """What pgb prints now for a command of the README."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "problem.toml").write_text(problem_file(text), encoding="utf-8")
        start = [sys.executable, "-c", "from pgb.cli import main; main()"]
        environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}
        done = subprocess.run(
            start + command.split(),
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.stderr:
        raise RuntimeError(f"pgb {command}: {done.stderr}")
    return done.stdout


def filled(text: str) -> str:
    """The README with the output of now."""
    return BLOCK.sub(
        lambda m: f"{m[1]}$ pgb {m[2]}\n{output(m[2], text)}{m[4]}",
        text,
    )


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
