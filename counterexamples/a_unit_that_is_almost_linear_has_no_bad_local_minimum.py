"""Two slopes that differ, however little, make two valleys for two samples at opposite inputs.

The output is h(w x), where h has the slope s for positive and t for negative arguments, s != t. At
the samples (p, y) and (-n, z) it is (s p w, -t n w) for w > 0 and (t p w, -s n w) for w < 0: half
of one straight line through 0 and half of another. Each half holds the point of its line that is
nearest to the targets, unless that point lies in the other half. It lies in the right one for

    w > 0:   w = (s p y - t n z) / (s^2 p^2 + t^2 n^2),
    w < 0:   w = (t p y - s n z) / (t^2 p^2 + s^2 n^2).

With p y = n z the numerators are (s - t) p y and -(s - t) p y; so for targets of the sign of
s - t both are strict local minima, and they stay so as long as n z / (p y) differs from 1 by less
than |s - t| / max(|s|, |t|). Unless their values are equal, one of them is bad. If |s| differs from
|t|, no more than two values of n z / (p y) make them equal.

With s = t there is one parabola and one minimum. A difference of any size is enough.
"""

from __future__ import annotations

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.numbers import Exact
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals, rationals


def build(s: fmpq, t: fmpq, p: fmpq, y: fmpq, n: fmpq, z: fmpq) -> Member:
    """Slopes s and t, samples (p, y) and (-n, z); the candidate is the higher of the two minima."""
    unit = {"name": "leaky-relu", "slopes": [s, t]}
    network = Network([1, 1], output_activation=unit, bias=False)
    objective = Objective(network, Data(exact([[p], [-n]]), exact([[y], [z]])), "squared", "sum")
    minima = [
        exact([(s * p * y - t * n * z) / (s * s * p * p + t * t * n * n)]),
        exact([(t * p * y - s * n * z) / (t * t * p * p + s * s * n * n)]),
    ]
    good, bad = sorted(minima, key=lambda w: objective.value(Exact(), w).item())
    return Member(objective, bad, good)


def ratio(s: fmpq, t: fmpq, p: fmpq, n: fmpq, share: fmpq) -> fmpq:
    """A value of n z / (p y) for which both minima exist and differ in value; 0 < |share| < 1.

    |1 - ratio| max(|s|, |t|) < |s - t|. The values are equal for at most two ratios if |s| != |t|.
    """
    while True:
        found = 1 + share * abs(s - t) / max(abs(s), abs(t))
        first = (s * p * found / n + t * n / p) ** 2 * (t * t * p * p + s * s * n * n)
        second = (t * p * found / n + s * n / p) ** 2 * (s * s * p * p + t * t * n * n)
        if first != second:
            return found
        share = share / 2


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any two slopes of different size, often close; any inputs of opposite sign, any targets."""
    s = draw(rationals(2, zero=False))
    t = s - draw(rationals(1, denominators=(1, 2, 10, 100), zero=False))
    t = t / 2 if t == -s else t
    p, n, size = (draw(positive_rationals()) for _ in range(3))
    y = size if s > t else -size
    share = draw(st.sampled_from([-1, 1])) * draw(positive_rationals(9, denominators=(1,))) / 10
    return build(s, t, p, y, n, ratio(s, t, p, n, share) * p * y / n)


def canonical() -> Member:
    """Slopes 101/100 and 1, samples (1, 1) and (-1, 201/200)."""
    return build(fmpq(101, 100), fmpq(1), fmpq(1), fmpq(1), fmpq(1), fmpq(201, 200))


EXAMPLE = Example(
    __name__,
    title="A unit that is almost linear has no bad local minimum.",
    statement=(
        "For a unit without bias with any slopes s and t, |s| != |t|, and samples (p, y), (-n, z), "
        "where y, z have the sign of s - t and n z / (p y) differs from 1 by less than "
        "|s - t| / max(|s|, |t|), the squared loss has two strict local minima in its one weight; "
        "where their values differ, the higher one is bad."
    ),
    source=f"own instance of a phenomenon from {sources.YUN}, there for hidden layers",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="leaky-relu",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.stationary("the derivative is exactly 0"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.5, 1.5)),
)
