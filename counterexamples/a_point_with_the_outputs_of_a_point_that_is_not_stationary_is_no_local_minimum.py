"""A disconnected fiber: equal outputs say something only about points nearby.

At a local minimum every point nearby with the same outputs is stationary. Far away that is not so.
The model sum_j x_j (w_j - alpha_j)^2 (beta_j - w_j), alpha_j < beta_j, has the outputs 0 at all
points with each w_j either alpha_j or beta_j.

With positive inputs x_j and negative targets w = alpha is a strict local minimum: at all other
points nearby the outputs are positive, and the targets lie below. At w = beta the derivative in w_j
is the sum of the output gradients, which are positive, times -x_j (beta_j - alpha_j)^2: it is not
0. So a gradient that is not 0 at a point of the fiber, the set of points with the same outputs,
refutes a local minimum only if a path in the fiber leads to that point. Here none does, as alpha is
isolated in the fiber, and the loss rises on the way.

The targets are the outputs at some w_j > beta_j: the minimum is bad.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, Question, claims, exact, sources
from counterexamples.kit.building import candidate_at
from pgb.conditions import Evidence
from pgb.models import Expression
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals


def build(
    alpha: Array, beta: Array, inputs: Array, better: Array, weights: Array, loss_name: str
) -> Member:
    """Positive inputs (m, d); the targets are the outputs at ``better`` > beta."""
    d = len(alpha)
    terms = [f"x{j}*(w{j} - ({alpha[j]}))^2*(({beta[j]}) - w{j})" for j in range(d)]
    names = [f"x{j}" for j in range(d)], [f"w{j}" for j in range(d)]
    model = Expression(*names, [" + ".join(terms)])
    ar = Exact()
    targets = model.outputs(ar, ar.asarray(better), ar.asarray(inputs))
    objective = Objective(model, Data(inputs, targets, weights), loss_name)
    notes = {"beta": beta, "at beta": Question(objective, candidate_at(objective, beta))}
    return Member(objective, alpha, better, notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One or two weights, their double and simple zeros, positive inputs, weights, loss."""
    d, m = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    alpha = draw(exact_arrays((d,), rationals(2)))
    beta = alpha + draw(exact_arrays((d,), positive_rationals(2)))
    better = beta + draw(exact_arrays((d,), positive_rationals(1)))
    inputs = draw(exact_arrays((m, d), positive_rationals(2)))
    weights = draw(exact_arrays((m,), positive_rationals(2)))
    losses = st.sampled_from(["squared", "half-squared", "log-cosh"])
    return build(alpha, beta, inputs, better, weights, draw(losses))


def canonical() -> Member:
    """w^2 (1 - w) at x = 1 with target -4, which is the output at w = 2."""
    inputs = exact([[1]])
    return build(exact([0]), exact([1]), inputs, exact([2]), exact([1]), "squared")


def difference_of_outputs(member: Member, ar: Arithmetic) -> Array:
    """Outputs at beta minus outputs at the candidate."""
    objective = member.objective
    there = objective.outputs(ar, ar.asarray(member.notes["beta"]))
    return np.asarray(there - objective.outputs(ar, ar.asarray(member.candidate.point)))


def rise_on_the_way(member: Member, ar: Arithmetic) -> Array:
    """Value at a quarter, a half and three quarters of the way minus that at the candidate."""
    objective, start = member.objective, member.candidate.point
    step = (member.notes["beta"] - start) / 4
    here = objective.value(ar, ar.asarray(start))
    values = [objective.value(ar, ar.asarray(start + step * fmpq(k))) for k in (1, 2, 3)]
    return ar.stack([np.asarray(value - here) for value in values])


EXAMPLE = Example(
    __name__,
    title="A point with the outputs of a point that is not stationary is no local minimum.",
    statement=(
        "For outputs sum_j x_j (w_j - alpha_j)^2 (beta_j - w_j) with x_j > 0, alpha_j < beta_j and "
        "negative targets, w = alpha is a strict local minimum that is not global, w = beta has "
        "the same outputs and is not stationary."
    ),
    source=f"own; the necessary condition is that of {sources.INDUCED_MODEL}",
    kind="trap",
    phenomenon="silent test",
    activation="none",
    loss=("squared", "half-squared", "log-cosh"),
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.exactly_zero(
            "the outputs at beta are the same",
            "fiber",
            difference_of_outputs,
            "differences of the outputs",
        ),
        claims.refuted("w = beta is not stationary", "at beta", Evidence.GRADIENT),
        claims.bad_local_minimum("strict"),
        claims.positive(
            "the loss is higher at 1/4, 1/2 and 3/4 of the way to beta",
            "barrier",
            rise_on_the_way,
            "the rises",
        ),
        claims.after_elimination_no_local_minimum_here(),
    ),
    cost=0.1,
    picture=Line(extent=(-0.3, 1.1)),
)
