"""Falsifying problems on disk: a problem file and a certificate that travel together."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pgb.certificates import Certificate
from pgb.numbers import Float64
from pgb.problem_files import ProblemFile, write_problem
from pgb.problems import Candidate, Objective
from pgb.search import CriticalPoint

# Characters of a test's name that stay readable in a file name.
_LONGEST = 80


@dataclass(frozen=True, eq=False)
class Falsified:
    """An objective with a proved point that refutes a claim.

    Attributes:
        objective: the problem; point: the proved one.
        replayed: the file of an earlier run that it was read from; None if it was drawn now.
    """

    objective: Objective
    point: CriticalPoint
    replayed: Path | None = None

    def save(self, problem: Path) -> Path | None:
        """Write the problem file, and beside it the certificate, whose path is returned.

        There is no certificate of a model that certificates have no words for.
        """
        problem.parent.mkdir(parents=True, exist_ok=True)
        proof, found = problem.with_name(f"{problem.stem}.certificate.json"), self.point.certificate
        if found is not None:
            Certificate(found["problem"], found["claim"], tuple(found["evidence"])).save(proof)
        candidate = Candidate.from_vector(self.objective.parameters, self.point.parameters)
        write_problem(ProblemFile(self.objective, candidate, self.better), problem)
        return None if found is None else proof

    @property
    def better(self) -> Candidate | None:
        """The better point of the certificate; searches find floats, which are these rationals."""
        found = self.point.certificate
        numbers = None if found is None else found["claim"]["better"]
        if numbers is None:
            return None
        values = np.array([_double(str(text)) for text in numbers])
        return Candidate.from_vector(self.objective.parameters, values)

    def sentences(self) -> str:
        """The problem, what is proved of it, and the points that this is about, by line."""
        ar, found, better = Float64(), self.point.certificate, self.better
        lines = [
            f"problem:   {self.objective!r}",
            f"proved:    {self.point.reason if found is None else found['claim']['words']}",
            f"candidate: value {self.point.value:.12g} at {self.point.parameters.tolist()}",
        ]
        if better is not None:
            theta = np.asarray(ar.asarray(better.point))
            value = float(self.objective.value(ar, theta))
            lines.append(f"better:    value {value:.12g} at {theta.tolist()}")
        return "\n".join(lines)


def _double(text: str) -> float:
    numerator, _, denominator = text.partition("/")
    return int(numerator) / int(denominator or 1)


def file_name(test: str) -> str:
    """A name for the files of a test: readable, and different for different tests."""
    readable = re.sub(r"[^A-Za-z0-9]+", "-", test.split("::", 1)[-1]).strip("-")
    digest = hashlib.sha256(test.encode()).hexdigest()[:8]
    return f"{readable[:_LONGEST]}-{digest}"


def kept(folder: Path, test: str) -> list[Path]:
    """The files of the falsifying problems of a test; empty if there are none."""
    return sorted(folder.glob(f"{file_name(test)}*.toml")) if folder.is_dir() else []
