"""Proving times for trained networks, in an environment of its own that has codac too.

    python benchmarks/proofs/run.py

See README.md beside this file. Exits with 1 if a claim fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from environment import PROJECT, default_environment, interpreter, pip_install

HERE = Path(__file__).resolve().parent


def install(environment: Path) -> Path:
    """The interpreter of the environment; without codac if that cannot be installed."""
    python = interpreter(environment)
    pip_install(python, str(PROJECT))
    if not pip_install(python, "-r", str(HERE / "requirements.txt"), check=False):
        print("codac cannot be installed here: its column stays empty", flush=True)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environment", type=Path, default=default_environment("proofs"))
    parser.add_argument("--patience", type=float, default=120.0)
    parser.add_argument("--largest", action="store_true", help="attempt 2,201 parameters too")
    parser.add_argument("--checker", action="store_true", help="time the checker too")
    options = parser.parse_args()
    python = install(options.environment)
    command = [str(python), str(HERE / "measure.py"), "--patience", str(options.patience)]
    command += ["--kept", str(options.environment / "candidates")]
    return subprocess.run(
        [*command, *["--largest"] * options.largest, *["--checker"] * options.checker], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
