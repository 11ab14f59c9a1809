"""Candidate in, Report out: the decision procedure on one page."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from pgb.certificates.prove.equal_units import prove_equal_units
from pgb.certificates.prove.krawczyk import prove_strict
from pgb.conditions import (
    Curvature,
    Evaluation,
    Evidence,
    FiberFamily,
    Finding,
    FunctionSpace,
    PgbCondition,
    Stationarity,
    Verdict,
    assumptions,
    branch_minimum,
    constant_unit_minimum,
    coordinate_families,
    descend,
    escape,
    judge,
    measure_pgb,
    network_families,
    orbit_families,
    probe,
    region_minimum,
    sample_fiber,
    shift_families,
    symmetry_minimum,
)
from pgb.errors import InputError, PgbError
from pgb.numbers import Balls, Float64
from pgb.problems import Candidate, Objective
from pgb.reports import Report

_KINDS = {
    Evidence.STRICT: "strict",
    Evidence.SYMMETRY: "symmetry",
    Evidence.BRANCH: "branch",
    Evidence.REGION: "region",
    Evidence.FUNCTION_OPTIMAL: "function-optimal",
}
_STRENGTH = list(Evidence)

#: How much to spend on rigorous proofs about balls.
Effort = Literal["auto", "always", "never"]

# Parameters up to which a proof about a ball is tried without being asked for.
_CHEAP = 200
# Above this many Jacobian entries the fiber search and the PGB measurement are left out.
_FIBER_LIMIT = 400_000
# Above this many parameters no descent is run for the hint on the nearest stationary point.
_DESCENT_LIMIT = 200


@dataclass(frozen=True)
class _Facts:
    """What is measured at the candidate before anything is decided."""

    at: Evaluation
    stationarity: Stationarity
    curvature: Curvature
    space: FunctionSpace
    families: list[FiberFamily]
    pgb: PgbCondition | None


def check(
    objective: Objective,
    candidate: Candidate,
    *,
    better: Candidate | None = None,
    radius: float | None = None,
    polish: bool = False,
    prove: Effort = "auto",
    seed: int = 0,
) -> Report:
    """Decide whether a candidate is a local minimum of an objective.

    An exact candidate is asked about itself. A candidate with floats is asked about the ball of
    half-widths 1e-6 max(1, |theta_i|), or ``radius`` for each: does an exact local minimum lie in
    it? ``polish`` first moves a float candidate to the stationary point that damped Newton descent
    from it ends at. ``better`` is a point claimed to have a lower value. ``prove`` says whether to
    look for a strict minimum in the ball by rigorous arithmetic: "auto" where that is cheap,
    "always", or "never".

    Returns:
        The report. ``proved`` says whether the verdict is a theorem or a numerical judgement.

    Raises:
        InputError: the candidate does not fit the objective or lies outside its domain, or an
            argument is out of range.
    """
    start = time.perf_counter()
    _validate(objective, candidate, better, radius, prove)
    if polish and not candidate.exact:
        candidate = _polished(objective, candidate)
    radii = np.zeros(objective.size) if candidate.exact else candidate.radii(radius)
    at = Evaluation(objective, candidate, radii)
    if not at.is_defined:
        raise InputError(
            "candidate: found a point at which an output of the model does not exist, expected "
            "one in the domain of its formulas"
        )
    facts = _gather(at, seed)
    findings = _refutations(facts, seed) + _confirmations(facts)
    cheap = prove == "auto" and objective.size <= _CHEAP
    if not findings and (cheap or prove == "always"):
        findings = _minimum_in_ball(at)
    if not findings:
        findings = [judge(at, facts.pgb, facts.families)]
    _refuse_contradiction(findings)
    return _report(facts, findings, better, seed, start)


def _gather(at: Evaluation, seed: int) -> _Facts:
    families: list[FiberFamily] = []
    pgb = None
    jacobian_size = at.objective.data.samples * at.objective.size
    if 0 < jacobian_size <= _FIBER_LIMIT:
        if at.objective.size <= 400:
            families = coordinate_families(at, seed)
        families += network_families(at) + orbit_families(at)
        pgb = measure_pgb(at, sample_fiber(at, families, seed=seed))
        families += shift_families(at)
    return _Facts(at, Stationarity(at, seed), Curvature(at), FunctionSpace(at), families, pgb)


def _refutations(facts: _Facts, seed: int) -> list[Finding]:
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


def _confirmations(facts: _Facts) -> list[Finding]:
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


def _minimum_in_ball(at: Evaluation) -> list[Finding]:
    """A proof that the ball asked about holds a local minimum, if one is found."""
    if at.exact:
        return []
    found = prove_strict(at.objective, at.candidate, at.radii)
    if found is None:
        found = prove_equal_units(at.objective, at.candidate, at.radii)
    return [] if found is None else [found]


def _refuse_contradiction(findings: list[Finding]) -> None:
    proved = {f.verdict is Verdict.LOCAL_MINIMUM for f in findings if f.proved}
    if len(proved) == 2:
        reasons = "; ".join(f.reason for f in findings)
        raise PgbError(f"contradictory proofs, which is a defect of pgb, please report: {reasons}")


def _report(
    facts: _Facts, findings: list[Finding], better: Candidate | None, seed: int, start: float
) -> Report:
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
        value=float(Balls().to_float(at.value(128))) if at.exact else _float_value(at),
        gradient_norm=stationarity.norm,
        gradient_is_zero=stationarity.exactly_zero,
        newton_step=None if step is None else float(np.linalg.norm(step)),
        hessian_spectrum=facts.curvature.spectrum,
        inertia=facts.curvature.inertia,
        one_sided=None if stationarity.defined else stationarity.one_sided,
        pgb=facts.pgb,
        infimum=facts.space.infimum,
        excess=facts.space.excess,
        assumptions=tuple(assumptions(at, facts.space.infimum)),
        findings=tuple(findings),
        nearest=_nearest(at),
        seed=seed,
        seconds=time.perf_counter() - start,
    )


def _kind(findings: list[Finding]) -> str | None:
    """The strongest kind: strict before branch before function-optimal."""
    kinds = [_KINDS[f.evidence] for f in findings if _is_minimum(f) and f.evidence in _KINDS]
    return min(kinds, key=list(_KINDS.values()).index, default=None)


def _is_minimum(finding: Finding) -> bool:
    return finding.verdict is Verdict.LOCAL_MINIMUM


def _is_global(facts: _Facts, findings: list[Finding]) -> bool | None:
    if any(f.evidence is Evidence.FUNCTION_OPTIMAL for f in findings):
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


def _nearest(at: Evaluation) -> str | None:
    """For a float candidate: how far polishing would move it, in words."""
    if at.exact or at.objective.size > _DESCENT_LIMIT:
        return None
    polished = descend(at.objective, at.floats)
    distance = float(np.linalg.norm(polished.point - at.floats))
    if not polished.converged:
        return (
            f"descent from here does not settle: after {polished.iterations} steps it is at "
            f"distance {distance:.3g} with gradient norm {polished.gradient_norm:.1e}"
        )
    spectrum = np.linalg.eigvalsh(at.objective.hessian(Float64(), polished.point))
    return (
        f"descent ends at a stationary point at distance {distance:.3g} (gradient norm "
        f"{polished.gradient_norm:.1e}, least eigenvalue {spectrum[0]:.3g}, in floats)"
    )


def _polished(objective: Objective, candidate: Candidate) -> Candidate:
    polished = descend(objective, Float64().asarray(candidate.point))
    return Candidate.from_vector(objective.parameters, polished.point)


def _validate(
    objective: Objective,
    candidate: Candidate,
    better: Candidate | None,
    radius: float | None,
    prove: str,
) -> None:
    problems = [
        f"{name}: found {len(point.point)} entries, expected {objective.size}"
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
    if prove not in get_args(Effort):
        problems.append(f"prove: found {prove!r}, expected one of {', '.join(get_args(Effort))}")
    if problems:
        raise InputError(problems)
