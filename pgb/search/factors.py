"""What multiplies the parameters of a formula: inputs, or functions of inputs alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from pgb.expressions import Name, Operation, Tree, children, evaluate, names_in
from pgb.models import Expression
from pgb.numbers import Float64

Vector = npt.NDArray[np.float64]


def factors_of_parameters(model: Expression, x: Vector) -> list[Vector]:
    """For each parameter the factors (m, k), k >= 0, by which it is multiplied in the formulas.

    Only those that are made of inputs, as x and z^2 in ``sigmoid(u*x - v*z^2) + w``, count; other
    parameters in the same product do not matter. ``x`` (m, inputs) holds the samples.
    """
    parameters = {name: place for place, name in enumerate(model.parameter_names)}
    bindings = {name: x[:, j] for j, name in enumerate(model.input_names)}
    found: list[list[Vector]] = [[] for _ in parameters]
    with np.errstate(all="ignore"):
        for product in _products(model.trees):
            inputs = [f for f in product if names_in(f) and not names_in(f) & parameters.keys()]
            if not inputs:
                continue
            values = [np.asarray(evaluate(f, Float64(), bindings)) for f in inputs]
            factor = np.prod(np.broadcast_arrays(*values), axis=0)
            for each in product:
                if isinstance(each, Name) and each.name in parameters:
                    found[parameters[each.name]].append(factor)
    return [np.reshape(each, (-1, len(x))).T for each in found]


def _products(trees: tuple[Tree, ...]) -> Iterator[list[Tree]]:
    stack = list(trees)
    while stack:
        node = stack.pop()
        if isinstance(node, Operation) and node.op == "*":
            yield [factor for each in node.args for factor in _unsigned(each)]
        stack += children(node)


def _unsigned(tree: Tree) -> list[Tree]:
    """The factors of a factor with a sign or of a product in a product."""
    if isinstance(tree, Operation) and tree.op in ("neg", "*"):
        return [factor for each in tree.args for factor in _unsigned(each)]
    return [tree]
