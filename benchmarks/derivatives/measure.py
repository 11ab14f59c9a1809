"""The measurement itself: ``run.py`` starts it on one core in an environment that has JAX."""

from __future__ import annotations

import argparse
import platform
import sys
import time
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pgb.models import Network
from pgb.numbers import Float64
from pgb.problems import Data, Objective, loss

SAMPLES = 1000
WIDTHS = (10, 25, 50, 100)
CLAIMED_WIDTH, CLAIMED_RATIO, CLAIMED_AGREEMENT = 50, 10.0, 1e-10

Derivatives = tuple[np.ndarray, np.ndarray]


def problem(width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs (1000, 2), targets (1000, 1) and a parameter vector (4 width + 1,)."""
    rng = np.random.default_rng(width)
    x, y = rng.normal(size=(SAMPLES, 2)), rng.normal(size=(SAMPLES, 1))
    return x, y, rng.normal(size=4 * width + 1)


def closed_form(x: np.ndarray, y: np.ndarray, width: int) -> Callable[[np.ndarray], Derivatives]:
    model = Network([2, width, 1], activation="softplus")
    objective, ar = Objective(model, Data(x, y), loss("squared"), reduction="mean"), Float64()
    return lambda theta: (objective.gradient(ar, theta), objective.hessian(ar, theta))


def traced(x: np.ndarray, y: np.ndarray, width: int) -> Callable[[np.ndarray], Derivatives]:
    def value(theta: Any, x: Any, y: Any) -> Any:
        W1 = theta[: 2 * width].reshape(width, 2)
        b1, W2, b2 = theta[2 * width : 3 * width], theta[3 * width : 4 * width], theta[4 * width]
        outputs = jax.nn.softplus(x @ W1.T + b1) @ W2 + b2
        return jnp.mean((outputs - y[:, 0]) ** 2)

    both = jax.jit(
        lambda theta, x, y: (jax.grad(value)(theta, x, y), jax.hessian(value)(theta, x, y))
    )
    samples, targets = jnp.asarray(x), jnp.asarray(y)
    return lambda theta: jax.block_until_ready(both(jnp.asarray(theta), samples, targets))


def median_seconds(
    function: Callable[[np.ndarray], Derivatives], theta: np.ndarray, repeats: int
) -> float:
    function(theta)
    function(theta)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(theta)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))


def relative_difference(found: Derivatives, expected: Derivatives) -> float:
    """Largest difference of an entry, relative to the largest entry; of gradient and Hessian."""
    pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(found, expected, strict=True)]
    return max(float(np.max(np.abs(a - b)) / np.max(np.abs(b))) for a, b in pairs)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15)
    repeats = parser.parse_args().repeats
    print(
        f"gradient and Hessian of the mean squared loss, {SAMPLES} samples, float64, one thread\n"
        f"Python {platform.python_version()}, NumPy {np.__version__}, JAX {jax.__version__}, "
        f"{platform.machine()}\n"
    )
    titles = ("network", "p", "closed form", "jax.hessian", "ratio", "agreement")
    print("{:>10} {:>5} {:>12} {:>12} {:>7} {:>10}".format(*titles))
    failed = []
    for width in WIDTHS:
        x, y, theta = problem(width)
        ours, theirs = closed_form(x, y, width), traced(x, y, width)
        agreement = relative_difference(ours(theta), theirs(theta))
        here = median_seconds(ours, theta, repeats)
        there = median_seconds(theirs, theta, repeats)
        print(
            f"{f'2-{width}-1':>10} {theta.size:>5} {1e3 * here:>9.2f} ms {1e3 * there:>9.2f} ms "
            f"{there / here:>7.1f} {agreement:>10.1e}",
            flush=True,
        )
        if not agreement <= CLAIMED_AGREEMENT:
            failed.append(f"2-{width}-1 agrees to {agreement:.1e} only")
        if width == CLAIMED_WIDTH and not there / here >= CLAIMED_RATIO:
            failed.append(f"2-{width}-1 is {there / here:.1f} times as fast only")
    claim = (
        f"agreement within {CLAIMED_AGREEMENT:.0e}, and at least {CLAIMED_RATIO:.0f} times as fast "
        f"for 2-{CLAIMED_WIDTH}-1"
    )
    print(f"\nclaim {'FAILS' if failed else 'holds'}: {claim}")
    for sentence in failed:
        print(f"  {sentence}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
