"""A virtual environment of its own for each benchmark, in the user's cache directory."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "JAX_ENABLE_X64": "1",
}


def default_environment(benchmark: str) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return cache / "pgb-benchmarks" / f"{benchmark}-python{version}"


def interpreter(environment: Path) -> Path:
    """The interpreter of the environment, which is created if it is missing."""
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        print(f"creating {environment}", flush=True)
        venv.create(environment, with_pip=True)
    return python


def pip_install(python: Path, *what: str, check: bool = True) -> bool:
    """Whether pip could install it; with ``check`` an error if not."""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*pip, *what], check=check).returncode == 0


def install(environment: Path, requirements: Path) -> Path:
    """The interpreter of the environment, after installing what is required and this project."""
    python = interpreter(environment)
    pip_install(python, "-r", str(requirements), str(PROJECT))
    return python


def stay_on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
