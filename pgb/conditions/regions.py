"""Proof of a local minimum of a piecewise-linear network, at kinks of well-fitted samples too.

Near an exact point, the outputs at samples with one stable activation pattern change by a common
affine function of the input, and at samples for which a whole ReLU layer is off by a common
constant. By convexity of the loss, Q(theta') >= Q(theta) + sum_i r_i (f_i(theta') - f_i(theta)),
with r_i the output gradients at the point. If r is orthogonal to the common functions within every
class, and 0 at all other samples, the sum vanishes: the point is a local minimum, flat or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.function_space import FunctionSpace
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.errors import UndecidedError
from pgb.models import Network
from pgb.numbers import Array, Exact, sign


@dataclass(frozen=True)
class Region:
    """Samples whose outputs move together near the point.

    ``dead_layer`` is the hidden layer (from 1) that is off on all of them, None if every unit of
    every layer has a certain sign, the same for all of them.
    """

    samples: tuple[int, ...]
    dead_layer: int | None


def region_minimum(at: Evaluation) -> Finding | None:
    """A proved local minimum from the activation patterns around an exact point; else None."""
    network = at.objective.model
    if not at.exact or not isinstance(network, Network) or not _is_suited(at, network):
        return None
    ar = Exact()
    try:
        theta = ar.asarray(at.candidate.point)
        r = at.objective.output_gradients(ar, theta)
        fitted = np.all(ar.certainly_zero(r), axis=1)
        regions = _regions(at, network, theta, fitted)
        if regions is None or not all(_is_orthogonal(at, network, r, c) for c in regions):
            return None
    except UndecidedError:
        return None
    counted = sum(len(c.samples) for c in regions)
    reason = (
        f"near the point the network is affine or constant on {len(regions)} class(es) of "
        f"{counted} sample(s), to which the output gradients are exactly orthogonal; they are 0 "
        "at all other samples"
    )
    witness = {
        "method": "region",
        "classes": [{"samples": list(c.samples), "dead_layer": c.dead_layer} for c in regions],
        "fitted": [int(i) for i in np.flatnonzero(fitted)],
    }
    return Finding(Verdict.LOCAL_MINIMUM, True, Evidence.REGION, reason, {}, witness)


def _is_suited(at: Evaluation, network: Network) -> bool:
    hidden = all(a.piecewise_linear or a.linear for a in network.activations)
    smooth = at.objective.loss.smoothness is None or at.objective.loss.smoothness >= 1
    plain = network.output_activation.name == "identity" and at.objective.elimination is None
    still = FunctionSpace(at).regularizer_is_stationary() is True
    return hidden and plain and at.objective.loss.convex and smooth and still


def _regions(at: Evaluation, network: Network, theta: Array, fitted: Array) -> list[Region] | None:
    """The classes of the samples that are not fitted; None if one of them is at a kink."""
    ar = Exact()
    layers = network.preactivations(ar, theta, ar.asarray(at.objective.data.inputs))[:-1]
    classes: dict[object, list[int]] = {}
    for sample in np.flatnonzero(~fitted):
        signs = [tuple(sign(v) for v in layer[sample]) for layer in layers]
        dead = [
            number
            for number, row in enumerate(signs, 1)
            if network.activations[number - 1].name == "relu" and all(s < 0 for s in row)
        ]
        kinked = [
            a.piecewise_linear and not a.linear and 0 in row
            for a, row in zip(network.activations, signs, strict=True)
        ]
        if not dead and any(kinked):
            return None
        key = dead[-1] if dead else tuple(signs)
        classes.setdefault(key, []).append(int(sample))
    return [
        Region(tuple(samples), key if isinstance(key, int) else None)
        for key, samples in classes.items()
    ]


def _is_orthogonal(at: Evaluation, network: Network, r: Array, region: Region) -> bool:
    """Whether the output gradients vanish against the functions that the class can move by.

    Affine functions of the input (constants for a dead layer); linear ones (none) without biases.
    """
    ar = Exact()
    chosen = list(region.samples)
    moments = []
    if network.bias:
        moments.append(ar.sum(r[chosen], axis=0))
    if region.dead_layer is None:
        inputs = ar.asarray(at.objective.data.inputs)[chosen]
        moments.append(ar.matmul(r[chosen].T, inputs))
    return all(bool(np.all(ar.certainly_zero(m))) for m in moments)
