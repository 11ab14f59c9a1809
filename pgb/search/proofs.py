"""Proving what was found: each distinct point through ``check``, its proof as a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pgb.certificates import build
from pgb.check import check
from pgb.errors import InputError
from pgb.problems import Candidate, Objective
from pgb.reports import Report
from pgb.search.chunk import unpack
from pgb.search.records import Lowest, Vector

# Half-widths of the ball asked about, in turn: the default of `check` first.
_RADII = (None, 1e-8, 1e-10)


@dataclass(frozen=True, eq=False)
class ProofTask:
    """A point to prove something about; ``better`` is one with a lower value, if any is known."""

    problem: bytes
    key: str
    parameters: Vector
    better: Lowest | None
    seed: int


@dataclass(frozen=True)
class Proof:
    """What `check` says of the ball around a point.

    Attributes:
        key: of the point.
        verdict: name of the verdict; proved, reason, kind, is_global, bad, index,
            symmetry_dimension, radius: as in the report.
        compared: value of the better point at hand; None if there was none.
        certificate: as plain JSON values; None if nothing is proved or it cannot be written down.
    """

    key: str
    verdict: str
    proved: bool
    reason: str
    kind: str | None
    is_global: bool | None
    bad: bool | None
    index: int | None
    symmetry_dimension: int | None
    radius: float
    compared: float | None
    certificate: Mapping[str, Any] | None


def prove_point(task: ProofTask) -> Proof:
    """Ask about balls of several sizes around the point until a verdict is proved."""
    objective, _ = unpack(task.problem)
    candidate = Candidate.from_vector(objective.parameters, task.parameters)
    better = None
    if task.better is not None:
        better = Candidate.from_vector(objective.parameters, task.better.parameters)
    first: Report | None = None
    for radius in _RADII:
        report = check(
            objective, candidate, better=better, radius=radius, prove="always", seed=task.seed
        )
        first = first or report
        if report.proved:
            certificate = _certificate(objective, candidate, radius, report, better)
            return _proof(task, report, certificate)
    assert first is not None
    return _proof(task, first, None)


def _certificate(
    objective: Objective,
    candidate: Candidate,
    radius: float | None,
    report: Report,
    better: Candidate | None,
) -> dict[str, Any] | None:
    lower = better if report.bad else None
    try:
        found = build(
            objective, candidate, report.findings, radii=candidate.radii(radius), better=lower
        )
    except InputError:  # a model that certificates have no words for
        return None
    return found.to_json_object()


def _proof(task: ProofTask, report: Report, certificate: dict[str, Any] | None) -> Proof:
    return Proof(
        key=task.key,
        verdict=report.verdict.name,
        proved=report.proved,
        reason=report.reason,
        kind=report.kind,
        is_global=report.is_global,
        bad=report.bad,
        index=report.index,
        symmetry_dimension=report.symmetry_dimension,
        radius=report.radius,
        compared=None if task.better is None else task.better.value,
        certificate=certificate,
    )
