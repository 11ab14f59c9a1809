"""The runs still under way, and the ends of those that are over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from pgb.search.descent.ends import Ends, Floats, Rule, State
from pgb.search.descent.steps import Spectrum

Indices = npt.NDArray[np.intp]
Counts = npt.NDArray[np.int64]

#: Checkpoints kept of every run, and iterations between them.
TRAIL, TRAIL_EVERY = 6, 4


@dataclass
class Walk:
    """Runs under way: their places ``rows`` among the starts, and where each of them is."""

    rows: Indices
    theta: Floats
    value: Floats
    #: Sizes of the followed parameters, (n, k): the spectrum is in these units.
    scale: Floats
    values: Floats
    vectors: Floats
    slopes: Floats
    top: Floats
    newton: Floats
    null_slope: Floats
    radius: Floats
    #: Length of the last accepted step in units of ``scale``.
    last_step: Floats
    age: Counts
    #: Rejected steps in a row.
    rejected: Counts
    #: Iterations in a row that looked like a stationary point with null directions.
    resting: Counts
    #: Looks for escapes in a row at which the run was growing with little progress.
    idle: Counts
    #: Where the run was at the last look for escapes, with value and size of the parameters.
    old: Floats
    old_value: Floats
    old_size: Floats
    first_value: Floats
    trail: Floats

    @staticmethod
    def begin(
        rows: Indices, theta: Floats, value: Floats, scale: Floats, at: Spectrum, radius: float
    ) -> Walk:
        """Runs at their first points."""
        n = len(rows)
        return Walk(
            rows=rows,
            theta=theta,
            value=value,
            scale=scale,
            **at._asdict(),
            radius=np.full(n, radius),
            last_step=np.full(n, np.inf),
            age=np.zeros(n, dtype=np.int64),
            rejected=np.zeros(n, dtype=np.int64),
            resting=np.zeros(n, dtype=np.int64),
            idle=np.zeros(n, dtype=np.int64),
            old=theta.copy(),
            old_value=value.copy(),
            old_size=np.full(n, np.inf),
            first_value=value.copy(),
            trail=np.repeat(theta[:, None], TRAIL, axis=1),
        )

    def kept(self, mask: npt.NDArray[np.bool_]) -> Walk:
        """The runs of a mask."""
        places = np.flatnonzero(mask)
        return Walk(**{f.name: getattr(self, f.name)[places] for f in fields(self)})

    @staticmethod
    def joined(walks: Sequence[Walk]) -> Walk:
        """Several groups of runs in one."""
        return Walk(
            **{f.name: np.concatenate([getattr(w, f.name) for w in walks]) for f in fields(Walk)}
        )

    @property
    def spectrum(self) -> Spectrum:
        """The spectra of all runs."""
        return Spectrum(
            self.values, self.vectors, self.slopes, self.top, self.newton, self.null_slope
        )

    def move(
        self, places: Indices, theta: Floats, value: Floats, scale: Floats, at: Spectrum
    ) -> None:
        """Put the runs at ``places`` somewhere else."""
        self.theta[places], self.value[places], self.scale[places] = theta, value, scale
        for name, entries in at._asdict().items():
            getattr(self, name)[places] = entries

    def checkpoint(self) -> None:
        """Note the present points in the trail, a ring with the place given by the age."""
        due = np.flatnonzero(self.age % TRAIL_EVERY == 0)
        self.trail[due, (self.age[due] // TRAIL_EVERY) % TRAIL] = self.theta[due]

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

    def record(self, walk: Walk, rules: Counts) -> None:
        """Runs that end by the rules given, (n,)."""
        rows = walk.rows
        self.points[rows], self.values[rows] = walk.theta, walk.value
        self.rules[rows], self.newton_steps[rows] = rules, walk.newton
        self.iterations[rows], self.last_steps[rows] = walk.age, walk.last_step
        # From the ring to the order of time: the place after the last one written is the oldest.
        order = (np.arange(1, TRAIL + 1) + walk.age[:, None] // TRAIL_EVERY) % TRAIL
        trail = np.take_along_axis(walk.trail, order[:, :, None], axis=1)
        self.trail[rows] = np.concatenate([trail[:, 1:], walk.theta[:, None]], axis=1)

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
