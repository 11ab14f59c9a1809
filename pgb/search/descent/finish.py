"""The last steps of runs that arrived, and the states of all runs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Ends, Floats, Rule, State
from pgb.search.descent.saturation import saturated
from pgb.search.descent.steps import NULL, in_coordinates, spectrum
from pgb.search.descent.walk import Register

_AR = Float64()
_POLISHING_STEPS = 4
_STEP_TOLERANCE = 1e-8
_QUIET = 1e-3
# A switch this small relative to the largest of its kind counts as 0.
_AT_KINK = 1e-9
# A gradient that is this much smaller than the sum of the absolute values of its terms vanishes.
_CANCELLED = 1e-9
_ROUNDING = 1e-14
_UNDERFLOW = 1e-26
_CLOSE = 1e-4
# A gradient along null directions this small relative to the curvatures moves nothing.
_STILL = 4e-15
# Moves over the trail, relative to the size of the parameters, that are hardly any.
_HARDLY = 1e-2
# A gradient along null directions above this, relative to values and curvatures, is no zero.
_GENTLE = 1e-6
_FINAL = (Rule.REGULAR, Rule.SATURATED, Rule.NO_PROGRESS, Rule.NULL_DIRECTIONS, Rule.VALLEY)
# Curvatures below this fraction of the largest one are rounding; longer steps are not polishing.
_NOISE, _LONGEST = 3e-14, 1e-2
_VISIBLE = 4e-16
_PORTION_ENTRIES = 1 << 20


def finished(objective: Objective, typical: Floats, register: Register) -> Ends:
    """Polish what arrived, decide the states, look for kinks."""
    arrived = np.flatnonzero(
        np.isin(
            register.rules, [int(Rule.REGULAR), int(Rule.NULL_DIRECTIONS), int(Rule.NO_PROGRESS)]
        )
    )
    if len(arrived):
        _polish(objective, typical, register, arrived)
    _reconsider(objective, typical, register)
    at_kink = near_kinks(objective, register.points)
    smooth = ~at_kink
    converged = np.isin(register.rules, [int(Rule.REGULAR), int(Rule.NULL_DIRECTIONS)])
    escaping = np.isin(register.rules, [int(Rule.VALLEY), int(Rule.FAR), int(Rule.SATURATED)])
    register.rules[~escaping & ~smooth] = int(Rule.KINK)
    register.states[:] = int(State.EXHAUSTED)
    register.states[converged & smooth] = int(State.CONVERGED)
    register.states[escaping] = int(State.ESCAPING)
    norms = np.linalg.norm(objective.gradient(_AR, register.points), axis=-1)
    return register.ends(norms, at_kink)


def _reconsider(objective: Objective, typical: Floats, register: Register) -> None:
    """Polish what was given up in a flat valley in which it hardly moved any more.

    What has not arrived after that stays as it is. Far moves along kinked models, which are flat on
    whole regions, prove nothing either.
    """
    rows = np.flatnonzero(register.rules == int(Rule.VALLEY))
    if not _has_kinks(objective, register.points[:1]):
        sizes = np.maximum(np.max(np.abs(register.points[rows]) / typical, axis=-1), 1.0)
        moves = np.abs(register.points[rows] - register.trail[rows, 0]) / typical
        rows = rows[np.max(moves, axis=-1) <= _HARDLY * sizes]
    if not len(rows):
        return
    known = [getattr(register, name)[rows].copy() for name in _POLISHED]
    _polish(objective, typical, register, rows)
    away = ~np.isin(register.rules[rows], [int(Rule.REGULAR), int(Rule.NULL_DIRECTIONS)])
    for name, values in zip(_POLISHED, known, strict=True):
        getattr(register, name)[rows[away]] = values[away]


_POLISHED = ("points", "values", "newton_steps", "rules")


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
        noise = np.abs(at.values) <= _NOISE * at.top[:, None]
        newton = np.where(noise, 0, -at.slopes / np.where(noise, 1, at.values))
        newton = np.where(np.abs(newton) <= _LONGEST, newton, 0)
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
    last = register.last_steps[rows]  # infinite if no step was ever taken
    still = (last <= _QUIET) | np.isinf(last) | (at.null_slope <= _STILL * at.top)
    quiet = (at.null_slope <= level) & still
    # As for x^4: nothing cancels, but the steps along null directions have become small.
    sizes = np.abs(at.values)
    slow = (np.abs(at.slopes) <= _CLOSE * sizes) & (sizes > _VISIBLE * at.top[:, None])
    vanishing = np.all(slow | ~null, axis=-1)
    places = np.flatnonzero(small & flat & ~vanishing)
    moved = _change_by_rounding(objective, hessian[places], scale[places])
    vanishing[places] = cancels(objective, theta[places], gradient[places], moved)
    places = np.flatnonzero(small & flat)
    vanishing[places] &= ~saturated(objective.model, theta[places], objective.samples(_AR).x)
    vanishing[places] &= _balanced(objective, theta[places])
    gentle = at.null_slope <= _GENTLE * (at.top + np.abs(value))
    rules = np.select(
        [small & ~flat, small & ~vanishing & gentle, small & ~vanishing, small & quiet, small],
        [int(r) for r in _FINAL],
        int(Rule.NO_PROGRESS),
    )
    register.rules[rows] = rules


def _change_by_rounding(objective: Objective, hessian: Floats, scale: Floats) -> Floats:
    """(n, p): how much the gradient changes when parameters change by rounding.

    A weight of 1e-28 stands for 0, for instance. Parameters of elimination neurons do not count:
    in their valleys such small numbers mean what they are.
    """
    sizes = scale.copy()
    if objective.elimination is not None:
        for name in objective.elimination.names:
            sizes[:, objective.slices[name]] = 0
    return _ROUNDING * np.matmul(np.abs(hessian), sizes[:, :, None])[:, :, 0]


def cancels(
    objective: Objective, theta: Floats, gradient: Floats, allowance: Floats | None = None
) -> npt.NDArray[np.bool_]:
    """(n,): every entry of the gradient is small against the terms of which it is the sum.

    Entries below ``allowance`` (n, p) are small in any case.

    Where a unit is saturated the gradient is tiny, but nothing cancels: there is no stationary
    point, the unit only leaves the range in which floats can see its influence.
    """
    m, d_y, p = objective.data.samples, objective.model.output_dimension, objective.size
    many = max(1, _PORTION_ENTRIES // (m * d_y * p))
    result = np.zeros(len(theta), dtype=bool)
    _, y, c = objective.samples(_AR)
    largest = np.max(np.abs(y), initial=0.0)
    for cut in range(0, len(theta), many):
        rows = slice(cut, cut + many)
        r, q = objective.output_gradients(_AR, theta[rows]), objective.outputs(_AR, theta[rows])
        jacobian = np.abs(objective.jacobian(_AR, theta[rows]))
        terms = np.sum(np.abs(r)[..., None] * jacobian, axis=(-2, -3))
        bends = np.sum(np.abs(objective.loss.hessian(_AR, q, y)), axis=-1)
        sizes = c * bends * (np.abs(q) + largest)  # how rounded outputs change r
        rounding = np.sum(sizes[..., None] * jacobian, axis=(-2, -3))
        penalty = np.abs(objective.regularizer.gradient(_AR, theta[rows]))
        entries = np.abs(gradient[rows])
        if allowance is not None:
            entries = np.where(entries <= allowance[rows], 0, entries)
        if objective.has_factor:
            entries = entries[:, :-2]  # the outputs do not depend on the two scalars
            terms, rounding, penalty = terms[:, :-2], rounding[:, :-2], penalty[:, :-2]
        limit = _CANCELLED * (terms + penalty) + _ROUNDING * rounding
        result[rows] = np.all(entries <= limit, axis=-1)
    return result


def _balanced(objective: Objective, theta: Floats) -> npt.NDArray[np.bool_]:
    """(n,): the penalty is stationary along every field that leaves the outputs unchanged.

    At a stationary point it has to be. In a valley to infinity this shows long after the gradient
    itself has sunk below the rounding errors of the outputs.
    """
    result = np.ones(len(theta), dtype=bool)
    if objective.regularizer.is_zero:
        return result
    slope = objective.regularizer.gradient(_AR, theta)
    for field in objective.model.invariances():
        directions = theta @ _AR.asarray(field.linear).T + _AR.asarray(field.constant)
        terms = slope * directions
        limit = _CANCELLED * np.sum(np.abs(terms), axis=-1) + _UNDERFLOW
        result &= np.abs(np.sum(terms, axis=-1)) <= limit
    record = objective.elimination
    if record is not None and record.kind == "without-units":  # a e^b is invariant, the penalty not
        a = objective.slices[record.names[0]]
        result &= np.abs(slope[:, a] * theta[:, a])[:, 0] <= _UNDERFLOW
    return result


def _has_kinks(objective: Objective, points: Floats) -> bool:
    return any(switch.order == 1 for switch in objective.switches(_AR, points))


def near_kinks(objective: Objective, points: Floats) -> npt.NDArray[np.bool_]:
    """(n,): some quantity at whose zero the gradient jumps is 0 to rounding."""
    near = np.zeros(len(points), dtype=bool)
    for switch in objective.switches(_AR, points):
        if switch.order == 1:
            values = np.abs(switch.values.reshape(len(points), -1))
            size = np.maximum(np.max(values, axis=-1, initial=0.0), 1e-300)
            near |= np.min(values, axis=-1, initial=np.inf) <= _AT_KINK * size
    return near
