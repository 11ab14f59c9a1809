"""Descent for many parameters: trust regions by conjugate gradients, without Hessians."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Ends, Floats, Rule, State
from pgb.search.descent.finish import cancels, near_kinks
from pgb.search.descent.products import Product, entries_per_run, hessian_products
from pgb.search.descent.saturation import saturated
from pgb.search.descent.walk import TRAIL, TRAIL_EVERY
from pgb.search.scales import magnitude_ranges, typical_magnitudes

_AR = Float64()
_EPS = float(np.finfo(np.float64).eps)
_BATCH_ENTRIES = 1 << 22
_MOST_PRODUCTS = 400
_STEP_TOLERANCE = 1e-8
_SMALLEST_RADIUS = 1e-13
_MOST_REJECTED = 40
_FAR = 1e6
_WINDOW = 8


class Steps(NamedTuple):
    """Steps in units of the sizes of the parameters, (n, p), and what is known about them."""

    step: Floats
    predicted: Floats
    #: Neither the boundary nor negative curvature was met: (an approximation of) the Newton step.
    inside: npt.NDArray[np.bool_]


@np.errstate(all="ignore")
def minimize(objective: Objective, starts: Floats, iterations: int) -> Ends:
    """The ends of descents from starts (n, p), a few at a time."""
    many = max(1, _BATCH_ENTRIES // entries_per_run(objective))
    parts = [
        _minimize(objective, starts[cut : cut + many], iterations)
        for cut in range(0, max(1, len(starts)), many)
    ]
    return Ends.joined(parts)


def _minimize(objective: Objective, starts: Floats, iterations: int) -> Ends:
    run = _Run(objective, starts)
    for count in range(1, iterations + 1):
        active = np.flatnonzero(run.rules < 0)
        if not len(active):
            break
        run.iterate(active, count)
    return run.ends()


class _Run:
    def __init__(self, objective: Objective, starts: Floats) -> None:
        n = len(starts)
        self.objective, self.theta = objective, starts.copy()
        self.typical = typical_magnitudes(objective)
        self.reach = np.maximum(self.typical, magnitude_ranges(objective)[1])
        self.value = objective.value(_AR, starts)
        self.gradient = objective.gradient(_AR, starts)
        self.radius, self.newton = np.ones(n), np.full(n, np.inf)
        self.rejected = np.zeros(n, dtype=np.int64)
        self.age = np.zeros(n, dtype=np.int64)
        self.rules = np.where(np.isfinite(self.value), -1, int(Rule.FAR))
        self.old, self.old_value = starts.copy(), self.value.copy()
        self.trail = np.repeat(starts[:, None], TRAIL, axis=1)

    def iterate(self, active: npt.NDArray[np.intp], count: int) -> None:
        """One trust-region step of the active runs."""
        theta, value, slope = self.theta[active], self.value[active], self.gradient[active]
        scale = np.maximum(np.abs(theta), self.typical)
        product = hessian_products(self.objective, theta)
        found = steihaug(lambda v: scale * product(scale * v), scale * slope, self.radius[active])
        trial = theta + scale * found.step
        v, g = self.objective.value(_AR, trial), self.objective.gradient(_AR, trial)
        finite = np.isfinite(v) & np.all(np.isfinite(g), axis=-1)
        fall = np.where(finite, value - v, -np.inf)
        ratio = fall / np.maximum(found.predicted, 1e-300)
        noise = 8 * _EPS * np.abs(value) + 1e-300
        before, after = np.linalg.norm(scale * slope, axis=-1), np.linalg.norm(scale * g, axis=-1)
        unsure = finite & (np.abs(fall) <= noise) & (found.predicted <= 100 * noise)
        quieter = unsure & (after < before)
        accepted = (finite & (ratio > 1e-4) & (fall >= 0) & ~unsure) | quieter
        ratio = np.where(quieter, 1.0, ratio)
        length = np.linalg.norm(found.step, axis=-1)
        newton = np.where(found.inside, np.max(np.abs(found.step), axis=-1), np.inf)
        self.newton[active] = newton
        moved = active[accepted]
        self.theta[moved], self.value[moved] = trial[accepted], v[accepted]
        self.gradient[moved] = g[accepted]
        self.rejected[active] = np.where(accepted, 0, self.rejected[active] + 1)
        self.radius[active] = np.where(
            ratio > 0.75,
            np.maximum(self.radius[active], 2.5 * length),
            np.where(
                ratio < 0.25, 0.3 * np.minimum(length, self.radius[active]), self.radius[active]
            ),
        )
        self.age[active] += 1
        arrived = (newton <= _STEP_TOLERANCE) & ~accepted  # the gradient is at its rounding level
        arrived |= before == 0
        self.rules[active[arrived]] = int(Rule.REGULAR)
        self._stop(active, count)

    def _stop(self, active: npt.NDArray[np.intp], count: int) -> None:
        if count % TRAIL_EVERY == 0:
            self.trail[active] = np.concatenate(
                [self.trail[active, 1:], self.theta[active][:, None]], axis=1
            )
        stuck = (self.radius < _SMALLEST_RADIUS) | (self.rejected >= _MOST_REJECTED)
        self.rules[stuck & (self.rules < 0)] = int(Rule.NO_PROGRESS)
        size = np.max(np.abs(self.theta) / self.reach, axis=-1)
        self.rules[(size > _FAR) & (self.rules < 0)] = int(Rule.FAR)
        if count % _WINDOW:
            return
        unit = np.maximum(np.abs(self.old), self.typical)
        moved = np.max(np.abs(self.theta - self.old) / unit, axis=-1)
        old_size = np.max(np.abs(self.old) / self.reach, axis=-1)
        little = self.old_value - self.value <= 1e-6 * np.abs(self.value)
        valley = little & (moved > 0.05) & (size > 1.05 * old_size) & (size > 3)
        self.rules[valley & (self.rules < 0)] = int(Rule.VALLEY)
        self.old, self.old_value = self.theta.copy(), self.value.copy()

    def ends(self) -> Ends:
        """States of all runs."""
        rules = np.where(self.rules < 0, int(Rule.BUDGET), self.rules)
        places = np.flatnonzero(rules == int(Rule.REGULAR))
        x = self.objective.samples(_AR).x
        genuine = cancels(self.objective, self.theta[places], self.gradient[places])
        genuine &= ~saturated(self.objective.model, self.theta[places], x)
        rules[places[~genuine]] = int(Rule.SATURATED)
        at_kink = near_kinks(self.objective, self.theta)
        escaping = np.isin(rules, [int(Rule.VALLEY), int(Rule.FAR), int(Rule.SATURATED)])
        rules[at_kink & ~escaping] = int(Rule.KINK)
        states = np.full(len(rules), int(State.EXHAUSTED))
        states[rules == int(Rule.REGULAR)] = int(State.CONVERGED)
        states[escaping] = int(State.ESCAPING)
        self.trail[:, -1] = self.theta
        return Ends(
            points=self.theta,
            values=self.value,
            gradient_norms=np.linalg.norm(self.gradient, axis=-1),
            newton_steps=self.newton,
            states=states,
            rules=rules,
            iterations=self.age,
            at_kink=at_kink,
            trail=self.trail,
        )


def steihaug(product: Product, gradient: Floats, radius: Floats) -> Steps:
    """Approximate minimizers of the quadratic models within the radii, (n, p).

    Source: T. Steihaug, "The conjugate gradient method and trust regions in large scale
    optimization", 1983. All n systems advance together.
    """
    n, p = gradient.shape
    step, residual = np.zeros((n, p)), gradient.copy()
    direction = -residual
    size = np.linalg.norm(gradient, axis=-1)
    goal = size * np.minimum(0.1, np.sqrt(size / np.maximum(np.max(size, initial=0.0), 1e-300)))
    goal = np.minimum(goal, np.maximum(1e-13 * size, np.minimum(0.1, size) * size))
    square = np.sum(residual * residual, axis=-1)
    going = square > 0
    inside = np.ones(n, dtype=bool)
    for _ in range(min(_MOST_PRODUCTS, 2 * p)):
        if not np.any(going):
            break
        bent = product(direction)
        curvature = np.sum(direction * bent, axis=-1)
        length = square / curvature
        trial = step + length[:, None] * direction
        out = going & (
            (curvature <= 1e-16 * np.sum(direction * direction, axis=-1))
            | ~(np.linalg.norm(trial, axis=-1) < radius)
        )
        to_edge = _to_edge(step, direction, radius)
        step = np.where(out[:, None], step + to_edge[:, None] * direction, step)
        inside &= ~out
        going &= ~out
        step = np.where(going[:, None], trial, step)
        residual = np.where(going[:, None], residual + length[:, None] * bent, residual)
        new = np.sum(residual * residual, axis=-1)
        going &= np.sqrt(new) > goal
        direction = np.where(
            going[:, None], -residual + (new / square)[:, None] * direction, direction
        )
        square = np.where(going, new, square)
    bent = product(step)
    predicted = -np.sum(step * (gradient + bent / 2), axis=-1)
    return Steps(step, predicted, inside)


def _to_edge(step: Floats, direction: Floats, radius: Floats) -> Floats:
    """The t > 0 at which step + t direction has the norm ``radius``."""
    a = np.maximum(np.sum(direction * direction, axis=-1), 1e-300)
    b = np.sum(step * direction, axis=-1)
    c = np.sum(step * step, axis=-1) - radius * radius
    return (-b + np.sqrt(np.maximum(b * b - a * c, 0))) / a
