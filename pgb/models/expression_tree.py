"""What is read off the formulas themselves: kinks, and one-sided derivatives at kinks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from operator import add

import numpy as np

from pgb.errors import UndecidedError
from pgb.expressions import (
    HALF,
    Call,
    Constant,
    Name,
    Number,
    Operation,
    Tree,
    apply,
    children,
    evaluate,
    leaky_slopes,
    names_in,
    power,
)
from pgb.models.activations import Activation, LeakyRelu, activation
from pgb.numbers import Arithmetic, Array

#: Functions that are no activations; their derivatives are written out where they are needed.
ELEMENTARY = frozenset({"exp", "log", "sqrt", "sin", "cos", "identity", "quadratic", "cubic"})

#: A value and its derivative along the direction; None is a derivative that is exactly 0.
Dual = tuple[Array, Array | None]


def activation_of(call: Call) -> Activation:
    """The activation that a call of the grammar means."""
    if call.function == "leaky_relu":
        return LeakyRelu(*leaky_slopes(call))
    return activation(call.function)


def nodes(tree: Tree) -> Iterator[Tree]:
    """Every node, arguments before the node that uses them."""
    for child in children(tree):
        yield from nodes(child)
    yield tree


def constants(tree: Tree) -> Iterator[Tree]:
    """The largest parts without names that are not rational numbers."""
    if not names_in(tree):
        if not isinstance(tree, Number):
            yield tree
        return
    for child in children(tree):
        yield from constants(child)


def root_argument(tree: Tree) -> Tree | None:
    """The argument if the node is a square root."""
    if isinstance(tree, Call) and tree.function == "sqrt":
        return tree.args[0]
    if isinstance(tree, Operation) and tree.op == "^" and tree.args[1] == Number(HALF):
        return tree.args[0]
    return None


def one_sided(tree: Tree, ar: Arithmetic, bindings: Mapping[str, Dual]) -> Dual:
    """Value and one-sided derivative of a tree by the chain rule, both of one common shape.

    Every function of the grammar but the square root at 0 is locally Lipschitz and directionally
    differentiable, so the chain rule holds at kinks too.

    Raises:
        UndecidedError: at a square root whose argument is 0 (or not certainly positive).
    """
    if isinstance(tree, Number | Constant):
        return evaluate(tree, ar, {}).reshape((1,)), None
    if isinstance(tree, Name):
        return bindings[tree.name]
    argument = root_argument(tree)
    if argument is not None:
        return _root(ar, one_sided(argument, ar, bindings))
    if isinstance(tree, Call):
        return _call(tree, ar, one_sided(tree.args[0], ar, bindings))
    if tree.op == "^":
        exponent = tree.args[1]
        assert isinstance(exponent, Number)
        return _power(one_sided(tree.args[0], ar, bindings), int(exponent.value.p))
    duals = [one_sided(a, ar, bindings) for a in tree.args]
    if tree.op == "neg":
        value, slope = duals[0]
        return -value, None if slope is None else -slope
    if tree.op == "+":
        return reduce(add, [value for value, _ in duals]), _total([slope for _, slope in duals])
    return reduce(_product, duals) if tree.op == "*" else _quotient(duals[0], duals[1])


def _total(slopes: list[Array | None]) -> Array | None:
    present = [slope for slope in slopes if slope is not None]
    return reduce(add, present) if present else None


def _product(left: Dual, right: Dual) -> Dual:
    (a, da), (b, db) = left, right
    return a * b, _total([None if da is None else da * b, None if db is None else a * db])


def _quotient(left: Dual, right: Dual) -> Dual:
    (a, da), (b, db) = left, right
    terms = [None if da is None else da / b, None if db is None else -(a * db) / (b * b)]
    return a / b, _total(terms)


def _power(base: Dual, exponent: int) -> Dual:
    value, slope = base
    if slope is None or exponent == 0:
        return power(value, exponent), None
    factor = power(value, exponent - 1) if exponent != 1 else 1
    return power(value, exponent), slope * factor * exponent


def _root(ar: Arithmetic, argument: Dual) -> Dual:
    value, slope = argument
    root = ar.sqrt(value)
    if slope is None:
        return root, None
    if not bool(np.all(ar.certainly_positive(value))):
        raise UndecidedError("one-sided derivative: found a square root whose argument may be 0")
    return root, slope / (2 * root)


def _call(tree: Call, ar: Arithmetic, argument: Dual) -> Dual:
    s, ds = argument
    value = apply(tree, ar, s)
    if ds is None:
        return value, None
    if tree.function not in ELEMENTARY:
        shape = np.broadcast_shapes(s.shape, ds.shape)
        zeros = ar.zeros(shape)
        return value, activation_of(tree).one_sided(ar, s + zeros, ds + zeros)
    if tree.function == "quadratic":
        return _power(argument, 2)
    if tree.function == "cubic":
        return _power(argument, 3)
    if tree.function == "exp":
        return value, value * ds
    if tree.function == "log":
        return value, ds / s
    if tree.function == "identity":
        return value, ds
    return value, ar.cos(s) * ds if tree.function == "sin" else -ar.sin(s) * ds
