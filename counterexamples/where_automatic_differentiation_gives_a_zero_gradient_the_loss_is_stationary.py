"""relu'(0) = 0 is a convention, and at W1 = 0 it hides a slope.

Let all targets have the sign s, let a vector u have u . x_i > 0 for all inputs x_i, and let all
weights after the first layer be positive, the last layer's times s. At W1 = 0 all preactivations
are 0. With relu'(0) = 0 backpropagation multiplies by 0 in each hidden layer and by hidden outputs
that are 0, so that every component of its gradient is 0. But with the rows of W1 equal to t u,
t > 0, the outputs are t times numbers of the sign s: the loss has a one-sided derivative below 0
there. The point is no local minimum and has no gradient at all.

It does not help to start on the other side. With the rows of W1 equal to -u no unit of the first
layer is active, nor anywhere near: the loss is constant and the gradient truly 0. All these points
are bad local minima, whatever the loss and the depth.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Basis,
    Claim,
    Example,
    Line,
    Member,
    Outcome,
    Question,
    all_zero,
    claims,
    exact,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Array, Exact, Float64
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

#: Losses of targets, and losses of labels.
REAL = ("squared", "half-squared", "log-cosh")
LABELS = ("logistic", "exponential", "polynomial-hinge")


def build(
    hidden: Sequence[int], loss: str, inputs: Array, targets: Array, u: Array, later: Array
) -> Member:
    """``later`` are the absolute values of the weights after the first layer."""
    d, s = inputs.shape[1], 1 if targets[0] > 0 else -1
    units = hidden[0] if hidden else 1
    network = Network([d, *hidden, 1], "relu", "identity" if hidden else "relu", bias=False)
    objective = Objective(network, Data(inputs, targets.reshape(-1, 1)), loss, "sum")
    rest = later.copy()
    if hidden:
        rest[-hidden[-1] :] *= s
    towards = exact([list(u)] * units).ravel()
    points = [
        exact([*(scale * towards), *rest]) for scale in (0, -1, lower(objective, towards, rest))
    ]
    zero, dead, better = (Candidate.of(objective.parameters, point) for point in points)
    return Member(objective, zero, better, notes={"dead": Question(objective, dead, better)})


def lower(objective: Objective, towards: Array, rest: Array) -> fmpq:
    """A scale t of W1 = t (u, ..., u) at which the loss is lower than at 0."""
    ar, t = Float64(), fmpq(1)

    def value(scale: fmpq) -> float:
        return float(objective.value(ar, ar.asarray(exact([*(scale * towards), *rest]))))

    while value(t) > 0.9999 * value(fmpq(0)):
        t = t / 2
    return t


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Zero to two hidden layers, six losses, one to three samples in a half-space, weights."""
    hidden = draw(st.lists(st.integers(1, 2), max_size=2))
    loss = draw(st.sampled_from(REAL + LABELS))
    d, m = draw(st.integers(1, 2)), draw(st.integers(1, 3))
    u = draw(exact_arrays((d,), rationals(2)))
    u[0] = draw(rationals(2, zero=False))
    products = draw(exact_arrays((m,), positive_rationals()))
    inputs = draw(exact_arrays((m, d), rationals(2)))
    inputs += np.outer((products - inputs @ u) / np.sum(u * u), u)
    s = draw(st.sampled_from([1, -1])) if hidden else 1
    sizes = exact([1] * m) if loss in LABELS else draw(exact_arrays((m,), positive_rationals()))
    count = Network([d, *hidden, 1], bias=False).size - d * (hidden[0] if hidden else 1)
    later = draw(exact_arrays((count,), positive_rationals()))
    return build(hidden, loss, inputs, s * sizes, u, later)


def canonical() -> Member:
    """(relu(w) - 1)^2 at w = 0."""
    return build([], "squared", exact([[1]]), exact([1]), exact([1]), exact([]))


def backpropagated(member: Member) -> Outcome:
    """The gradient by the chain rule with relu'(s) = 0 for s <= 0, in exact arithmetic."""
    ar, objective = Exact(), member.objective
    model = objective.model
    assert isinstance(model, Network)
    theta = ar.asarray(member.candidate.point)
    signals = ar.asarray(objective.data.inputs)
    layers, slopes = [signals], []
    matrices = [W for W, _ in model.unpack(theta)]
    for W in matrices:
        before = ar.matmul(layers[-1], W.T)
        slopes.append(exact([[int(v > 0) for v in row] for row in before]))
        layers.append(before * slopes[-1])
    if len(matrices) > 1:  # a last layer without activation
        slopes[-1] = slopes[-1] * 0 + 1
    errors = objective.output_gradients(ar, theta) * slopes[-1]
    gradients = []
    for j in reversed(range(len(matrices))):
        gradients.append(ar.matmul(errors.T, layers[j]).ravel())
        if j:
            errors = ar.matmul(errors, matrices[j]) * slopes[j - 1]
    return all_zero(ar.concatenate(gradients), "the gradient with relu'(0) = 0")


EXAMPLE = Example(
    __name__,
    title="Where automatic differentiation gives a zero gradient the loss is stationary.",
    statement=(
        "For relu networks without biases, inputs in a half-space and targets of one sign, "
        "backpropagation with relu'(0) = 0 gives the gradient 0 at W1 = 0, where the loss has a "
        "negative one-sided derivative; with W1 of the other sign there is a flat bad minimum."
    ),
    source="own; the convention relu'(0) = 0 is that of the usual software",
    kind="trap",
    phenomenon="kinks",
    activation="relu",
    loss=REAL + LABELS,
    depth=(1, 2, 3),
    family=family,
    canonical=canonical,
    claims=(
        Claim(
            "backpropagation with relu'(0) = 0 gives exactly 0",
            backpropagated,
            "gradient",
            basis=Basis.EXACT,
        ),
        claims.not_a_local_minimum(evidence=Evidence.ONE_SIDED_DERIVATIVE),
        claims.bad_local_minimum(
            text="with W1 of the other sign it is a bad local minimum",
            question=claims.noted("dead"),
        ),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-1.5, 2)),
)
