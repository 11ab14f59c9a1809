"""Separable classes and a model linear in its parameters: convex, and nothing is a minimum.

The logits are linear in the parameters, theta . f(x) with any features f, so that the logistic
loss and the cross-entropy are convex in theta. If a direction v classifies every sample, with
margins s_y - s_k > 0, then for every theta the derivative along v is the sum of
-c_i p_ik (s_y - s_k) over the wrong classes k, with p_ik > 0 the softmax probabilities: negative.
So there is no stationary point, and along the ray t v the loss falls to 0, which no parameters
attain.

An exponential neuron added for each output cannot help: the output gradients of a group of equal
inputs, which carry one class, never add up to 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact
from pgb.models import Expression
from pgb.numbers import Arithmetic, Array, Balls, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

FEATURES = ("x1", "x1^2", "x1*x2", "x2", "x1^3", "x2^2")
HALF_SIDE = 2
TIMES = (0, 1, 2, 4, 8)


def build(
    features: Sequence[str],
    inputs: Array,
    score: Array,
    cuts: Sequence[fmpq],
    weights: Array,
    point: Array,
) -> Member:
    """The class of x is the number of cuts below score . f(x); one cut makes the labels -1, 1.

    With s the score and c the sorted cuts, the logit k s - (c_1 + ... + c_k) is the greatest one
    for class k: at the parameters v all samples are classified. ``point`` is repeated to the number
    of parameters.
    """
    classes = 1 if len(cuts) == 1 else len(cuts) + 1
    names = [f"t{k}_{j}" for k in range(classes) for j in range(len(features) + 1)]
    model = Expression(["x1", "x2"], names, [_logit(k, features) for k in range(classes)])
    linear = Expression(["x1", "x2"], [], list(features))
    scores = linear.outputs(Exact(), exact([]), inputs) @ score
    labels = [sum(bool(s > c) for c in cuts) for s in scores]
    logits = [exact([*(score * k), -sum(cuts[:k], fmpq(0))]) for k in range(len(cuts) + 1)]
    if classes == 1:
        loss, v, targets = "logistic", logits[1], exact([[2 * k - 1] for k in labels])
    else:
        loss, v, targets = "cross-entropy", np.concatenate(logits), np.array(labels)
    margin = min(abs(s - c) for s in scores for c in cuts)
    notes = {"v": v, "labels": labels, "margin": margin}
    objective = Objective(model, Data(inputs, targets, weights), loss)
    return Member(objective, np.resize(point, len(names)), notes=notes)


def _logit(k: int, features: Sequence[str]) -> str:
    terms = [f"t{k}_{j}*({feature})" for j, feature in enumerate(features)]
    return " + ".join([*terms, f"t{k}_{len(features)}"])


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One to three polynomial features, inputs, a score, two to four classes, weights, any point.

    Scores have denominators without the factor 7, cuts have it: no sample lies on a cut.
    """
    features = draw(st.lists(st.sampled_from(FEATURES), min_size=1, max_size=3, unique=True))
    m = draw(st.integers(1, 4))
    inputs = draw(exact_arrays((m, 2), rationals(1, denominators=(1, 2, 3))))
    score = draw(exact_arrays((len(features),), rationals(2)))
    places = draw(st.lists(st.integers(-9, 9), min_size=1, max_size=3, unique=True))
    cuts = [fmpq(7 * place + 2, 14) for place in sorted(places)]
    weights = draw(exact_arrays((m,), positive_rationals(2)))
    point = draw(exact_arrays((draw(st.integers(1, 5)),), rationals(2)))
    return build(features, inputs, score, cuts, weights, point)


def canonical() -> Member:
    """Labels -1 and 1 at x = 0 and x = 1, the feature x, at parameters 0."""
    inputs, weights = exact([[0, 0], [1, 0]]), exact([1, 1])
    return build(["x1"], inputs, exact([1]), [fmpq(1, 2)], weights, exact([0]))


def descent_along_the_separating_direction(member: Member, ar: Arithmetic) -> Array:
    """For each sample minus the derivative along v, enclosed for all parameters in a box.

    For softmax the logits of v are taken relative to that of the right class, which changes
    nothing as the output gradients of a sample add up to 0.
    """
    objective, notes = member.objective, member.notes
    if not isinstance(ar, Balls):
        raise TypeError("a box of parameters needs balls")
    box = ar.ball([0] * objective.size, [HALF_SIDE] * objective.size)
    r = objective.output_gradients(ar, box)
    scores = objective.model.outputs(Exact(), notes["v"], exact(objective.data.inputs))
    if scores.shape[1] > 1:
        right = [row[label] for row, label in zip(scores, notes["labels"], strict=True)]
        scores = scores - exact(right)[:, None]
    return np.asarray(-(r * ar.asarray(scores)).sum(axis=1))


def ray(member: Member, ar: Arithmetic, t: int) -> Array:
    """The ray along v at the time t, in units of the margin."""
    return ar.asarray(member.notes["v"] * fmpq(t) / member.notes["margin"])


EXAMPLE = Example(
    __name__,
    title="A convex training loss has a minimizer.",
    statement=(
        "For a model linear in its parameters and data that some parameters classify, the logistic "
        "loss and the cross-entropy are convex and have no stationary point; along a ray they fall "
        "to their infimum 0, which is not attained, and exponential neurons added for each output "
        "leave it so."
    ),
    source="own; a standard fact about separable data",
    kind="no minimum",
    phenomenon="infimum not attained",
    activation="none",
    loss=("logistic", "cross-entropy"),
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.not_stationary("the candidate is not stationary"),
        claims.positive(
            f"every sample's loss falls in the direction v, at all parameters in [-{HALF_SIDE}, "
            f"{HALF_SIDE}]",
            "descent",
            descent_along_the_separating_direction,
            "minus the derivatives along v",
        ),
        claims.decreasing_path(
            ray,
            "along a separating ray",
            times=TIMES,
            limit=lambda member, ar: ar.asarray(exact(0)),
            within="1/100",
        ),
        claims.function_space_infimum_is_zero(attained=False),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(to=lambda member: member.notes["v"], extent=(-2, 12), log=True),
)
