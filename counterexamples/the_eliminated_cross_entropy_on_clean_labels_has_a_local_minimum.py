"""One class per input: no function attains the infimum of the cross-entropy.

If equal inputs carry equal classes, the cross-entropy of some functions tends to 0 and that of
none is 0. A local minimum of the eliminated loss would attain the infimum over all functions:
there is none, for any network, at any point. The elimination theorem holds, but says nothing.

For a linear classifier the loss itself has none on separable data: at t times a separating
direction with margin gamma it is below K e^{-gamma t} for K classes (2 for labels -1 and 1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Basis,
    Claim,
    Example,
    Member,
    Outcome,
    Path,
    all_positive,
    augmented,
    claims,
    exact,
    first_failure,
    sources,
)
from pgb.models import Network
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective, loss
from pgb.strategies import exact_arrays, networks, parameter_vectors, positive_rationals, rationals
from pgb.transforms import eliminate

STEPS = (0, 1, 2, 4, 8)


def build(
    network: Network, inputs: Array, labels: list[int], classes: int, point: Array, lam: fmpq
) -> Member:
    """Inputs (m, d_x) whose first coordinate lies within 1/3 of the class index.

    ``classes=1`` means the logistic loss with labels -1 for class 0 and 1 for class 1.
    """
    if classes == 1:
        chosen, targets = loss("logistic"), exact([[2 * label - 1] for label in labels])
    else:
        chosen, targets = loss("cross-entropy"), np.array(labels, dtype=np.int64)
    data = Data(inputs, targets)
    linear = Objective(Network([inputs.shape[1], classes]), data, chosen)
    objective = eliminate(Objective(network, data, chosen), lam)
    return Member(objective, point, notes={"linear": linear, "classes": classes})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Two or three classes or signs, clean labels, any small network at any point, exact or floats.

    Floats ask about a ball around them.
    """
    classes = draw(st.sampled_from([1, 2, 3]))
    network = draw(networks(output_dimension=classes, hidden_layers=(0, 1)))
    d_x = network.inputs
    labels = draw(st.lists(st.integers(0, max(classes - 1, 1)), min_size=1, max_size=4))
    inputs = draw(exact_arrays((len(labels), d_x), rationals(1)))
    inputs[:, 0] = inputs[:, 0] / 3 + exact(labels)
    point = draw(parameter_vectors(network.size + classes * (2 + d_x), exact=None))
    return build(network, inputs, labels, classes, point, draw(positive_rationals()))


def canonical() -> Member:
    """Two classes at x = 0 and x = 1 and a linear softmax classifier at 0."""
    point = augmented([0] * 4, [0, 0], [0, 0], [[0], [0]])
    return build(Network([1, 2]), exact([[0], [1]]), [0, 1], 2, point, fmpq(1, 10))


def separating_direction(member: Member) -> Array:
    """Parameters (W1 then b1) of a linear classifier with margin at least 1/3 on every sample.

    Logits 2 k x - k^2 are largest for the class index k nearest to the first coordinate x.
    """
    classes, d_x = member.notes["classes"], member.objective.data.inputs.shape[1]
    if classes == 1:
        return exact([2] + [0] * (d_x - 1) + [-1])
    rows: list[Any] = []
    for k in range(classes):
        rows += [2 * k] + [0] * (d_x - 1)
    return exact(rows + [-k * k for k in range(classes)])


def loss_falls_along_a_ray(member: Member) -> Outcome:
    """For a linear classifier: smaller at each of the steps, and below K e^{-t / 3} there."""
    linear, direction = member.notes["linear"], separating_direction(member)

    def values(ar: Arithmetic) -> Array:
        points = [ar.asarray(direction * fmpq(t)) for t in STEPS]
        return ar.stack([np.asarray(linear.value(ar, point)) for point in points])

    def decreases(ar: Arithmetic) -> Array:
        computed = values(ar)
        return computed[:-1] - computed[1:]

    def below_the_bound(ar: Arithmetic) -> Array:
        times = ar.asarray(exact([fmpq(-t, 3) for t in STEPS]))
        return ar.exp(times) * max(member.notes["classes"], 2) - values(ar)

    return first_failure(
        all_positive(decreases, "lower at each step along the ray"),
        all_positive(below_the_bound, "below K e^{-t/3}"),
    )


def ray(member: Member, ar: Arithmetic, t: Any) -> Array:
    """T times the separating direction, with an added neuron that is 0."""
    direction = ar.asarray(separating_direction(member))
    rest = member.objective.size - len(direction)
    return ar.concatenate([direction * t, ar.asarray([0.0] * rest)])


EXAMPLE = Example(
    __name__,
    title="With cross-entropy on clean labels the eliminated loss has a local minimum.",
    statement=(
        "If equal inputs always carry the same class, no function attains the infimum 0 of the "
        "cross-entropy or logistic loss, so the eliminated loss has no local minimum whatever the "
        "network; for a linear classifier on separable data the loss tends to 0 along a ray."
    ),
    source=f"own; the theorem that becomes vacuous is that of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="infimum not attained",
    activation="any",
    loss=("cross-entropy", "logistic"),
    depth=(1, 2),
    family=family,
    canonical=canonical,
    claims=(
        claims.function_space_infimum_is_zero(attained=False),
        claims.not_a_local_minimum(),
        Claim(
            "a linear classifier's loss falls along a ray, below K e^{-t/3} at t = 0, 1, 2, 4, 8",
            loss_falls_along_a_ray,
            "value",
            basis=Basis.ENCLOSURES,
        ),
    ),
    picture=Path(ray, until=20),
)
