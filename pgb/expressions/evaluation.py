"""Values of expression trees in any arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from math import comb
from operator import add, mul
from typing import TYPE_CHECKING

import numpy as np

from pgb.errors import InputError, UndecidedError
from pgb.expressions.functions import apply
from pgb.expressions.tree import HALF, Call, Constant, Name, Number, Operation, Tree, children
from pgb.numbers import Arithmetic, Array

if TYPE_CHECKING:
    from pgb.numbers import ExactNumber

_MAX_TERMS = 2000


def evaluate(tree: Tree, ar: Arithmetic, bindings: Mapping[str, Array]) -> Array:
    """The value of a tree, of the shape to which all bindings broadcast.

    Args:
        tree: the expression.
        ar: the arithmetic, in which the bindings already are.
        bindings: an array for each name, of shapes that broadcast with each other.

    Raises:
        InputError: if a name of the tree has no binding.
    """
    shape = np.broadcast_shapes(*(array.shape for array in bindings.values()))
    # One axis at least: arithmetic between 0-dimensional object arrays leaves the array world.
    arrays = {name: a.reshape((1,)) if a.ndim == 0 else a for name, a in bindings.items()}
    with np.errstate(all="ignore"):  # inf and nan say what has to be said
        result = _value(tree, ar, arrays)
    if shape == ():
        return result.reshape(())
    return result if result.shape == shape else result + ar.zeros(shape)


def _value(tree: Tree, ar: Arithmetic, bindings: Mapping[str, Array]) -> Array:
    if isinstance(tree, Number):
        return ar.asarray([tree.value])
    if isinstance(tree, Constant):
        one = ar.ones((1,))
        return one * ar.pi() if tree.name == "pi" else ar.exp(one)
    if isinstance(tree, Name):
        if tree.name not in bindings:
            raise InputError(f"{tree.name}: found no value, expected one for each name")
        return bindings[tree.name]
    if isinstance(tree, Call):
        return apply(tree, ar, _value(tree.args[0], ar, bindings))
    if tree.op == "^":
        exponent = tree.args[1]
        assert isinstance(exponent, Number)
        base = _value(tree.args[0], ar, bindings)
        return ar.sqrt(base) if exponent.value == HALF else power(base, int(exponent.value.p))
    values = [_value(a, ar, bindings) for a in tree.args]
    if tree.op == "neg":
        return -values[0]
    if tree.op == "/":
        return values[0] / values[1]
    return reduce(add if tree.op == "+" else mul, values)


def power(base: Array, exponent: int) -> Array:
    """The power base ^ exponent (an integer), by repeated products: ``**`` is nan at arb(0)."""
    if exponent < 0:
        return 1 / power(base, -exponent)
    result: Array | None = None
    square = base
    while exponent:
        if exponent & 1:
            result = square if result is None else result * square
        exponent >>= 1
        square = square * square if exponent else square
    return 0 * base + 1 if result is None else result


def exact_value(tree: Tree) -> ExactNumber:
    """The value of a tree without names: a rational or a canonical closed form.

    Raises:
        InputError: if the value is not defined (a division by zero, the logarithm of a negative
            number), has a name in it, or would have too many terms written out.
    """
    if _terms(tree) > _MAX_TERMS:
        raise InputError(f"expression: found more than {_MAX_TERMS} terms, expected fewer")
    if isinstance(tree, Number):
        return tree.value
    from pgb.numbers import Exact

    try:
        value: ExactNumber = evaluate(tree, Exact(), {}).item()
        return value
    except InputError:
        raise
    except (ArithmeticError, ValueError, UndecidedError) as error:
        shown = str(tree)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        zero = isinstance(error, ZeroDivisionError)
        reason = "division by zero" if zero else str(error) or type(error).__name__
        raise InputError(f"expression: found {shown!r} ({reason}), expected a number") from None


def _terms(tree: Tree) -> int:
    """A bound for the number of terms of the value when every product is multiplied out."""
    counts = [min(_terms(a), _MAX_TERMS + 1) for a in children(tree)]
    if isinstance(tree, Operation) and tree.op == "+":
        return sum(counts)
    if isinstance(tree, Operation) and tree.op in ("*", "/"):
        return reduce(lambda a, b: min(a * b, _MAX_TERMS + 1), counts, 1)
    if isinstance(tree, Operation) and tree.op == "^":
        assert isinstance(tree.args[1], Number)
        steps = abs(int(tree.args[1].value.p))
        return comb(steps + counts[0] - 1, steps) if counts[0] > 1 else 1
    return max(counts, default=1)
