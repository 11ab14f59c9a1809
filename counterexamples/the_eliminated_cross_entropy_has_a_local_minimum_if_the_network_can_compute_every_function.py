"""Cross-entropy: expressive networks keep a minimum with label smoothing, not with clean labels.

A local minimum of the eliminated loss exists exactly if the network attains the least loss of any
function on the data. For the cross-entropy a group of equal inputs with class frequencies p is at
its best at the logits log p_k. If every p_k > 0 these are finite. That is so with label smoothing,
where p_k is at least the smoothing over the number of classes, and with repeated inputs that show
every class. A network that computes these logits is a global minimum with a = 0, for all b and W:
the output gradients of each group, softmax minus p, add up to exactly 0.

With clean labels some p_k = 0 and the least loss 0 belongs to no function. However expressive the
network is, softmax minus p has no zero, and no point is a local minimum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Correction,
    Curves,
    Example,
    Member,
    Question,
    Trace,
    augmented,
    claims,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def corners(start: Array, steps: Array) -> Array:
    """The points start and start + steps_j e_j, (d_x + 1, d_x)."""
    return np.stack([start, *[start + row for row in np.diag(steps)]])


def interpolating(start: Array, steps: Array, logits: Array, hidden: bool) -> tuple[Network, Array]:
    """A network that takes the values ``logits`` (d_x + 1, K) at the corners, start >= 0.

    Linear, or with a layer of ReLUs that copies its inputs, which are not negative.
    """
    d_x, classes = len(start), logits.shape[1]
    W = ((logits[1:] - logits[0]) / steps[:, None]).T
    parts = [W.ravel(), logits[0] - W @ start]
    if not hidden:
        return Network([d_x, classes]), np.concatenate(parts)
    copy = exact(np.eye(d_x, dtype=int).tolist()).ravel()
    network = Network([d_x, d_x, classes], activation="relu")
    return network, np.concatenate([copy, exact([0] * d_x), *parts])


def frequencies(counts: list[list[int]], smoothing: fmpq) -> Array:
    """Class frequencies (groups, K) after smoothing."""
    rows = [[fmpq(n, sum(row)) for n in row] for row in counts]
    share = smoothing / len(counts[0])
    return exact([[(1 - smoothing) * p + share for p in row] for row in rows])


def cross_entropy(
    network: Network, x: Array, counts: list[list[int]], smoothing: fmpq
) -> Objective:
    """Samples at x (groups, d_x); each class of a group has the weight that ``counts`` says."""
    rows = [(i, k, n) for i, row in enumerate(counts) for k, n in enumerate(row) if n > 0]
    groups, classes, weights = zip(*rows, strict=True)
    data = Data(x[list(groups)], np.array(classes, dtype=np.int64), exact(list(weights)))
    loss: Any = "cross-entropy"
    if smoothing != 0:
        loss = {"name": "cross-entropy", "label_smoothing": str(smoothing)}
    return Objective(network, data, loss)


def build(
    place: tuple[Array, Array], counts: list[list[int]], smoothing: fmpq, hidden: bool, unit: Any
) -> Member:
    """``place`` is (start, steps) of the inputs, ``unit`` is (b, W, lambda, factor).

    The logits times ``factor`` != 1 are those of another point.
    """
    (start, steps), (b, W, lam, factor) = place, unit
    p = frequencies(counts, smoothing)
    logits = exact([[f"log({v})" for v in row] for row in p])
    network, theta = interpolating(start, steps, logits, hidden)
    _, other = interpolating(start, steps, logits * factor, hidden)
    objective = eliminate(cross_entropy(network, corners(start, steps), counts, smoothing), lam)
    zeros = [0] * len(counts[0])
    elsewhere = Candidate.of(objective.parameters, augmented(other, zeros, b, W))
    notes = {"elsewhere": Question(objective, elsewhere)}
    return Member(objective, augmented(theta, zeros, b, W), notes=notes)


def clean(
    place: tuple[Array, Array], labels: list[int], logits: Array, hidden: bool, unit: Any
) -> Member:
    """One class in each group, and a network with any ``logits`` (groups, K)."""
    (start, steps), (b, W, lam, _) = place, unit
    classes = logits.shape[1]
    network, theta = interpolating(start, steps, logits, hidden)
    counts = [[int(k == label) for k in range(classes)] for label in labels]
    objective = eliminate(cross_entropy(network, corners(start, steps), counts, fmpq(0)), lam)
    return Member(objective, augmented(theta, [0] * classes, b, W))


@st.composite
def parts(draw: st.DrawFn) -> tuple[int, Any, bool, Any]:
    """Classes, the place of the inputs, whether there is a hidden layer, and the unit."""
    classes, d_x = draw(st.integers(2, 3)), draw(st.integers(1, 2))
    start = exact([draw(positive_rationals(2)) for _ in range(d_x)])
    steps = exact([draw(positive_rationals(2)) for _ in range(d_x)])
    b = draw(exact_arrays((classes,), rationals(1)))
    W = draw(exact_arrays((classes, d_x), rationals(1)))
    factor = draw(st.sampled_from([fmpq(0), fmpq(2), fmpq(-1), fmpq(1, 2)]))
    hidden, lam = draw(st.booleans()), draw(positive_rationals())
    return classes, (start, steps), hidden, (b, W, lam, factor)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Smoothed labels or groups with every class, weighted; inputs, depth 1 or 2, b, W, lambda."""
    classes, place, hidden, unit = draw(parts())
    groups = len(place[1]) + 1
    smoothing = draw(st.sampled_from([fmpq(0), fmpq(1, 10), fmpq(1, 4), fmpq(1, 3)]))
    if smoothing == 0:
        rows = st.lists(st.integers(1, 3), min_size=classes, max_size=classes)
        counts = [draw(rows) for _ in range(groups)]
        counts[0][0] = counts[0][1] + 1
    else:
        labels = [draw(st.integers(0, classes - 1)) for _ in range(groups)]
        counts = [[int(k == label) for k in range(classes)] for label in labels]
    return build(place, counts, smoothing, hidden, unit)


