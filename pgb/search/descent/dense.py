"""Dense damped Newton for a portion of starts, with absolute values of the curvatures."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Ends, Floats, Rule, State
from pgb.search.scales import typical_magnitudes

_AR = Float64()
_TRAIL, _TRAIL_EVERY = 6, 4
_STEP_TOLERANCE = 1e-9
_NULL = 1e-11
_FAR = 1e12
_WINDOW = 16


def evaluate(objective: Objective, theta: Floats) -> tuple[Floats, Floats, Floats]:
    """Values, gradients and Hessians; infinite values where anything is not finite."""
    value = objective.value(_AR, theta)
    gradient, hessian = objective.gradient(_AR, theta), objective.hessian(_AR, theta)
    bad = ~(np.isfinite(value) & np.all(np.isfinite(gradient), axis=-1))
    bad |= ~np.all(np.isfinite(hessian), axis=(-1, -2))
    value = np.where(bad, np.inf, value)
    return value, gradient, hessian


@np.errstate(all="ignore")
def minimize(objective: Objective, starts: Floats, iterations: int) -> Ends:
    """Saddle-free damped Newton from all starts (n, p)."""
    n, p = starts.shape
    typical = typical_magnitudes(objective)
    out = _Outcome(n, p, starts)
    rows = np.arange(n)
    theta = starts.copy()
    value, gradient, hessian = evaluate(objective, theta)
    out.settle(rows[~np.isfinite(value)], State.ESCAPING, Rule.FAR)
    run: dict[str, Any] = {
        "rows": rows, "theta": theta, "value": value, "gradient": gradient, "hessian": hessian,
        "mu": np.full(n, 1e-3), "moved": np.full((n, 3), np.inf), "stuck": np.zeros(n, int),
        "old": theta.copy(), "old_value": value.copy(), "stalls": np.zeros(n, int),
        "trail": np.repeat(theta[:, None], _TRAIL, axis=1),
    }
    run = {key: each[np.isfinite(value)] for key, each in run.items()}
    for count in range(1, iterations + 1):
        if not len(run["rows"]):
            break
        done, state, rule, newton = _iterate(objective, run, typical, count)
        last = count == iterations
        leaving = done | last
        if np.any(leaving):
            out.record(run, leaving, state, rule, newton, count)
            run = {key: each[~leaving] for key, each in run.items()}
    return out.ends(objective)


def _iterate(objective: Objective, run: dict[str, Any], typical: Floats, count: int) -> Any:
    theta, value, gradient = run["theta"], run["value"], run["gradient"]
    n = len(theta)
    scale = np.maximum(np.abs(theta), typical)
    slope = gradient * scale
    bend = run["hessian"] * scale[:, :, None] * scale[:, None, :]
    values, vectors = np.linalg.eigh((bend + bend.swapaxes(-1, -2)) / 2)
    along = np.einsum("nij,ni->nj", vectors, slope)
    largest = np.maximum(np.max(np.abs(values), axis=-1), 1e-300)
    null = np.abs(values) <= _NULL * largest[:, None]
    shift = run["mu"] * largest
    coefficients = -along / (np.abs(values) + shift[:, None] + 1e-300)
    step = np.einsum("nij,nj->ni", vectors, coefficients)
    size = np.max(np.abs(step), axis=-1)
    shrink = np.minimum(1, 2 / np.maximum(size, 1e-300))
    coefficients *= shrink[:, None]
    step *= shrink[:, None]
    size *= shrink
    predicted = -np.sum(coefficients * along, axis=-1) - 0.5 * np.sum(
        values * coefficients * coefficients, axis=-1
    )
    trial = theta + scale * step
    v, g, H = evaluate(objective, trial)
    noise = 4e-16 * np.abs(value) + 1e-300
    fall = value - v
    norm, norm_new = np.linalg.norm(slope, axis=-1), np.linalg.norm(g * scale, axis=-1)
    better = fall >= 1e-4 * predicted
    tie = (np.abs(fall) <= 8 * noise) & (predicted <= 100 * noise) & (norm_new < norm)
    accept = (better & (fall > 0) | tie) & np.isfinite(v)
    good = accept & (fall >= 0.5 * predicted)
    pseudo = np.where(null, 0, -along / np.where(null, 1, values))
    newton = np.max(np.abs(np.einsum("nij,nj->ni", vectors, pseudo)), axis=-1)
    null_slope = np.sqrt(np.sum(np.where(null, along, 0) ** 2, axis=-1))
    mu = np.where(good, run["mu"] / 8, np.where(accept, run["mu"], np.maximum(run["mu"], 1e-12) * 8))
    run["mu"] = np.where(good & (mu < 1e-15), 0, mu)
    a = accept[:, None]
    run["theta"] = np.where(a, trial, theta)
    run["value"] = np.where(accept, v, value)
    run["gradient"] = np.where(a, g, gradient)
    run["hessian"] = np.where(a[..., None], H, run["hessian"])
    moved = run["moved"]
    run["moved"] = np.where(a, np.concatenate([moved[:, 1:], size[:, None]], axis=1), moved)
    run["stalls"] = np.where(accept, 0, run["stalls"] + 1)
    if count % _TRAIL_EVERY == 0:
        run["trail"] = np.concatenate([run["trail"][:, 1:], run["theta"][:, None]], axis=1)
    # endings
    definite = values[:, 0] > _NULL * largest
    at_rest = (newton <= _STEP_TOLERANCE) & (run["stalls"] > 0) & (predicted <= 100 * noise)
    flat = np.any(null, axis=-1)
    quiet = np.max(np.where(np.isfinite(run["moved"]), run["moved"], 0), axis=-1)
    convex = values[:, 0] >= -_NULL * largest
    zero = norm == 0
    regular = (at_rest | zero) & definite
    rest_null = (at_rest & (run["stalls"] > 3) | zero) & flat & convex & (quiet <= 1e-4)
    saddle = zero & ~convex
    far = np.max(np.abs(run["theta"]) / typical, axis=-1) > _FAR
    saturated = zero & flat & ~rest_null
    valley = np.zeros(n, bool)
    if count % _WINDOW == 0:
        shift_ = np.max(np.abs(run["theta"] - run["old"]) / np.maximum(np.abs(run["old"]), typical), axis=-1)
        progress = run["old_value"] - run["value"]
        valley = (shift_ > 0.3) & (progress <= 1e-9 * np.abs(run["value"]) + 1e-16) & (progress >= 0)
        run["old"], run["old_value"] = run["theta"].copy(), run["value"].copy()
    stuck = run["stalls"] > 40
    done = regular | rest_null | saddle | far | valley | stuck | saturated
    state = np.select(
        [regular | saddle, rest_null, far | valley | saturated], [State.CONVERGED, State.CONVERGED, State.ESCAPING], State.EXHAUSTED
    )
    rule = np.select(
        [regular | saddle, rest_null, far, valley, saturated, stuck],
        [Rule.REGULAR, Rule.NULL_DIRECTIONS, Rule.FAR, Rule.VALLEY, Rule.SATURATED, Rule.NO_PROGRESS],
        Rule.BUDGET,
    )
    return done, state, rule, newton


class _Outcome:
    def __init__(self, n: int, p: int, starts: Floats) -> None:
        self.points, self.values = starts.copy(), np.full(n, np.inf)
        self.newton = np.full(n, np.inf)
        self.states = np.full(n, int(State.EXHAUSTED))
        self.rules = np.full(n, int(Rule.BUDGET))
        self.iterations = np.zeros(n, np.int64)
        self.trail = np.repeat(starts[:, None], _TRAIL, axis=1)

    def settle(self, rows: npt.NDArray[np.intp], state: State, rule: Rule) -> None:
        self.states[rows], self.rules[rows] = int(state), int(rule)

    def record(self, run: Any, mask: Any, state: Any, rule: Any, newton: Any, count: int) -> None:
        rows = run["rows"][mask]
        self.points[rows], self.values[rows] = run["theta"][mask], run["value"][mask]
        self.newton[rows], self.iterations[rows] = newton[mask], count
        self.states[rows], self.rules[rows] = state[mask], rule[mask]
        self.trail[rows] = np.concatenate(
            [run["trail"][mask][:, 1:], run["theta"][mask][:, None]], axis=1
        )

    def ends(self, objective: Objective) -> Ends:
        n = len(self.values)
        norms = np.linalg.norm(objective.gradient(_AR, self.points), axis=-1)
        return Ends(
            self.points, self.values, norms, self.newton, self.states, self.rules,
            self.iterations, np.zeros(n, np.bool_), self.trail,
        )
