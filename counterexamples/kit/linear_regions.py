"""Relu networks at points where every hidden unit is on at every sample."""

from __future__ import annotations

from counterexamples.kit.claim import Claim, Outcome
from counterexamples.kit.decisions import all_positive
from counterexamples.kit.members import Member
from pgb.models import Network
from pgb.numbers import Arithmetic, Array


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
    "every hidden unit is on at every sample", all_units_are_on, "preactivations"
)
