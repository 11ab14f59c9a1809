"""Local minima in a ball that are strict up to the objective's own continuous symmetries.

Let X_1, ..., X_r be affine fields whose flows keep Q everywhere, and F a set of r coordinates on
which their r x r matrix of values is nonsingular at a point theta of the slice {coordinates in F
fixed}. Then moving along the slice and flowing along the fields is a local diffeomorphism at theta,
so every nearby point has the value of a nearby point of the slice: a strict local minimum of Q on
the slice is a local minimum of Q. (Its full gradient is 0, since X_i . grad Q = 0.) The slice's
minimum is enclosed by Krawczyk's operator, and the matrix is nonsingular on the whole box.

Freezing coordinates is sound for symmetries of Q on a whole neighborhood only, never for families
through special points such as units of outgoing weight 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.certificates.prove.definiteness import inverse_cholesky
from pgb.certificates.prove.enclosure import Enclosure, enclose
from pgb.certificates.prove.frames import Frame, frame, newton_in_floats
from pgb.certificates.prove.krawczyk import (
    arithmetics,
    first_radius,
    krawczyk_witness,
    radius_inside,
    rational_texts,
    room,
    value_range,
)
from pgb.certificates.prove.symmetries import (
    certainly_independent,
    symmetries,
    transversal_coordinates,
)
from pgb.conditions.symmetry_minimum import plain_field
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.models import AffineField, Switch
from pgb.numbers import Arithmetic, Array, Float64, exact_number
from pgb.problems import Candidate, Objective
from pgb.progress import Progress, silent

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


class Slice:
    """An objective with some of its coordinates frozen, none of them penalized.

    Attributes:
        objective: the objective of p parameters.
        frozen: (r,) places of the frozen coordinates.
        values: (r,) their stored values.
        kept: (p - r,) places of the variables.
    """

    def __init__(self, objective: Objective, frozen: Places, values: Array) -> None:
        self.objective, self.frozen, self.values = objective, frozen, values
        self.kept = np.setdiff1d(np.arange(objective.size), frozen)
        self._order = np.argsort(np.concatenate([self.kept, frozen]))

    @property
    def size(self) -> int:
        """The number p - r of variables."""
        return len(self.kept)

    def whole(self, ar: Arithmetic, part: Array) -> Array:
        """The parameters (p,) of a point or box (p - r,) of the slice."""
        return ar.concatenate([part, ar.asarray(self.values)])[self._order]

    def value(self, ar: Arithmetic, part: Array) -> Array:
        """The value, ()."""
        return self.objective.value(ar, self.whole(ar, part))

    def gradient(self, ar: Arithmetic, part: Array) -> Array:
        """The gradient by the variables, (p - r,)."""
        return self.objective.gradient(ar, self.whole(ar, part))[self.kept]

    def hessian(self, ar: Arithmetic, part: Array) -> Array:
        """The Hessian by the variables, (p - r, p - r)."""
        return self.objective.hessian(ar, self.whole(ar, part))[self.kept][:, self.kept]

    def switches(self, ar: Arithmetic, part: Array) -> tuple[Switch, ...]:
        """The objective's."""
        return self.objective.switches(ar, self.whole(ar, part))


def prove_up_to_symmetry(
    objective: Objective, candidate: Candidate, radii: Floats, *, progress: Progress = silent
) -> Finding | None:
    """Prove that the ball holds a local minimum that is strict up to symmetries; None if not.

    ``radii`` (p,) are the half-widths of the ball.
    """
    if candidate.exact or not bool(np.all(radii > 0)):
        return None
    point = Float64().asarray(candidate.point)
    fields, frozen = transversal_coordinates(symmetries(objective), point)
    values = candidate.point[frozen]
    if not fields or not all(isinstance(exact_number(v), fmpq) for v in values):
        return None
    part = Slice(objective, frozen, values)
    if part.size == 0:
        return None
    theta = newton_in_floats(part, point[part.kept])
    away = 2 * radii[part.kept] + 1e-14 * np.maximum(1, np.abs(point[part.kept]))
    if theta is None or not bool(np.all(np.abs(theta - point[part.kept]) <= away)):
        return None
    for bits in arithmetics(objective):
        progress("refining the center", None)
        found = frame(part, theta, bits)
        proof = None if found is None else _proof(part, fields, candidate, radii, found, progress)
        if proof is not None:
            return proof
    return None


def _proof(
    part: Slice,
    fields: list[AffineField],
    candidate: Candidate,
    radii: Floats,
    found: Frame,
    progress: Progress,
) -> Finding | None:
    basis = inverse_cholesky(found.hessian)
    space = room(found.center, candidate.point[part.kept], radii[part.kept])
    if basis is None or not bool(np.all(space > 0)):
        return None
    start, exhaustive = first_radius(part.objective)
    enclosure = enclose(found, basis, start, exhaustive=exhaustive, progress=progress)
    if enclosure is None or enclosure.index != 0:
        return None
    radius = radius_inside(enclosure, space)
    if radius is None:
        return None
    with found.arithmetic() as ar:
        box = part.whole(ar, found.box(ar, radius))
        if not certainly_independent(ar, fields, part.frozen, box):
            return None
    return _finding(part, fields, enclosure, radius)


def _finding(
    part: Slice, fields: list[AffineField], enclosure: Enclosure, radius: float
) -> Finding:
    dimension, precision = len(fields), enclosure.frame.precision
    reason = (
        f"a local minimum lies within {enclosure.existence:.1e} of the polished point in every "
        f"coordinate, strict up to {dimension} symmetr{'y' if dimension == 1 else 'ies'}: with "
        f"{dimension} of the parameters that they move kept fixed, it is the only critical point "
        f"within {enclosure.uniqueness:.0e}, and the Hessian is positive definite there"
    )
    details = {
        "dimension": dimension,
        "symmetries": [field.name for field in fields],
        "radius": enclosure.existence,
        "uniqueness_radius": enclosure.uniqueness,
        "value": value_range(enclosure),
        "precision": precision or 53,
        "arithmetic": "balls" if precision else "midpoint-radius",
    }
    witness = _witness(part, fields, krawczyk_witness(enclosure.frame, radius))
    return Finding(Verdict.LOCAL_MINIMUM, True, Evidence.SYMMETRY, reason, details, witness)


def _witness(part: Slice, fields: list[AffineField], box: dict[str, Any]) -> dict[str, Any]:
    """The witness of the box of the slice, with the frozen coordinates put in."""
    ends = zip(box["center"], box["radius"], strict=True)
    places = dict(zip(part.kept.tolist(), ends, strict=True))
    for j, value in zip(part.frozen.tolist(), rational_texts(part.values), strict=True):
        places[j] = (value, "0")
    return {
        **box,
        "method": "slice",
        "fields": [plain_field(field) for field in fields],
        "frozen": part.frozen.tolist(),
        "center": [places[j][0] for j in range(part.objective.size)],
        "radius": [places[j][1] for j in range(part.objective.size)],
    }
