"""The symmetry group of an objective, as far as it is known, and what it says about points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.symmetry.parts import NetworkPart, parts_of

Vector = npt.NDArray[np.float64]

#: Points whose parameters differ by no more than this, relative to their sizes, are the same.
TOLERANCE = 1e-6
# Points that differ by more than the tolerance but less than this many times it are undecided.
_GREY = 100.0


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
        found = np.where(np.all(np.isfinite(found), axis=1, keepdims=True), found, rows)
        return found.reshape(np.shape(theta))

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

    @property
    def linear_layers(self) -> bool:
        """Whether linear layers may change their bases freely."""
        return any(isinstance(p, NetworkPart) and p.made is not None for p in self.parts)


def group_of(objective: Objective) -> SymmetryGroup:
    """The known symmetry group of an objective."""
    return SymmetryGroup(objective)
