"""Equations that say that the data part is the least of any function."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Objective

Places = npt.NDArray[np.intp]


def groups_of_equations(objective: Objective) -> list[tuple[Places, bool]] | None:
    """Groups of equal inputs, and whether the loss is least for all samples where one output fits.

    None if no equations say that the data part is least.
    """
    loss, record = objective.loss, objective.elimination
    without = record is not None and record.kind == "without-units"
    if without or not loss.convex or bool(np.any(objective.regularizer.fixed)):
        return None
    ar = Exact()
    targets = objective.samples(ar).y
    found = []
    for group in objective.data.groups:
        apart = targets[group] - targets[group[:1]]
        fits = loss.minimized_at_target and bool(np.all(ar.certainly_zero(apart)))
        if not fits and loss.smoothness == 0:
            return None
        found.append((group, fits))
    return found


class LeastData:
    """What vanishes where the data part is least, as functions of all parameters theta (p,).

    Of each group the differences of outputs and targets, or the sums of the output gradients; of
    the latter the last follows from the others if the loss ignores a shift of all outputs.
    """

    def __init__(self, objective: Objective, groups: list[tuple[Places, bool]]) -> None:
        self.objective, self.groups = objective, groups
        self.outputs = objective.model.output_dimension
        self.kept = self.outputs - objective.loss.shift_invariant
        self.fitted = all(fits for _, fits in groups)
        self.count = sum(self.outputs if fits else self.kept for _, fits in groups)

    def values(self, ar: Arithmetic, theta: Array) -> Array:
        """The left sides, (n,)."""
        x, y, _ = self.objective.samples(ar)
        apart = self.objective.model.outputs(ar, theta, x) - y
        r = None if self.fitted else self.objective.output_gradients(ar, theta)
        return self._of_groups(ar, apart, r)

    def slopes(self, ar: Arithmetic, theta: Array) -> Array:
        """Their derivatives, (n, p)."""
        x, y, c = self.objective.samples(ar)
        J = self.objective.jacobian(ar, theta)
        if self.fitted:
            return self._of_groups(ar, J, None)
        bend = self.objective.loss.hessian(ar, self.objective.model.outputs(ar, theta, x), y)
        return self._of_groups(ar, J, ar.matmul(c[..., None] * bend, J))

    def _of_groups(self, ar: Arithmetic, alone: Array, summed: Array | None) -> Array:
        """Rows of the first sample (m, d_y, ...), or sums over the samples, group by group."""
        rows = []
        for group, fits in self.groups:
            if fits or summed is None:
                rows.append(alone[int(group[0])])
            else:
                rows.append(ar.sum(summed[group], axis=0)[: self.kept])
        return ar.concatenate(rows, axis=0)
