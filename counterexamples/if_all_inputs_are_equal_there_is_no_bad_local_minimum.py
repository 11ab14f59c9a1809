"""Three classes, one input, one weight: each sign of the weight can raise one class only.

The logits are (relu(w x), relu(-w x), 0, ..., 0) for K >= 3 classes, and all samples have the same
input x. For w x > 0 the loss is that of one free logit v = w x, for w x < 0 that of another,
v = -w x. Let p_k be the shares of the classes in the weights of the samples, with label smoothing
(1 - eps) p_k + eps / K. A logit alone is best where the probability of its class is the share,

    e^v / (K - 1 + e^v) = p_k,   v = log((K - 1) p_k / (1 - p_k)),

and v > 0 if p_k > 1/K. With three classes or more two shares can be above 1/K. Then both signs
hold a strict local minimum, as the cross-entropy is strictly convex in v. Its value there falls as
p_k grows, so that the minimum of the less frequent class is bad.

The group of all samples has output gradients that do not sum to 0 there: the probabilities of the
other classes are equal, and the share of the most frequent one is above their mean.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Expression
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals, rationals


def build(x: fmpq, weights: Sequence[fmpq], smoothing: fmpq) -> Member:
    """The weights of the classes: the first the largest, the second next, both above average."""
    K, total = len(weights), sum(weights)
    outputs = ["relu(w*x)", "relu(-w*x)", *["0"] * (K - 2)]
    data = Data(exact([[x]] * K), list(range(K)), exact(list(weights)))
    loss = {"name": "cross-entropy", "label_smoothing": smoothing}
    objective = Objective(Expression(["x"], ["w"], outputs), data, loss, "sum")
    points = []
    for sign, weight in ((-1, weights[1]), (1, weights[0])):
        share = (1 - smoothing) * weight / total + smoothing / K
        points.append(exact([f"log({(K - 1) * share / (1 - share)})"]) * (sign / x))
    return Member(objective, *points)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Three to five classes and their weights, the input, label smoothing or none."""
    rest = [draw(positive_rationals()) for _ in range(draw(st.integers(1, 3)))]
    gap, more = draw(positive_rationals()), draw(positive_rationals())
    second = (sum(rest) + gap) / len(rest) + more
    smoothing = draw(st.sampled_from([fmpq(0), fmpq(1, 10), fmpq(1, 4)]))
    return build(draw(rationals(zero=False)), [second + gap, second, *rest], smoothing)


def canonical() -> Member:
    """Four, three and one samples of three classes at x = 1: a bad minimum at w = -log(6/5)."""
    return build(fmpq(1), [fmpq(4), fmpq(3), fmpq(1)], fmpq(0))


EXAMPLE = Example(
    __name__,
    title="If all inputs are equal there is no bad local minimum.",
    statement=(
        "For K >= 3 classes at one input x != 0, two of them more frequent than 1/K, one more than "
        "the other, the cross-entropy of the logits (relu(w x), relu(-w x), 0, ..., 0), with or "
        "without label smoothing, has a strict bad local minimum in its one weight w."
    ),
    source=f"own instance; for losses of classifiers see {sources.LIANG_CLASSIFICATION}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="relu",
    loss="cross-entropy",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.stationary("the derivative is exactly 0"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.8, 1.4)),
)
