"""From facts and findings to a report."""

from __future__ import annotations

import time

import numpy as np

from pgb.conditions import Evaluation, Evidence, Facts, Finding, Verdict, assumptions
from pgb.conditions.verdict import GLOBAL, KINDS
from pgb.numbers import Balls, Float64, euclidean_norm
from pgb.problems import Candidate
from pgb.reports.report import Report


def assemble(
    facts: Facts,
    findings: list[Finding],
    better: Candidate | None,
    seed: int,
    start: float,
) -> Report:
    """The report whose verdict is that of the first finding.

    ``better`` is a point claimed to be lower; ``start`` the time.perf_counter() of the beginning.
    """
    at, stationarity, chosen = facts.at, facts.stationarity, findings[0]
    is_global = _is_global(facts, findings)
    lower, better_value = _compare(at, better)
    step = stationarity.newton_step
    return Report(
        verdict=chosen.verdict,
        proved=chosen.proved,
        reason=chosen.reason,
        kind=_kind(findings),
        symmetry_dimension=chosen.details.get("dimension"),
        is_global=is_global,
        bad=_is_bad(chosen, is_global, lower),
        better_value=better_value,
        radius=float(np.max(at.radii, initial=0.0)),
        point=at.candidate.point,
        polished=None,
        value=float(Balls().to_float(at.value(128))) if at.exact else _float_value(at),
        gradient_norm=euclidean_norm(stationarity.gradient) if stationarity.defined else None,
        gradient_is_zero=stationarity.exactly_zero,
        newton_step=None if step is None else euclidean_norm(step),
        hessian_spectrum=facts.curvature.spectrum,
        inertia=facts.curvature.inertia,
        index=_index(findings),
        one_sided=None if stationarity.defined else stationarity.one_sided,
        facts=facts,
        infimum=facts.space.infimum,
        excess=facts.space.excess,
        assumptions=tuple(assumptions(at, facts.space.infimum)),
        findings=tuple(findings),
        objective=at.objective,
        candidate=at.candidate,
        radii=at.radii,
        better=better,
        seed=seed,
        seconds=time.perf_counter() - start,
    )


def _kind(findings: list[Finding]) -> str | None:
    """The strongest kind: strict before branch before function-optimal."""
    kinds = [KINDS[f.evidence] for f in findings if _is_minimum(f) and f.evidence in KINDS]
    return min(kinds, key=list(KINDS.values()).index, default=None)


def _index(findings: list[Finding]) -> int | None:
    found = (f.details["index"] for f in findings if f.evidence is Evidence.CRITICAL_POINT)
    return next(found, None)


def _is_minimum(finding: Finding) -> bool:
    return finding.verdict is Verdict.LOCAL_MINIMUM


def _is_global(facts: Facts, findings: list[Finding]) -> bool | None:
    if any(f.evidence in GLOBAL for f in findings):
        return True
    refuted = findings[0].proved and not _is_minimum(findings[0])
    return False if refuted else None


def _compare(at: Evaluation, better: Candidate | None) -> tuple[bool | None, float | None]:
    """Whether the better value is certainly below every value on the point or ball, and it."""
    if better is None:
        return None, None
    here = at.value(128)
    with Balls(128) as ar:
        there = at.objective.value(ar, ar.asarray(better.point))
        return bool(ar.certainly_positive(here - there)), float(ar.to_float(there))


def _is_bad(chosen: Finding, is_global: bool | None, lower: bool | None) -> bool | None:
    if not _is_minimum(chosen):
        return None
    if is_global:
        return False
    return True if lower else None


def _float_value(at: Evaluation) -> float:
    return float(at.objective.value(Float64(), at.floats))
