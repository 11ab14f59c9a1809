"""Outputs of the model, with those of the exponential neurons of an elimination."""

from __future__ import annotations

from typing import Any

from .exact import ONE, ZERO
from .jets import Jet, Jets
from .problem import Problem
from .trees import tree


def outputs(
    P: Problem, A: Jets, theta: list[Jet], x: list[Any], base: bool = True
) -> tuple[Any, Any]:
    """The outputs at one sample, and the preactivations of each layer of a network."""
    one, layers = A.constant(ONE), []
    z = [A.constant(v) for v in x]
    found = [A.constant(ZERO)] * P.d_y
    if base and P.kind == "expression":
        names = dict(zip([*P.inputs, *P.names], [*z, *theta], strict=False))
        found = [tree(A, node, names) for node in P.trees]
    elif base:
        found = z
        for place, (name, slopes) in enumerate(P.activations):
            n, k, start = P.layers[place + 1], P.layers[place], P.starts[place]
            rows = [theta[start + u * k : start + (u + 1) * k] for u in range(n)]
            biases = theta[start + n * k : start + n * k + n] if P.bias else [None] * n
            layer = [
                A.linear(zip(row, found, strict=True), b)
                for row, b in zip(rows, biases, strict=True)
            ]
            layers.append([jet[0] for jet in layer])
            found = [A.call(name, jet, slopes) for jet in layer]
    if P.elimination == "exponential":
        a, b = (theta[P.base + i * P.d_y :][: P.d_y] for i in (0, 1))
        w = [theta[P.base + 2 * P.d_y + k * P.d_x :][: P.d_x] for k in range(P.d_y)]
        for k in range(P.d_y):
            e = A.call("exp", A.linear(zip(w[k], z, strict=True), b[k]))
            found[k] = A.linear([(one, found[k]), (a[k], e)])
    return found, layers
