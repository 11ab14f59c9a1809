"""Relu networks at points where every hidden unit is on at every sample."""

from __future__ import annotations

import numpy as np
from flint import fmpq

from counterexamples.kit.building import exact
from counterexamples.kit.claim import Basis, Claim, Outcome
from counterexamples.kit.decisions import all_positive
from counterexamples.kit.members import Member
from pgb.models import Network
from pgb.numbers import Arithmetic, Array


def best_bend(z: Array, r: Array) -> tuple[fmpq, fmpq, Array]:
    """What max(z - k, 0) can take off a sum of squared residuals: the best gain, k and factors.

    ``z`` (m,) are numbers, not all equal, and ``r`` (m, d_y) residuals; the kink k is one of the
    ``z``, and the residuals r + t max(z - k, 0) have the least squares for the factors t (d_y,).
    """
    found = []
    for k in z:
        bend = exact([max(value - k, fmpq(0)) for value in z])
        size = np.sum(bend * bend)
        if size != 0:
            t = -(bend @ r) / size
            found.append((np.sum(t * t) * size, k, t))
    return max(found, key=lambda entry: entry[0])


def all_units_are_on(member: Member) -> Outcome:
    """Every preactivation of a hidden unit is positive at every sample."""

    def inner(ar: Arithmetic) -> Array:
        network = member.objective.model
        assert isinstance(network, Network)
        theta, x = (ar.asarray(v) for v in (member.candidate.point, member.objective.data.inputs))
        layers = network.preactivations(ar, theta, x)[:-1]
        return ar.concatenate([s.reshape(s.size) for s in layers])

    return all_positive(inner, "preactivations of the hidden units")


ALL_UNITS_ARE_ON = Claim(
    "every hidden unit is on at every sample",
    all_units_are_on,
    "preactivations",
    basis=Basis.ENCLOSURES,
)
