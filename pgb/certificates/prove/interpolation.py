"""Global minima of zero loss in a ball: an enclosed point at which the model fits all targets.

Let the loss be least where the output is the target, with no regularizer. A point with
phi(theta, x_i) = y_i for all i then attains the least value of any function on the data, so it is
a global minimum. The equations are fewer than the parameters: all but as many coordinates are
frozen, and Krawczyk's operator encloses a zero of the square system that is left. Its image in the
interior of the box gives existence by Brouwer's theorem, for outputs that are Lipschitz with slopes
enclosed by the Jacobian on the box; kinks do no harm.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.certificates.prove.definiteness import row_sums
from pgb.certificates.prove.frames import middle, rationals
from pgb.certificates.prove.krawczyk import rational_texts, room
from pgb.certificates.prove.pivoting import pivots
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.numbers import Array, Balls, Exact, Float64, exact_number
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
    """Prove that the ball holds a point of zero loss, a global minimum; None if that fails.

    ``radii`` (p,) are the half-widths of the ball.
    """
    samples = None if candidate.exact else _equations(objective)
    if samples is None or not bool(np.all(radii > 0)):
        return None
    point, floats = np.array(candidate.point, dtype=object), Float64()
    count = len(samples) * objective.model.output_dimension
    if not 0 < count <= min(objective.size, _MOST_EQUATIONS):
        return None
    theta = floats.asarray(candidate.point)
    slopes = np.asarray(objective.jacobian(floats, theta))[samples].reshape(count, -1) * radii
    if not np.all(np.isfinite(slopes)):
        return None
    moved = np.sort(pivots(slopes)[1])
    if len(moved) < count or not all(
        isinstance(exact_number(v), fmpq) for v in np.delete(point, moved)
    ):
        return None
    system = _System(objective, samples, moved, point)
    with Balls(_PRECISION) as ar:
        return _proof(ar, system, radii, progress)


def _equations(objective: Objective) -> list[int] | None:
    """One sample for each group of equal inputs; None if fitting the targets is not least."""
    plain = objective.regularizer.is_zero and objective.loss.minimized_at_target
    without = objective.elimination is not None and objective.elimination.kind == "without-units"
    if without or not plain:
        return None
    ar = Exact()
    targets = objective.samples(ar).y
    for first, *others in objective.data.groups:
        for other in others:
            if not bool(np.all(ar.certainly_zero(targets[first] - targets[other]))):
                return None
    return [int(group[0]) for group in objective.data.groups]


class _System:
    """n equations phi(theta, x_i) = y_i in n coordinates of theta, the others as in ``point``."""

    def __init__(
        self, objective: Objective, samples: list[int], moved: Places, point: Array
    ) -> None:
        self.objective, self.samples, self.moved, self.point = objective, samples, moved, point

    def whole(self, ar: Balls, part: Array) -> Array:
        """The parameters (p,) for values (n,) of the coordinates that move."""
        theta = ar.asarray(self.point)
        theta[self.moved] = part
        return theta

    def residual(self, ar: Balls, part: Array) -> Array:
        """Outputs minus targets, (n, 1)."""
        outputs = self.objective.outputs(ar, self.whole(ar, part))
        difference: Array = (outputs - self.objective.samples(ar).y)[self.samples]
        return difference.reshape(-1, 1)

    def slopes(self, ar: Balls, part: Array) -> Array:
        """The derivatives by the coordinates that move, (n, n)."""
        found: Array = self.objective.jacobian(ar, self.whole(ar, part))[self.samples]
        return found.reshape(len(self.moved), -1)[:, self.moved]


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
        progress(f"looking for an interpolation in a box of half-width {radius:.0e}", None)
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

    ``step`` (n,) bounds |Y (phi - y)| at the center, and ``contraction`` (n,) the row sums of
    |I - Y J| on the box of half-width ``radius`` and so on every smaller one.
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
    objective, moved = system.objective, system.moved
    reason = (
        f"within {radius:.1e} of the polished point in every coordinate lies a point at which the "
        "model fits all targets exactly, so no function has a lower loss on the data"
    )
    middles, widths = np.array(system.point, dtype=object), ["0"] * objective.size
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
    evidence = Evidence.INTERPOLATION
    return Finding(Verdict.LOCAL_MINIMUM, True, evidence, reason, details, witness)
