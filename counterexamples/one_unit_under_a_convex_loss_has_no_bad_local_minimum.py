"""One weight and two samples: each sample has a valley of its own.

The output is relu(w x). For w > 0 only the sample with x > 0 is seen: the loss is (p w - y)^2 +
z^2, least at w = y / p. For w < 0 only the sample with x < 0 is seen: the loss is y^2 + (n w +
z)^2, least at w = -z / n. Both minima are strict. Their values are z^2 and y^2, so the first is
bad as soon as z > y > 0.

At w = y / p the output misses the target z by z at an input that no other sample shares. So the
output gradients there do not add up to 0, as they must at a local minimum after elimination.
"""

from __future__ import annotations

from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals


def build(p: fmpq, y: fmpq, n: fmpq, z: fmpq) -> Member:
    """Samples (p, y) and (-n, z) with z > y > 0."""
    network = Network([1, 1], output_activation="relu", bias=False)
    data = Data(exact([[p], [-n]]), exact([[y], [z]]))
    return Member(Objective(network, data, "squared", "sum"), exact([y / p]), exact([-z / n]))


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any two inputs of opposite sign and any positive targets, the smaller one at x > 0."""
    p, y, n, gap = (draw(positive_rationals()) for _ in range(4))
    return build(p, y, n, y + gap)


def canonical() -> Member:
    """The samples (1, 3) and (-1, 4): a bad minimum at w = 3, a better one at w = -4."""
    return build(fmpq(1), fmpq(3), fmpq(1), fmpq(4))


EXAMPLE = Example(
    __name__,
    title="One unit under a convex loss has no bad local minimum.",
    statement=(
        "For the samples (p, y) and (-n, z) with p, n > 0 and z > y > 0, the squared loss of "
        "relu(w x) has a strict local minimum at w = y / p that is not global; after elimination "
        "no local minimum with this w is left."
    ),
    source=f"own instance; the phenomenon for sigmoid units is that of {sources.AUER}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="relu",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.3, 1.2)),
)
