"""The macroscopic PGB probe: one evaluation far along an exact fiber that refutes a minimum.

If the outputs and the penalized parameters are constant on the segment theta + t v, t in [0, 1],
and t -> d_k Q(theta + t v) is analytic there, then one nonzero value of it at t = 1 makes it
nonzero for arbitrarily small t, at points with the same value as theta: such a point is not
stationary, so theta is not a local minimum. (The perturbable gradient basis necessary condition of
Kawaguchi, Huang and Kaelbling 2019, used by Kawaguchi and Kaelbling 2020, made macroscopic.)
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from flint import arb

from pgb.conditions.evaluation import PRECISIONS, Evaluation
from pgb.conditions.fibers import FiberFamily
from pgb.conditions.stationarity import parameter_name
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.numbers import Array, Balls, Exact


def probe(at: Evaluation, families: list[FiberFamily], seed: int = 0) -> Finding | None:
    """A refutation of an exact candidate by a probe along one of its exact fiber segments.

    None does not mean that the candidate is a local minimum. Several random directions are tried,
    since the probed derivative can vanish on hyperplanes of directions.
    """
    return probe_center(at, families, seed) if at.exact else None


def probe_center(at: Evaluation, families: list[FiberFamily], seed: int = 0) -> Finding | None:
    """``probe`` at the center of a ball: a refutation of that one point, not of the ball."""
    rng = np.random.default_rng(seed)
    found = []
    for family in families:
        for direction in family.segments(rng) if family.segments else []:
            finding = _probe_along(at, family, direction)
            if finding is not None:
                found.append(finding)
                break
    return max(found, key=lambda f: abs(f.details["derivative"]), default=None)


def _probe_along(at: Evaluation, family: FiberFamily, direction: Array) -> Finding | None:
    if not _is_analytic_along(at, direction):
        return None
    exact = Exact()
    end = exact.asarray(at.candidate.point) + direction
    for precision in PRECISIONS[1:3]:
        with Balls(precision) as ar:
            gradient = at.objective.gradient(ar, ar.asarray(end))
            nonzero, floats = ar.certainly_nonzero(gradient), ar.to_float(gradient)
        if np.any(nonzero):
            index = int(np.argmax(np.where(nonzero, np.abs(floats), -1.0)))
            derivative = float(floats[index]), _shown(gradient[index], float(floats[index]))
            finding = _finding(at, family, direction, index, *derivative)
            witness = {
                "method": "probe",
                "precision": precision,
                "direction": [str(v) for v in direction],
                "index": index,
                "family": dict(family.witness),
            }
            return replace(finding, witness=witness)
    return None


def _is_analytic_along(at: Evaluation, direction: Array) -> bool:
    """No quantity at whose zero a derivative jumps vanishes anywhere on the segment."""
    with Balls(64) as ar:
        start, step = ar.asarray(at.candidate.point), ar.asarray(direction)
        unit_interval = ar.ball(np.array([0.5]), np.array([0.5]))[0]
        switches = at.objective.switches(ar, start + step * unit_interval)
        return all(bool(np.all(ar.certainly_nonzero(s.values))) for s in switches)


def _shown(ball: arb, double: float) -> str:
    """A derivative that is not 0; of one beyond the range of doubles the digits of its ball."""
    if double != 0 and np.isfinite(double):
        return f"{double:.3g}"
    digits: str = ball.str(3, radius=False)
    return digits


def _finding(
    at: Evaluation,
    family: FiberFamily,
    direction: Array,
    index: int,
    derivative: float,
    digits: str,
) -> Finding:
    name = parameter_name(at, index)
    moved = {parameter_name(at, j): str(v) for j, v in enumerate(direction) if not bool(v == 0)}
    shown = ", ".join(list(moved)[:4]) + (", ..." if len(moved) > 4 else "")
    reason = (
        f"moving {shown} along an exact fiber keeps every output, yet the derivative with "
        f"respect to {name} becomes {digits} there"
    )
    details = {
        "family": family.name,
        "direction": moved,
        "parameter": name,
        "derivative": derivative,
    }
    return Finding(Verdict.NOT_A_LOCAL_MINIMUM, True, Evidence.PGB_PROBE, reason, details)
