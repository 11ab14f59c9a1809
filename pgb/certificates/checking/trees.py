"""Trees: expressions and closed forms as JSON lists."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from .exact import ONE
from .functions import CALLS
from .jets import Jet, Jets
from .reading import RATIONAL, listed, need, rational
from .rings import EXACT


def tree(A: Jets, node: Any, names: dict[str, Jet], depth: int = 0) -> Jet:
    """The value of an expression tree."""
    need(depth < 200 and len(listed(node)) >= 2, "an expression is too deep or empty")
    kind, rest, R = node[0], node[1:], A.R
    if kind == "number":
        return A.constant(rational(rest[0]))
    if kind == "constant":
        need(rest[0] in ("pi", "e"), "found an unknown constant")
        return (R.pi() if rest[0] == "pi" else R.exp(R.number(ONE))), None, {}
    if kind == "name":
        need(isinstance(rest[0], str) and rest[0] in names, "found an unknown name")
        return names[rest[0]]
    if kind == "call" and rest[0] == "leaky_relu":
        below, above = (rational(listed(v, 2)[1]) for v in listed(rest, 4)[2:])
        return A.call("leaky-relu", tree(A, rest[1], names, depth + 1), (above, below))
    if kind == "call":
        need(isinstance(rest[0], str) and rest[0] in CALLS and len(rest) == 2, "unknown function")
        return A.call(rest[0], tree(A, rest[1], names, depth + 1))
    first = tree(A, rest[0], names, depth + 1)
    if kind == "^":
        exponent = rational(listed(listed(rest, 2)[1], 2)[1])
        if exponent == fmpq(1, 2):
            return A.call("sqrt", first)
        need(bool(exponent.q == 1 and abs(exponent) <= 1000), "found an unknown exponent")
        return A.power(first, int(exponent.p))
    parts = [tree(A, v, names, depth + 1) for v in rest[1:]]
    one = A.constant(ONE)
    if kind == "+":
        return A.linear([(one, part) for part in parts], first)
    if kind == "*":
        for part in parts:
            first = A.product(first, part)
        return first
    need((kind == "neg" and not parts) or (kind == "/" and len(parts) == 1), "unknown operation")
    return A.product(first, A.power(parts[0], -1) if parts else A.constant(-ONE))


def number(value: Any) -> Any:
    """A rational, or the tree of a closed form."""
    return rational(value) if isinstance(value, str) else listed(value)


def exact(value: Any) -> Any:
    """A number as an exact number."""
    return tree(Jets(EXACT), value, {})[0] if isinstance(value, list) else value


def inside(R: Any, value: Any) -> Any:
    """A number in the ring."""
    return tree(Jets(R), value, {})[0] if isinstance(value, list) else R.number(value)


def is_tree(value: Any) -> bool:
    """Whether a list is the tree of a closed form rather than a list of numbers."""
    head = value[0] if value else None
    return isinstance(head, str) and not RATIONAL.fullmatch(head)
