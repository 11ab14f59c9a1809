"""The symmetry group of an objective, as far as it is known, and what it says about points."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from pgb.models import AffineField
from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.optimality import auxiliary_part, is_optimal, theorem_applies
from pgb.search.scales import typical_magnitudes
from pgb.search.symmetry.alignment import relative_distance
from pgb.search.symmetry.orbits import rank_of
from pgb.search.symmetry.parts import NetworkPart, keeps, parts_of, penalties_of
from pgb.search.symmetry.products import products_are_critical, smaller_objective

Vector = npt.NDArray[np.float64]

#: Points whose parameters differ by no more than this, relative to their sizes, are the same.
TOLERANCE = 1e-6
# Points that differ by more than the tolerance but less than this many times it are undecided.
_GREY = 100.0
# Weights a of exponential neurons, and their outputs, below this are 0 at stationary points.
_RESTS = 1e-8


@dataclass(frozen=True)
class Comparison:
    """Whether two points are images of each other: True, False, or None with the reason."""

    same: bool | None
    reason: str
    distance: float


class SymmetryGroup:
    """Maps of the parameters that leave an objective as it is, on all of the parameter space.

    Permutations of units, changes of sign, rescalings, changes of basis of linear layers, shifts
    that the loss or the samples do not see, and for formulas signed permutations of parameters;
    only those that keep the penalty too. Other symmetries may exist (of the data, or between
    outputs), so points that are not the same under this group may be so under a larger one.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.parts = parts_of(objective)
        penalties = penalties_of(objective.regularizer)
        self._product = smaller_objective(objective, self.parts)
        self._typical = typical_magnitudes(objective)
        self._fields = [
            _numbers(field) for field in objective.model.invariances() if keeps(field, penalties)
        ]

    def canonical(self, theta: Vector) -> Vector:
        """The representative of the orbit of theta, (p,) or for each row of (n, p).

        Copies of a point have representatives equal up to rounding, except where units are nearly
        equal and may come in either order; ``same`` sees through that.
        """
        rows = np.atleast_2d(np.asarray(theta, dtype=np.float64))
        found = np.array(rows)
        with np.errstate(all="ignore"):
            for part in self.parts:
                found[:, part.place] = part.normalized(rows[:, part.place])
            if self._product is not None:
                self._factorize(rows, found)
            if theorem_applies(self.objective):
                self._settle(found)
        found = np.where(np.all(np.isfinite(found), axis=1, keepdims=True), found, rows)
        return found.reshape(np.shape(theta))

    def _factorize(self, rows: Vector, found: Vector) -> None:
        """Balanced factors also where a product is stationary and its factors have more rank."""
        part = self.parts[0]
        assert isinstance(part, NetworkPart) and part.made is not None and self._product is not None
        small = part.made.collapsed(rows)
        chosen = np.flatnonzero(products_are_critical(self._product, small))
        found[chosen] = part.factorized(rows[chosen])

    def _settle(self, found: Vector) -> None:
        """Exponential neurons with a = 0: b = 0, and W = 0 where the residuals allow any W."""
        names = self.objective.elimination.names if self.objective.elimination else ()
        a, b, W = (self.objective.slices[name] for name in names)
        outputs, added = self.signature(found), auxiliary_part(self.objective, found)
        size = np.maximum(1e-12, np.max(np.abs(outputs), axis=1, initial=0.0))
        rests = np.max(np.abs(added), axis=(1, 2)) <= _RESTS * size
        rests &= np.max(np.abs(found[:, a]), axis=1) <= _RESTS
        rows = np.flatnonzero(rests)
        found[rows, a], found[rows, b] = 0.0, 0.0
        rows = rows[is_optimal(self.objective, found[rows])]
        found[rows, W] = 0.0

    def compare(self, first: Vector, second: Vector, tolerance: float = TOLERANCE) -> Comparison:
        """Whether two points (p,) are images of each other within a relative tolerance."""
        pair = self.canonical(np.stack([first, second]))
        nearest = [part.nearest(*pair[:, part.place]) for part in self.parts]
        distance = max((n.distance for n in nearest), default=0.0)
        if distance <= tolerance:
            return Comparison(True, "an image of one is the other up to rounding", distance)
        if distance <= _GREY * tolerance:
            reason = "they differ by little more than the tolerance"
            return Comparison(None, reason, distance)
        doubts = [n.doubt for n in nearest if n.doubt]
        settled = any(n.distance > _GREY * tolerance and not n.doubt for n in nearest)
        if not settled and doubts and not self._outputs_differ(pair[0], pair[1], tolerance):
            return Comparison(None, doubts[0], distance)
        return Comparison(False, "no image of one is near the other", distance)

    def same(self, first: Vector, second: Vector, tolerance: float = TOLERANCE) -> bool | None:
        """As ``compare``, without the reason."""
        return self.compare(first, second, tolerance).same

    def distance(self, first: Vector, second: Vector) -> float:
        """Largest difference of two vectors (p,), relative to the sizes of the parameters."""
        return relative_distance(first, second, self._typical)

    def signature(self, theta: Vector) -> Vector:
        """What all images share: the outputs on the data (n, m d_y) for theta (n, p).

        For losses of differences of outputs the mean over the outputs of a sample is taken off.
        """
        rows = np.atleast_2d(theta)
        outputs = np.asarray(self.objective.outputs(Float64(), rows))
        if self.objective.loss.shift_invariant:
            outputs = outputs - np.mean(outputs, axis=-1, keepdims=True)
        return outputs.reshape(len(rows), -1)

    def _outputs_differ(self, first: Vector, second: Vector, tolerance: float) -> bool:
        """Whether the outputs differ by more than parameters within the grey zone explain."""
        one, two = self.signature(np.stack([first, second]))
        jacobian = np.asarray(self.objective.jacobian(Float64(), first))
        slopes = np.abs(jacobian) @ np.maximum(np.maximum(np.abs(first), np.abs(second)), 1.0)
        allowed = 2 * _GREY * tolerance * float(np.max(slopes, initial=1.0))
        return not bool(np.all(np.abs(one - two) <= allowed))

    def orbit_size(self, theta: Vector) -> int:
        """Number of images of theta (p,) under the finite part: permutations and signs.

        Continuous moves and what they join (all bases of linear layers) count once, and so do
        shifts of the arguments of sines by multiples of pi.
        """
        form = self.canonical(theta)
        return prod(part.orbit_size(form[part.place]) for part in self.parts)

    def orbit_dimension(self, theta: Vector) -> int:
        """Dimension of the orbit of theta (p,): the numerical rank of all tangents there."""
        theta = np.asarray(theta, dtype=np.float64)
        rows = []
        for rate, column, shift in self._fields:
            rows.append(shift + np.bincount(column[0], rate * theta[column[1]], len(theta)))
        for part in self.parts:
            for inner in part.tangents(theta[part.place]):
                row = np.zeros(len(theta))
                row[part.place] = inner
                rows.append(row)
        return rank_of(rows, np.maximum(np.abs(theta), self._typical))

    def has_optimal_products(self, theta: Vector) -> npt.NDArray[np.bool_]:
        """(n,): rows of theta (n, p) are linear networks at the optimum of their product.

        A convex loss is then at its least value over all linear functions, whatever the factors.
        """
        none = np.zeros(len(theta), dtype=bool)
        if self._product is None or self._product.model.size == 0:
            return none
        part = self.parts[0]
        assert isinstance(part, NetworkPart) and part.made is not None
        if len(part.made.ends) > 2 or not self.objective.loss.convex:
            return none
        with np.errstate(all="ignore"):
            return products_are_critical(self._product, part.made.collapsed(theta))


def _numbers(field: AffineField) -> tuple[Vector, npt.NDArray[np.intp], Vector]:
    """Entries of the matrix, their (rows, columns), and the constant part (p,), in floats."""
    ar = Float64()
    places = np.array(list(field.entries), dtype=np.intp).reshape(-1, 2).T
    shift = np.zeros(field.size)
    for row, value in field.shift.items():
        shift[row] = float(ar.asarray(value))
    rates = np.array([float(ar.asarray(v)) for v in field.entries.values()])
    return rates, places, shift


def group_of(objective: Objective) -> SymmetryGroup:
    """The known symmetry group of an objective."""
    return SymmetryGroup(objective)
