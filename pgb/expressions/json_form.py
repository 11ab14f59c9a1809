"""Trees as nested JSON lists, for certificates and problem files.

``["number", "1/3"]``, ``["constant", "pi"]``, ``["name", "w"]``, ``["+", a, b, ...]``,
``["*", a, b, ...]``, ``["neg", a]``, ``["/", a, b]``, ``["^", a, ["number", "2"]]`` and
``["call", "tanh", a]``.
"""

from __future__ import annotations

import re
import reprlib
from functools import reduce
from typing import Any

from flint import fmpq, fmpz

from pgb.errors import InputError
from pgb.expressions import tree as build
from pgb.expressions.functions import ALIASES, CONSTANTS, FUNCTIONS, call
from pgb.expressions.tree import Call, Constant, Name, Number, Tree, TreeError

_RATIONAL = re.compile(r"-?[0-9]{1,40000}(?:/[0-9]{1,40000})?", re.ASCII)
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)
_ARITY = {"neg": (1, 1), "/": (2, 2), "^": (2, 2), "+": (2, 10_000), "*": (2, 10_000)}


def to_json(tree: Tree) -> list[Any]:
    """The tree as nested lists of strings."""
    if isinstance(tree, Number):
        return ["number", str(tree.value)]
    if isinstance(tree, Constant):
        return ["constant", tree.name]
    if isinstance(tree, Name):
        return ["name", tree.name]
    head = ["call", tree.function] if isinstance(tree, Call) else [tree.op]
    return [*head, *(to_json(a) for a in tree.args)]


def from_json(value: Any) -> Tree:
    """The tree of nested lists, every node checked.

    Raises:
        InputError: one sentence that says which node is not allowed.
    """
    try:
        result = _read(value, 1)
        build.check_size(result)
    except TreeError as error:
        raise InputError(f"expression: found {error}, expected a tree of the grammar") from None
    return result


def _read(value: Any, depth: int) -> Tree:
    if depth > build.MAX_DEPTH:
        raise TreeError(f"an expression nested deeper than {build.MAX_DEPTH} levels")
    if not isinstance(value, list) or len(value) < 2 or not isinstance(value[0], str):
        raise TreeError(f"the node {_short(value)}")
    kind, rest = value[0], value[1:]
    if kind in ("number", "constant", "name"):
        return _leaf(kind, rest)
    if kind == "call":
        name = rest[0]
        if not isinstance(name, str) or ALIASES.get(name, name) not in FUNCTIONS:
            raise TreeError(f"the unknown function {_short(name)}")
        return call(name, tuple(_read(a, depth + 1) for a in rest[1:]))
    low, high = _ARITY.get(kind, (1, 0))
    if not low <= len(rest) <= high:
        raise TreeError(f"the node {_short(value)}")
    return _operation(kind, [_read(a, depth + 1) for a in rest])


def _leaf(kind: str, rest: list[Any]) -> Tree:
    if len(rest) == 1 and isinstance(rest[0], str):
        text = rest[0]
        if kind == "number" and _RATIONAL.fullmatch(text):
            top, _, bottom = text.partition("/")
            if bottom and not bottom.strip("0"):
                raise TreeError("a division by zero")
            return build.number(fmpq(fmpz(top), fmpz(bottom or "1")))
        if kind == "constant" and text in CONSTANTS:
            return Constant(text)
        if kind == "name" and _IDENTIFIER.fullmatch(text):
            return Name(text)
    raise TreeError(f"the node {_short([kind, *rest])}")


def _operation(kind: str, args: list[Tree]) -> Tree:
    if kind == "+":
        return reduce(build.add, args)
    if kind == "*":
        return reduce(build.multiply, args)
    if kind == "neg":
        return build.negate(args[0])
    return (build.divide if kind == "/" else build.power)(args[0], args[1])


def _short(value: Any) -> str:
    return reprlib.repr(value)  # bounded in length and depth
