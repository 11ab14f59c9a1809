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
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "JAX_ENABLE_X64": "1",
}


def default_environment() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return cache / "pgb-benchmarks" / f"search-python{version}"


def install(environment: Path) -> Path:
    """The interpreter of the environment, after installing what it needs."""
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        print(f"creating {environment}", flush=True)
        venv.create(environment, with_pip=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "-r", str(HERE / "requirements.txt"), str(PROJECT)], check=True)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environment", type=Path, default=default_environment())
    parser.add_argument("--scaling", action="store_true", help="time against starts and processes")
    options, rest = parser.parse_known_args()
    python = install(options.environment)
    script = "scaling.py" if options.scaling else "measure.py"
    if not options.scaling and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    command = [str(python), str(HERE / script), *rest]
    return subprocess.run(command, env={**os.environ, **ONE_THREAD}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
