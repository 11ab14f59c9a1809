"""Global minima in a ball: an enclosed point that no function beats, where no penalty is paid.

Where in every group of equal inputs the output gradients sum to 0, or the model fits their one
target and the loss is least there, the data part is the least of any function, as the loss is
convex. If all penalized parameters are 0 too, so is the regularizer, and the point is a global
minimum. These are equations: penalized parameters are frozen at 0, and of the others all but as
many as there are equations as they are. Krawczyk's operator encloses a zero of the square system
that is left. Its image in the interior of the box gives existence by Brouwer's theorem, for
functions that are Lipschitz with slopes enclosed on the box; kinks do no harm.

In an eliminated problem the penalized parameters are the weights a of the exponential neurons: with
a = 0 these add nothing, and the minimum is one of the original problem.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.certificates.prove.definiteness import row_sums
from pgb.certificates.prove.frames import middle, rationals
from pgb.certificates.prove.function_optimality import LeastData, groups_of_equations
from pgb.certificates.prove.krawczyk import rational_texts, room
from pgb.certificates.prove.pivoting import pivots
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.numbers import Array, Balls, Float64, exact_number
from pgb.problems import Candidate, Objective
from pgb.progress import Progress, silent

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

_PRECISION = 128
# Equations up to which a proof is tried.
_MOST_EQUATIONS = 400
_ATTEMPTS = 12
# How far above a box's residual its half-width has to be at least.
_MARGIN = 4.0


def prove_interpolation(
    objective: Objective, candidate: Candidate, radii: Floats, *, progress: Progress = silent
) -> Finding | None:
    """Prove that the ball holds a function-optimal point without penalty, a global minimum.

    ``radii`` (p,) are the half-widths of the ball. None if that fails.
    """
    groups = None if candidate.exact else groups_of_equations(objective)
    if groups is None or not bool(np.all(radii > 0)):
        return None
    point = np.array(candidate.point, dtype=object)
    movable = np.flatnonzero(~objective.regularizer.active)
    point[objective.regularizer.active] = fmpq(0)
    if not bool(np.all(room(point, candidate.point, radii) > 0)):
        return None
    floats, equations = Float64(), LeastData(objective, groups)
    if not 0 < equations.count <= min(len(movable), _MOST_EQUATIONS):
        return None
    slopes = np.asarray(equations.slopes(floats, floats.asarray(point)), dtype=np.float64) * radii
    if not np.all(np.isfinite(slopes)):
        return None
    moved = np.sort(movable[pivots(slopes[:, movable])[1]])
    if len(moved) < equations.count or not all(
        isinstance(exact_number(v), fmpq) for v in np.delete(point, moved)
    ):
        return None
    with Balls(_PRECISION) as ar:
        return _proof(ar, _System(equations, moved, point), radii, progress)


class _System:
    """n equations in n coordinates of theta, the others as in ``point``."""

    def __init__(self, equations: LeastData, moved: Places, point: Array) -> None:
        self.equations, self.moved, self.point = equations, moved, point

    def whole(self, ar: Balls, part: Array) -> Array:
        """The parameters (p,) for values (n,) of the coordinates that move."""
        theta = ar.asarray(self.point)
        theta[self.moved] = part
        return theta

    def residual(self, ar: Balls, part: Array) -> Array:
        """The left sides, (n, 1)."""
        return self.equations.values(ar, self.whole(ar, part)).reshape(-1, 1)

    def slopes(self, ar: Balls, part: Array) -> Array:
        """The derivatives by the coordinates that move, (n, n)."""
        return self.equations.slopes(ar, self.whole(ar, part))[:, self.moved]


def _proof(ar: Balls, system: _System, radii: Floats, progress: Progress) -> Finding | None:
    solved = _newton(ar, system)
    if solved is None:
        return None
    center, inverse = solved
    space = room(center, system.point[system.moved], radii[system.moved])
    Y, residual = ar.asarray(inverse), system.residual(ar, ar.asarray(center))
    step = ar.upper(ar.matmul(Y, residual))[:, 0]
    least, radius = _MARGIN * float(np.max(step)), float(np.min(space))
    identity = ar.asarray(np.eye(len(center), dtype=np.int64))
    for _ in range(_ATTEMPTS):
        if not (radius > least and np.isfinite(radius)):
            return None
        progress(f"looking for a global minimum in a box of half-width {radius:.0e}", None)
        box = ar.ball(center, np.full(center.shape, radius))
        slopes = system.slopes(ar, box)
        contraction = row_sums(ar.upper(identity - ar.matmul(Y, slopes)))
        inside = _radius_inside(step, contraction, radius)
        defined = bool(np.all(np.isfinite(ar.upper(system.residual(ar, box)))))
        if defined and inside is not None:
            return _finding(system, center, inverse, inside)
        radius /= 10
    return None


def _radius_inside(step: Floats, contraction: Floats, radius: float) -> float | None:
    """A smaller half-width for which the image of the box lies in its interior, with room to spare.

    ``step`` (n,) bounds |Y f| at the center for the left sides f, and ``contraction`` (n,) the
    row sums of |I - Y J| on the box of half-width ``radius`` and so on every smaller one.
    """
    if not bool(np.all(contraction < 1)):
        return None
    least = float(np.max(step / (1 - contraction))) + 1e-200
    smaller = float(np.sqrt(max(least, radius * 2.0**-40)) * np.sqrt(radius))
    image = (step + contraction * smaller) * (1 + 1e-15) + 1e-300
    return smaller if smaller <= radius and bool(np.all(image < smaller)) else None


def _newton(ar: Balls, system: _System) -> tuple[Array, Floats] | None:
    """A rational center (n,) and an approximate inverse of the slopes there (n, n)."""
    part, last = ar.asarray(system.point[system.moved]), np.inf
    inverse = np.zeros((0, 0))
    for _ in range(30):
        slopes = ar.to_float(system.slopes(ar, part))
        residual = ar.to_float(system.residual(ar, part))[:, 0]
        if not (np.all(np.isfinite(slopes)) and np.all(np.isfinite(residual))):
            return None
        try:
            inverse = np.asarray(np.linalg.inv(slopes), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        step = inverse @ residual
        size = float(np.max(np.abs(step)))
        if not size < last / 2:
            break
        part, last = middle(part - ar.asarray(step)), size
    if not np.all(np.isfinite(inverse)):
        return None
    return rationals(part), inverse


def _finding(system: _System, center: Array, inverse: Floats, radius: float) -> Finding:
    equations, moved = system.equations, system.moved
    widths = ["0"] * len(system.point)
    middles = np.array(system.point, dtype=object)
    middles[moved] = center
    for j in moved.tolist():
        widths[j] = rational_texts(np.array([radius]))[0]
    witness: dict[str, Any] = {
        "method": "interpolation",
        "precision": _PRECISION,
        "moved": moved.tolist(),
        "center": rational_texts(middles),
        "radius": widths,
        "preconditioner": [rational_texts(row) for row in inverse],
    }
    details = {"equations": len(moved), "radius": radius, "precision": _PRECISION}
    evidence = Evidence.INTERPOLATION if equations.fitted else Evidence.FUNCTION_OPTIMAL
    reason = _reason(equations, radius)
    return Finding(Verdict.LOCAL_MINIMUM, True, evidence, reason, details, witness)


def _reason(equations: LeastData, radius: float) -> str:
    what = "the model fits all targets exactly"
    if not equations.fitted:
        what = "the output gradients of all equal inputs sum to exactly 0"
    text = (
        f"within {radius:.1e} of the polished point in every coordinate lies a point at which "
        f"{what}, so no function has a lower loss on the data"
    )
    if equations.objective.regularizer.is_zero:
        return text
    if equations.objective.elimination is not None and _penalizes_only_a(equations.objective):
        return f"{text}, and the weights a of the added neurons are exactly 0"
    return f"{text}, and all penalized parameters are exactly 0"


def _penalizes_only_a(objective: Objective) -> bool:
    record, active = objective.elimination, np.array(objective.regularizer.active)
    assert record is not None
    active[objective.slices[record.names[0]]] = False
    return not bool(np.any(active))
