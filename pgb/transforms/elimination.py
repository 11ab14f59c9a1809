"""Elimination of bad local minima by one exponential neuron for each output."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq

from pgb.errors import InputError, did_you_mean, kind_of
from pgb.models import ExponentialNeurons, ModelSum
from pgb.numbers import ExactNumber
from pgb.problems import Elimination, Objective, Regularizer
from pgb.problems.stored import read_exact

PENALTIES = ("squared", "absolute")


def eliminate(objective: Objective, lam: Any, penalty: str = "squared") -> Objective:
    """Add a_k exp(w_k . x + b_k) to each output k and lam sum_k a_k^2 to the objective.

    Source: K. Kawaguchi and L. Kaelbling, "Elimination of All Bad Local Minima in Deep Learning",
    AISTATS 2020. The new parameters a (d_y,), b (d_y,) and W (d_y, d_x) follow the model's; a name
    that the model has already gets "elimination." in front. A regularizer of the objective stays on
    the model's parameters.

    Args:
        objective: not itself a result of a transform.
        lam: a number >= 0, as in candidates; 0 breaks the theorem and is reported as such.
        penalty: "squared", or "absolute" for lam sum_k |a_k|, which breaks the theorem too.

    Raises:
        InputError: for a negative lam, an unknown penalty, or an objective already transformed.
    """
    problems = transform_problems(objective)
    if penalty not in PENALTIES:
        problems.append(
            f"penalty: found {penalty!r}, expected 'squared' or 'absolute'"
            f"{did_you_mean(penalty, PENALTIES)}"
        )
    coefficient = read_lambda(lam, problems)
    model = ModelSum(objective.model, ExponentialNeurons(*_dimensions(objective)))
    names = tuple(p.name for p in model.parameters[len(objective.parameters) :])
    on_a = np.full(model.size, fmpq(0), dtype=object)
    on_a[model.slices[names[0]]] = coefficient
    extra = Regularizer(on_a) if penalty == "squared" else Regularizer(0 * on_a, on_a)
    return Objective(
        model,
        objective.data,
        objective.loss,
        objective.reduction,
        objective.regularizer.extended(model.size) + extra,
        Elimination("exponential", coefficient, penalty, objective, names),
    )


def transform_problems(objective: Any) -> list[str]:
    """A sentence if the objective is the result of a transform already.

    Raises:
        InputError: if it is no objective at all.
    """
    if not isinstance(objective, Objective):
        raise InputError(f"objective: found {kind_of(objective)}, expected an Objective")
    if objective.elimination is None:
        return []
    return ["objective: found one that is already transformed, expected the original"]


def read_lambda(lam: Any, problems: list[str]) -> ExactNumber:
    """A number >= 0 as an exact number; raises with it and the problems found before.

    Raises:
        InputError: if there is any problem.
    """
    coefficient: ExactNumber = fmpq(0)
    try:
        coefficient = read_exact(lam, "lambda")
        if not coefficient >= 0:
            problems = [*problems, f"lambda: found {lam}, expected a number >= 0"]
    except InputError as error:
        problems = [*problems, *error.problems]
    if problems:
        raise InputError(problems)
    return coefficient


def _dimensions(objective: Objective) -> tuple[int, int]:
    return objective.model.inputs, objective.model.output_dimension
