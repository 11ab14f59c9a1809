"""Falsifying problems on disk: a problem file and a certificate that travel together."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pgb.certificates import Certificate
from pgb.problem_files import ProblemFile, read_problem, write_problem
from pgb.problems import Candidate, Objective
from pgb.search import CriticalPoint

# Characters of a test's name that stay readable in a file name.
_LONGEST = 80


@dataclass(frozen=True, eq=False)
class Falsified:
    """An objective with a proved point that refutes a claim."""

    objective: Objective
    point: CriticalPoint

    def save(self, folder: Path, test: str) -> tuple[Path, Path | None]:
        """Write the problem file and the certificate of a test; return both paths.

        There is no certificate of a model that certificates have no words for.
        """
        folder.mkdir(parents=True, exist_ok=True)
        name = file_name(test)
        problem, proof = folder / f"{name}.toml", folder / f"{name}.certificate.json"
        found, better = self.point.certificate, None
        if found is not None:
            Certificate(found["problem"], found["claim"], tuple(found["evidence"])).save(proof)
            better = self._better(found["claim"]["better"])
        candidate = Candidate.from_vector(self.objective.parameters, self.point.parameters)
        write_problem(ProblemFile(self.objective, candidate, better), problem)
        return problem, None if found is None else proof

    def _better(self, numbers: list[object] | None) -> Candidate | None:
        """The better point of the certificate; searches find floats, which are these rationals."""
        if numbers is None:
            return None
        values = np.array([_double(str(text)) for text in numbers])
        return Candidate.from_vector(self.objective.parameters, values)


def _double(text: str) -> float:
    numerator, _, denominator = text.partition("/")
    return int(numerator) / int(denominator or 1)


def file_name(test: str) -> str:
    """A name for the files of a test: readable, and different for different tests."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", test.split("::", 1)[-1]).strip("-")
    digest = hashlib.sha256(test.encode()).hexdigest()[:8]
    return f"{readable[:_LONGEST]}-{digest}"


def kept(folder: Path, test: str) -> list[tuple[Path, ProblemFile]]:
    """The falsifying problems of a test, oldest name first; empty if there are none."""
    if not folder.is_dir():
        return []
    return [(path, read_problem(path)) for path in sorted(folder.glob(f"{file_name(test)}*.toml"))]
