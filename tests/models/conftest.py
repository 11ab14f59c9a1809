"""Reference derivatives that share nothing with the closed forms: SymPy and fine differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from flint import fmpq

from pgb.models import Network
from pgb.models.activations import Activation, LeakyRelu
from pgb.numbers import Array, Balls

_HALF = sympy.Rational(1, 2)
_SELU_ALPHA = sympy.Rational(*(1.6732632423543772).as_integer_ratio())
_SELU_SCALE = sympy.Rational(*(1.0507009873554805).as_integer_ratio())
_FORMULAS: dict[str, Callable[[Any], Any]] = {
    "identity": lambda s: s,
    "tanh": sympy.tanh,
    "sigmoid": lambda s: 1 / (1 + sympy.exp(-s)),
    "softplus": lambda s: sympy.log(1 + sympy.exp(s)),
    "erf": sympy.erf,
    "arctan": sympy.atan,
    "exp": sympy.exp,
    "quadratic": lambda s: s**2,
    "cubic": lambda s: s**3,
    "relu": lambda s: sympy.Piecewise((s, s >= 0), (0, True)),
    "elu": lambda s: sympy.Piecewise((s, s >= 0), (sympy.exp(s) - 1, True)),
    "selu": lambda s: (
        _SELU_SCALE * sympy.Piecewise((s, s >= 0), (_SELU_ALPHA * (sympy.exp(s) - 1), True))
    ),
    "gelu": lambda s: s * (1 + sympy.erf(s / sympy.sqrt(2))) * _HALF,
    "silu": lambda s: s / (1 + sympy.exp(-s)),
    "sine": sympy.sin,
}


def _rational(value: Any) -> Any:
    return sympy.Rational(int(value.p), int(value.q))


def _symbolic_value(sigma: Activation, s: Any) -> Any:
    if isinstance(sigma, LeakyRelu):
        above, below = _rational(sigma.above), _rational(sigma.below)
        return sympy.Piecewise((above * s, s >= 0), (below * s, True))
    return _FORMULAS[sigma.name](s)


def _symbolic_outputs(network: Network, x: Array) -> tuple[list[Any], Any]:
    """The symbols of theta in stored order, and the (m, d_y) outputs as expressions."""
    symbols = list(sympy.symbols(f"t0:{network.size}"))
    theta = np.array(symbols, dtype=object)
    z = np.array([[_rational(v) for v in row] for row in x], dtype=object)
    for number, sigma in enumerate((*network.activations, network.output_activation), start=1):
        width, fan_in = network.layers[number], network.layers[number - 1]
        W = theta[network.slices[f"W{number}"]].reshape(width, fan_in)
        s = z @ W.T + (theta[network.slices[f"b{number}"]] if network.bias else 0)
        z = np.array([[_symbolic_value(sigma, v) for v in row] for row in s], dtype=object)
    return symbols, z


def _evaluated(symbols: list[Any], expressions: list[Any], theta: Array) -> list[Any]:
    with mpmath.workdps(60):
        function = sympy.lambdify([symbols], expressions, "mpmath", cse=True)
        return function([mpmath.mpf(int(v.p)) / int(v.q) for v in theta])


@pytest.fixture(scope="session")
def symbolic_activation() -> Callable[[Activation, Any], Any]:
    """The formula of an activation in SymPy."""
    return _symbolic_value


@pytest.fixture(scope="session")
def symbolic_derivatives() -> Callable[..., tuple[Array, Array]]:
    """SymPy's Jacobian (m, d_y, p) and curvature (p, p) at a rational point, 60 digits."""

    def derivatives(network: Network, theta: Array, x: Array, r: Array) -> tuple[Array, Array]:
        symbols, outputs = _symbolic_outputs(network, x)
        first = [sympy.diff(f, t) for f in outputs.ravel() for t in symbols]
        total = sum(_rational(w) * f for w, f in zip(r.ravel(), outputs.ravel(), strict=True))
        slopes = [sympy.diff(total, t) for t in symbols]
        second = [sympy.diff(g, t) for g in slopes for t in symbols]
        jacobian = np.array(_evaluated(symbols, first, theta), dtype=object)
        curvature = np.array(_evaluated(symbols, second, theta), dtype=object)
        p = network.size
        return jacobian.reshape((*outputs.shape, p)), curvature.reshape((p, p))

    return derivatives


@pytest.fixture(scope="session")
def rationals() -> Callable[..., Array]:
    """Rational arrays with small denominators, never 0."""

    def draw(seed: int, *shape: int) -> Array:
        rng = np.random.default_rng(seed)
        top = rng.integers(1, 9, size=shape) * rng.choice([-1, 1], size=shape)
        flat = [fmpq(int(n), 7) for n in top.ravel()]
        result = np.empty(len(flat), dtype=object)
        result[:] = flat
        return result.reshape(shape)

    return draw


@pytest.fixture(scope="session")
def differences() -> Callable[..., Array]:
    """Central differences (..., p) of a function of theta, in balls, with step 2^-80."""

    def quotient(ar: Balls, function: Callable[[Array], Array], theta: Array) -> Array:
        step = ar.asarray(fmpq(1, 2**80))
        columns = []
        for j in range(theta.shape[0]):
            unit = ar.asarray([int(i == j) for i in range(theta.shape[0])]) * step
            columns.append((function(theta + unit) - function(theta - unit)) / (2 * step))
        return np.stack(columns, axis=-1)

    return quotient
