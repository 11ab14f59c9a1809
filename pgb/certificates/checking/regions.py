"""Minima of piecewise linear networks.

region: near theta, outputs of samples with one certain activation pattern change by one affine
    function of x (linear without biases), of samples with a dead layer by one constant (0 without
    biases). By convexity Q(theta') >= Q(theta) + sum_i r_i (phi_i(theta') - phi_i(theta)) =
    Q(theta) if r is orthogonal to that.
"""

from __future__ import annotations

from typing import Any

from .claims import MINIMUM, Claim
from .exact import ONE, ZERO, is_zero
from .hypotheses import differentiable
from .reading import fields, indices, listed, need
from .trees import exact


def region(claim: Claim, witness: Any) -> Any:
    """A minimum of a piecewise linear network."""
    _, classes, fitted = fields(witness, "method classes fitted")
    P = claim.P
    plain = P.kind == "network" and P.elimination is None and P.activations[-1][0] == "identity"
    linear = {"identity", "relu", "leaky-relu"}
    need(plain and all(a in linear for a, _ in P.activations), "the network is of another kind")
    differentiable(P)
    r = claim.exactly(0).r
    need(all(is_zero(exact(claim.center[j])) for j in P.penalized), "the regularizer is not least")
    layers = claim.balls(0).layers
    seen = list(indices(fitted, P.samples))
    need(all(is_zero(v) for i in fitted for v in r[i]), "a sample is not fitted exactly")
    for part in listed(classes):
        samples, dead = fields(part, "samples dead_layer")
        seen += indices(samples, P.samples)
        need(len(samples) > 0, "a class is empty")
        if dead is None:
            for place, (name, _) in enumerate(P.activations[:-1]):
                for u in range(P.layers[place + 1]):
                    values = [layers[i][place][u] for i in samples]
                    same = all(bool(v > 0) for v in values) or all(bool(v < 0) for v in values)
                    need(same or name == "identity", "a unit may change its side")
        else:
            indices([dead - 1 if type(dead) is int else dead], len(P.layers) - 2)
            need(P.activations[dead - 1][0] == "relu", "a dead layer must be relu")
            values = [v for i in samples for v in layers[i][dead - 1]]
            need(all(bool(v < 0) for v in values), "a unit of a dead layer may be active")
        weights = [[ONE] * len(samples)] if P.bias else []
        if dead is None:
            weights += [[exact(P.x[i][j]) for i in samples] for j in range(P.d_x)]
        for row in weights:
            for k in range(P.d_y):
                total = sum((w * r[i][k] for w, i in zip(row, samples, strict=True)), ZERO)
                need(is_zero(total), "the output gradients are not orthogonal to a class")
    need(sorted(seen) == list(range(P.samples)), "the samples are not divided into classes")
    return MINIMUM, "region", None, None
