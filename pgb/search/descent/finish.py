"""The last steps of runs that arrived, and the states of all runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Ends, Floats, Rule, State
from pgb.search.descent.steps import NULL, in_coordinates, spectrum
from pgb.search.descent.walk import Register

_AR = Float64()
_POLISHING_STEPS = 4
_STEP_TOLERANCE = 1e-8
_QUIET = 1e-3
# A switch this small relative to the largest of its kind counts as 0.
_AT_KINK = 1e-9
# Null directions along parameters this many times their typical size come from saturated units.
_SATURATED = 10.0


def finished(objective: Objective, typical: Floats, register: Register) -> Ends:
    """Polish what arrived, decide the states, look for kinks."""
    arrived = np.flatnonzero(
        np.isin(register.rules, [int(Rule.REGULAR), int(Rule.NULL_DIRECTIONS)])
    )
    if len(arrived):
        _polish(objective, typical, register, arrived)
    at_kink = _near_kinks(objective, register.points)
    smooth = ~at_kink
    converged = np.isin(register.rules, [int(Rule.REGULAR), int(Rule.NULL_DIRECTIONS)])
    escaping = np.isin(register.rules, [int(Rule.VALLEY), int(Rule.FAR), int(Rule.SATURATED)])
    register.rules[~escaping & ~smooth] = int(Rule.KINK)
    register.states[:] = int(State.EXHAUSTED)
    register.states[converged & smooth] = int(State.CONVERGED)
    register.states[escaping] = int(State.ESCAPING)
    norms = np.linalg.norm(objective.gradient(_AR, register.points), axis=-1)
    return register.ends(norms, at_kink)


def _polish(
    objective: Objective,
    typical: Floats,
    register: Register,
    rows: npt.NDArray[np.intp],
) -> None:
    """Plain Newton steps on all parameters while the gradient shrinks; then the final rules."""
    start = register.points[rows]
    theta = start.copy()
    scale = np.maximum(np.abs(start), typical)
    value, gradient, hessian = objective.second_order(_AR, theta)
    at = spectrum(gradient * scale, hessian * (scale[:, :, None] * scale[:, None, :]))
    best = np.linalg.norm(at.slopes, axis=-1)
    for _ in range(_POLISHING_STEPS):
        null = np.abs(at.values) <= NULL * at.top[:, None]
        newton = np.where(null, 0, -at.slopes / np.where(null, 1, at.values))
        trial = theta + scale * in_coordinates(at.vectors, newton)
        v, g, h = objective.second_order(_AR, trial)
        norm = np.linalg.norm(g * scale, axis=-1)
        better = norm < best
        if not np.any(better):
            break
        theta = np.where(better[:, None], trial, theta)
        value, best = np.where(better, v, value), np.where(better, norm, best)
        gradient = np.where(better[:, None], g, gradient)
        hessian = np.where(better[:, None, None], h, hessian)
        at = spectrum(gradient * scale, hessian * (scale[:, :, None] * scale[:, None, :]))
    register.points[rows], register.values[rows] = theta, value
    register.newton_steps[rows] = at.newton
    null = np.abs(at.values) <= NULL * at.top[:, None]
    stayed = np.max(np.abs(theta - start) / scale, axis=-1) <= _QUIET
    small = (at.newton <= _STEP_TOLERANCE) & stayed
    level = 1e-13 * (at.top + np.abs(value))
    flat = np.any(null, axis=-1)
    quiet = (at.null_slope <= level) & ~(register.last_steps[rows] > _QUIET)
    weights = np.sum(np.where(null[:, None, :], at.vectors**2, 0), axis=-1)
    large = np.max(np.where(weights > 0.1, np.abs(theta) / typical, 0), axis=-1) > _SATURATED
    rules = np.select(
        [small & ~flat, small & flat & large, small & flat & quiet, small & flat],
        [int(Rule.REGULAR), int(Rule.SATURATED), int(Rule.NULL_DIRECTIONS), int(Rule.VALLEY)],
        int(Rule.NO_PROGRESS),
    )
    register.rules[rows] = rules


def _near_kinks(objective: Objective, points: Floats) -> npt.NDArray[np.bool_]:
    """(n,): some quantity at whose zero the gradient jumps is 0 to rounding."""
    near = np.zeros(len(points), dtype=bool)
    for switch in objective.switches(_AR, points):
        if switch.order == 1:
            values = np.abs(switch.values.reshape(len(points), -1))
            size = np.maximum(np.max(values, axis=-1, initial=0.0), 1e-300)
            near |= np.min(values, axis=-1, initial=np.inf) <= _AT_KINK * size
    return near
