"""Gradient and Hessian in closed form against jitted ``jax.hessian``, in an environment of its own.

    python benchmarks/derivatives/run.py

creates a virtual environment in the user's cache directory, installs JAX and this project there,
runs ``measure.py`` in it on one core, and exits with 1 if a claim fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from environment import ONE_THREAD, default_environment, install, stay_on_one_core

HERE = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environment", type=Path, default=default_environment("derivatives"))
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    python = install(options.environment, HERE / "requirements.txt")
    stay_on_one_core()
    command = [str(python), str(HERE / "measure.py"), "--repeats", str(options.repeats)]
    return subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
