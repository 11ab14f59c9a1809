"""The functions of the grammar and their values in any arithmetic."""

from __future__ import annotations

from collections.abc import Callable

from flint import fmpq

from pgb.expressions.tree import Call, Number, Tree, TreeError
from pgb.numbers import Arithmetic, Array

CONSTANTS = ("pi", "e")
ALIASES = {"atan": "arctan", "ln": "log", "sine": "sin"}
# The doubles of the published constants, as the common frameworks have them.
SELU_ALPHA = fmpq(*(1.6732632423543772).as_integer_ratio())
SELU_SCALE = fmpq(*(1.0507009873554805).as_integer_ratio())
DEFAULT_SLOPE = fmpq(1, 100)


def _square(ar: Arithmetic, x: Array) -> Array:
    return x * x


def _cube(ar: Arithmetic, x: Array) -> Array:
    return x * x * x


def _negative_part(ar: Arithmetic, x: Array) -> Array:
    return -ar.positive_part(-x)


def _elu(ar: Arithmetic, x: Array) -> Array:
    return ar.positive_part(x) + (ar.exp(_negative_part(ar, x)) - 1)


def _selu(ar: Arithmetic, x: Array) -> Array:
    scale, alpha = ar.asarray([SELU_SCALE]), ar.asarray([SELU_ALPHA])
    return scale * (ar.positive_part(x) + alpha * (ar.exp(_negative_part(ar, x)) - 1))


def _gelu(ar: Arithmetic, x: Array) -> Array:
    root = ar.sqrt(ar.asarray([fmpq(2)]))
    return x * (1 + ar.erf(x / root)) / 2


UNARY: dict[str, Callable[[Arithmetic, Array], Array]] = {
    "exp": lambda ar, x: ar.exp(x),
    "log": lambda ar, x: ar.log(x),
    "sqrt": lambda ar, x: ar.sqrt(x),
    "sin": lambda ar, x: ar.sin(x),
    "cos": lambda ar, x: ar.cos(x),
    "tanh": lambda ar, x: ar.tanh(x),
    "sigmoid": lambda ar, x: ar.sigmoid(x),
    "softplus": lambda ar, x: ar.softplus(x),
    "erf": lambda ar, x: ar.erf(x),
    "arctan": lambda ar, x: ar.arctan(x),
    "identity": lambda ar, x: x,
    "quadratic": _square,
    "cubic": _cube,
    "relu": lambda ar, x: ar.positive_part(x),
    "elu": _elu,
    "selu": _selu,
    "gelu": _gelu,
    "silu": lambda ar, x: x * ar.sigmoid(x),
}
FUNCTIONS = (*UNARY, "leaky_relu")


def call(name: str, args: tuple[Tree, ...]) -> Call:
    """A call with its number of arguments checked; ``leaky_relu`` gets both slopes written out."""
    name = ALIASES.get(name, name)
    if name == "leaky_relu":
        return Call(name, _leaky_arguments(args))
    if len(args) != 1:
        raise TreeError(f"{name} with {len(args)} arguments instead of 1")
    return Call(name, args)


def _leaky_arguments(args: tuple[Tree, ...]) -> tuple[Tree, ...]:
    if not 1 <= len(args) <= 3:
        raise TreeError(f"leaky_relu with {len(args)} arguments instead of 1 to 3")
    slopes = (*args[1:], *(Number(DEFAULT_SLOPE), Number(fmpq(1)))[len(args) - 1 :])
    if not all(isinstance(slope, Number) for slope in slopes):
        raise TreeError("leaky_relu with a slope that is not a rational number")
    return (args[0], *slopes)


def leaky_slopes(tree: Call) -> tuple[fmpq, fmpq]:
    """Slopes (for positive, for negative arguments) of a ``leaky_relu`` call."""
    below, above = tree.args[1], tree.args[2]
    assert isinstance(below, Number) and isinstance(above, Number)
    return above.value, below.value


def apply(tree: Call, ar: Arithmetic, x: Array) -> Array:
    """The value of a call at the value ``x`` of its first argument, of the shape of ``x``."""
    if tree.function != "leaky_relu":
        return UNARY[tree.function](ar, x)
    above, below = (ar.asarray([slope]) for slope in leaky_slopes(tree))
    return above * ar.positive_part(x) - below * ar.positive_part(-x)
