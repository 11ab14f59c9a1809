"""Proof of a local minimum that is strict up to exact continuous symmetries of the objective.

The flow of an affine field X with d phi[X] = 0 that moves no penalized parameter keeps the
objective, so the orbit of a stationary point consists of stationary points with the same value. If
the fields have rank r at the point and the Hessian is positive definite on p - r directions, then
the orbit is a manifold of dimension exactly r, and the point is a local minimum (Morse-Bott).
"""

from __future__ import annotations

import numpy as np
from flint import fmpq, fmpq_mat

from pgb.conditions.complement import positive_complement, rational_rows
from pgb.conditions.evaluation import Evaluation
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.models import AffineField
from pgb.numbers import Array, Exact


def symmetry_minimum(at: Evaluation) -> Finding | None:
    """A proved local minimum, strict up to its symmetry orbit; None otherwise."""
    if not at.exact or at.exact_gradient_is_zero is not True or at.switch_order in (1, 2):
        return None
    point = Exact().asarray(at.candidate.point)
    if not all(isinstance(v, fmpq) for v in point):
        return None
    fields = [f for f in at.objective.model.invariances() if not _moves_penalized(at, f)]
    dimension = _rank(fields, point)
    if dimension == 0:
        return None
    found = positive_complement(at, dimension)
    if found is None:
        return None
    complement, precision = found
    reason = (
        f"the gradient is exactly 0, and the Hessian is positive definite across the "
        f"{dimension}-dimensional orbit of the model's symmetries through the point"
    )
    witness = {
        "method": "orbit",
        "precision": precision,
        "fields": [plain_field(field) for field in fields],
        "complement": rational_rows(complement),
    }
    details = {"dimension": dimension, "precision": precision}
    return Finding(Verdict.LOCAL_MINIMUM, True, Evidence.SYMMETRY, reason, details, witness)


def _moves_penalized(at: Evaluation, field: AffineField) -> bool:
    moved = {row for row, _ in field.entries} | set(field.shift)
    return bool(np.any(at.objective.regularizer.active[list(moved)]))


def _rank(fields: list[AffineField], point: Array) -> int:
    if not fields:
        return 0
    return int(fmpq_mat([field.at(Exact(), point).tolist() for field in fields]).rank())


def plain_field(field: AffineField) -> dict[str, list[list[object]]]:
    """An affine field as a witness holds it."""
    return {
        "entries": [[i, j, str(v)] for (i, j), v in field.entries.items()],
        "shift": [[i, str(v)] for i, v in field.shift.items()],
    }
