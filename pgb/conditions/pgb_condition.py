"""The perturbable gradient basis (PGB): its span, its residual and its gap, in floats.

These are evidence. Only the macroscopic probe along an exact fiber refutes, since how far a fiber
point may lie from the candidate is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.conditions.convex import minimize_over_span
from pgb.conditions.evaluation import Evaluation
from pgb.numbers import Float64

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PgbCondition:
    """The PGB necessary condition, measured at sampled fiber points.

    ``residual`` is the largest |d_k Q| over the candidate and the fiber points; ``ranks`` the rank
    of the gradient basis at the candidate alone and with all fiber points (growth means that the
    condition says more than stationarity); ``gap`` is Q(theta) minus the least value of the convex
    problem over outputs in phi(theta) + span with the regularizer linearized (None for a loss with
    kinks; inf if unbounded below, as happens where the regularizer decreases along a direction
    that changes no output) and ``gap_attained`` whether the convex solve settled; ``points`` counts
    the fiber points.
    """

    residual: float
    ranks: tuple[int, int]
    gap: float | None
    gap_attained: bool
    points: int


def measure_pgb(at: Evaluation, points: list[Vector]) -> PgbCondition:
    """Measure the PGB condition at the candidate with the fiber points given ((p,) each)."""
    ar, p = Float64(), at.objective.size
    if p == 0:
        return PgbCondition(0.0, (0, 0), None, False, len(points))
    gradients, bases = [], []
    for theta in [at.floats, *points]:
        gradients.append(np.asarray(at.objective.gradient(ar, theta)))
        bases.append(np.asarray(at.objective.jacobian(ar, theta)).reshape(-1, p))
    finite = [i for i, b in enumerate(bases) if np.all(np.isfinite(b))]
    residual = float(np.max(np.abs(np.array([gradients[i] for i in finite])), initial=0.0))
    if 0 not in finite:
        return PgbCondition(residual, (0, 0), None, False, len(points))
    basis = np.concatenate([bases[i] for i in finite], axis=1)
    ranks = (_rank(bases[0]), _rank(basis))
    gap, attained = _gap(at, basis, len(finite))
    return PgbCondition(residual, ranks, gap, attained, len(points))


def _rank(matrix: Vector) -> int:
    # Fiber points are 1e-2 away and exact to 1e-12, so smaller singular values are noise.
    scale = float(np.max(np.abs(matrix), initial=0.0))
    return int(np.linalg.matrix_rank(matrix, tol=1e-9 * max(scale, 1e-30))) if scale else 0


def _gap(at: Evaluation, basis: Vector, copies: int) -> tuple[float | None, bool]:
    """Minimize data part(phi(theta) + basis alpha) + grad R . alpha over alpha.

    The regularizer enters by its linearization: with the regularizer itself in the program a
    genuine local minimum could show a positive gap.
    """
    ar = Float64()
    objective = at.objective
    if objective.loss.smoothness == 0:
        return None, False
    slope = np.tile(np.asarray(objective.regularizer.gradient(ar, at.floats)), copies)
    left, singular, right = np.linalg.svd(basis, full_matrices=False)
    keep = singular > 1e-9 * float(np.max(singular, initial=0.0))
    coordinates = right[keep] / singular[keep][:, None]
    reduced = coordinates @ slope
    rest = slope - right[keep].T @ (right[keep] @ slope)
    if float(np.max(np.abs(rest), initial=0.0)) > 1e-9 * max(1.0, float(np.max(np.abs(slope)))):
        return float("inf"), False
    outputs = np.asarray(objective.outputs(ar, at.floats))
    start = float(np.asarray(objective.data_value(ar, at.floats)))
    if not np.isfinite(start):
        return None, False
    least, attained = minimize_over_span(objective, outputs, left[:, keep], reduced)
    return max(start - least, 0.0), attained
