"""Expression trees: frozen nodes, and builders that keep every tree in one canonical shape.

Canonical means: arithmetic on rational numbers is carried out at once, sums and products are flat
on the left, ``a - b`` is the sum of ``a`` and ``-b``. Then ``str`` of a tree parses back to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

MAX_DEPTH = 100
MAX_EXPONENT = 1000
MAX_BITS = 30_000  # of one number
MAX_TOTAL_BITS = 100_000  # of the numbers of a tree, times the exponents above them
MAX_LENGTH = 20_000  # of the text of a tree
HALF = fmpq(1, 2)


class TreeError(ValueError):
    """A tree that is not allowed; the parser and the JSON reader say where."""


class DivisionByZeroError(TreeError):
    """A division by zero that is written down."""


@dataclass(frozen=True)
class Number:
    """A rational number."""

    value: fmpq

    def __str__(self) -> str:
        return _text(self)


@dataclass(frozen=True)
class Constant:
    """``pi`` or ``e``."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Name:
    """A parameter or an input."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Operation:
    """``+`` and ``*`` (two or more arguments), ``neg``, ``/``, ``^`` (second a ``Number``)."""

    op: str
    args: tuple[Tree, ...]

    def __str__(self) -> str:
        return _text(self)


@dataclass(frozen=True)
class Call:
    """A function of the grammar; slopes of ``leaky_relu`` are ``Number`` arguments."""

    function: str
    args: tuple[Tree, ...]

    def __str__(self) -> str:
        return _text(self)


Tree = Number | Constant | Name | Operation | Call


def children(tree: Tree) -> tuple[Tree, ...]:
    """The arguments of a node, none for a leaf."""
    return tree.args if isinstance(tree, (Operation, Call)) else ()


def names_in(tree: Tree) -> frozenset[str]:
    """The names that occur in a tree."""
    found: set[str] = set()
    stack: list[Tree] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            found.add(node.name)
        stack.extend(children(node))
    return frozenset(found)


def number(value: fmpq) -> Number:
    """A number of bounded size."""
    if int(value.p).bit_length() + int(value.q).bit_length() > MAX_BITS:
        raise TreeError(f"a number of more than {MAX_BITS} bits")
    return Number(value)


def add(left: Tree, right: Tree) -> Tree:
    """The sum left + right."""
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value + right.value)
    return Operation("+", (*_flat("+", left), right))


def multiply(left: Tree, right: Tree) -> Tree:
    """The product left * right."""
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value * right.value)
    return Operation("*", (*_flat("*", left), right))


def _flat(op: str, left: Tree) -> tuple[Tree, ...]:
    return left.args if isinstance(left, Operation) and left.op == op else (left,)


def divide(left: Tree, right: Tree) -> Tree:
    """The quotient left / right; refuses a literal zero."""
    if isinstance(right, Number) and right.value == 0:
        raise DivisionByZeroError("a division by zero")
    if isinstance(left, Number) and isinstance(right, Number):
        return number(left.value / right.value)
    return Operation("/", (left, right))


def negate(argument: Tree) -> Tree:
    """-argument."""
    if isinstance(argument, Number):
        return Number(-argument.value)
    if isinstance(argument, Operation) and argument.op == "neg":
        return argument.args[0]
    return Operation("neg", (argument,))


def power(base: Tree, exponent: Tree) -> Tree:
    """The power base ^ exponent: an integer up to 1000, or 1/2, or any if the base is e."""
    if isinstance(base, Constant) and base.name == "e":
        return Call("exp", (exponent,))
    if not isinstance(exponent, Number):
        raise TreeError("an exponent that is not a number")
    value = exponent.value
    if value != HALF and (value.q != 1 or abs(int(value.p)) > MAX_EXPONENT):
        raise TreeError("an exponent that is neither 1/2 nor an integer from -1000 to 1000")
    if not isinstance(base, Number) or value == HALF:
        return Operation("^", (base, exponent))
    count = int(value.p)
    if base.value == 0 and count < 0:
        raise DivisionByZeroError("a division by zero")
    bits = int(base.value.p).bit_length() + int(base.value.q).bit_length()
    if bits * abs(count) > 2 * MAX_BITS:
        raise TreeError(f"a number of more than {MAX_BITS} bits")
    return number(base.value**count)


def check_size(tree: Tree) -> None:
    """Refuse trees whose depth, value or text could exhaust the stack or the memory.

    The size of a value is bounded by adding the bits of all numbers, times the exponents above.
    """
    stack: list[tuple[Tree, int, int]] = [(tree, 1, 1)]
    total = 0
    while stack:
        node, depth, factor = stack.pop()
        if depth > MAX_DEPTH:
            raise TreeError(f"an expression nested deeper than {MAX_DEPTH} levels")
        if isinstance(node, Number):
            total += factor * (int(node.value.p).bit_length() + int(node.value.q).bit_length())
        elif not children(node):
            total += factor
        if total > MAX_TOTAL_BITS or factor > MAX_TOTAL_BITS:
            raise TreeError("powers whose value could be too large")
        if isinstance(node, Operation) and node.op == "^":
            assert isinstance(node.args[1], Number)
            steps = max(1, abs(int(node.args[1].value.p)))
            stack.append((node.args[0], depth + 1, factor * steps))
        else:
            stack.extend((child, depth + 1, factor) for child in children(node))
    if len(_text(tree)) > MAX_LENGTH:
        raise TreeError(f"an expression of more than {MAX_LENGTH} characters when written out")


_SUM, _PRODUCT, _POWER, _ATOM = range(4)


def _level(tree: Tree) -> int:
    """How tightly the printed form binds."""
    if isinstance(tree, Number):
        return _PRODUCT if tree.value.q != 1 or tree.value < 0 else _ATOM
    if not isinstance(tree, Operation):
        return _ATOM
    return {"+": _SUM, "^": _POWER}.get(tree.op, _PRODUCT)


def _wrapped(tree: Tree, level: int) -> str:
    text = _text(tree)
    return text if _level(tree) >= level else f"({text})"


def _text(tree: Tree) -> str:
    if isinstance(tree, Number):
        return str(tree.value)
    if isinstance(tree, Call):
        return f"{tree.function}({', '.join(_text(a) for a in tree.args)})"
    if not isinstance(tree, Operation):
        return tree.name
    if tree.op == "+":
        return _wrapped(tree.args[0], _PRODUCT) + "".join(_term(a) for a in tree.args[1:])
    if tree.op == "neg":
        return "-" + _wrapped(tree.args[0], _POWER)
    if tree.op == "^":
        return f"{_wrapped(tree.args[0], _ATOM)}^{_wrapped(tree.args[1], _ATOM)}"
    # A product or quotient: only the first argument may itself be one.
    first = _wrapped(tree.args[0], _PRODUCT)
    return tree.op.join([first, *(_wrapped(a, _POWER) for a in tree.args[1:])])


def _term(tree: Tree) -> str:
    if isinstance(tree, Number) and tree.value < 0:
        return f" - {-tree.value}"
    if isinstance(tree, Operation) and tree.op == "neg":
        return f" - {_wrapped(tree.args[0], _PRODUCT)}"
    return f" + {_wrapped(tree, _PRODUCT)}"
