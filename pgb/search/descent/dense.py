"""Dense trust-region Newton for a portion of starts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgb.problems import Objective
from pgb.search.descent.ends import Ends, Floats, Rule
from pgb.search.descent.finish import finished
from pgb.search.descent.projection import Point, Projection
from pgb.search.descent.steps import (
    NULL,
    Spectrum,
    downhill,
    in_coordinates,
    spectrum,
    to_stationary,
)
from pgb.search.descent.walk import Register, Walk
from pgb.search.scales import magnitude_ranges, typical_magnitudes

Mask = npt.NDArray[np.bool_]

_EPS = float(np.finfo(np.float64).eps)
_STEP_TOLERANCE = 1e-8
_MOST_REJECTED = 40
_RESTS = 3
_GREATEST_RADIUS = 1e3
_SMALLEST_RADIUS = 1e-13
# Every so many iterations runs that move far without progress are taken out.
_WINDOW = 8
_FAR, _BEYOND = 1e4, 1e8


class Trial(NamedTuple):
    """A proposed step of every run: where it leads, how long it is, and whether to take it."""

    point: Point
    length: Floats
    accepted: Mask
    ratio: Floats


class Solver:
    """One objective, with what stays the same over all portions of starts."""

    def __init__(self, objective: Objective, seek: str) -> None:
        self.objective, self.downhill = objective, seek == "minimum"
        self.projection = Projection(objective)
        self.typical = typical_magnitudes(objective)
        self.reach = np.maximum(self.typical, magnitude_ranges(objective)[1])
        self.own = self.typical[self.projection.rest]

    @np.errstate(all="ignore")
    def run(self, starts: Floats, iterations: int) -> Ends:
        """The ends of runs from starts (n, p)."""
        register = Register(starts)
        walk = Walk.begin(self.projection.evaluate(starts), 1.0 if self.downhill else 0.5)
        for count in range(1, iterations + 1):
            if not len(walk):
                break
            at, scale = self.spectrum(walk)
            rules = self.stationary(walk, at)
            trial = self.propose(walk, at, scale)
            walk.accept(trial.accepted & (rules < 0), trial.point, trial.length)
            self.resize(walk, trial)
            walk.checkpoint(count)
            rules = np.where(rules < 0, self.stopped(walk), rules)
            if count % _WINDOW == 0:
                rules = np.where(rules < 0, self.escaped(walk), rules)
            if count == iterations:
                rules = np.where(rules < 0, int(Rule.BUDGET), rules)
            over = rules >= 0
            if np.any(over):
                register.record(walk.kept(over), rules[over], at.newton[over], count)
                walk = walk.kept(~over)
        return finished(self.objective, self.typical, register, self.downhill)

    def spectrum(self, walk: Walk) -> tuple[Spectrum, Floats]:
        """The reduced Hessians, scaled by the sizes of the parameters, and these sizes (n, k)."""
        gradient, hessian = self.projection.reduced(walk.gradient, walk.hessian)
        scale = np.maximum(np.abs(walk.theta[:, self.projection.rest]), self.own)
        scaled = hessian * (scale[:, :, None] * scale[:, None, :])
        bad = ~np.isfinite(np.sum(scaled, axis=(-1, -2)))
        if np.any(bad):
            scaled[bad] = 0
            gradient = np.where(bad[:, None], 0, gradient)
        return spectrum(gradient * scale, scaled), scale

    def stationary(self, walk: Walk, at: Spectrum) -> npt.NDArray[np.int64]:
        """Rules of the runs that have arrived at a stationary point, -1 elsewhere."""
        small = at.newton <= _STEP_TOLERANCE
        singular = np.min(np.abs(at.values), axis=-1) <= NULL * at.top
        level = 1e-13 * (at.top + np.abs(walk.value))
        resting = small & singular & (at.null_slope <= level)
        walk.resting = np.where(resting, walk.resting + 1, 0)
        rules = np.full(len(walk), -1)
        rules[small & ~singular] = int(Rule.REGULAR)
        rules[(walk.resting >= _RESTS) | (resting & (at.null_slope == 0))] = int(
            Rule.NULL_DIRECTIONS
        )
        return rules

    def propose(self, walk: Walk, at: Spectrum, scale: Floats) -> Trial:
        """Evaluate one step of every run."""
        make = downhill if self.downhill else to_stationary
        coefficients, predicted = make(at, walk.radius)
        length = np.sqrt(np.sum(coefficients * coefficients, axis=-1))
        theta = walk.theta.copy()
        theta[:, self.projection.rest] += scale * in_coordinates(at.vectors, coefficients)
        point = self.projection.evaluate(theta)
        finite = np.isfinite(point.value)
        if self.downhill:
            fall = walk.value - point.value
            ratio = np.where(finite, fall / np.maximum(predicted, 1e-300), -1)
            noise = 4 * _EPS * np.abs(walk.value) + 1e-300
            accepted = finite & (ratio > 1e-4) & (fall >= 0)
            unsure = finite & ~accepted & (np.abs(fall) <= 4 * noise) & (predicted <= 100 * noise)
            if np.any(unsure):
                new = self.slope_norm(point, scale)
                old = np.sqrt(np.sum(at.slopes * at.slopes, axis=-1))
                quieter = unsure & (new < old)
                accepted |= quieter
                ratio = np.where(quieter, 1.0, ratio)
            return Trial(point, length, accepted, ratio)
        before = np.sum(at.slopes * at.slopes, axis=-1)
        after = self.slope_norm(point, scale) ** 2
        ratio = (before - after) / np.maximum(before - predicted, 1e-300)
        ratio = np.where(finite & np.isfinite(after), ratio, -1)
        return Trial(point, length, ratio > 1e-4, ratio)

    def slope_norm(self, point: Point, scale: Floats) -> Floats:
        """Norms of the reduced gradients at a trial point."""
        gradient, _ = self.projection.reduced(point.gradient, point.hessian)
        return np.sqrt(np.sum((gradient * scale) ** 2, axis=-1))

    def resize(self, walk: Walk, trial: Trial) -> None:
        """The trust-region radii after a step."""
        longer = np.minimum(np.maximum(walk.radius, 2.5 * trial.length), _GREATEST_RADIUS)
        shorter = np.minimum(0.3 * trial.length, 0.3 * walk.radius)
        walk.radius = np.where(
            trial.ratio > 0.75, longer, np.where(trial.ratio < 0.25, shorter, walk.radius)
        )

    def stopped(self, walk: Walk) -> npt.NDArray[np.int64]:
        """Rules of the runs that cannot go on, -1 elsewhere."""
        stuck = (walk.rejected >= _MOST_REJECTED) | (walk.radius < _SMALLEST_RADIUS)
        rules = np.where(stuck, int(Rule.NO_PROGRESS), -1)
        beyond = np.max(np.abs(walk.theta) / self.reach, axis=-1) > _BEYOND
        return np.where(beyond, int(Rule.FAR), rules)

    def escaped(self, walk: Walk) -> npt.NDArray[np.int64]:
        """Rules of the runs that grow without progress since the last look, -1 elsewhere."""
        size = np.max(np.abs(walk.theta) / self.reach, axis=-1)
        moved = np.max(
            np.abs(walk.theta - walk.old) / np.maximum(np.abs(walk.old), self.typical), axis=-1
        )
        progress = walk.old_value - walk.value
        rules = np.full(len(walk), -1)
        if self.downhill:
            little = progress <= 1e-6 * np.abs(walk.value) + 1e-12 * np.abs(walk.first_value)
            valley = little & (moved > 0.05) & (size > 1.05 * walk.old_size) & (size > 3)
            rules[valley] = int(Rule.VALLEY)
            slow = progress <= 0.1 * np.abs(walk.value)
        else:
            slow = np.ones(len(walk), dtype=bool)
        rules[(size > _FAR) & slow & (size > 1.5 * walk.old_size)] = int(Rule.FAR)
        walk.old, walk.old_value, walk.old_size = walk.theta.copy(), walk.value.copy(), size
        return rules
