"""Minima on branches, by the lemma of Morse and Bott for a manifold M of zeros of the gradient.

branch: M is a box of free coordinates.
constant-units: M consists of the moves of constant units of the hidden layer that keep the outputs
    (all derivatives are multiples of sum_i r_i and sum_i r_i x_i, or unchanged).
equal-units: merge two units with equal incoming weights. Where the smaller network is stationary
    with merged outgoing weight U != 0, its derivatives U G by the unit's incoming weights are 0, so
    G = 0, and every split of U gives a stationary point: M is that line.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq, fmpq_mat

from .balls import unique_minimum
from .claims import MINIMUM, Claim
from .exact import ZERO, is_zero, sign
from .hypotheses import free, precise, smooth_up_to, stationary
from .manifolds import transversal
from .matrices import positive_definite
from .objective import evaluate
from .problem import Problem
from .reading import fields, indices, listed, need, rational
from .rings import EXACT
from .trees import exact


def branch(claim: Claim, witness: Any) -> Any:
    """A minimum on a box of free coordinates."""
    _, precision, moved, width = fields(witness, "method precision free width")
    P, w = claim.P, rational(width)
    stationary(claim)
    precise(precision)
    indices(moved, P.size)
    need(bool(w > 0) and len(moved) > 0, "the branch is empty")
    radii = [w if j in set(moved) else ZERO for j in range(P.size)]
    at = claim.balls(1, radii)
    smooth_up_to(at, 2)
    zero = all(is_zero(v) for v in at.gradient)
    if not zero:
        exactly = evaluate(P, EXACT, free(claim, moved, claim.theta(radii)), 1)
        zero = all(is_zero(v) for v in exactly.gradient)
    need(zero, "the gradient may not be 0 on the branch")
    normal = [j for j in range(P.size) if j not in set(moved)]
    H = claim.balls(2).hessian
    part = [[H[j][k] for k in normal] for j in normal]
    need(positive_definite(part), "the Hessian across the branch may not be positive definite")
    return MINIMUM, "branch", len(moved), None


def constant_units(claim: Claim, witness: Any) -> Any:
    """A minimum with constant hidden units."""
    _, precision, units, complement = fields(witness, "method precision units complement")
    P = claim.P
    plain = P.kind == "network" and len(P.layers) == 3 and P.bias and P.elimination is None
    need(plain and P.activations[1][0] == "identity", "the network is of another kind")
    stationary(claim)
    n0, n1, n2 = P.layers
    need(len(indices(units, n1)) > 0, "there are no units")
    incoming = [u * n0 + j for u in units for j in range(n0)]
    need(all(is_zero(exact(claim.center[j])) for j in incoming), "a unit is not constant")
    moved = [*incoming, *(n1 * n0 + u for u in units), *range(P.base - n2, P.base)]
    moved += [P.starts[1] + k * n1 + u for k in range(n2) for u in units]
    need(not P.penalized & set(moved), "a penalized parameter moves")
    r = claim.exactly().r
    need(all(isinstance(v, fmpq) for row in P.x for v in row), "an input is not rational")
    for k in range(n2):
        moments = [sum((r[i][k] * P.x[i][j] for i in range(P.samples)), ZERO) for j in range(n0)]
        moments.append(sum((row[k] for row in r), ZERO))
        need(all(is_zero(v) for v in moments), "a moment of the output gradients is not 0")
    differences = [[a - b for a, b in zip(row, P.x[0], strict=True)] for row in P.x]
    nu = n0 - int(fmpq_mat(differences).rank())
    dimension = len(units) * (nu + 1 + n2)
    transversal(claim, complement, dimension, precision)
    return MINIMUM, "branch", dimension, None


def equal_units(claim: Claim, witness: Any) -> Any:
    """A minimum in the ball with two equal units, from the merged network's."""
    _, precision, layer, units, merged, complement = fields(
        witness, "method precision layer units merged complement"
    )
    transversal(claim, complement, 1, precision, split_line(claim, layer, units, merged))
    return MINIMUM, "branch", 1, None


def split_line(claim: Claim, layer: Any, units: Any, merged: Any) -> Any:
    """Half-widths and center of a box in the ball that holds a point of a line of critical points.

    ``merged`` is the witness of a strict local minimum of the network without the second unit.
    """
    P = claim.P
    plain = P.kind == "network" and P.elimination is None and not P.penalized and not claim.exact
    need(plain, "only for balls and networks without penalty and elimination")
    indices([layer], len(P.layers) - 1)
    need(layer >= 1 and P.layers[layer + 1] == 1, "the next layer has not one unit")
    u, v = indices(listed(units, 2), P.layers[layer])
    k, n = P.layers[layer - 1], P.layers[layer]
    start, after = P.starts[layer - 1], P.starts[layer]
    twins = {start + v * k + j: start + u * k + j for j in range(k)}
    twins |= {start + n * k + v: start + n * k + u} if P.bias else {}
    kept = [j for j in range(P.size) if j not in twins and j != after + v]
    model = P.raw["model"] | {"layers": [m - (i == layer) for i, m in enumerate(P.layers)]}
    none = {key: ["0"] * len(kept) for key in ("quadratic", "absolute")}
    smaller = Problem(P.raw | {"model": model, "regularizer": none})
    ball = Claim.__new__(Claim)
    split = claim.center[after + v]
    need(isinstance(split, fmpq), "a weight of the center is not rational")
    ball.P, ball.exact, ball.radii = smaller, False, [claim.radii[j] for j in kept]
    ball.center = [claim.center[j] for j in kept]
    ball.center[kept.index(after + u)] = exact(claim.center[after + u]) + split
    c, rho = (dict(zip(kept, values, strict=True)) for values in unique_minimum(ball, merged))
    need(bool(abs(c[after + u]) > rho[after + u]), "the merged outgoing weight may be 0")
    c[after + u], c[after + v], rho[after + v] = c[after + u] - split, split, ZERO
    for twin, j in twins.items():
        c[twin], rho[twin] = c[j], rho[j]
        distance = abs(exact(claim.center[twin]) - c[j])
        need(sign(distance + rho[j] - claim.radii[twin]) <= 0, "the minimum may leave the ball")
    return [[values[j] for j in range(P.size)] for values in (rho, c)]
