"""Proving times for trained networks, in an environment of its own that has codac too.

    python benchmarks/proofs/run.py

See README.md beside this file. Exits with 1 if a claim fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]


def default_environment() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return cache / "pgb-benchmarks" / f"proofs-python{version}"


def install(environment: Path) -> Path:
    """The interpreter of the environment; without codac if that cannot be installed."""
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        print(f"creating {environment}", flush=True)
        venv.create(environment, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, str(PROJECT)], check=True)
    if subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], check=False).returncode:
        print("codac cannot be installed here: its column stays empty", flush=True)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environment", type=Path, default=default_environment())
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
