"""Boxes that certainly hold exactly one critical point: the Krawczyk operator.

Let X be a box around c, Y a matrix, and H an enclosure of all (one-sided) Hessians on X. If

    K = c - Y g(c) + (I - Y H) (X - c)

lies in the interior of X, the gradient g has exactly one zero in X, and it lies in K (R. Krawczyk;
S. M. Rump, *Verification methods: rigorous results using floating-point arithmetic*, Acta Numerica
2010). g has to be Lipschitz on X with generalized Jacobians in H: no first derivative may jump.
With X of half-width r in every coordinate, t >= |Y g(c)| and s >= the row sums of |I - Y H|, the
condition is t + s r < r; then it holds for every smaller r > t / (1 - s) as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.certificates.prove.definiteness import certain_index, row_sums
from pgb.certificates.prove.frames import Frame
from pgb.numbers import Array, Float64
from pgb.progress import Progress, silent

Floats = npt.NDArray[np.float64]

# Boxes that were tried in vain before giving up; most failures say how much smaller to try next.
_ATTEMPTS = 30
# A half-width at which underflow in the tests of a box does not matter.
_LEAST = 1e-290


@dataclass(frozen=True)
class Enclosure:
    """A box with exactly one critical point.

    Attributes:
        frame: the center, the inverse and the arithmetic used.
        existence: the critical point lies within this distance of the center in every coordinate.
        uniqueness: it is the only one within this distance in every coordinate.
        residual: (p,) bounds of |Y g(c)|.
        contraction: (p,) bounds of the row sums of |I - Y H| on the whole box.
        index: the Morse index, the same on the whole box; None if that is not certain.
    """

    frame: Frame
    existence: float
    uniqueness: float
    residual: Floats
    contraction: Floats
    index: int | None

    def holds(self, radius: float) -> bool:
        """Whether the box of this half-width is proved to hold a critical point in its interior."""
        image = _upper_image(self.residual, self.contraction, radius)
        return 0 < radius <= self.uniqueness and bool(np.all(image < radius))


def enclose(
    frame: Frame,
    basis: Floats,
    start: float,
    with_index: bool = True,
    exhaustive: bool = False,
    progress: Progress = silent,
) -> Enclosure | None:
    """The largest box of half-width ``start``, ``start`` / 10, ... that is proved; None if none is.

    Args:
        frame: the polished center.
        basis: (p, p) brings the Hessian to nearly a signature matrix.
        start: a power of ten.
        with_index: whether the Morse index has to be proved too.
        exhaustive: whether every half-width is tried, even where a failure shows that the next
            ones are too large as well.
        progress: told which half-width is tried.
    """
    with frame.arithmetic() as ar:
        residual = ar.upper(ar.matmul(ar.asarray(frame.inverse), frame.gradient(ar)[:, None]))[:, 0]
        least = float(np.max(residual, initial=0.0))
        if not np.isfinite(least):
            return None
        radius = start
        for _ in range(_ATTEMPTS):
            if not least < radius:
                return None
            progress(f"proving on a box of half-width {radius:.0e}", None)
            contraction, index, defect = _on_box(ar, frame, basis, radius)
            found = _enclosure(frame, radius, residual, contraction, index)
            wanted = found is not None and (index is not None or not with_index)
            if wanted and _is_lipschitz(ar, frame, frame.box(ar, radius)):
                return found
            radius = radius / 10 if exhaustive else _smaller(radius, defect)
    return None


def _enclosure(
    frame: Frame, radius: float, residual: Floats, contraction: Floats, index: int | None
) -> Enclosure | None:
    if not bool(np.all(contraction < 1)):
        return None
    with np.errstate(all="ignore"):
        quotient = residual / (1 - contraction)
    existence = float(np.max(quotient, initial=0.0)) * (1 + 1e-10) + _LEAST
    found = Enclosure(frame, existence, radius, residual, contraction, index)
    return found if found.holds(radius) and found.holds(existence) else None


def _on_box(
    ar: Any, frame: Frame, basis: Floats, radius: float
) -> tuple[Floats, int | None, float]:
    """Row sums of |I - Y H| (p,), the index, and the larger of two numbers that must be below 1."""
    hessian = frame.objective.hessian(ar, frame.box(ar, radius))
    identity = ar.asarray(np.eye(len(frame.center), dtype=np.int64))
    contraction = row_sums(ar.upper(identity - ar.matmul(ar.asarray(frame.inverse), hessian)))
    index, defect = certain_index(ar, hessian, basis)
    return contraction, index, max(defect, float(np.max(contraction, initial=0.0)))


def _is_lipschitz(ar: Any, frame: Frame, box: Array) -> bool:
    """Q is defined and its gradient Lipschitz on the box: no first derivative jumps."""
    objective, floats = frame.objective, Float64()
    if not bool(np.all(np.isfinite(ar.upper(objective.value(ar, box))))):
        return False
    # Which switches there are does not depend on the point, and most problems have none.
    switches = objective.switches(floats, floats.asarray(frame.center))
    if all(switch.order > 1 for switch in switches):
        return True
    return all(
        bool(np.all(ar.certainly_nonzero(switch.values)))
        for switch in objective.switches(ar, box)
        if switch.order <= 1
    )


def _upper_image(residual: Floats, contraction: Floats, radius: float) -> Floats:
    """Upper bounds of t + s r: the slack covers the rounding of both operations."""
    with np.errstate(all="ignore"):
        return np.asarray((residual + contraction * radius) * (1 + 1e-15) + 1e-300)


def _smaller(radius: float, defect: float) -> float:
    """The next radius: both defects are proportional to it, apart from rounding."""
    if not (np.isfinite(defect) and defect > 1):
        return radius / 10
    return float(10.0 ** min(np.floor(np.log10(0.9 * radius / defect)), np.log10(radius / 10)))
