"""Dense trust-region Newton for a batch of runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.balance import Balance
from pgb.search.descent.ends import Ends, Floats, Rule
from pgb.search.descent.finish import finished
from pgb.search.descent.projection import Place, Projection
from pgb.search.descent.steps import (
    NULL,
    Spectrum,
    downhill,
    in_coordinates,
    spectrum,
    to_stationary,
)
from pgb.search.descent.walk import Counts, Indices, Register, Walk
from pgb.search.scales import magnitude_ranges, typical_magnitudes

Mask = npt.NDArray[np.bool_]

_EPS = float(np.finfo(np.float64).eps)
_STEP_TOLERANCE = 1e-8
_MOST_REJECTED = 40
_RESTS = 3
_GREATEST_RADIUS, _SMALLEST_RADIUS = 1e3, 1e-13
# A rejected step is shortened to the least point of a parabola, but not to less or more than this.
_LEAST_CUT, _MOST_CUT = 0.05, 0.5
# Every so many iterations runs that move far without progress are taken out.
_WINDOW = 8
_LARGE, _FAR, _BEYOND = 1e3, 1e4, 1e8
_CREEPING, _SLOW, _KEPT = 1e-3, 0.05, 0.999
_MOVING = 3e-3
_GROWN, _MOST_IDLE = 30.0, 6
# A gradient that keeps more than this part of its norm over a window has met a local minimum of it.
_STALLED = 0.5
# Steps downhill before stationary points of any index are sought, and the first radius then.
_DOWNHILL_FIRST, _RADIUS_FLAT = 3, 0.5


class Trial(NamedTuple):
    """The outcome of one step of every run.

    Attributes:
        taken: places of the runs that move.
        there: where they move to, with the sizes of the parameters and the spectra there.
        length: (n,) of all proposed steps.
        ratio: (n,) of actual to predicted decrease.
        slope: (n,) predicted rate of change of what decreases along the step.
    """

    taken: Indices
    there: tuple[Floats, Floats, Floats, Spectrum]
    length: Floats
    ratio: Floats
    cut: Floats


class Solver:
    """One objective, with what stays the same over all starts."""

    def __init__(self, objective: Objective, seek: str, capacity: int) -> None:
        self.objective, self.downhill, self.capacity = objective, seek == "minimum", capacity
        self.projection = Projection(objective)
        self.typical = typical_magnitudes(objective)
        self.reach = np.maximum(self.typical, magnitude_ranges(objective)[1])
        self.balance = Balance(objective, self.reach)
        at_zero = abs(float(objective.value(Float64(), np.zeros(objective.size))))
        self.reference = at_zero if np.isfinite(at_zero) else 0.0

    @np.errstate(all="ignore")
    def run(self, starts: Floats, iterations: int) -> Ends:
        """The ends of runs from starts (n, p), of which ``capacity`` are under way at a time."""
        register, waiting = Register(starts), min(len(starts), self.capacity)
        walk = self.begin(starts, range(waiting))
        while len(walk) or waiting < len(starts):
            if len(walk) <= self.capacity // 2 and waiting < len(starts):
                new = range(waiting, min(len(starts), waiting + self.capacity - len(walk)))
                walk, waiting = Walk.joined([walk, self.begin(starts, new)]), new.stop
            rules = self.iterate(walk)
            rules = np.where((rules < 0) & (walk.age >= iterations), int(Rule.BUDGET), rules)
            over = rules >= 0
            if np.any(over):
                register.record(walk.kept(over), rules[over])
                walk = walk.kept(~over)
        return finished(self.objective, self.typical, register)

    def begin(self, starts: Floats, chosen: range) -> Walk:
        """Runs at some of the starts, without those that overflow there."""
        place = self.projection.place(starts[chosen.start : chosen.stop].copy())
        rows = np.arange(chosen.start, chosen.stop)
        places = np.flatnonzero(np.isfinite(place.value))
        theta, value, scale, at = self.settle(place.kept(places))
        walk = Walk.begin(rows[places], theta, value, scale, at, 1.0)
        if not self.downhill:  # few stationary points lie as high as starts do
            for _ in range(_DOWNHILL_FIRST):
                trial = self.propose_down(walk)
                walk.move(trial.taken, *trial.there)
            walk.radius[:] = _RADIUS_FLAT
        return walk

    def settle(self, place: Place) -> tuple[Floats, Floats, Floats, Spectrum]:
        """Points and values, with the sizes of the parameters and the spectra in these units."""
        scale = self.scale(place.theta)
        at = _scaled(*self.projection.derivatives(place), scale)
        return place.theta, place.value, scale, at

    def scale(self, theta: Floats) -> Floats:
        """The sizes of the followed parameters, (n, k)."""
        rest = self.projection.rest
        return np.maximum(np.abs(theta[:, rest]), self.typical[rest])

    def iterate(self, walk: Walk) -> Counts:
        """One step of every run; the rules of the runs that are over, -1 elsewhere."""
        arrived = self.stationary(walk)
        trial = self.propose_down(walk) if self.downhill else self.propose_flat(walk)
        walk.age += 1
        walk.rejected += 1
        walk.rejected[trial.taken] = 0
        walk.last_step[trial.taken] = trial.length[trial.taken]
        self.resize(walk, trial)
        stays = arrived[trial.taken] >= 0
        if np.any(stays):  # a run that has arrived is left where it is
            keep = ~stays
            theta, value, scale, at = trial.there
            there = theta[keep], value[keep], scale[keep], Spectrum(*(each[keep] for each in at))
            walk.move(trial.taken[keep], *there)
        else:
            walk.move(trial.taken, *trial.there)
        walk.checkpoint()
        rules = np.where(arrived < 0, self.stopped(walk), arrived)
        due = walk.age % _WINDOW == 0
        if np.any(due):
            rules = np.where((rules < 0) & due, self.escaped(walk, due), rules)
        return rules

    def stationary(self, walk: Walk) -> Counts:
        """Rules of the runs that have arrived at a stationary point, -1 elsewhere."""
        small = walk.newton <= _STEP_TOLERANCE
        rules = np.full(len(walk), -1)
        if not np.any(small):
            walk.resting[:] = 0
            return rules
        singular = np.min(np.abs(walk.values), axis=-1) <= NULL * walk.top
        level = 1e-13 * (walk.top + np.abs(walk.value))
        resting = small & singular & (walk.null_slope <= level)
        walk.resting = np.where(resting, walk.resting + 1, 0)
        rules[small & ~singular] = int(Rule.REGULAR)
        null = (walk.resting >= _RESTS) | (resting & (walk.null_slope == 0))
        rules[null] = int(Rule.NULL_DIRECTIONS)
        return rules

    def propose_down(self, walk: Walk) -> Trial:
        """A step that lowers the value."""
        step, predicted = downhill(walk.spectrum, walk.radius)
        length = np.sqrt(np.sum(step * step, axis=-1))
        place = self.projection.place(self._moved(walk, step))
        fall = walk.value - place.value
        ratio = fall / np.maximum(predicted, 1e-300)
        size = np.abs(walk.value)
        noise = 4 * _EPS * (size + np.sqrt(size * walk.top) + 4 * _EPS * walk.top)
        accepted = (ratio > 1e-4) & (fall >= 0)
        unsure = ~accepted & (np.abs(fall) <= 4 * noise) & (predicted <= 100 * noise)
        taken = np.flatnonzero(accepted | unsure)
        there = self.settle(place.kept(taken))
        if np.any(unsure):  # values are rounding here: the gradient decides
            old = np.sum(walk.slopes[taken] ** 2, axis=-1)
            quieter = np.sum(there[3].slopes ** 2, axis=-1) < old
            keep = accepted[taken] | quieter
            ratio[taken[unsure[taken] & quieter]] = 1.0
            taken = taken[keep]
            theta, value, scale, at = there
            there = theta[keep], value[keep], scale[keep], Spectrum(*(each[keep] for each in at))
        slope = -np.sum(step * walk.slopes, axis=-1)
        return Trial(taken, there, length, ratio, slope / (2 * (slope - fall)))

    def propose_flat(self, walk: Walk) -> Trial:
        """A step that shortens the gradient."""
        step, predicted = to_stationary(walk.spectrum, walk.radius)
        length = np.sqrt(np.sum(step * step, axis=-1))
        place = self.projection.place(self._moved(walk, step))
        gradient, hessian, diagonal = self.projection.derivatives(place)
        before = np.sum(walk.slopes**2, axis=-1)
        after = np.sum((gradient * walk.scale) ** 2, axis=-1)  # in the units of before
        ratio = (before - after) / np.maximum(before - predicted, 1e-300)
        ratio = np.where(np.isfinite(after) & np.isfinite(place.value), ratio, -1)
        taken = np.flatnonzero(ratio > 1e-4)
        scale = self.scale(place.theta[taken])
        at = _scaled(gradient[taken], hessian[taken], diagonal[taken], scale)
        there = place.theta[taken], place.value[taken], scale, at
        return Trial(taken, there, length, ratio, np.full(len(walk), 0.3))

    def _moved(self, walk: Walk, step: Floats) -> Floats:
        theta = walk.theta.copy()
        theta[:, self.projection.rest] += walk.scale * in_coordinates(walk.vectors, step)
        return self.balance.restored(theta) if self.downhill else theta

    def resize(self, walk: Walk, trial: Trial) -> None:
        """The trust-region radii after a step."""
        longer = np.minimum(np.maximum(walk.radius, 2.5 * trial.length), _GREATEST_RADIUS)
        cut = np.where(np.isfinite(trial.cut), trial.cut, 0)
        shorter = np.minimum(trial.length, walk.radius) * np.clip(cut, _LEAST_CUT, _MOST_CUT)
        walk.radius = np.where(
            trial.ratio > 0.75, longer, np.where(trial.ratio < 0.25, shorter, walk.radius)
        )

    def stopped(self, walk: Walk) -> Counts:
        """Rules of the runs that cannot go on, -1 elsewhere."""
        stuck = (walk.rejected >= _MOST_REJECTED) | (walk.radius < _SMALLEST_RADIUS)
        rules = np.where(stuck, int(Rule.NO_PROGRESS), -1)
        beyond = np.max(np.abs(walk.theta) / self.reach, axis=-1) > _BEYOND
        return np.where(beyond, int(Rule.FAR), rules)

    def escaped(self, walk: Walk, due: Mask) -> Counts:
        """Rules of the runs that grow without progress since the last look, -1 elsewhere."""
        size = np.max(np.abs(walk.theta) / self.reach, axis=-1)
        rules = np.full(len(walk), -1)
        if self.downhill:
            unit = np.maximum(np.abs(walk.old), self.typical)
            moved = np.max(np.abs(walk.theta - walk.old) / unit, axis=-1)
            progress = walk.old_value - walk.value
            reference = np.maximum(np.abs(walk.first_value), self.reference)
            little = progress <= 1e-6 * np.abs(walk.value) + 1e-12 * reference
            grown = (size > 1.05 * walk.old_size) & (size > 3)
            moving = (moved > 0.05) & (walk.last_step > _MOVING)
            rules[little & moving & grown] = int(Rule.VALLEY)
            slow = progress <= _SLOW * np.abs(walk.value)
            creeping = (progress <= _CREEPING * np.abs(walk.value)) & (size > _KEPT * walk.old_size)
            idle = (creeping | little) & (size > walk.old_size) & (size > _GROWN)
            walk.idle[due] = np.where(idle, walk.idle + 1, 0)[due]
            rules[walk.idle >= _MOST_IDLE] = int(Rule.VALLEY)
            lasting = (walk.old_size > _FAR) & (size > _KEPT * walk.old_size)
            far = ((size > _LARGE) & creeping) | ((size > _FAR) & slow & lasting)
            rules[far] = int(Rule.FAR)
        else:
            rules[size > _FAR] = int(Rule.FAR)
            norm = np.sqrt(np.sum(walk.slopes**2, axis=-1))
            spurious = (norm > _STALLED * walk.old_value) & (walk.age > _WINDOW)
            rules[spurious] = int(Rule.SPURIOUS)
            walk.old_value[due] = norm[due]
            walk.old[due], walk.old_size[due] = walk.theta[due], size[due]
            return rules
        walk.old[due] = walk.theta[due]
        walk.old_value[due], walk.old_size[due] = walk.value[due], size[due]
        return rules


def _scaled(gradient: Floats, hessian: Floats, diagonal: Floats, scale: Floats) -> Spectrum:
    """The spectrum in units of the sizes of the parameters."""
    size = np.max(diagonal * scale * scale, axis=-1)
    return spectrum(gradient * scale, hessian * (scale[:, :, None] * scale[:, None, :]), size)
