"""Critical points: Newton's method, boxes that hold exactly one, and Morse indices."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf, nextafter

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.exhaustive.enclosures import Enclosures, Floats, inverse, largest

_FLOATS = Float64()
_ITERATIONS = 60
_SIZES = 2.0 ** np.arange(
    -36, -3
)  # half-widths of boxes, relative to the widths of the box searched
_UP = 1 + 2.0**-40


@dataclass(frozen=True)
class Unique:
    """A zero of the gradient: in ``center`` +- ``radius``, and the only one in [low, high].

    ``index`` is the number of negative eigenvalues of the Hessian, all others being positive.
    """

    center: Floats
    radius: Floats
    low: Floats
    high: Floats
    index: int

    def holds(self, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
        """(n,): whether boxes (n, p) lie in the one where the zero is the only one."""
        return np.asarray(((low >= self.low) & (high <= self.high)).all(axis=1))

    def ends(self) -> list[tuple[Fraction, Fraction]]:
        """The exact ends of the box of the zero, coordinate by coordinate."""
        pairs = zip(self.center.tolist(), self.radius.tolist(), strict=True)
        return [(Fraction(c) - Fraction(r), Fraction(c) + Fraction(r)) for c, r in pairs]

    def hull(self) -> tuple[Floats, Floats]:
        """The least box of doubles that holds the box of the zero."""
        low, high = [], []
        for below, above in self.ends():
            a, b = float(below), float(above)
            low.append(nextafter(a, -inf) if Fraction(a) > below else a)
            high.append(nextafter(b, inf) if Fraction(b) < above else b)
        return np.array(low), np.array(high)

    def meets(self, other: Unique) -> bool:
        """Whether the boxes of two zeros have a point in common, so that they may be one zero."""
        pairs = zip(self.ends(), other.ends(), strict=True)
        return all(a <= d and c <= b for (a, b), (c, d) in pairs)


def newton(objective: Objective, starts: Floats, low: Floats, high: Floats) -> Floats:
    """Different points (k, p) of the box near which the gradient vanishes, from starts (n, p)."""
    points, width = starts.copy(), high - low
    step = np.full_like(points, np.inf)
    alive = np.arange(len(points))
    with np.errstate(all="ignore"):
        for _ in range(_ITERATIONS):
            g = objective.gradient(_FLOATS, points[alive])
            H = objective.hessian(_FLOATS, points[alive])
            move = np.matmul(inverse(H), g[..., None])[..., 0]
            length = np.max(np.abs(move) / width, axis=1, keepdims=True)
            move = move / np.maximum(10 * length, 1)
            points[alive] -= move
            step[alive] = move
            near = ((points[alive] > low - width) & (points[alive] < high + width)).all(axis=1)
            near &= np.isfinite(points[alive]).all(axis=1)
            alive = alive[near & (length[:, 0] > 1e-14)]
            if not len(alive):
                break
        done = np.max(np.abs(step) / width, axis=1) < 1e-9
        done &= ((points >= low - 1e-9 * width) & (points <= high + 1e-9 * width)).all(axis=1)
    return _different(points[done], 1e-7 * width)


def _different(points: Floats, tolerance: Floats) -> Floats:
    kept: list[Floats] = []
    for point in points:
        if not any((np.abs(point - other) <= tolerance).all() for other in kept):
            kept.append(point)
    return np.array(kept).reshape(-1, points.shape[1])


def prove(enclosures: Enclosures, point: Floats, low: Floats, high: Floats) -> Unique | None:
    """The zero near a point of the box [low, high], with a large box in which it is the only one.

    None if the Hessian is singular there, or too nearly so for doubles.
    """
    ar, width = enclosures.ar, high - low
    grid = _powers(_SIZES[0] * width) / 256
    point = np.rint(point / grid) * grid + 0.0  # a short number, such as 0, to write down
    Y = inverse(enclosures.objective.hessian(_FLOATS, point)[None])
    g = enclosures.at_points(point[None])
    step = largest(ar.matmul(ar.asarray(Y), g[..., None])[..., 0])[0]
    if not np.isfinite(step).all():
        return None
    sizes = _powers(np.maximum(_SIZES[:, None] * width, 4 * step))
    below, above = np.nextafter(point - sizes, -np.inf), np.nextafter(point + sizes, np.inf)
    reach = step + np.matmul(_defect(enclosures, below, above, Y), sizes[..., None])[..., 0] * _UP
    good = np.flatnonzero((reach * _UP < sizes).all(axis=1))
    if not len(good):
        return None
    radius = sizes[good[0]]
    index = inertia(enclosures, point, radius)
    if index is None:
        return None
    around = Unique(point, radius, low, high, index)
    below, above = _grown(enclosures, point, sizes[good[-1]], around.hull(), low, high)
    return Unique(point, radius, below, above, index)


def _powers(sizes: Floats) -> Floats:
    """The next powers of two: short numbers to write down."""
    return np.asarray(2.0 ** np.ceil(np.log2(sizes)))


def _defect(enclosures: Enclosures, low: Floats, high: Floats, Y: Floats | None = None) -> Floats:
    """Upper bounds of |I - Y H| over boxes (n, p), infinite where a kink may be in the box."""
    ar = enclosures.ar
    H = enclosures.hessian(low, high)
    chosen = inverse(ar.to_float(H)) if Y is None else Y
    unit = ar.asarray(np.eye(low.shape[1], dtype=np.int64))
    found = largest(ar.matmul(ar.asarray(chosen), H) - unit)
    if enclosures.kinked:
        found = np.where(enclosures.kinks(low, high)[:, None, None], np.inf, found)
    return np.asarray(np.where(np.isnan(found), np.inf, found))


def regular(enclosures: Enclosures, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    """(n,): whether all matrices in the Hessians on the boxes are certainly nonsingular.

    With Y about inverse, the bounds M of |I - Y H| have to satisfy M v < v for some v > 0; then
    the gradient takes no value twice on the box.
    """
    with np.errstate(all="ignore"):
        M = _defect(enclosures, low, high)
        M = np.where(np.isfinite(M), M, 1e9)
        v = np.ones(M.shape[:2])
        for _ in range(30):
            v = np.matmul(M, v[..., None])[..., 0] + 1e-9
            v = v / v.max(axis=1, keepdims=True)
        return np.asarray((np.matmul(M, v[..., None])[..., 0] * (1 + 1e-6) < v).all(axis=1))


def _grown(
    enclosures: Enclosures,
    point: Floats,
    size: Floats,
    hull: tuple[Floats, Floats],
    low: Floats,
    high: Floats,
) -> tuple[Floats, Floats]:
    """Move the faces of a box out, not beyond [low, high], while the Hessian stays regular.

    The box holds ``hull``, on which the Hessian is regular.
    """
    p = len(point)
    least, most = np.minimum(low, hull[0]), np.maximum(high, hull[1])
    ends = np.stack([np.maximum(point - size, least), np.minimum(point + size, most)])
    ends = np.stack([np.minimum(ends[0], hull[0]), np.maximum(ends[1], hull[1])])
    factors = np.full(2 * p, 2.0)
    for _ in range(40):
        tried = np.repeat(ends[None], 2 * p + 1, axis=0)
        for face in range(2 * p):
            side, axis = divmod(face, p)
            end = point[axis] + (ends[side, axis] - point[axis]) * factors[face]
            tried[face, side, axis] = np.clip(end, least[axis], most[axis])
        passed = regular(enclosures, tried[:-1, 0], tried[:-1, 1])
        tried[-1, 0] = np.min([ends[0], *tried[:-1, 0][passed]], axis=0)
        tried[-1, 1] = np.max([ends[1], *tried[:-1, 1][passed]], axis=0)
        factors[~passed] = 1 + (factors[~passed] - 1) / 2
        if passed.sum() > 1 and not regular(enclosures, tried[-1:, 0], tried[-1:, 1])[0]:
            factors[passed] = 1 + (factors[passed] - 1) / 2
            tried[-1] = tried[np.flatnonzero(passed)[0]]
        ends = tried[-1]
        if (factors < 1.03).all():
            break
    return ends[0], ends[1]


def inertia(enclosures: Enclosures, point: Floats, radius: Floats) -> int | None:
    """The number of negative eigenvalues on the box around the point, if none vanishes there."""
    S = frame(enclosures, point)
    ar = enclosures.ar
    below, above = np.nextafter(point - radius, -np.inf), np.nextafter(point + radius, np.inf)
    H = enclosures.hessian(below[None], above[None])[0]
    product = ar.matmul(ar.matmul(ar.asarray(S.T), H), ar.asarray(S))
    diagonal = np.eye(len(point), dtype=np.bool_)
    off = np.where(diagonal, 0, largest(product)).sum(axis=1) * _UP
    low, high = product.low[diagonal], product.high[diagonal]
    if not ((low > off) | (high < -off)).all():
        return None
    return int((high < -off).sum())


def frame(enclosures: Enclosures, point: Floats) -> Floats:
    """A matrix S for which S^T H S is near a diagonal matrix with entries +-1."""
    H = enclosures.objective.hessian(_FLOATS, point)
    unit = np.eye(len(point))
    if not np.isfinite(H).all():
        return unit
    with np.errstate(all="ignore"):
        values, vectors = np.linalg.eigh(H / 2 + H.T / 2)
        found = vectors / np.sqrt(np.abs(values))
    return found if np.isfinite(found).all() else unit
