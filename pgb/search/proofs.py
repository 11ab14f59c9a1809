"""Proving what was found: each distinct point through ``check``, its proof as a certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pgb.certificates import build
from pgb.check import check
from pgb.conditions import Evidence, Verdict
from pgb.errors import InputError
from pgb.problems import Candidate, Objective
from pgb.reports import Report
from pgb.search.chunk import unpack
from pgb.search.records import Lowest, Vector
from pgb.search.scales import typical_magnitudes

# Half-widths of the ball asked about, in turn, relative to the smallest scale of a parameter.
_RADII = (1e-6, 1e-8, 1e-10)
# Arguments that speak of first derivatives only.
_NOT_STATIONARY = (Evidence.GRADIENT, Evidence.AUXILIARY_WEIGHT, Evidence.REGULARIZER_GRADIENT)


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
    found: tuple[Report, float | None] | None = None
    for radius in _radii(objective, task.parameters):
        report = check(
            objective, candidate, better=better, radius=radius, prove="always", seed=task.seed
        )
        if _misses(report):
            report = replace(report, verdict=Verdict.UNDECIDED, proved=False)
        if found is None or (report.proved and (report.bad or not found[0].proved)):
            found = report, radius
        if report.proved and not _may_be_bad(report):
            break
    assert found is not None
    report, radius = found
    certificate = None
    if report.proved:
        certificate = _certificate(objective, candidate, radius, report, better)
    return _proof(task, report, certificate)


def _misses(report: Report) -> bool:
    """Whether all that is proved is that the ball holds no stationary point.

    Then the run had not come close enough, and nothing is known of the point that it approached.
    """
    leading = next((each for each in report.findings if each.reason == report.reason), None)
    refuted = report.proved and report.verdict is Verdict.NOT_A_LOCAL_MINIMUM
    return refuted and leading is not None and leading.evidence in _NOT_STATIONARY


def _may_be_bad(report: Report) -> bool:
    """Whether a smaller ball, whose values are known better, could still prove a minimum bad."""
    compared = report.better_value is not None
    return compared and report.verdict is Verdict.LOCAL_MINIMUM and report.bad is None


def _radii(objective: Objective, point: Vector) -> list[float | None]:
    """Half-widths of balls that are small on the scale on which the objective changes.

    The first is the default of `check` unless some parameter is of a smaller scale than 1.
    """
    scale = np.min(np.maximum(np.abs(point), typical_magnitudes(objective)), initial=1.0)
    radii: list[float | None] = [float(scale) * radius for radius in _RADII]
    return [None, *radii[1:]] if scale >= 1.0 else radii


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
