"""Training to a minimum in double precision: damped Newton steps, wider networks from narrower."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective

DECAY = "1/1000"


def problem(units: int, samples: int) -> Objective:
    """A tanh network 2-h-1 on noisy samples of a smooth function."""
    rng = np.random.default_rng(samples)
    x = rng.uniform(-1, 1, (samples, 2))
    y = np.sin(3 * x[:, 0]) * np.cos(2 * x[:, 1]) + 0.1 * rng.standard_normal(samples)
    return Objective(Network([2, units, 1]), Data(x, y), weight_decay=DECAY)


def trained(units: int, samples: int, kept: Path) -> Any:
    """The parameters at a minimum; from the file of an earlier run if there is one."""
    path = kept / f"{units}-{samples}.npy"
    if path.exists():
        return np.load(path)
    objective = problem(units, samples)
    rng = np.random.default_rng(units)
    if units <= 64:
        start = 0.7 * rng.standard_normal(objective.size)
    else:
        narrow = 45 if units <= 256 else 240
        start = widened(trained(narrow, samples, kept), narrow, units, rng)
    theta = minimized(objective, start)
    kept.mkdir(parents=True, exist_ok=True)
    np.save(path, theta)
    return theta


def widened(theta: Any, narrow: int, units: int, rng: np.random.Generator) -> Any:
    """The narrower network with more units of small random weights."""
    extra = units - narrow
    W, b, a, c = np.split(theta, [2 * narrow, 3 * narrow, 4 * narrow])
    more = [0.05 * rng.standard_normal(size) for size in (2 * extra, extra, extra)]
    return np.concatenate([W, more[0], b, more[1], a, more[2], c])


def minimized(objective: Objective, theta: Any, steps: int = 300) -> Any:
    """Damped Newton descent to machine precision."""
    ar, damping = Float64(), 1e-2
    value = float(objective.value(ar, theta))
    for _ in range(steps):
        gradient, hessian = objective.gradient(ar, theta), objective.hessian(ar, theta)
        if np.linalg.norm(gradient) < 1e-13:
            break
        while damping < 1e8:
            step = descent_step(hessian, gradient, damping)
            lower = np.inf if step is None else float(objective.value(ar, theta + step))
            if lower <= value + 1e-16:
                break
            damping *= 4
        if step is None or not lower <= value + 1e-16:
            break
        theta, value, damping = theta + step, lower, max(damping / 5, 1e-14)
    return theta


def descent_step(hessian: Any, gradient: Any, damping: float) -> Any:
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    try:
        factor = cho_factor(hessian + damping * np.eye(len(gradient)))
    except LinAlgError:
        return None
    return -cho_solve(factor, gradient)
