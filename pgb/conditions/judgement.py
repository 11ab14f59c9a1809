"""The best numerical judgement where nothing is proved. Never more than evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.fibers import FiberFamily, sheet_rank
from pgb.conditions.pgb_condition import PgbCondition
from pgb.conditions.polish import descend, newton
from pgb.conditions.probe import probe_center
from pgb.conditions.sampling import lower_values_nearby
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.errors import counted
from pgb.numbers import Float64

Vector = npt.NDArray[np.float64]

# Eigenvalues below this times the largest are taken for zero; a gradient below it times the
# scale of the problem for stationary.
_FLAT = 1e-10


@dataclass(frozen=True)
class Spot:
    """The stationary point that is judged: for a ball the one that Newton's method found."""

    point: Vector
    spectrum: Vector
    gradient_norm: float

    @property
    def lowest(self) -> float:
        """The least eigenvalue; inf without parameters."""
        return float(np.min(self.spectrum, initial=np.inf))

    @property
    def flat(self) -> int:
        """Number of eigenvalues that floats cannot tell from 0."""
        return int(np.sum(np.abs(self.spectrum) <= self.tolerance))

    @property
    def tolerance(self) -> float:
        """Size below which an eigenvalue counts as 0."""
        return _FLAT * max(1.0, float(np.max(np.abs(self.spectrum), initial=0.0)))


def judge(at: Evaluation, pgb: PgbCondition | None, families: list[FiberFamily]) -> Finding:
    """A numerical verdict (never proved) from polishing, the spectrum and the PGB residual."""
    if at.switch_order is not None and at.switch_order <= 2:
        which = ("first", "second")[at.switch_order - 1]
        return _undecided(f"a {which} derivative may jump here (a kink), and no proof covers it")
    return _judge_point(at, pgb, families) if at.exact else _judge_ball(at, pgb, families)


def _judge_point(at: Evaluation, pgb: PgbCondition | None, families: list[FiberFamily]) -> Finding:
    spot = _spot(at, at.floats)
    if spot is None:
        return _undecided("derivatives at the candidate are not finite in double precision")
    if at.exact_gradient_is_zero is not True:
        norm = f"{spot.gradient_norm:.1e}"
        return _undecided(f"whether the gradient is exactly 0 is undecided (floats give {norm})")
    if spot.lowest < -spot.tolerance:
        return _negative_curvature(spot)
    if spot.flat == 0:
        return _strict(spot)
    if lower_values_nearby(at, spot.point):
        reason = "the Hessian is degenerate, and sampled points nearby have lower values (floats)"
        return _finding(Verdict.NOT_A_LOCAL_MINIMUM, Evidence.SAMPLING, reason)
    return _degenerate(at, spot, pgb, families)


def _judge_ball(at: Evaluation, pgb: PgbCondition | None, families: list[FiberFamily]) -> Finding:
    """A stationary point that Newton's method or descent from the center finds in the ball.

    Another one elsewhere in the ball may have been missed, so a saddle alone refutes nothing.
    """
    found = [newton(at.objective, at.floats), descend(at.objective, at.floats)]
    inside = [p for p in found if p.converged and np.all(np.abs(p.point - at.floats) <= at.radii)]
    spots = [spot for p in inside if (spot := _spot(at, p.point)) is not None]
    for spot in spots:
        if spot.flat == 0 and spot.lowest > 0:
            return _strict(spot)
    flat = [spot for spot in spots if spot.lowest >= -spot.tolerance]
    if flat:
        return _degenerate(at, flat[0], pgb, families)
    if spots:
        return _undecided(
            f"the stationary point found in the ball is a saddle (eigenvalue {spots[0].lowest:.3g} "
            "in floats), and descent from the center leaves the ball"
        )
    settled = [p for p in found if p.converged]
    if not settled:
        return _undecided("neither Newton's method nor descent from the candidate settles")
    away = min(float(np.max(np.abs(p.point - at.floats) / at.radii)) for p in settled)
    return _undecided(
        f"the stationary point that polishing finds lies {away:.3g} radii away from the candidate"
    )


def _spot(at: Evaluation, point: Vector) -> Spot | None:
    ar = Float64()
    gradient = np.asarray(at.objective.gradient(ar, point))
    hessian = np.asarray(at.objective.hessian(ar, point))
    if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
        return None
    spectrum = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    return Spot(point, np.asarray(spectrum), float(np.linalg.norm(gradient)))


def _strict(spot: Spot) -> Finding:
    reason = f"gradient {spot.gradient_norm:.1e}, least eigenvalue {spot.lowest:.3g} (floats)"
    return _finding(Verdict.LOCAL_MINIMUM, Evidence.STRICT, reason)


def _negative_curvature(spot: Spot) -> Finding:
    reason = f"the Hessian has the eigenvalue {spot.lowest:.3g} (floats)"
    return _finding(Verdict.NOT_A_LOCAL_MINIMUM, Evidence.NEGATIVE_CURVATURE, reason)


def _degenerate(
    at: Evaluation, spot: Spot, pgb: PgbCondition | None, families: list[FiberFamily]
) -> Finding:
    explained = sheet_rank(families)
    scale = max(1.0, float(np.max(np.abs(spot.spectrum), initial=0.0)))
    settled = pgb is not None and pgb.residual <= 1e-6 * scale
    if settled and explained == spot.flat:
        if not at.exact and probe_center(at, families) is not None:
            return _undecided(
                "the center of the ball is no local minimum, by a PGB probe along "
                "an exact fiber, and second derivatives in the ball are degenerate"
            )
        zero = (
            "the zero eigenvalue is the direction of a known fiber"
            if explained == 1
            else f"the {spot.flat} zero eigenvalues are the {explained} directions of known fibers"
        )
        reason = f"{zero}, along which the gradient stays 0, and the others are positive (floats)"
        return _finding(Verdict.LOCAL_MINIMUM, Evidence.BRANCH, reason, {"dimension": explained})
    return _undecided(
        f"the Hessian has {counted(spot.flat, 'zero eigenvalue')} in floats, of which known fibers "
        f"explain {explained}: second derivatives do not decide"
    )


def _finding(
    verdict: Verdict, evidence: Evidence, reason: str, details: dict[str, int] | None = None
) -> Finding:
    return Finding(verdict, False, evidence, reason, details or {})


def _undecided(reason: str) -> Finding:
    return Finding(Verdict.UNDECIDED, False, Evidence.DEGENERATE, reason)
