"""Refutations by a segment on which Q is constant and from whose end it descends.

probe: outputs with zero derivatives by some coordinates on a box do not depend on them there; units
    with equal incoming weights may exchange outgoing weight. If Q is constant on a segment and one
    of its derivatives is analytic there and not 0 at the end, it is not 0 at points near the start.
"""

from __future__ import annotations

from typing import Any

import flint
from flint import arb, fmpq

from .claims import REFUTED, Claim
from .exact import EXACT_BITS, ZERO, is_zero
from .hypotheses import free, precise
from .objective import evaluate
from .reading import fields, indices, listed, need, rational
from .rings import BALLS, EXACT
from .trees import exact


def probe(claim: Claim, witness: Any) -> Any:
    """A derivative becomes nonzero along a segment on which Q is constant."""
    P = claim.P
    _, precision, direction, index, family = fields(
        witness, "method precision direction index family"
    )
    need(claim.exact, "a probe starts at an exact point")
    precise(precision)
    indices([index], P.size)
    d = [rational(v) for v in listed(direction, P.size)]
    moved = [j for j in range(P.size) if d[j] != 0]
    need(not P.penalized & set(moved), "a penalized parameter moves")
    need(P.elimination != "without-units" or all(j < P.base for j in moved), "the factor moves")
    start = claim.theta()
    if P.smoothness == 0:
        loss = [value for value, _, own in evaluate(P, BALLS, start, 0).switches if own]
        need(all(bool(value != 0) for value in loss), "the loss may have a kink at the outputs")
    box = [t if v == 0 else t.union(t + arb(v)) for t, v in zip(start, d, strict=True)]
    along = evaluate(P, BALLS, box, 1)
    need(all(bool(v != 0) for v, _, loss in along.switches if not loss), "a kink may be crossed")
    if fields(family, "kind", "layer units")[0] == "coordinates":
        fields(family, "kind")
        constant = not depends(along, moved) or not depends(
            evaluate(P, EXACT, free(claim, moved, box), 1), moved
        )
        need(constant, "an output may depend on a moved parameter")
    else:
        exchange(claim, d, family)
    ends = [t + arb(v) for t, v in zip(start, d, strict=True)]
    need(bool(evaluate(P, BALLS, ends, 1).gradient[index] != 0), "the derivative may be 0 there")
    return (REFUTED,)


def depends(at: Any, moved: list[int]) -> bool:
    """Whether a derivative of an output by a moved parameter is not seen to be 0."""
    firsts = [first or {} for q in at.q for _, first, _ in q]
    return not all(is_zero(first.get(j, ZERO)) for first in firsts for j in moved)


def exchange(claim: Claim, d: list[fmpq], family: Any) -> None:
    """Refuse unless two units have equal incoming weights and d exchanges outgoing weight."""
    P = claim.P
    kind, layer, units = fields(family, "kind layer units")
    need(kind == "equal-units" and P.kind == "network", "found an unknown family")
    indices([layer], len(P.layers) - 1)
    need(layer >= 1, "found no hidden layer")
    u, v = indices(listed(units, 2), P.layers[layer])
    k, n, start = P.layers[layer - 1], P.layers[layer], P.starts[layer - 1]
    pairs = [(start + u * k + j, start + v * k + j) for j in range(k)]
    pairs += [(start + n * k + u, start + n * k + v)] if P.bias else []
    flint_precision, flint.ctx.prec = flint.ctx.prec, EXACT_BITS
    same = [is_zero(exact(claim.center[a]) - exact(claim.center[b])) for a, b in pairs]
    flint.ctx.prec = flint_precision
    need(all(same), "the units are not equal")
    left = list(d)
    for row in range(P.layers[layer + 1]):
        a, b = (P.starts[layer] + row * n + unit for unit in (u, v))
        need(bool(left[a] + left[b] == 0), "outgoing weights do not move oppositely")
        left[a] = left[b] = ZERO
    need(all(bool(v == 0) for v in left), "something else moves")
