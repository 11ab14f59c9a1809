"""Identities: directional derivatives of the model as rational functions of the parameters."""

from __future__ import annotations

from typing import Any

from flint import arb

from .exact import ZERO, Form, is_zero, named
from .jets import Jet, Jets

DEGREES = {"identity": 1, "relu": 1, "leaky-relu": 1, "quadratic": 2, "cubic": 3}


class Identities(Jets):
    """Directional derivatives as identities in the parameters, which are generators without value.

    A function is a new generator; of its derivative only exp' = exp, log' = 1 / s and, where the
    argument moves in proportion to itself, the rule of Euler for homogeneous functions is used.
    """

    def call(self, name: str, a: Jet, options: Any = None) -> Jet:
        s, g, _ = a
        step = (g or {}).get(0, ZERO)
        value = s if name == "identity" else named(f"{name}{options}({s})", arb.nan())
        if is_zero(step):
            return value, g, {}
        if name == "identity":
            return a
        if name in ("exp", "log"):
            return value, {0: step * (value if name == "exp" else 1 / s)}, {}
        ratio = step / s
        if name in DEGREES and not isinstance(ratio, Form):
            return value, {0: DEGREES[name] * ratio * value}, {}
        return value, {0: named(f"slope of {name}{options}({s})", arb.nan()) * step}, {}
