"""Train the networks that ship in pgb/data and write their problem files again.

Needs scikit-learn (``pip install -r benchmarks/training/requirements.txt``); pgb itself does not.
Usage: ``python benchmarks/training/train.py [--output FOLDER] [NAME ...]``; the default folder is
pgb/data. Seeds are fixed: with the versions in requirements.txt the files come out the same.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # the order of BLAS sums decides the last digits

import breast_cancer
import diabetes
import iris
import linnerud
from common import Trained, write

SCRIPTS: dict[str, Callable[[], Trained]] = {
    "breast-cancer": breast_cancer.train,
    "diabetes": diabetes.train,
    "iris": iris.train,
    "linnerud": linnerud.train,
}
DATA = Path(__file__).resolve().parents[2] / "pgb" / "data"


def main() -> None:
    """Train the problems named on the command line, or all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(SCRIPTS))
    parser.add_argument("--output", type=Path, default=DATA)
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(SCRIPTS))
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(SCRIPTS)}")
    for name in arguments.names or SCRIPTS:
        trained = SCRIPTS[name]()
        write(trained, arguments.output)
        print(f"{name}: loss {trained.loss!r}, better {trained.better_loss!r}")


if __name__ == "__main__":
    main()
