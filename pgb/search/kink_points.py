"""Which stationary points at kinks are local minima, in floats.

On the set where the same switches are 0 the objective is smooth. A point with positive slopes away
from all its kinks is a local minimum if it is one on that set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.kinks import Frame, Kinks
from pgb.search.descent.steps import Spectrum
from pgb.search.scales import typical_magnitudes

Vector = npt.NDArray[np.float64]

_AR = Float64()
# Eigenvalues below this times the sum of their sizes count as 0, and up to _GREY times that may.
_ZERO, _GREY = 1e-10, 100.0
# Steps in the null space; two sizes must cross no further kink.
_SIZES = (0.05, 0.01, 0.002)
_MIXED, _CORRECTIONS = 6, 8
_FLAT = 1e-9
# Rounding errors of values.
_NOISE = 1e-14


@dataclass(frozen=True)
class AlongKinks:
    """The Hessian along the kinks of a point, in units of the sizes of the parameters.

    Attributes:
        kinks: switches that are 0.
        index, nullity: negative and zero eigenvalues; clear: whether each is told from 0.
        lowest, highest: the least and the greatest eigenvalue.
        flat: whether critical points fill a neighborhood in the null space; None if not asked.
        lower: whether values along the most negative eigenvector are lower; None if there is none.
    """

    kinks: int
    index: int
    nullity: int
    clear: bool
    lowest: float
    highest: float
    flat: bool | None
    lower: bool | None


def along_kinks_of(objective: Objective, point: Vector, orbit_dimension: int) -> AlongKinks | None:
    """The second-order behaviour at a point (p,) along its kinks; None where they are dependent."""
    kinks = Kinks(objective, typical_magnitudes(objective))
    with np.errstate(all="ignore"):
        active = kinks.active(point)
        frame = kinks.frame(point, active)
        if frame is None or not active:
            return None
        _, at = kinks.along(point, frame)
        values, vectors = at.values[0], at.vectors[0]
        width = _ZERO * max(float(np.sum(np.abs(values))), float(at.top[0]))
        null = np.abs(values) <= width
        clear = not np.any(~null & (np.abs(values) <= _GREY * width))
        index, nullity = int(np.sum(values < -width)), int(np.sum(null))
        flat, lower = None, None
        if index:
            lower = _falls(kinks, point, active, frame, frame.tangent @ vectors[:, 0])
        if clear and not index and nullity > orbit_dimension:
            flat = _is_flat(kinks, point, active, frame, at, null)
        ends = [float(v) for v in (*values[:1], *values[-1:])] or [0.0, 0.0]
        return AlongKinks(len(active), index, nullity, clear, ends[0], ends[-1], flat, lower)


def _falls(kinks: Kinks, point: Vector, active: list[int], frame: Frame, arrow: Vector) -> bool:
    """Whether values fall along a direction (p,) within the kinks, at all sizes of steps.

    They need not where kinks of one tangent space bend differently, which the Hessian cannot see.
    """
    start = float(kinks.objective.value(_AR, point))
    for size in _SIZES:
        reached = point + size * frame.unit * np.stack([arrow, -arrow])
        for _ in range(_CORRECTIONS):
            reached = reached - frame.unit * (kinks.switches(reached)[:, active] @ frame.normal.T)
        values = np.asarray(kinks.objective.value(_AR, reached))
        if not np.min(values) < start - _NOISE * abs(start):
            return False
    return True


def _is_flat(
    kinks: Kinks,
    point: Vector,
    active: list[int],
    frame: Frame,
    at: Spectrum,
    null: npt.NDArray[np.bool_],
) -> bool:
    """Whether the gradient along the kinks vanishes at nearby solutions across the null space."""
    values, vectors, top = at.values[0], at.vectors[0], float(at.top[0])
    basis, sides = vectors[:, null], kinks.switches(point[None]) > 0
    mixed = np.random.default_rng(0).standard_normal((_MIXED, basis.shape[1]))
    rows = np.concatenate([np.eye(basis.shape[1])[:_MIXED], mixed])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    steps = np.concatenate([rows, -rows]) @ basis.T @ frame.tangent.T
    others = np.delete(np.arange(sides.shape[1]), active)
    looked = 0
    for size in _SIZES:
        reached = point + frame.unit * size * steps
        for _ in range(_CORRECTIONS):
            reached = reached - frame.unit * (kinks.switches(reached)[:, active] @ frame.normal.T)
            slope = _slopes(kinks, reached, active, frame) @ frame.tangent @ vectors
            across = np.where(null, 0, slope / np.where(null, 1, values))
            reached = reached - frame.unit * (across @ vectors.T @ frame.tangent.T)
        same = np.all((kinks.switches(reached) > 0)[:, others] == sides[:, others], axis=1)
        if 2 * np.sum(same) < len(same):
            continue
        slope = _slopes(kinks, reached[same], active, frame)
        if not np.all(np.abs(slope) <= _FLAT * top):
            return False
        looked += 1
        if looked == 2:
            return True
    return False


def _slopes(kinks: Kinks, theta: Vector, active: list[int], frame: Frame) -> Vector:
    """Gradients at points (n, p) on the kinks without their parts across these, scaled.

    Where they are out of the range of doubles they are not finite.
    """
    gradients = np.asarray(kinks.objective.gradient(_AR, theta)) * frame.unit
    across = kinks.slopes_in(theta, frame.unit)[:, active]
    inner = across @ across.swapaxes(1, 2)
    lost = ~(np.all(np.isfinite(inner), axis=(1, 2)) & np.all(np.isfinite(gradients), axis=1))
    inner[lost], across[lost], gradients[lost] = 0.0, 0.0, np.inf
    shares = np.linalg.pinv(inner) @ (across @ gradients[..., None])
    slopes: Vector = gradients - (across.swapaxes(1, 2) @ shares)[..., 0]
    return slopes
