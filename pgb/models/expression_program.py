"""SymPy derivatives of formulas, compiled to straight-line programs for any arithmetic.

SymPy only differentiates and finds common subexpressions; nothing is printed, and no code is
generated or executed. Activations are opaque nodes of our own, so that SymPy never brings in
conventions such as Heaviside(0) = 1/2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, mul
from typing import Any

import numpy as np
import sympy
from flint import fmpq

from pgb.errors import InputError
from pgb.expressions import Call, Constant, Name, Number, Tree, evaluate, names_in, power
from pgb.models.activations import Activation
from pgb.models.expression_tree import activation_of
from pgb.numbers import Arithmetic, Array

#: (operation, operands): operands are indices of earlier steps, or literals.
Step = tuple[str, tuple[Any, ...]]


class Node(sympy.Function):
    """Derivative number ``order`` of activation number ``key`` at an argument."""

    nargs = (3,)

    def fdiff(self, argindex: int = 3) -> sympy.Expr:
        """The derivative with respect to the argument: the same activation, one order higher."""
        key, order, argument = self.args
        if argindex != 3:
            raise sympy.core.function.ArgumentIndexError(self, argindex)
        return Node(key, order + 1, argument)


class Logarithm(sympy.Function):
    """The logarithm, opaque: SymPy's own turns exp(n log w) into a power w**n of any size."""

    nargs = (1,)

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """The derivative 1 / argument."""
        return 1 / self.args[0]


class Translation:
    """From trees to SymPy expressions; keeps what the symbols and nodes in them stand for.

    Irrational constants become symbols: SymPy would evaluate them, at any cost.
    """

    def __init__(self) -> None:
        self.activations: list[Activation] = []
        self.constants: dict[str, Tree] = {}
        self._keys: dict[tuple[Any, ...], int] = {}

    def expression(self, tree: Tree) -> sympy.Expr:
        """The SymPy form of a tree.

        Raises:
            InputError: if it divides by something that is identically 0.
        """
        result = self._convert(tree)
        if result.has(sympy.I, sympy.nan, sympy.zoo, sympy.oo, -sympy.oo):
            raise InputError(f"outputs: found '{tree}', expected a formula without 1/0")
        return result

    def _convert(self, tree: Tree) -> sympy.Expr:
        if isinstance(tree, Number):
            return sympy.Rational(int(tree.value.p), int(tree.value.q))
        if isinstance(tree, Name):
            # No assumptions: SymPy would turn sqrt(w^2) of a real w into Abs(w).
            return sympy.Symbol(tree.name)
        if isinstance(tree, Constant) or not names_in(tree):
            name = f"constant {tree}"
            self.constants[name] = tree
            return sympy.Symbol(name)
        args = [self._convert(a) for a in tree.args]
        if isinstance(tree, Call):
            return self._call(tree, args[0])
        if tree.op == "neg":
            return sympy.Mul(-1, args[0])
        if tree.op == "/":
            return sympy.Mul(args[0], sympy.Pow(args[1], -1))
        return {"+": sympy.Add, "*": sympy.Mul, "^": sympy.Pow}[tree.op](*args)

    def _call(self, tree: Call, argument: sympy.Expr) -> sympy.Expr:
        known: dict[str, Callable[[Any], Any]] = {
            "exp": sympy.exp,
            "log": Logarithm,
            "sqrt": sympy.sqrt,
            "sin": sympy.sin,
            "cos": sympy.cos,
            "identity": lambda s: s,
            "quadratic": lambda s: s**2,
            "cubic": lambda s: s**3,
        }
        if tree.function in known:
            return known[tree.function](argument)
        spec = (tree.function, *tree.args[1:])
        if spec not in self._keys:
            self._keys[spec] = len(self.activations)
            self.activations.append(activation_of(tree))
        return Node(sympy.Integer(self._keys[spec]), sympy.Integer(0), argument)


