"""The other contestants: SciPy with our derivatives, JAX and Optimistix with their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optimistix as optx
import scipy.optimize
from jax.scipy.optimize import minimize as jax_minimize

from pgb import Objective
from pgb.numbers import Float64

AR = Float64()
Run = Callable[[np.ndarray], np.ndarray]


def scipy_minimizer(objective: Objective, method: str) -> Run:
    options = {"gtol": 1e-10, "maxiter": 1000}
    hess = (lambda t: objective.hessian(AR, t)) if method == "trust-exact" else None

    def run(starts: np.ndarray) -> np.ndarray:
        found = [
            scipy.optimize.minimize(
                lambda t: float(objective.value(AR, t)),
                start,
                jac=lambda t: objective.gradient(AR, t),
                hess=hess,
                method=method,
                options=options,
            ).x
            for start in starts
        ]
        return np.array(found)

    return run


def scipy_root(objective: Objective) -> Run:
    """MINPACK's hybrid method on the gradient, with our Hessian."""

    def run(starts: np.ndarray) -> np.ndarray:
        found = [
            scipy.optimize.root(
                lambda t: objective.gradient(AR, t),
                start,
                jac=lambda t: objective.hessian(AR, t),
                method="hybr",
                tol=1e-14,
            ).x
            for start in starts
        ]
        return np.array(found)

    return run


class Traced:
    """The problem in JAX, and solvers that run all starts at once."""

    def __init__(self, objective: Objective) -> None:
        self.x = jnp.asarray(objective.data.inputs, dtype=jnp.float64)
        self.y = jnp.asarray(objective.data.targets, dtype=jnp.float64).reshape(-1)

    def residuals(self, theta: Any, _: Any = None) -> Any:
        W, b, v, c = theta[:6].reshape(3, 2), theta[6:9], theta[9:12], theta[12]
        return (jnp.tanh(self.x @ W.T + b) @ v + c - self.y) / jnp.sqrt(len(self.y))

    def value(self, theta: Any, _: Any = None) -> Any:
        return jnp.sum(self.residuals(theta) ** 2)

    def gradient(self, theta: Any, _: Any = None) -> Any:
        return jax.grad(self.value)(theta)

    def jax_bfgs(self, steps: int) -> Run:
        options = {"maxiter": steps}
        return _batched(
            lambda t: jax_minimize(self.value, t, method="BFGS", tol=1e-10, options=options).x
        )

    def minimise(self, solver: Any, steps: int) -> Run:
        return _batched(
            lambda t: optx.minimise(self.value, solver, t, max_steps=steps, throw=False).value
        )

    def least_squares(self, solver: Any, steps: int) -> Run:
        return _batched(
            lambda t: (
                optx.least_squares(self.residuals, solver, t, max_steps=steps, throw=False).value
            )
        )

    def root_find(self, solver: Any, steps: int) -> Run:
        return _batched(
            lambda t: optx.root_find(self.gradient, solver, t, max_steps=steps, throw=False).value
        )


def _batched(one: Callable[[Any], Any]) -> Run:
    compiled = jax.jit(jax.vmap(one))
    return lambda starts: np.array(jax.block_until_ready(compiled(jnp.asarray(starts))))


def contestants(objective: Objective) -> dict[str, tuple[Run, str]]:
    """Name -> (how to run it, "serial" for one start after another or "batched")."""
    traced = Traced(objective)
    tight = {"rtol": 1e-12, "atol": 1e-12}
    return {
        "scipy BFGS": (scipy_minimizer(objective, "BFGS"), "serial"),
        "scipy trust-exact": (scipy_minimizer(objective, "trust-exact"), "serial"),
        "scipy root hybr": (scipy_root(objective), "serial"),
        "jax BFGS, 200 steps": (traced.jax_bfgs(200), "batched"),
        "optimistix BFGS, 256 steps": (traced.minimise(optx.BFGS(**tight), 256), "batched"),
        "optimistix BFGS, 1000 steps": (traced.minimise(optx.BFGS(**tight), 1000), "batched"),
        "optimistix Levenberg-Marquardt": (
            traced.least_squares(optx.LevenbergMarquardt(**tight), 500),
            "batched",
        ),
        "optimistix Dogleg": (traced.least_squares(optx.Dogleg(**tight), 200), "batched"),
        "optimistix root Newton": (traced.root_find(optx.Newton(**tight), 100), "batched"),
        "optimistix root L.-M.": (
            traced.root_find(optx.LevenbergMarquardt(**tight), 200),
            "batched",
        ),
    }
