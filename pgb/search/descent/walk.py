"""The runs still under way, and the ends of those that are over."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from pgb.search.descent.ends import Ends, Floats, Rule, State
from pgb.search.descent.projection import Point

#: Checkpoints kept of every run, and iterations between them.
TRAIL, TRAIL_EVERY = 6, 4


@dataclass
class Walk:
    """Runs under way: places ``rows`` among the starts, and where each of them is."""

    rows: npt.NDArray[np.intp]
    theta: Floats
    value: Floats
    gradient: Floats
    hessian: Floats
    radius: Floats
    #: Length of the last accepted step, relative to the sizes of the parameters.
    last_step: Floats
    #: Rejected steps in a row.
    rejected: npt.NDArray[np.int64]
    #: Iterations in a row that looked like a stationary point with null directions.
    resting: npt.NDArray[np.int64]
    #: Where the run was at the last check for escapes, with value and size of the parameters.
    old: Floats
    old_value: Floats
    old_size: Floats
    first_value: Floats
    trail: Floats

    @staticmethod
    def begin(point: Point, radius: float) -> Walk:
        """All runs at their first point; those with infinite values are left out."""
        n = len(point.value)
        walk = Walk(
            rows=np.arange(n),
            theta=point.theta.copy(),
            value=point.value,
            gradient=point.gradient,
            hessian=point.hessian,
            radius=np.full(n, radius),
            last_step=np.full(n, np.inf),
            rejected=np.zeros(n, dtype=np.int64),
            resting=np.zeros(n, dtype=np.int64),
            old=point.theta.copy(),
            old_value=point.value.copy(),
            old_size=np.full(n, np.inf),
            first_value=point.value.copy(),
            trail=np.repeat(point.theta[:, None], TRAIL, axis=1),
        )
        return walk.kept(np.isfinite(point.value))

    def kept(self, mask: npt.NDArray[np.bool_]) -> Walk:
        """The runs of a mask."""
        return Walk(**{field.name: getattr(self, field.name)[mask] for field in fields(self)})

    def accept(self, mask: npt.NDArray[np.bool_], trial: Point, length: Floats) -> None:
        """Move the runs of the mask to the trial points."""
        self.theta[mask] = trial.theta[mask]
        self.value[mask] = trial.value[mask]
        self.gradient[mask] = trial.gradient[mask]
        self.hessian[mask] = trial.hessian[mask]
        self.last_step[mask] = length[mask]
        self.rejected = np.where(mask, 0, self.rejected + 1)

    def checkpoint(self, count: int) -> None:
        """Note the present points in the trail."""
        if count % TRAIL_EVERY == 0:
            self.trail[:, (count // TRAIL_EVERY) % TRAIL] = self.theta

    def __len__(self) -> int:
        return len(self.rows)


class Register:
    """The ends of n runs, filled as they finish."""

    def __init__(self, starts: Floats) -> None:
        n = len(starts)
        self.points, self.values = starts.copy(), np.full(n, np.inf)
        self.states = np.full(n, int(State.ESCAPING))
        self.rules = np.full(n, int(Rule.FAR))
        self.iterations = np.zeros(n, dtype=np.int64)
        self.newton_steps = np.full(n, np.inf)
        self.last_steps = np.full(n, np.inf)
        self.trail = np.repeat(starts[:, None], TRAIL, axis=1)

    def record(self, walk: Walk, rules: npt.NDArray[np.int64], newton: Floats, count: int) -> None:
        """Runs that end with the rules given, (n,)."""
        rows = walk.rows
        self.points[rows], self.values[rows] = walk.theta, walk.value
        self.rules[rows], self.newton_steps[rows] = rules, newton
        self.iterations[rows], self.last_steps[rows] = count, walk.last_step
        # From the ring to the order of time: the slot after the last one written is the oldest.
        order = (np.arange(TRAIL) + count // TRAIL_EVERY + 1) % TRAIL
        trail = walk.trail[:, order]
        trail = np.concatenate([trail[:, 1:], walk.theta[:, None]], axis=1)
        self.trail[rows] = trail

    def ends(self, gradient_norms: Floats, at_kink: npt.NDArray[np.bool_]) -> Ends:
        """All ends."""
        self.trail[:, -1] = self.points
        return Ends(
            points=self.points,
            values=self.values,
            gradient_norms=gradient_norms,
            newton_steps=self.newton_steps,
            states=self.states,
            rules=self.rules,
            iterations=self.iterations,
            at_kink=at_kink,
            trail=self.trail,
        )
