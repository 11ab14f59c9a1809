"""Minima in balls that are strict up to symmetries.

slice: let affine fields X_1, ..., X_r keep Q, and let the matrix of their entries in r frozen
    coordinates be nonsingular on a box in the other coordinates. Moving in the box and then along
    the fields is a local diffeomorphism, so Q has near each point of the box no other values than
    on the box, and a local minimum on the box is one of Q. It is found as in krawczyk.

A field keeps Q if it moves no penalized parameter and keeps all outputs, or only the differences of
the outputs of each sample where the loss depends on nothing else (cross-entropy, and the hinge of
classes). Known for all networks: (w, b) -> s (w, b) with outgoing weights divided by s^d for units
that are homogeneous of degree d; between linear layers W1, b1 -> E W1, E b1 with W2 -> -W2 E, and
b1 -> v with b2 -> -W2 v; adding one number to a column of the last weights or to the last biases.
Other fields are checked as identities.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flint
from flint import arb, arb_mat

from .balls import box_in_ball, contracts, definite
from .claims import MINIMUM, Claim
from .exact import EXACT_BITS, ONE, ZERO
from .hypotheses import precise, smooth_up_to
from .identities import DEGREES
from .matrices import middle_inverse
from .problem import Problem
from .reading import fields, indices, listed, need
from .symmetries import affine_fields, at, invariant


def slice_minimum(claim: Claim, witness: Any) -> Any:
    """A minimum in the ball that is strict up to symmetries."""
    _, precision, vectors, frozen, center, radius, Y = fields(
        witness, "method precision fields frozen center radius", "preconditioner"
    )
    P = claim.P
    symmetries = kept_fields(claim, vectors, frozen)
    precise(precision)
    moved = [j for j in range(P.size) if j not in set(frozen)]
    c, rho = box_in_ball(claim, center, radius, set(moved))
    on_box = claim.balls(2, rho, c)
    smooth_up_to(on_box, 1)
    theta = claim.theta(rho, c)
    nonsingular([[at(theta, *field)[j] for j in frozen] for field in symmetries])
    g = claim.balls(1, [ZERO] * P.size, c).gradient
    H = [[on_box.hessian[j][k] for k in moved] for j in moved]
    contracts([g[j] for j in moved], H, [rho[j] for j in moved], Y)
    definite(H, precision)
    return MINIMUM, "symmetry", len(frozen), None


def kept_fields(claim: Claim, vectors: Any, frozen: Any) -> list[Any]:
    """Fields that keep Q, as many as there are frozen coordinates."""
    P = claim.P
    need(P.elimination != "without-units", "the factor is not considered")
    known = set(known_symmetries(P))
    symmetries = affine_fields(P, listed(vectors, len(indices(frozen, P.size))))
    need(len(symmetries) > 0, "there is no symmetry")
    flint.ctx.prec = EXACT_BITS
    for entries, shift in symmetries:
        if key(entries, shift) not in known:
            invariant(claim, entries, shift, set(), differences=of_differences(P))
    return symmetries


def of_differences(P: Problem) -> bool:
    """Whether each loss depends on the differences of the outputs only."""
    return P.function == "" or P.classes


def nonsingular(M: Any) -> None:
    """Refuse unless |I - Y M| has row sums below 1 for some Y, which makes M nonsingular."""
    M = [[arb(v) for v in row] for row in M]
    sentence = "the symmetries may be dependent"
    product = (arb_mat(middle_inverse(M, sentence)) * arb_mat(M)).tolist()
    for j, row in enumerate(product):
        row[j] = row[j] - 1
        need(bool(sum((abs(v) for v in row), arb(0)) < 1), sentence)


def key(entries: Any, shift: Any) -> Any:
    """A field as a value that can be looked up."""
    pairs = ({k: str(v) for k, v in part.items() if v != 0} for part in (entries, shift))
    return tuple(frozenset(part.items()) for part in pairs)


def known_symmetries(P: Problem) -> Iterator[Any]:
    """The symmetries of a network that need no calculation."""
    if P.kind != "network":
        return
    for place, (name, _) in enumerate(P.activations[:-1]):
        units = range(P.layers[place + 1])
        for u in units if name in DEGREES else []:
            out = outgoing(P, place, u)
            entries = {(j, j): ONE for j in incoming(P, place, u)}
            yield key(entries | {(j, j): ONE * -DEGREES[name] for j in out}, {})
            if name != "identity":
                continue
            for v in [v for v in units if v != u]:
                pairs = zip(incoming(P, place, u), incoming(P, place, v), strict=True)
                mixed = {pair: ONE for pair in pairs}
                pairs = zip(outgoing(P, place, v), out, strict=True)
                yield key(mixed | {pair: -ONE for pair in pairs}, {})
            if P.bias:
                biases = [P.starts[place + 2] - len(out) + k for k in range(len(out))]
                drops = {(b, j): -ONE for b, j in zip(biases, out, strict=True)}
                yield key(drops, {incoming(P, place, u)[-1]: ONE})
    if P.activations[-1][0] == "identity" and of_differences(P):
        k = P.layers[-2]
        for j in range(k):
            yield key({}, {P.starts[-2] + row * k + j: ONE for row in range(P.d_y)})
        if P.bias:
            yield key({}, {j: ONE for j in range(P.base - P.d_y, P.base)})


def incoming(P: Problem, place: int, unit: int) -> list[int]:
    """Weights into a unit of a hidden layer, and its bias at the end."""
    n, k, start = P.layers[place + 1], P.layers[place], P.starts[place]
    row = [start + unit * k + j for j in range(k)]
    return [*row, start + n * k + unit] if P.bias else row


def outgoing(P: Problem, place: int, unit: int) -> list[int]:
    """Weights out of a unit of a hidden layer."""
    n, start = P.layers[place + 1], P.starts[place + 1]
    return [start + row * n + unit for row in range(P.layers[place + 2])]
