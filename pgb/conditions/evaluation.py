"""Values, gradients and Hessians at a candidate in every arithmetic, each computed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pgb.errors import UndecidedError
from pgb.models import Switch
from pgb.numbers import Array, Balls, Exact, Float64
from pgb.problems import Candidate, Objective

#: Precisions in bits at which an undecided comparison is tried again.
PRECISIONS = (64, 128, 256, 512)


@dataclass(frozen=True)
class Evaluation:
    """Everything that is evaluated at one candidate; shared by all conditions.

    ``radii`` (p,) are the half-widths of the ball that a float candidate asks about (zeros for an
    exact one).
    """

    objective: Objective
    candidate: Candidate
    radii: npt.NDArray[np.float64]
    _balls: dict[tuple[str, int], Array] = field(default_factory=dict, repr=False)

    @property
    def exact(self) -> bool:
        """True if the question is about the very point, False if it is about the ball."""
        return self.candidate.exact

    @property
    def precisions(self) -> tuple[int, ...]:
        """Precisions to try in turn: on a ball more bits help only where terms cancel."""
        return PRECISIONS if self.exact else (PRECISIONS[0], PRECISIONS[2])

    @cached_property
    def floats(self) -> npt.NDArray[np.float64]:
        """The candidate (p,) rounded to doubles."""
        return Float64().asarray(self.candidate.point)

    @cached_property
    def is_defined(self) -> bool:
        """False if an output of the model does not exist at the candidate, such as log(-1)."""
        with Balls(256) as ar:
            outputs = self.objective.outputs(ar, ar.asarray(self.candidate.point))
            return not any(value.is_nan() for value in np.ravel(outputs))

    def enclosure(self, ar: Balls) -> Array:
        """The exact point, or the whole ball that is asked about, in the arithmetic ``ar``."""
        if self.exact:
            return ar.asarray(self.candidate.point)
        return ar.ball(self.candidate.point, self.radii)

    def gradient(self, precision: int) -> Array:
        """Enclosure (p,) of the (Clarke) gradient over the point or the ball."""
        return self._evaluated("gradient", precision)

    def hessian(self, precision: int) -> Array:
        """Enclosure (p, p) of all one-sided Hessians over the point or the ball."""
        return self._evaluated("hessian", precision)

    def value(self, precision: int) -> Array:
        """Enclosure () of the objective over the point or the ball."""
        return self._evaluated("value", precision)

    def group_sums(self, precision: int) -> Array:
        """Enclosure (groups, d_y) of the summed output gradients of equal inputs.

        On a ball of an intact eliminated problem they are enclosed where the auxiliary weights are
        0, since no other point of the ball can be a local minimum.
        """
        objective = self.objective
        elimination = objective.elimination
        if self.exact or elimination is None or not elimination.is_intact(objective):
            return self._evaluated("group_sums", precision)
        with Balls(precision) as ar:
            theta = self.enclosure(ar)
            weights = objective.slices[elimination.names[0]]
            parts = [theta[: weights.start], 0 * ar.ones([weights.stop - weights.start])]
            theta = ar.concatenate([*parts, theta[weights.stop :]])
            return objective.group_sums(ar, theta)

    def _evaluated(self, name: str, precision: int) -> Array:
        key = (name, precision)
        if key not in self._balls:
            with Balls(precision) as ar:
                theta = self.enclosure(ar)
                self._balls[key] = getattr(self.objective, name)(ar, theta)
        return self._balls[key]

    def switches(self, precision: int = 128) -> tuple[Switch, ...]:
        """Every quantity at whose zero a derivative jumps, enclosed over the point or the ball."""
        with Balls(precision) as ar:
            return self.objective.switches(ar, self.enclosure(ar))

    @cached_property
    def switch_order(self) -> int | None:
        """The lowest derivative that may jump on the point or ball; None if all are continuous."""
        with Balls(128) as ar:
            orders = [
                s.order
                for s in self.objective.switches(ar, self.enclosure(ar))
                if not np.all(ar.certainly_nonzero(s.values))
            ]
        return min(orders, default=None)

    @cached_property
    def exact_gradient_is_zero(self) -> bool | None:
        """Whether the gradient at an exact point vanishes exactly.

        None if that is undecided, for a ball, and at a kink, where there is no gradient.
        """
        if not self.exact or self.switch_order == 1:
            return None
        for precision in PRECISIONS[:2]:
            if self._some_gradient_entry_is_nonzero(precision):
                return False
        if self._canonical_gradient_is_zero():
            return True
        for precision in PRECISIONS[2:]:
            if self._some_gradient_entry_is_nonzero(precision):
                return False
        return None

    def _some_gradient_entry_is_nonzero(self, precision: int) -> bool:
        enclosure = self.gradient(precision)
        with Balls(precision) as ar:
            return bool(np.any(ar.certainly_nonzero(enclosure)))

    def _canonical_gradient_is_zero(self) -> bool:
        ar = Exact()
        try:
            gradient = self.objective.gradient(ar, ar.asarray(self.candidate.point))
            return bool(np.all(ar.certainly_zero(gradient)))
        except UndecidedError:
            return False

    @cached_property
    def exact_hessian(self) -> Array | None:
        """The Hessian (p, p) in exact numbers at an exact point, or None if out of reach."""
        if not self.exact or self.objective.size > 60:
            return None
        ar = Exact()
        try:
            return self.objective.hessian(ar, ar.asarray(self.candidate.point))
        except UndecidedError:
            return None
