"""Mutation testing of the certificate checker: ``python benchmarks/mutation/run.py --minutes 20``.

Every mutant runs in a process of its own, forked from one that has imported everything else, on the
fast tests of certificates, in the order in which they fail soonest. A mutant is killed if a test
fails or the time or memory is used up. Needs a system with fork. See docs/mutation.md.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import resource
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from mutants import Mutant, sample

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "pgb" / "certificates" / "checking"
PACKAGE = "pgb.certificates.checking"
TESTS = [
    "test_files.py::test_exit_code",
    "test_files.py::test_verify_on_the_command_line_is_the_same",
    "test_files.py::test_the_hash_is_that_of_sorted_keys_in_ascii",
    "test_guards.py",
    "test_kinks.py",
    "test_forged_kinks.py",
    "test_checked_functions.py",
    "test_known_symmetries.py",
    "test_exact_numbers.py",
    "../numbers/test_series.py",
    "test_forgeries.py::test_a_missing_or_extra_key_is_refused",
]
LIMIT = 120.0
MEMORY = 6 << 30


class Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant instead of the module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        stem = mutant.path.stem
        self.name = PACKAGE if stem == "__init__" else f"{PACKAGE}.{stem}"

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != self.name:
            return None
        spec = importlib.util.spec_from_loader(name, self, origin=str(self.mutant.path))
        if spec is not None and name == PACKAGE:
            spec.submodule_search_locations = [str(FOLDER)]
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = str(self.mutant.path)
        exec(compile(self.mutant.apply(), str(self.mutant.path), "exec"), module.__dict__)


def tested(mutant: Mutant | None, selection: list[str]) -> None:
    """Run the tests on a mutant and leave with pytest's exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    if mutant is not None:
        sys.meta_path.insert(0, Changed(mutant))
    # To rewrite assertions pytest would import the modules of pgb itself, which is a plugin of
    # pytest where it is installed, and no mutant would ever be asked for.
    options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    os._exit(int(pytest.main([*options, *selection])))


def outcome(mutant: Mutant | None, selection: list[str]) -> str:
    """survived, killed, or killed by the limits."""
    process = multiprocessing.get_context("fork").Process(target=tested, args=(mutant, selection))
    process.start()
    process.join(LIMIT)
    if process.is_alive():
        process.kill()
        process.join()
        return "killed by the time limit"
    return "survived" if process.exitcode == 0 else "killed"


def preload() -> None:
    """Import what the tests import, but nothing of the checker."""
    for name in ("numpy", "flint", "click", "rich", "sympy", "pgb.check"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    for name in [n for n in sys.modules if n.startswith("pgb.certificates")]:
        del sys.modules[name]


def main() -> None:
    """Print the outcome of every mutant of the sample, and counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="when to stop")
    parser.add_argument("--count", type=int, default=10**9, help="how many mutants at most")
    parser.add_argument("--skip", type=int, default=0, help="how many of the sample to leave out")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="mutants whose description contains this")
    options = parser.parse_args()
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    selection = [f"tests/certificates/{test}" for test in TESTS]
    selection = [test for test in selection if Path(test.split("::")[0]).exists()]
    chosen = list(sample(sorted(FOLDER.glob("*.py")), options.seed))
    total, functions = len(chosen), len({(m.path.name, m.function) for m in chosen})
    preload()
    start, counts = time.monotonic(), dict[str, int]()
    if outcome(None, selection) != "survived":
        sys.exit("the tests fail without a mutant")
    chosen = [m for m in chosen if options.only in str(m)]
    for mutant in chosen[options.skip :][: options.count]:
        if time.monotonic() - start > 60 * options.minutes:
            break
        result = outcome(mutant, selection)
        counts[result] = counts.get(result, 0) + 1
        print(f"{result}: {mutant}", flush=True)
    print(f"{total} mutants of {functions} functions; of the sample {counts}")


if __name__ == "__main__":
    main()
