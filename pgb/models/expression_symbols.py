"""The SymPy side of an expression model: derivative programs and invariances, built when needed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import sympy

from pgb.errors import InputError
from pgb.expressions import Tree
from pgb.models.expression_invariances import MAX_PARAMETERS, affine_invariances
from pgb.models.expression_program import Program, Translation, compile_program
from pgb.models.model import AffineField


class Symbols:
    """Symbolic outputs and derivatives of formulas with respect to the named parameters."""

    def __init__(self, trees: Sequence[Tree], parameters: Sequence[str]) -> None:
        self._translation = Translation()
        self._trees = trees
        self._names = tuple(parameters)
        self._theta = [sympy.Symbol(name) for name in parameters]

    @cached_property
    def _first(self) -> list[list[sympy.Expr]]:
        try:
            outputs = [self._translation.expression(tree) for tree in self._trees]
            return [[sympy.diff(e, s) for s in self._theta] for e in outputs]
        except RecursionError:
            raise _too_deep() from None

    @cached_property
    def jacobian(self) -> Program:
        """The entries d phi_k / d theta_j, row by row."""
        entries = [entry for row in self._first for entry in row]
        return self._compiled(entries)

    @property
    def second_indices(self) -> list[tuple[int, int, int]]:
        """The (k, i, j), i <= j, in the order of ``hessian``."""
        p = len(self._theta)
        return [(k, i, j) for k in range(len(self._trees)) for i in range(p) for j in range(i, p)]

    @cached_property
    def hessian(self) -> Program:
        """The entries d^2 phi_k / d theta_i d theta_j in the order of ``second_indices``."""
        try:
            entries = [
                sympy.diff(self._first[k][i], self._theta[j]) for k, i, j in self.second_indices
            ]
        except RecursionError:
            raise _too_deep() from None
        return self._compiled(entries)

    def _compiled(self, entries: list[sympy.Expr]) -> Program:
        try:
            return compile_program(entries, self._translation)
        except RecursionError:
            raise _too_deep() from None

    @cached_property
    def invariances(self) -> tuple[AffineField, ...]:
        """As ``Expression.invariances``."""
        if not 0 < len(self._theta) <= MAX_PARAMETERS:
            return ()
        try:
            return affine_invariances(
                self._first, self._theta, self._names, self._translation.activations
            )
        except RecursionError:
            raise _too_deep() from None


def _too_deep() -> InputError:
    return InputError("outputs: found a formula nested too deeply to differentiate, expected less")
