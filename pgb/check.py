"""Candidate in, Report out: the decision procedure on one page."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from pgb.certificates.prove.curves import settle_by_curve
from pgb.certificates.prove.equal_units import prove_equal_units
from pgb.certificates.prove.interpolation import prove_interpolation
from pgb.certificates.prove.kinks import prove_kink_slice
from pgb.certificates.prove.krawczyk import prove_strict
from pgb.certificates.prove.saddles import critical_point_at, prove_critical_point
from pgb.certificates.prove.slices import prove_up_to_symmetry
from pgb.conditions import (
    Evaluation,
    Evidence,
    Facts,
    Finding,
    Verdict,
    branch_minimum,
    constant_unit_minimum,
    descend,
    escape,
    free_branch_minimum,
    gather,
    judge,
    kink_minimum,
    probe,
    region_minimum,
    symmetry_minimum,
)
from pgb.errors import InputError, PgbError, counted
from pgb.numbers import Array, Float64, euclidean_norm
from pgb.problem_files import ProblemFile, problem_of
from pgb.problems import Candidate, Objective
from pgb.progress import Progress, silent
from pgb.reports import Report, assemble

_STRENGTH = list(Evidence)

#: How much to spend on rigorous proofs about balls.
Effort = Literal["auto", "always", "never"]

# Parameters up to which a proof about a ball is tried without being asked for.
_CHEAP = 200


@np.errstate(all="ignore")  # numbers that are not finite are said to be so in the report
def check(
    problem: Objective | ProblemFile | str | Path,
    candidate: Candidate | Mapping[str, Any] | Sequence[Any] | Array | None = None,
    *,
    better: Candidate | Mapping[str, Any] | Sequence[Any] | Array | None = None,
    radius: float | None = None,
    polish: bool = False,
    prove: Effort = "auto",
    seed: int = 0,
    progress: Progress | None = None,
) -> Report:
    """Decide whether a candidate is a local minimum of an objective.

    The problem is an objective, a problem file, or the path or name of one; the candidate and the
    better point are those of the file unless they are given.

    A candidate may be given as a mapping by parameter name or as one flat vector in the order of
    the parameters. An exact candidate is asked about itself. A candidate with floats is asked about
    the ball of half-widths 1e-6 max(1, |theta_i|), or ``radius`` for each: does an exact local
    minimum lie in it? ``polish`` first moves it (floats only) to the stationary point that damped
    Newton descent from it ends at. ``better`` is a point claimed to have a lower value. ``prove``
    says whether to look for a minimum in the ball by rigorous arithmetic: "auto" where that is
    cheap, "always", or "never". ``progress`` is called with a few words on what is being done and
    the share of that which is done, or None.

    Returns:
        The report. ``proved`` says whether the verdict is a theorem or a numerical judgement.

    Raises:
        InputError: the problem is none, the candidate does not fit it or lies outside its domain,
            or an argument is out of range.
    """
    start = time.perf_counter()
    file = problem_of(problem)
    objective = file.objective
    given = _point(file, candidate, "candidate")
    lower = file.better if better is None else _point(file, better, "better")
    _validate(objective, given, lower, radius, prove, polish)
    tell = silent if progress is None else progress
    point = _polished(objective, given, tell) if polish else given
    radii = np.zeros(objective.size) if point.exact else point.radii(radius)
    at = Evaluation(objective, point, radii)
    if not at.is_defined:
        raise InputError(
            "candidate: found a point at which an output of the model does not exist, expected "
            "one in the domain of its formulas"
        )
    tell("measuring", None)
    facts = gather(at, seed)
    tell("looking for a refutation", None)
    findings = _refutations(facts, seed) + _confirmations(facts)
    if all(f.verdict is Verdict.LOCAL_MINIMUM for f in findings):
        findings += _minimum_by_pieces(at, findings)
    if not findings:
        curve = settle_by_curve(at)
        findings = [] if curve is None else [curve]
    trying = prove == "always" or (prove == "auto" and objective.size <= _CHEAP)
    if not findings and trying:
        findings = _minimum_in_ball(at, tell)
    critical = _critical_point(at, findings, tell) if trying else []
    if not any(_decides(f) for f in findings + critical):
        tell("judging in floats", None)
        findings = [judge(at, facts.pgb, facts.families)]
    findings = findings + critical
    _refuse_contradiction(findings)
    tell("writing the report", None)
    report = assemble(facts, findings, lower, seed, start)
    return replace(report, polished=_distance(given, point)) if polish else report


def _point(file: ProblemFile, given: Any, name: str) -> Candidate:
    """The point that is given, or else the problem file's own."""
    point = getattr(file, name) if given is None else given
    return Candidate.of(file.objective.parameters, point, name)