@dataclass(frozen=True)
class Program:
    """Steps in order of evaluation; ``results`` are steps, or None for results exactly 0."""

    steps: tuple[Step, ...]
    results: tuple[int | None, ...]
    activations: tuple[Activation, ...]
    constants: Mapping[str, Tree]

    def run(self, ar: Arithmetic, bindings: Mapping[str, Array]) -> list[Array | None]:
        """The results; each has the shape to which the names it depends on broadcast."""
        values: list[Array] = []
        with np.errstate(all="ignore"):  # inf and nan say what has to be said
            for step in self.steps:
                values.append(self._step(step, ar, values, bindings))
        return [None if index is None else values[index] for index in self.results]

    def _step(
        self, step: Step, ar: Arithmetic, values: list[Array], bindings: Mapping[str, Array]
    ) -> Array:
        op, args = step
        if op == "number":
            return ar.asarray([args[0]])
        if op == "name":
            constant = self.constants.get(args[0])
            known = bindings[args[0]] if constant is None else evaluate(constant, ar, {})
            return known.reshape((1,)) if known.ndim == 0 else known
        if op == "power":
            return power(values[args[0]], args[1])
        if op == "activation":
            key, order, index = args
            chosen = self.activations[key]
            return (chosen.value, chosen.first, chosen.second)[order](ar, values[index])
        operands = [values[index] for index in args]
        if op in ("+", "*"):
            return reduce(add if op == "+" else mul, operands)
        if op == "neg":
            return -operands[0]
        if op == "/":
            return operands[0] / operands[1]
        elementary: Callable[[Array], Array] = getattr(ar, op)
        return elementary(operands[0])


def compile_program(expressions: Sequence[sympy.Expr], translation: Translation) -> Program:
    """A straight-line program for several expressions, common subexpressions computed once."""
    names = sympy.numbered_symbols("shared", cls=sympy.Dummy)
    shared, reduced = sympy.cse(list(expressions), symbols=names, order="canonical")
    compiler = _Compiler()
    for symbol, expression in shared:
        compiler.places[symbol] = compiler.place(expression)
    results = tuple(None if e == 0 else compiler.place(e) for e in reduced)
    constants = dict(translation.constants)
    return Program(tuple(compiler.steps), results, tuple(translation.activations), constants)


class _Compiler:
    """Appends steps; ``places`` says which step computes an expression already."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.places: dict[sympy.Expr, int] = {}

    def place(self, expression: sympy.Expr) -> int:
        if expression not in self.places:
            self.places[expression] = self._compute(expression)
        return self.places[expression]

    def emit(self, op: str, *args: Any) -> int:
        self.steps.append((op, args))
        return len(self.steps) - 1

    def _compute(self, e: sympy.Expr) -> int:
        if e.is_Rational:
            return self.emit("number", fmpq(int(e.p), int(e.q)))
        if e.is_Symbol:
            return self.emit("name", e.name)
        if e.is_Add:
            return self.emit("+", *(self.place(a) for a in e.args))
        if e.is_Mul:
            return self._product(e)
        if isinstance(e, Node):
            return self.emit("activation", int(e.args[0]), int(e.args[1]), self.place(e.args[2]))
        if isinstance(e, sympy.exp | sympy.sin | sympy.cos):
            return self.emit(type(e).__name__, self.place(e.args[0]))
        if e is sympy.E:
            return self.emit("exp", self.place(sympy.S.One))
        if isinstance(e, Logarithm):
            return self.emit("log", self.place(e.args[0]))
        if e.is_Pow and e.exp.is_Rational:
            return self._power(e.base, e.exp)
        raise InputError(f"outputs: found '{e}', expected functions of the grammar")

    def _product(self, e: sympy.Expr) -> int:
        """Factors above and below one fraction bar; the sign as a negation, not a product."""
        coefficient, rest = e.as_coeff_Mul()
        factors = list(sympy.Mul.make_args(rest))
        below = [f for f in factors if f.is_Pow and f.exp.is_Rational and f.exp < 0]
        above = [f for f in factors if f not in below]
        negative = coefficient == -1
        if coefficient not in (1, -1) or not above:
            above.insert(0, -coefficient if negative else coefficient)
        places = [self.place(f) for f in above]
        result = places[0] if len(places) == 1 else self.emit("*", *places)
        if below:
            places = [self.place(sympy.Pow(f.base, -f.exp)) for f in below]
            divisor = places[0] if len(places) == 1 else self.emit("*", *places)
            result = self.emit("/", result, divisor)
        return self.emit("neg", result) if negative else result

    def _power(self, base: sympy.Expr, exponent: sympy.Rational) -> int:
        """Exponents n / 2^k, the only ones that square roots and integer powers lead to."""
        place = self.place(base)
        for _ in range(int(exponent.q).bit_length() - 1):
            place = self.emit("sqrt", place)
        return place if exponent.p == 1 else self.emit("power", place, int(exponent.p))
