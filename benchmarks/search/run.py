"""Critical points found per second, against the minimisers and root finders that people use.

    python benchmarks/search/run.py
    python benchmarks/search/run.py --scaling

creates a virtual environment in the user's cache directory, installs JAX, Optimistix and this
project there, and runs ``measure.py`` (one core, one thread) or ``scaling.py`` (all cores) in it.
Exits with 1 if a claim fails.
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
    parser.add_argument("--environment", type=Path, default=default_environment("search"))
    parser.add_argument("--scaling", action="store_true", help="time against starts and processes")
    options, rest = parser.parse_known_args()
    python = install(options.environment, HERE / "requirements.txt")
    script = "scaling.py" if options.scaling else "measure.py"
    if not options.scaling:
        stay_on_one_core()
    command = [str(python), str(HERE / script), *rest]
    return subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
