"""A leaky relu network that computes the least-squares line is at a local minimum.

If all hidden units are on at all samples, the network is affine in x near the point. If it computes
the affine function of least squared error, no point nearby has a lower loss: the point is a local
minimum, flat since many parameters give the same line.

Two units with slopes s+ != s- compute every function with one kink: the first, on at all samples,
a line, and the second v h(w (x - k)) with slopes v w s- and v w s+ on the two sides of k. So they
compute the least-squares line plus a multiple t of max(x - k, 0). The residuals r of the line are
orthogonal to lines, and not all 0 unless the targets lie on a line; then sum r_i max(x_i - k, 0)
differs from 0 for some sample k, and a suitable t lowers the loss. All this needs only s+ != 0 and
s+ != s-, no matter how small the difference.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, linear_regions, sources
from pgb.models import Network
from pgb.numbers import Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals


def least_squares_line(x: Array, y: Array) -> tuple[Array, Array]:
    """Slopes and values at 0, each (d_y,), for inputs (m,) and targets (m, d_y)."""
    centered = x - np.sum(x) / len(x)
    slope = np.sum(centered[:, None] * y, axis=0) / np.sum(centered * centered)
    return slope, np.sum(y, axis=0) / len(x) - slope * (np.sum(x) / len(x))


def build(slopes: tuple[fmpq, fmpq], x: Array, y: Array, w: Array, v: Array, gap: fmpq) -> Member:
    """Incoming weights w (n,), nonzero; outgoing (d_y, n), of which the first column is adapted.

    ``gap`` is the least value of w x + b over units and samples.
    """
    above, below = slopes
    b = gap - exact([min(weight * value for value in x) for weight in w])
    slope, start = least_squares_line(x, y)
    v[:, 0] = (slope / above - np.sum(v[:, 1:] * w[1:], axis=1)) / w[0]
    activation = {"name": "leaky-relu", "slopes": [str(above), str(below)]}
    network = Network([1, len(w), len(slope)], activation)
    data = Data(x.reshape(-1, 1), y)
    bad_parts = [w, b, v, start - np.sum(v * b, axis=1) * above]
    _, kink, t = linear_regions.best_bend(x, start + slope * x[:, None] - y)
    bend = t / (above - below)
    w_new, b_new, v_new = exact([0] * len(w)), exact([0] * len(w)), exact(0 * v)
    w_new[:2], b_new[:2] = 1, exact([1 - min(x), -kink])
    v_new[:, 0], v_new[:, 1] = slope / above - bend * below / above, bend
    start_new = start - above * v_new[:, 0] * b_new[0] + below * bend * kink
    new_parts = [w_new, b_new, v_new, start_new]
    bad, better = (
        np.concatenate([exact(part).ravel() for part in parts]) for parts in (bad_parts, new_parts)
    )
    return Member(Objective(network, data, "squared"), bad, better)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any slopes s+ != 0 and s- != s+, three to five samples, one or two outputs, the units."""
    above = draw(rationals(zero=False))
    tiny = rationals(1, denominators=(2, 10, 100, 1000), zero=False)
    difference = draw(st.one_of(st.just(-above), tiny, rationals(zero=False)))
    d_y, width, m = (draw(st.integers(*ends)) for ends in ((1, 2), (2, 4), (3, 5)))
    x = np.cumsum(draw(exact_arrays((m,), positive_rationals(2)))) + draw(rationals())
    y = draw(exact_arrays((m, d_y)))
    on_line = y[1, 0] + (y[1, 0] - y[0, 0]) / (x[1] - x[0]) * (x[2] - x[1])
    y[2, 0] = on_line + draw(rationals(zero=False))
    w = draw(exact_arrays((width,), rationals(2, zero=False)))
    v = draw(exact_arrays((d_y, width)))
    return build((above, above + difference), x, y, w, v, draw(positive_rationals()))


def canonical() -> Member:
    """Slopes 1 and 1/100, inputs -1, 0, 1 with targets 0, 0, 1, two units."""
    x, y = exact([-1, 0, 1]), exact([[0], [0], [1]])
    return build((fmpq(1), fmpq(1, 100)), x, y, exact([1, 1]), exact([[0, 0]]), fmpq(1))


EXAMPLE = Example(
    __name__,
    title="Leaky slopes remove the bad local minima of relu networks.",
    statement=(
        "For all slopes s+ != 0 and s- != s+ and all targets that do not lie on a line, a network "
        "with at least two hidden units that are on at all samples, and with the least-squares "
        "line as its output, is at a local minimum of the squared loss that is not global."
    ),
    source=f"own instances of a phenomenon from {sources.YUN}",
    kind="bad minimum",
    phenomenon="linear region",
    activation=("leaky-relu", "relu"),
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum(),
        claims.stationary(),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.3, 1.2)),
)