@st.composite
def clean_family(draw: st.DrawFn) -> Member:
    """Clean labels, the same networks with any logits at the inputs, b, W, lambda."""
    classes, place, hidden, unit = draw(parts())
    groups = len(place[1]) + 1
    labels = [draw(st.integers(0, classes - 1)) for _ in range(groups)]
    logits = draw(exact_arrays((groups, classes), st.integers(-9, 9)))
    return clean(place, labels, logits, hidden, unit)


PLACE = (exact([1]), exact([1]))
UNIT = (exact([0, 0]), exact([[0], [0]]), fmpq(1, 10), fmpq(0))


def canonical() -> Member:
    """Two classes at x = 1 and 2, label smoothing 1/10, a linear softmax classifier."""
    return build(PLACE, [[1, 0], [0, 1]], fmpq(1, 10), False, UNIT)


def clean_canonical() -> Member:
    """The same classes without smoothing, logits of margin 9."""
    return clean(PLACE, [0, 1], exact([[9, 0], [0, 9]]), False, UNIT)


def multiples(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The network with t times the logits."""
    return ar.asarray(member.candidate.point) * t


EXAMPLE = Example(
    __name__,
    title=(
        "The eliminated cross-entropy has a local minimum if the network can compute every "
        "function."
    ),
    statement=(
        "If every group of equal inputs shows every class, or labels are smoothed, a network with "
        "the logits log p_k of the class frequencies and a = 0 is a global minimum of the "
        "eliminated cross-entropy for all b and W; with clean labels there is no local minimum, "
        "however expressive the network is."
    ),
    source=f"own; the theorem is that of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="infimum not attained",
    activation=("none", "relu"),
    loss="cross-entropy",
    depth=(1, 2),
    family=family,
    canonical=canonical,
    cost=0.11,
    claims=(
        claims.global_minimum(
            "with smoothing or every class in every group: a global minimum",
            Evidence.FUNCTION_OPTIMAL,
        ),
        claims.refuted(
            "at a multiple of these logits no local minimum, whatever a, b, W",
            "elsewhere",
            Evidence.GROUP_SUM,
        ),
    ),
    correction=Correction(
        stated=(
            "A network that can compute every function on the data keeps a good local minimum "
            f"under the cross-entropy (the theorem of {sources.ELIMINATION} does not say so: it "
            "is about the local minima that there are)."
        ),
        printed=False,
        corrected=(
            "It keeps one if labels are smoothed or every group of equal inputs shows every class; "
            "with clean labels there is none."
        ),
        family=clean_family,
        canonical=clean_canonical,
        claims=(
            claims.not_a_local_minimum(
                "with clean labels no local minimum there, whatever a, b, W", Evidence.GROUP_SUM
            ),
            claims.function_space_infimum_is_zero(attained=False),
        ),
    ),
    picture=Curves(
        (
            Trace("label smoothing 1/10", multiples),
            Trace("clean labels", multiples, lambda member: clean_canonical().objective),
        ),
        extent=(0, 3),
        t="multiple of the logits log p_k",
        level="least loss with smoothing",
    ),
)
