"""Descent along kinks: where switches are 0 the objective is smooth on their common zero set.

Runs of a smooth method stop at the first kink to which the slopes on both sides lead. From there
Newton's method goes on within the kink, meets further ones, and leaves a kink whose sides are not
both uphill. What remains is stationary along its kinks and increases away from each of them.

Source: R. Mifflin and C. Sagastizabal, "A VU-algorithm for convex minimization", 2005, for the
splitting of space; here the kinks are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields as fields_of
from enum import Enum
from typing import Protocol

import numpy as np

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Ends, Floats, Rule, State
from pgb.search.descent.steps import Spectrum, downhill, in_coordinates, spectrum

_AR = Float64()
# Switches this small, relative to what the sizes of the parameters make of them, are taken for 0.
_ACTIVE = 1e-8
# Cosine of the angle between two kinks that are one.
_PARALLEL = 1 - 1e-10
_STEPS, _CORRECTIONS = 120, 3
# Steps of central differences, exact for switches that are affine in each parameter.
_DIFFERENCE = 1e-4
_NEWTON, _STILL = 1e-9, 1e-12
# Slopes away from a kink: where they are taken, and the least ones, relative to the largest term.
_ASIDE, _UPHILL = 1e-7, 1e-6
_SMALLEST_RADIUS = 1e-12
# Distance from a kink at which the objective is that of one side.
_SIDE = 1e-12
# Jumps of slopes that count as none, relative to the largest slope.
_NO_JUMP = 1e-9


_STOPPED = (int(Rule.KINK), int(Rule.NO_PROGRESS))
# Times that a run may leave its kinks and come to others.
_ROUNDS = 3


class Fate(Enum):
    """What became of a run at a kink."""

    MINIMAL = "stationary along its kinks, uphill away from each of them"
    RELEASED = "on a smooth piece with lower values"
    UNKNOWN = "neither within the budget, or the kinks do not cross transversally"


@dataclass(frozen=True)
class Frame:
    """Splitting of space at a point (p,), in units of the sizes of the parameters.

    Attributes:
        unit: (p,) these sizes.
        tangent: (p, p - a) orthonormal directions along the a kinks.
        normal: (p, a) directions across one kink each, along the others.
    """

    unit: Floats
    tangent: Floats
    normal: Floats


class Kinks:
    """The kinks of one objective, and descents along them."""

    def __init__(self, objective: Objective, typical: Floats) -> None:
        self.objective, self.typical = objective, typical

    def switches(self, theta: Floats) -> Floats:
        """(n, k) quantities at whose zeros the gradient jumps, for theta (n, p)."""
        blocks = [
            np.asarray(each.values).reshape(len(theta), -1)
            for each in self.objective.switches(_AR, theta)
            if each.order == 1
        ]
        return np.concatenate([np.zeros((len(theta), 0)), *blocks], axis=1)

    def slopes(self, theta: Floats) -> tuple[Floats, Floats]:
        """Units (p,) at a point (p,), and derivatives (k, p) of the switches in them."""
        unit = np.maximum(np.abs(theta), self.typical)
        return unit, self.slopes_in(theta[None], unit)[0]

    def slopes_in(self, theta: Floats, unit: Floats) -> Floats:
        """Derivatives (n, k, p) of the switches at points (n, p), in given units (p,)."""
        steps, p = _DIFFERENCE * np.diag(unit), len(unit)
        moved = np.concatenate([theta[:, None] + steps, theta[:, None] - steps])
        values = self.switches(moved.reshape(-1, p)).reshape(*moved.shape[:2], -1)
        ahead, behind = np.split(values, 2)
        slopes: Floats = (ahead - behind).swapaxes(1, 2) / (2 * _DIFFERENCE)
        return slopes

    def active(self, theta: Floats) -> list[int]:
        """The switches that are 0 at a point (p,), one of those that are 0 together."""
        _, slopes = self.slopes(theta)
        values = np.abs(self.switches(theta[None])[0])
        found: list[int] = []
        lengths = np.linalg.norm(slopes, axis=1)
        for place in np.flatnonzero(values <= _ACTIVE * np.sum(np.abs(slopes), axis=1)):
            cosines = np.abs(slopes[found] @ slopes[place]) / (lengths[found] * lengths[place])
            if not np.any(cosines > _PARALLEL):
                found.append(int(place))
        return found

    def frame(self, theta: Floats, active: list[int]) -> Frame | None:
        """The splitting at a point (p,) with these switches; None if they are dependent."""
        unit, slopes = self.slopes(theta)
        slopes = slopes[active]
        _, sizes, rows = np.linalg.svd(slopes)
        if len(active) > len(theta) or np.any(sizes <= 1e-8 * np.max(sizes, initial=0.0)):
            return None
        normal = np.asarray(np.linalg.pinv(slopes), dtype=np.float64)
        return Frame(unit, rows[len(active) :].T, normal)

    def along(self, theta: Floats, frame: Frame) -> tuple[float, Spectrum]:
        """Value and spectrum within the kinks; on them it does not depend on the side.

        The set on which switches s_k are 0 is curved. On one side the gradient is the sum of
        multiples l_k of their gradients, and the Hessian within the set is that of the side minus
        the sum of l_k times that of s_k, which the jump of the Hessian across the kink shows.
        """
        gradients, hessians = self._on_sides(theta, frame)
        value, gradient = self.objective.value(_AR, theta), self.objective.gradient(_AR, theta)
        across = gradients @ frame.normal
        jumps = np.diagonal(across[0] - across[1:])
        bent = np.abs(jumps) > _NO_JUMP * np.max(np.abs(across), initial=0.0)
        shares = np.where(bent, across[0] / np.where(bent, jumps, 1), 0)
        inner = hessians[0] - np.tensordot(shares, hessians[0] - hessians[1:], 1)
        inner = inner if np.all(np.isfinite(inner)) else np.zeros_like(inner)
        slope = frame.tangent.T @ (np.asarray(gradient) * frame.unit)
        return float(value), spectrum(slope[None], inner[None], np.max(np.abs(hessians), initial=0))

    def _on_sides(self, theta: Floats, frame: Frame) -> tuple[Floats, Floats]:
        """Gradients (1 + a, p) and Hessians (1 + a, p - a, p - a) along a kinks at a point (p,).

        First where all switches are positive, then where one of them, in turn, is negative.
        """
        arrows = frame.normal / np.max(np.abs(frame.normal), axis=0, keepdims=True)
        start = theta + _SIDE * frame.unit * np.sum(arrows, axis=1)
        points = np.stack([start, *(start - 2 * _SIDE * frame.unit * arrow for arrow in arrows.T)])
        _, gradients, hessians = self.objective.second_order(_AR, points)
        basis = frame.unit[:, None] * frame.tangent
        return np.asarray(gradients) * frame.unit, basis.T @ np.asarray(hessians) @ basis

    def gradient_along(self, theta: Floats, frame: Frame) -> Floats:
        """The gradient at a point (p,) without its parts across the kinks, (p,)."""
        gradient = np.asarray(self.objective.gradient(_AR, theta))
        across = np.linalg.qr(np.linalg.pinv(frame.normal).T / frame.unit[:, None])[0]
        rest: Floats = gradient - across @ (across.T @ gradient)
        return rest

    def descend(self, theta: Floats) -> tuple[Fate, Floats]:
        """Go on from a point (p,) at a kink."""
        active, radius = self.active(theta), 0.1
        for _ in range(_STEPS):
            frame = self.frame(theta, active)
            if frame is None or not active:
                return Fate.UNKNOWN, theta
            theta = self._onto(theta, active, frame)
            value, at = self.along(theta, frame)
            if at.newton[0] <= _NEWTON and at.null_slope[0] <= _STILL * at.top[0]:
                leaving = self._downhill_side(theta, frame)
                if leaving is None:
                    return Fate.UNKNOWN, theta
                place, arrow = leaving
                if place < 0:
                    return Fate.MINIMAL, theta
                lower = self._left(theta, value, arrow)
                if lower is None:
                    return Fate.UNKNOWN, theta
                theta = lower
                del active[place]
                if not active:
                    return Fate.RELEASED, theta
                continue
            theta, active, radius = self._step(theta, value, at, frame, active, radius)
            if radius < _SMALLEST_RADIUS:
                break
        return Fate.UNKNOWN, theta

    def _onto(self, theta: Floats, active: list[int], frame: Frame) -> Floats:
        """The point (p,) moved to where the active switches are 0."""
        for _ in range(_CORRECTIONS):
            off = self.switches(theta[None])[0, active]
            theta = theta - frame.unit * (frame.normal @ off)
        return theta

    def _value(self, theta: Floats) -> float:
        value = float(self.objective.value(_AR, theta))
        return value if np.isfinite(value) else np.inf

    def _step(
        self,
        theta: Floats,
        value: float,
        at: Spectrum,
        frame: Frame,
        active: list[int],
        radius: float,
    ) -> tuple[Floats, list[int], float]:
        """A step along the kinks, or to the next kink on the way, or a smaller radius."""
        found, predicted = downhill(at, np.array([radius]))
        step = frame.unit * (frame.tangent @ in_coordinates(at.vectors, found)[0])
        there = self._onto(theta + step, active, frame)
        fall, expected = value - self._value(there), max(float(predicted[0]), 1e-300)
        noise = 1e-15 * (abs(value) + float(at.top[0]))
        if fall > 0.25 * expected or (abs(fall) <= noise and expected <= 100 * noise):
            longer = max(radius, 2.5 * float(np.linalg.norm(found)))
            return there, active, longer if fall > 0.75 * expected else radius
        before, after = self.switches(np.stack([theta, there]))
        _, slopes = self.slopes(theta)
        crossed = before * after < 0
        crossed &= np.abs(before) > _ACTIVE * np.sum(np.abs(slopes), axis=1)
        crossed[active] = False
        if np.any(crossed):
            part = np.where(crossed, before / np.where(crossed, before - after, 1), np.inf)
            first = int(np.argmin(part))
            met = theta + part[first] * step
            joined = [*active, first]
            meeting = self.frame(met, joined)
            if meeting is not None:
                met = self._onto(met, joined, meeting)
                if self._value(met) <= value:
                    return met, joined, radius
        if fall > 0:
            return there, active, radius / 2
        return theta, active, min(radius, float(np.linalg.norm(found))) / 4

    def _downhill_side(self, theta: Floats, frame: Frame) -> tuple[int, Floats] | None:
        """The kink with the steepest way down and that way (p,); place -1 if all are uphill.

        None if some slope can hardly be told from 0.
        """
        arrows = np.concatenate([frame.normal.T, -frame.normal.T]) * frame.unit
        arrows /= np.max(np.abs(arrows) / frame.unit, axis=1, keepdims=True)
        gradients = self.objective.gradient(_AR, theta + _ASIDE * arrows)
        slopes = np.sum(gradients * arrows, axis=1)
        size = float(np.max(np.sum(np.abs(gradients * arrows), axis=1)))
        lowest = int(np.argmin(slopes))
        if slopes[lowest] < -_UPHILL * size:
            return lowest % frame.normal.shape[1], arrows[lowest]
        return None if slopes[lowest] <= _UPHILL * size else (-1, arrows[lowest])

    def _left(self, theta: Floats, value: float, arrow: Floats) -> Floats | None:
        """A lower point (p,) on the way of an arrow."""
        trials = theta + 0.5 ** np.arange(2, 24)[:, None] * arrow
        values = self.objective.value(_AR, trials)
        lowest = int(np.argmin(np.where(np.isfinite(values), values, np.inf)))
        return trials[lowest] if values[lowest] < value else None


class Method(Protocol):
    """A smooth method of one objective."""

    objective: Objective
    typical: Floats

    def run(self, starts: Floats, iterations: int) -> Ends:
        """The ends of runs from starts (n, p)."""


@np.errstate(all="ignore")
def along_kinks(method: Method, ends: Ends, iterations: int) -> Ends:
    """The same runs, those that stopped at kinks taken further, in place."""
    kinks = Kinks(method.objective, method.typical)
    rows = np.flatnonzero(np.isin(ends.rules, _STOPPED))
    if not kinks.switches(ends.points[:1]).size:
        return ends
    for _ in range(_ROUNDS):
        released = [row for row in rows if _settled(kinks, ends, int(row)) is Fate.RELEASED]
        if not released:
            break
        again = method.run(ends.points[released], iterations)
        for field in fields_of(Ends):
            getattr(ends, field.name)[released] = getattr(again, field.name)
        rows = np.array(released)[np.isin(again.rules, _STOPPED)]
    return ends


def _settled(kinks: Kinks, ends: Ends, row: int) -> Fate:
    """Take one run further and note where it is."""
    fate, point = kinks.descend(ends.points[row].copy())
    value = float(kinks.objective.value(_AR, point))
    if fate is Fate.UNKNOWN and not value < ends.values[row]:
        return fate
    ends.points[row], ends.values[row], ends.trail[row, -1] = point, value, point
    active = kinks.active(point)
    frame = kinks.frame(point, active) if active else None
    if frame is not None:
        ends.gradient_norms[row] = np.linalg.norm(kinks.gradient_along(point, frame))
    if fate is Fate.MINIMAL and frame is not None:
        ends.newton_steps[row] = kinks.along(point, frame)[1].newton[0]
        ends.rules[row], ends.states[row] = int(Rule.ALONG_KINKS), int(State.CONVERGED)
        ends.at_kink[row] = True
    return fate
