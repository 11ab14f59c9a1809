"""Proof by SymPy that a signed permutation of parameters leaves formulas as they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.models import Activation, Expression
from pgb.search.symmetry.layers import parity_of


def is_symmetry(
    model: Expression, order: npt.NDArray[np.intp], signs: npt.NDArray[np.float64]
) -> bool:
    """Whether outputs at signs * theta[order] and at theta have the same normal form.

    The forms are expanded sums of products in which odd and even activations have arguments of a
    canonical sign. False where the forms differ does not say that the functions do.
    """
    import sympy

    from pgb.models.expression_program import Translation

    translation = Translation()
    try:
        outputs = [translation.expression(tree) for tree in model.trees]
        symbols = [sympy.Symbol(name) for name in model.parameter_names]
        images = {
            symbol: int(sign) * symbols[place]
            for symbol, place, sign in zip(symbols, order, signs, strict=True)
        }
        return all(
            _normal(e.xreplace(images), translation.activations)
            == _normal(e, translation.activations)
            for e in outputs
        )
    except RecursionError:
        return False


def _normal(expression: Any, activations: list[Activation]) -> Any:
    import sympy

    from pgb.models.expression_program import Node

    def signed(key: Any, rank: Any, argument: Any) -> Any:
        argument = sympy.expand(argument)
        parity = parity_of(activations[int(key)])
        if parity is None or not argument.could_extract_minus_sign():
            return Node(key, rank, argument)
        turned = Node(key, rank, sympy.expand(-argument))
        if parity == "odd":
            return -turned
        return turned if parity == "even" else 1 - turned

    return sympy.expand(expression.replace(Node, signed))
