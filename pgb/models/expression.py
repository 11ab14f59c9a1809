"""Models given by formulas, with derivatives by SymPy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pgb.errors import InputError
from pgb.expressions import CONSTANTS, FUNCTIONS, Call, Tree, evaluate, names_in, parse
from pgb.models.expression_tree import (
    ELEMENTARY,
    Dual,
    activation_of,
    constants,
    nodes,
    one_sided,
    root_argument,
)
from pgb.models.model import AffineField, Model, Parameter, Switch
from pgb.numbers import Arithmetic, Array, Balls

if TYPE_CHECKING:
    from pgb.models.expression_program import Program
    from pgb.models.expression_symbols import Symbols

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*", re.ASCII)


class Expression(Model):
    """A model whose outputs are formulas in scalar inputs and scalar parameters.

    ``Expression(inputs=["x"], parameters=["w", "u"], outputs=["u*tanh(w*x)"])``; there may be no
    parameters. The formulas follow the grammar of ``pgb.expressions.parse``. Outputs are evaluated
    as they are written, so they are undefined exactly where the formula is.

    Raises:
        InputError: for names that are not allowed or formulas that do not parse, all at once.
    """

    def __init__(
        self, inputs: Sequence[str], parameters: Sequence[str], outputs: Sequence[str | Tree]
    ) -> None:
        self.input_names = tuple(inputs)
        self.parameter_names = tuple(parameters)
        problems = _bad_names(self.input_names, self.parameter_names)
        if isinstance(outputs, str) or len(outputs) == 0:
            problems.append("outputs: found no list of formulas, expected at least one formula")
        if problems:
            raise InputError(problems)
        self.trees = self._parsed(outputs)
        self.inputs = len(self.input_names)
        self.output_dimension = len(self.trees)
        self.parameters = tuple(Parameter(name, ()) for name in self.parameter_names)

    def _parsed(self, outputs: Sequence[str | Tree]) -> tuple[Tree, ...]:
        names = {*self.input_names, *self.parameter_names}
        trees: list[Tree] = []
        problems: list[str] = []
        for k, text in enumerate(outputs):
            try:
                # A tree goes through its own text, so that it obeys the same limits.
                tree = parse(text if isinstance(text, str) else str(text), names)
                _check_constants(tree)
                trees.append(tree)
            except InputError as error:
                problems += [f"outputs[{k}]: {problem}" for problem in error.problems]
        if problems:
            raise InputError(problems)
        return tuple(trees)

    @property
    def formulas(self) -> tuple[str, ...]:
        """The outputs as text of the grammar."""
        return tuple(str(tree) for tree in self.trees)

    @cached_property
    def _symbols(self) -> Symbols:
        from pgb.models.expression_symbols import Symbols

        return Symbols(self.trees, self.parameter_names)

    def _bindings(self, theta: Array, x: Array) -> dict[str, Array]:
        """Parameters as (..., 1), inputs as (m,)."""
        bindings = {name: theta[..., j : j + 1] for j, name in enumerate(self.parameter_names)}
        return bindings | {name: x[:, j] for j, name in enumerate(self.input_names)}

    def outputs(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        bindings = self._bindings(theta, x)
        shape = (*theta.shape[:-1], x.shape[0])
        with _where_defined():
            values = [_filled(ar, evaluate(tree, ar, bindings), shape) for tree in self.trees]
        return ar.stack(values, axis=-1)

    def _run(self, program: Program, ar: Arithmetic, theta: Array, x: Array) -> list[Array | None]:
        shape = (*theta.shape[:-1], x.shape[0])
        with _where_defined():
            results = program.run(ar, self._bindings(theta, x))
        return [None if value is None else _filled(ar, value, shape) for value in results]

    def jacobian(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        shape = (*theta.shape[:-1], x.shape[0])
        if self.size == 0:
            return ar.zeros((*shape, self.output_dimension, 0))
        zeros = ar.zeros(shape)
        entries = [
            zeros if value is None else value
            for value in self._run(self._symbols.jacobian, ar, theta, x)
        ]
        flat = ar.stack(entries, axis=-1)
        return flat.reshape((*shape, self.output_dimension, self.size))

    def gradient(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        batch, samples = theta.shape[:-1], x.shape[0]
        jacobian = self.jacobian(ar, theta, x)
        rows = samples * self.output_dimension
        flat = jacobian.reshape((*batch, rows, self.size))
        return ar.matmul(r.reshape((*r.shape[:-2], 1, rows)), flat)[..., 0, :]

    def curvature(self, ar: Arithmetic, theta: Array, x: Array, r: Array) -> Array:
        batch, p = theta.shape[:-1], self.size
        if p == 0:
            return ar.zeros((*batch, 0, 0))
        upper: dict[tuple[int, int], Array] = {}
        values = self._run(self._symbols.hessian, ar, theta, x)
        for (k, i, j), value in zip(self._symbols.second_indices, values, strict=True):
            if value is not None:
                term = ar.sum(r[..., k] * value, axis=-1)
                upper[i, j] = upper[i, j] + term if (i, j) in upper else term
        zero = ar.zeros(batch)
        rows = [
            ar.stack([upper.get((min(i, j), max(i, j)), zero) for j in range(p)], axis=-1)
            for i in range(p)
        ]
        return ar.stack(rows, axis=-2)

    def switches(self, ar: Arithmetic, theta: Array, x: Array) -> tuple[Switch, ...]:
        """The arguments of kinked functions and of square roots that depend on a parameter."""
        bindings = self._bindings(theta, x)
        shape = (*theta.shape[:-1], x.shape[0])
        found = []
        for argument, location, order, label in self._kinks:
            with _where_defined():
                value = _filled(ar, evaluate(argument, ar, bindings), shape)
            found.append(Switch(value - ar.asarray([location]), order, label))
        return tuple(found)

    @cached_property
    def _kinks(self) -> tuple[tuple[Tree, object, int, str], ...]:
        """(argument, location, order, label) of every kink, without repetition."""
        kinks: dict[tuple[Tree, str, int], tuple[Tree, object, int, str]] = {}
        for node in (node for tree in self.trees for node in nodes(tree)):
            root = root_argument(node)
            argument = node.args[0] if isinstance(node, Call) else root
            if argument is None or not names_in(argument) & set(self.parameter_names):
                continue
            places: Sequence[tuple[object, int]] = [(0, 1)] if root is not None else ()
            if isinstance(node, Call) and node.function not in ELEMENTARY:
                places = activation_of(node).kinks
            for location, order in places:
                key = (argument, str(location), order)
                kinks.setdefault(key, (argument, location, order, str(node)))
        return tuple(kinks.values())

    def directional(self, ar: Arithmetic, theta: Array, x: Array, v: Array) -> Array:
        duals: dict[str, Dual] = {
            name: (value, None) for name, value in self._bindings(theta, x).items()
        }
        for j, name in enumerate(self.parameter_names):
            duals[name] = (theta[j : j + 1], v[j : j + 1])
        zeros = ar.zeros((x.shape[0],))
        with _where_defined(), np.errstate(all="ignore"):
            slopes = [one_sided(tree, ar, duals)[1] for tree in self.trees]
        return ar.stack([zeros if s is None else s + zeros for s in slopes], axis=-1)

    def invariances(self) -> tuple[AffineField, ...]:
        """The affine fields found by exact linear algebra; only looked for up to 8 parameters."""
        return self._symbols.invariances

    def __repr__(self) -> str:
        return (
            f"Expression(inputs={list(self.input_names)}, "
            f"parameters={list(self.parameter_names)}, outputs={list(self.formulas)})"
        )


def _filled(ar: Arithmetic, value: Array, shape: tuple[int, ...]) -> Array:
    """The value broadcast to a shape."""
    return value if value.shape == shape else value + ar.zeros(shape)


def _check_constants(tree: Tree) -> None:
    """Refuse sqrt(-1), 1/(pi - pi) and whatever else is no finite number."""
    for constant in constants(tree):
        if not any(_is_finite(constant, precision) for precision in (128, 1024)):
            shown = str(constant) if len(str(constant)) <= 60 else f"{str(constant)[:57]}..."
            raise InputError(f"found {shown!r}, expected a constant that is a real number")


def _is_finite(constant: Tree, precision: int) -> bool:
    with Balls(precision) as ar:
        return not bool(np.isnan(ar.to_float(evaluate(constant, ar, {}))))


@contextmanager
def _where_defined() -> Iterator[None]:
    """Exact arithmetic raises at a division by zero, the only error that is not ours already."""
    try:
        yield
    except ZeroDivisionError:
        raise InputError(
            "outputs: found a division by zero at this point, expected a point where the "
            "formulas and their derivatives are defined"
        ) from None


def _bad_names(inputs: Sequence[str], parameters: Sequence[str]) -> list[str]:
    problems = []
    seen: set[str] = set()
    for field, names in (("inputs", inputs), ("parameters", parameters)):
        for name in names:
            if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
                problems.append(
                    f"{field}: found {name!r}, expected a name of ASCII letters, digits, _ and ."
                )
            elif name in CONSTANTS or name in FUNCTIONS:
                problems.append(
                    f"{field}: found {name!r}, expected a name that is no constant or function"
                )
            elif name in seen:
                problems.append(f"{field}: found {name!r} twice, expected different names")
            else:
                seen.add(name)
    return problems