def _refutations(facts: Facts, seed: int) -> list[Finding]:
    """Every proof that there is no local minimum, strongest first."""
    found = [
        escape(facts.at, facts.stationarity, facts.curvature),
        probe(facts.at, facts.families, seed),
        facts.curvature.descending_direction(),
        facts.stationarity.refutation(),
        *facts.space.elimination_refutations(),
    ]
    kept = [f for f in found if f is not None]
    return sorted(kept, key=lambda f: _STRENGTH.index(f.evidence))


def _confirmations(facts: Facts) -> list[Finding]:
    """Every proof that an exact candidate is a local minimum."""
    found = [
        facts.space.global_minimum(),
        facts.curvature.strict_minimum(),
        symmetry_minimum(facts.at),
        branch_minimum(facts.at),
        constant_unit_minimum(facts.at),
        region_minimum(facts.at),
    ]
    return [f for f in found if f is not None]


def _minimum_by_pieces(at: Evaluation, findings: list[Finding]) -> list[Finding]:
    """A proof that an exact point on a kink or a branch is a local minimum; none refutes it."""
    found = kink_minimum(at)
    if found is None and not findings:
        found = free_branch_minimum(at) or prove_kink_slice(at)
    return [] if found is None else [found]


def _minimum_in_ball(at: Evaluation, progress: Progress) -> list[Finding]:
    """A proof that the ball asked about holds a local minimum, if one is found."""
    if at.exact:
        return []
    for proof in (prove_strict, prove_up_to_symmetry, prove_interpolation, prove_equal_units):
        found = proof(at.objective, at.candidate, at.radii, progress=progress)
        if found is not None:
            return [found]
    return []


def _critical_point(at: Evaluation, findings: list[Finding], progress: Progress) -> list[Finding]:
    """The proved index of a critical point, where no other proof settles that."""
    settled = {Evidence.GRADIENT, Evidence.GROUP_SUM, Evidence.AUXILIARY_WEIGHT}
    minimum = any(f.verdict is Verdict.LOCAL_MINIMUM for f in findings)
    if minimum or any(f.evidence in settled for f in findings):
        return []
    found = (
        critical_point_at(at)
        if at.exact
        else prove_critical_point(at.objective, at.candidate, at.radii, progress=progress)
    )
    return [] if found is None else [found]


def _decides(finding: Finding) -> bool:
    return finding.verdict is not Verdict.UNDECIDED


def _refuse_contradiction(findings: list[Finding]) -> None:
    proved = {f.verdict is Verdict.LOCAL_MINIMUM for f in findings if f.proved and _decides(f)}
    if len(proved) == 2:
        reasons = "; ".join(f.reason for f in findings)
        raise PgbError(f"contradictory proofs, which is a defect of pgb, please report: {reasons}")


def _polished(objective: Objective, candidate: Candidate, progress: Progress) -> Candidate:
    polished = descend(objective, Float64().asarray(candidate.point), progress=progress)
    return Candidate.from_vector(objective.parameters, polished.point)


def _distance(first: Candidate, second: Candidate) -> float:
    ar = Float64()
    return euclidean_norm(ar.asarray(first.point) - ar.asarray(second.point))


def _validate(
    objective: Objective,
    candidate: Candidate,
    better: Candidate | None,
    radius: float | None,
    prove: str,
    polish: bool,
) -> None:
    problems = [
        f"{name}: found {counted(len(point.point), 'entry', 'entries')}, expected {objective.size}"
        for name, point in (("candidate", candidate), ("better", better))
        if point is not None and len(point.point) != objective.size
    ]
    if radius is not None and not (0 < radius < float("inf")):
        problems.append(f"radius: found {radius}, expected a positive finite number")
    elif radius is not None and candidate.exact:
        problems.append(
            f"radius: found {radius} for an exact candidate, expected none, as it is asked about "
            "itself"
        )
    if polish and candidate.exact:
        problems.append(
            "polish: found an exact candidate, expected one with floats, as an exact one is asked "
            "about itself"
        )
    if prove not in get_args(Effort):
        problems.append(f"prove: found {prove!r}, expected one of {', '.join(get_args(Effort))}")
    if problems:
        raise InputError(problems)
