"""Affine vector fields along which formulas are constant, by exact linear algebra.

A field X(theta) = M theta + c leaves phi unchanged if sum_j d phi / d theta_j X_j is identically 0.
Written out as a sum of terms (products of powers, exponentials, activations), this sum vanishes if
the rational coefficient of every term does: linear equations for M and c, solved over the
rationals. Every solution is therefore a proof; terms that are equal as functions but not in form
can only hide a field. Euler's relation s sigma'(s) = d sigma(s) of functions homogeneous of degree
d enters as further columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from math import comb

import numpy as np
import sympy
from flint import fmpq, fmpq_mat

from pgb.models.activations import Activation
from pgb.models.expression_program import Node
from pgb.models.model import AffineField

MAX_PARAMETERS = 8
_MAX_TERMS = 500
_MAX_RELATIONS = 500

#: Coefficients of the terms of each output: {(output, term): coefficient}.
Column = dict[tuple[int, sympy.Expr], fmpq]


def affine_invariances(
    first: Sequence[Sequence[sympy.Expr]],
    theta: Sequence[sympy.Symbol],
    names: Sequence[str],
    activations: Sequence[Activation],
) -> tuple[AffineField, ...]:
    """A basis of the fields, constant ones first; empty if the terms are too many to write out.

    Args:
        first: the derivatives d phi_k / d theta_j, (d_y, p).
        theta: the p parameters.
        names: their names, for the names of the fields.
        activations: those that the nodes refer to.

    Multiples of constant fields by functions of theta are fields too, and left out.
    """
    if max(_size(e) for e in chain(*first)) > _MAX_TERMS:
        return ()
    p = len(theta)
    table = [[sympy.expand(entry) for entry in row] for row in first]
    gradients = [[row[j] for row in table] for j in range(p)]
    constant = _null_space(gradients, activations)
    # Modulo the constant fields, the components at their pivots can be taken to be 0.
    pivots = {next(j for j in range(p) if vector[j] != 0) for vector in constant}
    rows = [j for j in range(p) if j not in pivots]
    places = [(j, i) for j in rows for i in range(p) if i != j]
    places += [(j, j) for j in rows] + [(j, p) for j in rows]
    factors = [*theta, sympy.S.One]
    columns = [[sympy.expand(factors[i] * e) for e in gradients[j]] for j, i in places]
    affine = _null_space(columns, activations)
    fields = [{(j, p): vector[j] for j in range(p)} for vector in constant]
    fields += [dict(zip(places, vector, strict=True)) for vector in affine]
    return tuple(_field(entries, names) for entries in fields)


def _field(entries: dict[tuple[int, int], fmpq], names: Sequence[str]) -> AffineField:
    p = len(names)
    whole = np.full((p, p + 1), fmpq(0), dtype=object)
    for place, value in entries.items():
        whole[place] = value
    parts = []
    for j, name in enumerate(names):
        terms = [_term(whole[j, i], names[i] if i < p else "") for i in range(p + 1)]
        text = " + ".join(term for term in terms if term).replace("+ -", "- ")
        if text:
            parts.append(f"{name}' = {text}")
    return AffineField(whole[:, :p], whole[:, p], ", ".join(parts))


def _term(coefficient: fmpq, name: str) -> str:
    if coefficient == 0:
        return ""
    if not name:
        return str(coefficient)
    return {fmpq(1): name, fmpq(-1): f"-{name}"}.get(coefficient, f"{coefficient}*{name}")


def _size(e: sympy.Expr) -> int:
    """A bound for the number of terms when every product is multiplied out, arguments included."""
    sizes = [_size(a) for a in e.args]
    if any(size > _MAX_TERMS for size in sizes):
        return _MAX_TERMS + 1
    if e.is_Add:
        return sum(sizes)
    if e.is_Mul:
        total = 1
        for size in sizes:
            total = min(total * size, _MAX_TERMS + 1)
        return total
    if e.is_Pow and e.exp.is_Integer:
        steps = abs(int(e.exp))
        return comb(steps + sizes[0] - 1, steps) if sizes[0] > 1 else 1
    return max(sizes, default=1)


def _column(expressions: Iterable[sympy.Expr]) -> Column:
    return {
        (k, term): fmpq(int(value.p), int(value.q))
        for k, e in enumerate(expressions)
        for term, value in e.as_coefficients_dict().items()
    }


def _null_space(
    columns: Sequence[Sequence[sympy.Expr]], activations: Sequence[Activation]
) -> list[list[fmpq]]:
    """Echelon basis of the coefficients for which the combination of columns vanishes."""
    main = [_column(column) for column in columns]
    if not main:
        return []
    extra = _euler_relations(main, activations)
    # Relations come first, so that free unknowns are coefficients of the columns wherever possible.
    everything = [*extra, *main]
    terms = list(dict.fromkeys(key for column in everything for key in column))
    if not terms:
        return [[fmpq(int(i == j)) for j in range(len(main))] for i in range(len(main))]
    matrix = [[column.get(key, fmpq(0)) for column in everything] for key in terms]
    kernel = _kernel(matrix)
    shortened = [vector[len(extra) :] for vector in kernel]
    return _echelon([vector for vector in shortened if any(value != 0 for value in vector)])


def _kernel(matrix: list[list[fmpq]]) -> list[list[fmpq]]:
    reduced, rank = fmpq_mat(matrix).rref()
    width = len(matrix[0])
    pivots = [next(j for j in range(width) if reduced[i, j] != 0) for i in range(rank)]
    basis = []
    for free in (j for j in range(width) if j not in pivots):
        vector = [fmpq(0)] * width
        vector[free] = fmpq(1)
        for i, pivot in enumerate(pivots):
            vector[pivot] = -reduced[i, free]
        basis.append(vector)
    return basis


def _echelon(vectors: list[list[fmpq]]) -> list[list[fmpq]]:
    if not vectors:
        return []
    reduced, rank = fmpq_mat(vectors).rref()
    return [[reduced[i, j] for j in range(len(vectors[0]))] for i in range(rank)]


def _euler_relations(columns: Sequence[Column], activations: Sequence[Activation]) -> list[Column]:
    """Multiples q (s sigma'(s) - d sigma(s)) = 0 that share a term with the columns."""
    found: dict[tuple[int, sympy.Expr], Column] = {}
    for k, term in dict.fromkeys(key for column in columns for key in column):
        for node in (f for f in sympy.Mul.make_args(term) if isinstance(f, Node)):
            key, order, s = node.args
            degree = activations[int(key)].homogeneous_degree
            if order != 1 or degree is None:
                continue
            value = Node(key, sympy.Integer(0), s)
            for monomial in s.as_coefficients_dict():
                multiplier = term / (node * monomial)
                if len(found) < _MAX_RELATIONS and (k, multiplier * node) not in found:
                    relation = sympy.expand(multiplier * (s * node - degree * value))
                    found[k, multiplier * node] = {
                        (k, t): c for (_, t), c in _column([relation]).items()
                    }
    return list(found.values())
