"""Minima at kinks.

kinks: let the coordinates be u and v, v maybe empty, and I a box of v around v0. For every sign
    pattern sigma of Q on {u0} x I (see ``patterns``) let s_j^sigma(u0, v) = 0 for all j, let
    Q^sigma(u0, v) be one constant, and let lambda_j(v) be continuous multipliers, positive for j in
    a set J and otherwise 0, with which the Lagrangian
    L = Q^sigma - sum_j lambda_j sigma_j s_j^sigma has the u-gradient 0 at (u0, v) for all v in I.
    With H its u-Hessian and a_j = sigma_j grad_u s_j^sigma there, let H + rho sum_J a_j a_j' be
    positive definite for some rho. So H is on the critical cone, where a_j.h = 0 for j in J: this
    is the second-order sufficient condition of nonlinear programming, for every v. Then (u0, v0) is
    a local minimum, a strict one if v is empty.

    Proof. Each (u, v) near (u0, v0) has a pattern with Q = Q^sigma and all sigma_j s_j^sigma >= 0.
    Let h = u - u0, with all constants uniform on a smaller box of v. If |a_j.h| >= d |h| for a j in
    J, then a_j.h >= d |h|, since a_j.h >= -C |h|^2, and Q = L + sum_J lambda_j sigma_j s_j^sigma >=
    Q(u0, v0) + c d |h| - C |h|^2. Otherwise Q >= L >= Q(u0, v0) + (m - C d^2) |h|^2 - o(|h|^2) with
    m > 0. For small d > 0 and small h != 0 both exceed Q(u0, v0). []

    With affine fields X_1, ..., X_r that keep Q (see ``slices``), whose entries in r frozen
    coordinates are a nonsingular matrix at the point, all this is asked of the slice on which these
    coordinates are constant: Q has near the point no other values than on the slice near the point.

convex-pieces: for every sign pattern sigma of Q around the point let there be multipliers
    lambda_j >= 0 with which L = Q^sigma - sum_j lambda_j sigma_j s_j^sigma is, identically, a
    polynomial of at most second degree, with gradient 0 at the point and a Hessian without negative
    eigenvalues. Then L is least at the point, and Q >= L where sigma is the pattern.

The witnesses have multipliers for each pattern. Where the gradient of L is then not 0 identically,
those of kinks are corrected: if it may differ from 0 in coordinates T of u, and the gradients of
those j in J that are 0 outside of T are of full rank in T, there are continuous corrections.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flint
from flint import arb, arb_mat, fmpq

from .claims import MINIMUM, Claim
from .exact import EXACT_BITS, ZERO, is_zero, named
from .matrices import positive_definite, semidefinite
from .patterns import all_pieces
from .problem import Problem
from .reading import Refused, fields, indices, listed, need, rational, triples
from .rings import BALLS
from .slices import kept_fields, nonsingular
from .symmetries import at
from .trees import exact

WIDTH, WEIGHT = fmpq(1, 2**256), fmpq(2**96)  # of the box I; the number rho


def kinks(claim: Claim, witness: Any) -> Any:
    """A minimum at a kink, strict, strict up to symmetries, or on a branch."""
    _, patterns, free, vectors, frozen = fields(witness, "method patterns free fields frozen")
    P = claim.P
    held = {*indices(free, P.size), *indices(frozen, P.size)}
    need(claim.exact, "this evidence is about an exact point only")
    need(len(held) == len(free) + len(frozen), "a coordinate is both free and frozen")
    need(len(frozen) > 0 or vectors == [], "there are symmetries and no frozen coordinates")
    flint.ctx.prec = EXACT_BITS
    if len(frozen) > 0:
        symmetries = kept_fields(claim, vectors, frozen)
        nonsingular([[at(claim.theta(), *field)[j] for j in frozen] for field in symmetries])
    theta = [exact(v) for v in claim.center]
    value = claim.exactly(0).value if len(free) > 0 else ZERO
    for j in free:
        theta[j] = named(f"free {j}", BALLS.number(theta[j]) + arb(0, WIDTH))
    moved = sorted(set(range(P.size)) - held)
    for part, multipliers in with_multipliers(P, theta, moved, patterns):
        constant = len(free) == 0 or is_zero(part.jet[0] - value)
        need(constant, "the value may change with the free coordinates")
        sufficient(part, moved, multipliers)
    if len(free) > 0:
        return MINIMUM, "branch", len(held), None
    return MINIMUM, *(("symmetry", len(frozen)) if len(frozen) > 0 else ("strict", None)), None


def convex_pieces(claim: Claim, witness: Any) -> Any:
    """A minimum at which all pieces have a Lagrangian that is convex and quadratic."""
    _, patterns = fields(witness, "method patterns")
    need(claim.exact, "this evidence is about an exact point only")
    flint.ctx.prec = EXACT_BITS
    theta, moved = [exact(v) for v in claim.center], list(range(claim.P.size))
    for part, multipliers in with_multipliers(claim.P, theta, moved, patterns):
        lagrangian = part.lagrangian(
            [side * v for v, (side, _) in zip(multipliers, part.active, strict=True)]
        )
        first, second_order = lagrangian[1] or {}, lagrangian[2]
        quadratic = part.is_quadratic(lagrangian)
        need(quadratic, "the Lagrangian may not be a polynomial of second degree")
        need(
            all(is_zero(v) for v in first.values()),
            "the gradient of the Lagrangian is not exactly 0",
        )
        H = [[second_order.get((min(j, k), max(j, k)), ZERO) for k in moved] for j in moved]
        need(semidefinite(H), "the Lagrangian may not be convex")
    return MINIMUM, None, None, None


def with_multipliers(
    P: Problem, theta: list[Any], moved: list[int], patterns: Any
) -> Iterator[tuple[Any, list[fmpq]]]:
    """The pieces of all sign patterns with the multipliers that the witness has for each."""
    given = {signs: listed(multipliers) for signs, multipliers in triples(patterns, 2)}
    need(len(given) == len(patterns), "a sign pattern is listed twice")
    for part in all_pieces(P, theta, set(moved)):
        need(part.signs in given, "a sign pattern has no multipliers")
        multipliers = [rational(v) for v in given.pop(part.signs)]
        need(len(multipliers) == len(part.active), "there is not one multiplier for each kink")
        need(all(bool(v >= 0) for v in multipliers), "a multiplier is negative")
        yield part, multipliers
    need(len(given) == 0, "there is no such sign pattern")


def sufficient(part: Any, moved: list[int], multipliers: list[fmpq]) -> None:
    """Refuse unless the second-order sufficient condition holds along a sign pattern."""
    binding = [(v, *one) for v, one in zip(multipliers, part.active, strict=True) if v > 0]
    columns = [[side * s[1].get(j, ZERO) for j in moved] for _, side, s in binding]
    rest = [(part.jet[1] or {}).get(j, ZERO) for j in moved]
    for (v, _, _), column in zip(binding, columns, strict=True):
        rest = [total - v * entry for total, entry in zip(rest, column, strict=True)]
    weights = corrected([v for v, _, _ in binding], columns, rest)
    H = [[second(part.jet, j, k) for k in moved] for j in moved]
    for weight, (_, side, s), column in zip(weights, binding, columns, strict=True):
        a = [BALLS.number(v) for v in column]
        for row, j in enumerate(moved):
            for place, k in enumerate(moved):
                bend = weight * side * second(s, j, k)
                H[row][place] = H[row][place] - bend + WEIGHT * a[row] * a[place]
    need(positive_definite(H), "the Hessian may not be positive definite on the critical cone")


def second(jet: Any, j: int, k: int) -> arb:
    """A second derivative, enclosed."""
    return BALLS.number(jet[2].get((min(j, k), max(j, k)), ZERO))


def corrected(weights: list[fmpq], columns: Any, rest: Any) -> list[arb]:
    """Positive multipliers with which the gradient of the Lagrangian is 0, enclosed.

    ``rest`` is its gradient with the weights given, and the columns are the gradients a_j.
    """
    found = [arb(v) for v in weights]
    wrong = [row for row, v in enumerate(rest) if not is_zero(v)]
    if len(wrong) == 0:
        return found
    for rows in (wrong, connected(wrong, columns)):
        used = [
            n
            for n, a in enumerate(columns)
            if all(is_zero(v) for row, v in enumerate(a) if row not in rows)
        ]
        if len(used) >= len(rows):
            break
    need(len(used) >= len(rows), "the gradient of the Lagrangian is not exactly 0")
    A = arb_mat([[BALLS.number(columns[n][row]) for n in used] for row in rows])
    try:
        z = (A * A.transpose()).solve(arb_mat([[BALLS.number(rest[row])] for row in rows]))
    except ZeroDivisionError:
        raise Refused("the gradients of the kinks may not be of full rank") from None
    for n, (step,) in zip(used, (A.transpose() * z).tolist(), strict=True):
        found[n] = found[n] + step
        need(bool(found[n] > 0), "a corrected multiplier may not be positive")
    return found


def connected(rows: list[int], columns: Any) -> list[int]:
    """The rows that columns connect with these: two are connected where one column is not 0."""
    found, waiting = (
        set(rows),
        [[row for row, v in enumerate(a) if not is_zero(v)] for a in columns],
    )
    while True:
        joined = found.union(*(rows for rows in waiting if found & set(rows)))
        if joined == found:
            return sorted(found)
        found = joined
