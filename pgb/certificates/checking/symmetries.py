"""Minima that are strict up to symmetries, and rays along which only R changes.

orbit: by the lemma of Morse and Bott with M the orbit of affine symmetries of Q, tangent to which H
    is 0, so of dimension r if the fields have rank r.
ray: a curve on which all outputs are constant and R strictly decreases starts at every point asked
    about and runs to infinity, so none of them is a local minimum.
"""

from __future__ import annotations

from typing import Any

import flint
from flint import arb, fmpq, fmpq_mat

from .claims import ESCAPING, MINIMUM, Claim
from .exact import EXACT_BITS, TABLES, ZERO, is_zero, named, reset
from .hypotheses import precise, stationary
from .identities import Identities
from .jets import Jet
from .manifolds import transversal
from .models import outputs
from .problem import Problem
from .reading import fields, indices_pair, listed, need, rational, triples
from .rings import EXACT
from .trees import exact


def orbit(claim: Claim, witness: Any) -> Any:
    """A minimum that is strict up to symmetries."""
    _, precision, vectors, complement = fields(witness, "method precision fields complement")
    P = claim.P
    stationary(claim)
    need(P.elimination != "without-units", "the factor is not considered")
    point = [exact(v) for v in claim.center]
    tangents = []
    for entries, shift in affine_fields(P, vectors):
        tangent = at(point, entries, shift)
        need(all(isinstance(v, fmpq) for v in tangent), "a tangent is not rational")
        tangents.append(tangent)
        invariant(claim, entries, shift, set())
    dimension = int(fmpq_mat(tangents).rank()) if tangents else 0
    need(dimension > 0, "the orbit is a point")
    transversal(claim, complement, dimension, precision)
    return MINIMUM, "symmetry", dimension, None


def affine_fields(P: Problem, vectors: Any) -> list[Any]:
    """Entries of the matrix and constant part of each field; no penalized parameter moves."""
    found = []
    for field in listed(vectors):
        rows, shifts = fields(field, "entries shift")
        entries = {tuple(indices_pair(v[:2], P.size)): rational(v[2]) for v in triples(rows, 3)}
        shift = {indices_pair(v[:1], P.size)[0]: rational(v[1]) for v in triples(shifts, 2)}
        need(len(entries) == len(rows) and len(shift) == len(shifts), "an entry is given twice")
        need(not P.penalized & {*(j for j, _ in entries), *shift}, "a penalized parameter moves")
        found.append((entries, shift))
    return found


def at(point: Any, entries: Any, shift: Any) -> list[Any]:
    """The value of an affine field."""
    tangent = [shift.get(j, ZERO) for j in range(len(point))]
    for (j, k), value in entries.items():
        tangent[j] = tangent[j] + value * point[k]
    return tangent


def ray(claim: Claim, witness: Any) -> Any:
    """Descent to infinity at constant outputs."""
    _, rates, drifts, precision = fields(witness, "method rates drifts precision")
    P = claim.P
    rate, drift = ([rational(v) for v in listed(values, P.size)] for values in (rates, drifts))
    need(all(bool(a == 0 or b == 0) for a, b in zip(rate, drift, strict=True)), "both move")
    flint.ctx.prec = EXACT_BITS
    still = [j for j in range(P.size) if claim.radii[j] == 0 and drift[j] == 0]
    zeros = {j for j in still if is_zero(exact(claim.center[j]))}
    precise(precision)
    theta = claim.theta()
    claim.balls(0)
    for j in P.penalized:
        falls = j in zeros or bool(rate[j] <= 0 and drift[j] == 0)
        need(falls, "a penalized parameter may grow")
    shrinks = [bool(theta[j] != 0 and rate[j] < 0) for j in P.penalized]
    leaves = [
        bool(d != 0 or (r > 0 and t != 0)) for r, d, t in zip(rate, drift, theta, strict=True)
    ]
    need(any(shrinks) and any(leaves), "no penalty falls, or nothing goes to infinity")
    flint.ctx.prec = EXACT_BITS
    entries = {(j, j): value for j, value in enumerate(rate) if value != 0}
    shift = {j: value for j, value in enumerate(drift) if value != 0}
    invariant(claim, entries, shift, zeros)
    return (ESCAPING,)


def invariant(
    claim: Claim, entries: Any, shift: Any, zeros: Any, differences: bool = False
) -> None:
    """Refuse unless the field entries theta + shift keeps all outputs, as an identity in theta.

    Parameters in zeros are 0. Without units a exp(b) must be kept too. With differences only the
    differences of the outputs of each sample need to be kept.
    """
    P = claim.P
    base = any(j < P.base for j in [*(row for row, _ in entries), *shift])
    saved = [dict(table) for table in TABLES]
    for x in P.x:
        reset(saved)
        theta = [ZERO if j in zeros else named(f"parameter {j}", arb.nan()) for j in range(P.size)]
        steps = [shift.get(j, ZERO) for j in range(P.size)]
        for (row, column), value in entries.items():
            steps[row] = steps[row] + value * theta[column]
        A = Identities(EXACT, 1)
        params: list[Jet] = [(t, {0: s}, {}) for t, s in zip(theta, steps, strict=True)]
        found, _ = outputs(P, A, params, [exact(v) for v in x], base)
        if P.elimination == "without-units":
            found = [*found, A.product(params[P.base], A.call("exp", params[P.base + 1]))]
        slopes = [(first or {}).get(0, ZERO) for _, first, _ in found]
        slopes = [v - slopes[0] for v in slopes] if differences else slopes
        need(all(is_zero(v) for v in slopes), "an output may change along the field")
    reset(saved)
