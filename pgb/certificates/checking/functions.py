"""Functions: activations and terms of losses, with derivatives and kinks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import fmpq

from .exact import ONE, ZERO
from .reading import need
from .rings import positive_part, power

SELU = [fmpq(*value.as_integer_ratio()) for value in (1.0507009873554805, 1.6732632423543772)]
ACTIVATIONS = ["identity", "tanh", "sigmoid", "softplus", "erf", "arctan", "exp", "quadratic"]
ACTIVATIONS += ["cubic", "relu", "leaky-relu", "elu", "selu", "gelu", "silu", "sine"]
CALLS = {*ACTIVATIONS, "log", "sqrt", "sin", "cos"} - {"sine", "leaky-relu"}


def function(R: Any, name: str, s: Any, options: Any) -> tuple[Any, Callable[[], Any], Any]:
    """The value at s, a function for two derivatives, and kinks [(location, order, slopes)].

    On balls that contain a kink, derivatives enclose both sides; slopes are those right and left.
    """
    zero, one = R.number(ZERO), R.number(ONE)
    if name in ("relu", "leaky-relu", "absolute"):
        up, low = (R.number(v) for v in options or (ONE, ZERO))
        part = up * positive_part(R, s) - low * positive_part(R, -s)
        return part, lambda: (R.choose(s, up, low), zero), [(s, 1, (up, low))]
    if name in ("elu", "selu"):
        scale, alpha = (R.number(v) for v in (SELU if name == "selu" else (ONE, ONE)))
        e = R.exp(-positive_part(R, -s))
        side = scale * alpha
        first = e if name == "elu" else R.choose(s, scale, side * e)
        value = scale * positive_part(R, s) + side * (e - 1)
        kink = (s, 1 if name == "selu" else 2, (scale, side))
        return value, lambda: (first, R.choose(s, zero, side * e)), [kink]
    if name == "hinge":  # positive part to the power options
        n, part = options, positive_part(R, s)
        step = R.choose(s, one, zero)
        powers = [step, *(power(R, part, k) for k in range(1, n + 1))]
        second = n * (n - 1) * powers[n - 2] if n > 1 else zero
        return powers[n], lambda: (n * powers[n - 1], second), [(s, n, (one, zero))]
    if name == "huber":
        d = R.number(options)
        edge = d * d / 2
        inner = R.choose(s + d, R.square(s) / 2, -d * s - edge)
        first = R.choose(s - d, d, R.choose(s + d, s, -d))
        second = R.choose(s - d, zero, R.choose(s + d, one, zero))
        kinks = [(s - d, 2, None), (s + d, 2, None)]
        return R.choose(s - d, d * s - edge, inner), lambda: (first, second), kinks
    return (*smooth(R, name, s), [])


def smooth(R: Any, name: str, s: Any) -> tuple[Any, Callable[[], Any]]:
    """The same for functions without kinks."""
    one = R.number(ONE)
    if name == "tanh":
        t = R.tanh(s)
        slope = 1 - R.square(t)
        return t, lambda: (slope, -2 * t * slope)
    if name in ("sigmoid", "softplus", "silu"):
        g = R.sigmoid(s)
        slope = (1 - R.square(2 * g - 1)) / 4
        bend = slope * (1 - 2 * g)
        if name == "silu":
            return s * g, lambda: (g + s * slope, 2 * slope + s * bend)
        return (
            (g, lambda: (slope, bend)) if name == "sigmoid" else (R.softplus(s), lambda: (g, slope))
        )
    if name == "log-cosh":
        t = R.tanh(s)
        return R.softplus(2 * s) - s - R.log(2 * one), lambda: (t, 1 - R.square(t))
    if name in ("erf", "gelu"):
        root = R.sqrt(2 * one) if name == "gelu" else one
        bell, inside = R.exp(-R.square(s / root)) / R.sqrt(R.pi()), R.erf(s / root)
        if name == "erf":
            return inside, lambda: (2 * bell, -4 * s * bell)
        below, bell = (1 + inside) / 2, bell / root
        return s * below, lambda: (below + s * bell, bell * (2 - R.square(s)))
    if name == "arctan":
        q = 1 + R.square(s)
        return R.arctan(s), lambda: (1 / q, -2 * s / R.square(q))
    if name in ("sin", "sine", "cos"):
        a, b = R.sin(s), R.cos(s)
        return (b, lambda: (-a, -b)) if name == "cos" else (a, lambda: (b, -a))
    if name == "log":
        return R.log(s), lambda: (1 / s, -1 / R.square(s))
    if name == "sqrt":
        root = R.sqrt(s)
        return root, lambda: (one / 2 / root, -one / 4 / (root * s))
    if name == "exp":
        e = R.exp(s)
        return e, lambda: (e, e)
    exponent = {"identity": 1, "quadratic": 2, "cubic": 3}.get(name, 0)
    need(exponent > 0, "found an unknown function")
    return power(R, s, exponent), lambda: (
        exponent * power(R, s, exponent - 1),
        exponent * (exponent - 1) * power(R, s, max(exponent - 2, 0)) + 0 * one,
    )
