"""Objectives: a network, data and a loss that fit together, with or without elimination."""

from __future__ import annotations

from collections.abc import Collection

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pgb.models import Model
from pgb.numbers import Array
from pgb.problems import Loss, Objective, Regularizer
from pgb.strategies.arrays import exact_arrays, positive_rationals
from pgb.strategies.data import data_sets
from pgb.strategies.loss_functions import ADMISSIBLE, losses
from pgb.strategies.models import ALL, networks
from pgb.transforms import eliminate


def objectives(
    *,
    activations: Collection[str] = ALL,
    loss_names: Collection[str] = ADMISSIBLE,
    hidden_layers: tuple[int, int] = (0, 2),
    regularized: bool | None = False,
    samples: tuple[int, int] = (1, 4),
    exact: bool = True,
) -> SearchStrategy[Objective]:
    """Objectives of small networks.

    ``regularized=None`` draws whether there is a quadratic regularizer (on some or all parameters).
    """

    @st.composite
    def draw_objective(draw: st.DrawFn) -> Objective:
        chosen = draw(losses(loss_names))
        d_y = draw(_output_dimensions(chosen))
        network = draw(
            networks(output_dimension=d_y, activations=activations, hidden_layers=hidden_layers)
        )
        data = draw(
            data_sets(
                input_dimension=network.inputs,
                output_dimension=d_y,
                unit=chosen.unit_of_targets,
                samples=samples,
                exact=exact,
            )
        )
        with_penalty = draw(st.booleans()) if regularized is None else regularized
        penalty = draw(_regularizers(network)) if with_penalty else None
        reduction = draw(st.sampled_from(["mean", "sum"]))
        return Objective(network, data, chosen, reduction=reduction, regularizer=penalty)

    return draw_objective()


def eliminated_objectives(
    bases: SearchStrategy[Objective] | None = None,
) -> SearchStrategy[Objective]:
    """Objectives with one exponential neuron added for each output and a penalty on its scale."""
    chosen = objectives(hidden_layers=(0, 1)) if bases is None else bases
    return st.builds(eliminate, chosen, positive_rationals(2))


def _output_dimensions(chosen: Loss) -> SearchStrategy[int]:
    if chosen.unit_of_targets == "class":
        return st.integers(2, 3)
    return st.just(1) if chosen.unit_of_targets == "sign" else st.integers(1, 2)


def _regularizers(model: Model) -> SearchStrategy[Regularizer]:
    """Quadratic penalties, each coordinate penalized or not."""
    coefficients = exact_arrays(
        (model.size,), st.one_of(st.just(0), positive_rationals(1, denominators=(2, 4)))
    )

    def build(quadratic: Array) -> Regularizer:
        return Regularizer(quadratic, 0 * quadratic)

    return coefficients.map(build)
