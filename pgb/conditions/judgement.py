"""The best numerical judgement where nothing is proved. Never more than evidence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.fibers import FiberFamily, tangent_rank
from pgb.conditions.pgb_condition import PgbCondition
from pgb.conditions.polish import Polished, newton
from pgb.conditions.sampling import lower_values_nearby
from pgb.conditions.verdict import Evidence, Finding, Verdict
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
    def flat(self) -> int:
        """Number of eigenvalues that floats cannot tell from 0."""
        return int(np.sum(np.abs(self.spectrum) <= self.tolerance))

    @property
    def tolerance(self) -> float:
        """Size below which an eigenvalue counts as 0."""
        return _FLAT * max(1.0, float(np.max(np.abs(self.spectrum), initial=0.0)))


def judge(at: Evaluation, pgb: PgbCondition | None, families: list[FiberFamily]) -> Finding:
    """A numerical verdict (never proved) from polishing, the spectrum and the PGB residual."""
    if at.switch_order == 1:
        return _undecided("a first derivative may jump here (a kink), and no proof covers it")
    polished = newton(at.objective, at.floats) if not at.exact else None
    if polished is not None:
        outside = _outside(at, polished)
        if outside is not None:
            return outside
    spot = _spot(at, at.floats if polished is None else polished.point)
    if spot is None:
        return _undecided("derivatives at the candidate are not finite in double precision")
    lowest = float(np.min(spot.spectrum, initial=np.inf))
    if lowest < -spot.tolerance:
        reason = f"the Hessian has the eigenvalue {lowest:.3g} (floats)"
        return _finding(Verdict.NOT_A_LOCAL_MINIMUM, Evidence.NEGATIVE_CURVATURE, reason)
    if spot.flat == 0:
        reason = f"gradient {spot.gradient_norm:.1e}, least eigenvalue {lowest:.3g} (floats)"
        return _finding(Verdict.LOCAL_MINIMUM, Evidence.STRICT, reason)
    return _degenerate(at, spot, pgb, families)


def _outside(at: Evaluation, polished: Polished) -> Finding | None:
    """The judgement if Newton's method leaves the ball; None if it ends inside."""
    moved = np.abs(polished.point - at.floats)
    if not polished.converged:
        return _undecided("Newton's method from the candidate does not settle")
    if np.all(moved <= at.radii):
        return None
    distance = float(np.max(moved / at.radii))
    return _undecided(
        f"the stationary point that Newton's method finds lies {distance:.3g} radii away"
    )


def _spot(at: Evaluation, point: Vector) -> Spot | None:
    ar = Float64()
    gradient = np.asarray(at.objective.gradient(ar, point))
    hessian = np.asarray(at.objective.hessian(ar, point))
    if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian))):
        return None
    spectrum = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    return Spot(point, np.asarray(spectrum), float(np.linalg.norm(gradient)))


def _degenerate(
    at: Evaluation, spot: Spot, pgb: PgbCondition | None, families: list[FiberFamily]
) -> Finding:
    explained = tangent_rank(families)
    scale = max(1.0, float(np.max(np.abs(spot.spectrum), initial=0.0)))
    if lower_values_nearby(at, spot.point):
        reason = "the Hessian is degenerate, and sampled points nearby have lower values (floats)"
        return _finding(Verdict.NOT_A_LOCAL_MINIMUM, Evidence.SAMPLING, reason)
    settled = pgb is not None and pgb.residual <= 1e-6 * scale
    if settled and explained == spot.flat:
        reason = (
            f"the {spot.flat} zero eigenvalues are the {explained} directions of known fibers, "
            "along which the gradient stays 0, and the others are positive (floats)"
        )
        return _finding(
            Verdict.LOCAL_MINIMUM, Evidence.BRANCH, reason, {"dimension": explained}
        )
    return _undecided(
        f"the Hessian has {spot.flat} zero eigenvalues in floats, of which known fibers explain "
        f"{explained}: second derivatives do not decide"
    )


def _finding(
    verdict: Verdict, evidence: Evidence, reason: str, details: dict[str, int] | None = None
) -> Finding:
    return Finding(verdict, False, evidence, reason, details or {})


def _undecided(reason: str) -> Finding:
    return Finding(Verdict.UNDECIDED, False, Evidence.DEGENERATE, reason)
