"""Targets 0 and 1: a sigmoid unit settles for certainty 2/3 instead of missing one sample.

Let the first input be 0 or 1, w = (2 log g, 0, ...), b = -log g. The output is q = 1 / (1 + g) at
the samples with x_1 = 0 and p = g / (1 + g) at those with x_1 = 1, and its slope is p q at all of
them. So the gradient is 0 exactly if the residuals are orthogonal to all inputs and to 1, as for
a straight line by least squares. On the side x_1 = 0 the targets 0 must weigh g times as much as
the targets 1, on the other side the reverse; for the other inputs one exception moves as needed.

The second derivatives are 2 p q times the sum of v_i c_i (x_i, 1)(x_i, 1)^T with c = q (2 p - q)
for the regular samples and c = p (2 q - p) >= 0 for the exceptions, if 1 < g <= 2. The regular ones
span the space, so the minimum is strict. Its value is p (u + v), u and v the weights of the
exceptions (target 1 at x_1 = 0, target 0 at x_1 = 1).

A steep unit does better: a hyperplane separates all samples but the exception at x_1 = 0, if the
other exception does not lie on the line through the regular samples on its side (three inputs) or
at the regular sample itself (two inputs). So the loss gets as close to u as one likes, and
u < p (u + v) if u < g v.

Five instances with two weights and a threshold suffice, in floating-point numbers: XNOR, targets 1
at (0, 0) and (1, 1), 0 at (0, 1) and (1, 0), with the first of them doubled or given any weight
v > 1. At w = (-2 t, -2 t), b = 3 t the outputs are s(3 t), s(t), s(t), s(-t) with the sigmoid s.
The derivatives in w vanish as s(t) + s(-t) = 1, and the one in b does if v z = (z^2 - z + 1)^3 for
z = e^t > 1. The value exceeds 1, the infimum of a unit that misses only (1, 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, Part, claims, exact, polished, sources
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Float64
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

#: How far the better unit is saturated at every sample but one.
STEEP = 20

Points = Sequence[Array]


def build(
    g: fmpq, zeros: Points, ones: Points, beside: Array, shift: fmpq, shares: Sequence[fmpq]
) -> Member:
    """Regular samples (0, z) with target 0 and (1, o) with target 1, weighted by their shares.

    The exception (1, m), target 0, lies at m = ``beside`` + ``shift`` (z_0 - z_1), ``beside`` on
    the line through the ones. The exception (0, k), target 1, makes the gradient 0. The last two
    shares are their weights v and u.
    """
    *regular, v, u = shares
    m = beside + shift * (zeros[0] - zeros[1])
    below = scaled(regular[: len(zeros)], g * u)
    above = scaled(regular[len(zeros) :], g * v)
    pull = (below[:, None] * exact(zeros)).sum(0) - (above[:, None] * exact(ones)).sum(0)
    k = (pull + g * v * m) / (g * u)
    inputs = exact([[0, *z] for z in zeros] + [[1, *o] for o in ones] + [[1, *m], [0, *k]])
    targets = exact([0] * len(zeros) + [1] * len(ones) + [0, 1]).reshape(-1, 1)
    d = inputs.shape[1]
    data = Data(inputs, targets, exact([*below, *above, v, u]))
    objective = Objective(Network([d, 1], output_activation="sigmoid"), data, "squared", "sum")
    theta = exact([f"2*log({g})", *[0] * (d - 1), f"-log({g})"])
    return Member(objective, theta, separating(inputs[: d + 1], len(zeros), shift))


def scaled(shares: Sequence[fmpq], total: fmpq) -> Array:
    """The shares, scaled to a total."""
    return exact(list(shares)) * (total / sum(shares))


def separating(regular: Array, zeros: int, shift: fmpq) -> Array:
    """(w, b) at which w . x + b is at most -STEEP at the zeros and at (1, m), STEEP at the ones.

    Its value at (1, m) is that at the ones plus ``shift`` times a difference of two zeros.
    """
    values = [fmpq(-STEEP)] * zeros + [fmpq(STEEP)] * (len(regular) - zeros)
    values[0 if shift > 0 else 1] -= 2 * STEEP / abs(shift)
    matrix = fmpq_mat([[*row, fmpq(1)] for row in regular])
    solved = matrix.solve(fmpq_mat([[value] for value in values]))
    return exact([entry for (entry,) in solved.tolist()])


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Two or three inputs, g in (1, 2], the regular samples, the exceptions, all weights."""
    d = draw(st.integers(2, 3))
    g = 1 + draw(positive_rationals(1, denominators=(1, 2, 3, 4, 8)))
    first = draw(exact_arrays((d - 1,)))
    zeros = [first, first + exact([draw(rationals(zero=False)), 0][: d - 1])]
    ones = [draw(exact_arrays((d - 1,)))]
    beside = ones[0]
    if d == 3:
        ones.append(ones[0] + exact([draw(rationals()), draw(rationals(zero=False))]))
        beside = ones[0] + draw(rationals()) * (ones[1] - ones[0])
    shares = [draw(positive_rationals()) for _ in range(d + 2)]
    u = g * shares[-1] / (1 + draw(positive_rationals()))
    return build(g, zeros, ones, beside, draw(rationals(zero=False)), [*shares, u])


def canonical() -> Member:
    """Ones at 101, 110, 000 and zeros at 000, 011, 100: w = (2 log 2, 0, 0), b = -log 2."""
    zeros, ones = [exact([0, 0]), exact([1, 1])], [exact([0, 1]), exact([1, 0])]
    beside = exact(["1/2", "1/2"])
    return build(fmpq(2), zeros, ones, beside, fmpq(1, 2), [fmpq(1)] * 6)


def certainty(member: Member, ar: Arithmetic) -> Array:
    """The number p (u + v), where p is the output at the last regular sample."""
    weights = ar.asarray(member.objective.data.weights)
    outputs = member.objective.outputs(ar, ar.asarray(member.candidate.point))
    return outputs[-3, 0] * (weights[-2] + weights[-1])


def fifth_of_the_way(member: Member) -> Array:
    """The point a fifth of the way to the better point, where the unit is less steep."""
    assert member.better is not None
    here, there = (Float64().asarray(c.point) for c in (member.candidate, member.better))
    return here + (there - here) / 5


def xnor(corner: Array, sides: Array, v: fmpq, scale: fmpq) -> Member:
    """XNOR at the corners of a parallelogram, the first one with v > 1 times the others' weight."""
    places = exact([[0, 0], [0, 1], [1, 0], [1, 1]])
    targets = exact([[1], [0], [0], [1]])
    data = Data(corner + places @ sides, targets, scale * exact([v, 1, 1, 1]))
    objective = Objective(Network([2, 1], output_activation="sigmoid"), data, "squared", "sum")

    def unit(first: float, second: float, threshold: float) -> Array:
        """Parameters (w, b) of w . x + b = threshold + i first + j second at the corner (i, j)."""
        *slopes, level = exact([first, second, threshold])
        w = exact(fmpq_mat(sides.tolist()).solve(fmpq_mat([[v] for v in slopes])).entries())
        return exact([*w, level - corner @ w])

    t = log(larger_root(float(v)))
    return Member(objective, polished(objective, unit(-2 * t, -2 * t, 3 * t)), unit(20, -20, 10))


def larger_root(v: float) -> float:
    """The z > 1 with v z = (z^2 - z + 1)^3, for v > 1."""
    low, high = 1.0, 1.0 + v
    for _ in range(60):
        z = (low + high) / 2
        low, high = (z, high) if v * z > (z * z - z + 1) ** 3 else (low, z)
    return low


@st.composite
def xnor_family(draw: st.DrawFn) -> Member:
    """XNOR at the corners of any parallelogram, v from 9/8 to 4, a common factor of the weights."""
    corner, shear = draw(exact_arrays((2,))), draw(rationals())
    first, second = draw(rationals(zero=False)), draw(rationals(zero=False))
    sides = exact([[first, shear], [0, second]])
    v = 1 + draw(positive_rationals(3, denominators=(1, 2, 3, 4, 8)))
    return xnor(corner, sides, v, draw(positive_rationals()))


def doubled_row() -> Member:
    """Five binary instances: (0, 0) twice and (1, 1) with target 1, (0, 1) and (1, 0) with 0."""
    return xnor(exact([0, 0]), exact([[1, 0], [0, 1]]), fmpq(2), fmpq(1))


XNOR = Part(
    "XNOR with a heavier row",
    xnor_family,
    doubled_row,
    (
        claims.bad_local_minimum(
            "strict",
            "XNOR with a heavier row: a strict local minimum, the better point is lower",
        ),
        claims.after_elimination_no_local_minimum_here(
            text="after elimination with penalty 1/10 XNOR has none there for any a, b, W"
        ),
    ),
)

EXAMPLE = Example(
    __name__,
    title="With binary targets a sigmoid unit has no bad local minimum.",
    statement=(
        "For each g in (1, 2], samples in two or three dimensions with targets 0 and 1, of which a "
        "hyperplane misses one only, can be weighted so that the squared loss of a sigmoid unit "
        "with a threshold has a strict bad local minimum with outputs g / (1 + g) and 1 / (1 + g); "
        "and so has XNOR, with one of the four instances doubled."
    ),
    source=f"own instance of a phenomenon from {sources.SONTAG}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="sigmoid",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.stationary(),
        claims.value_is(certainty, "the loss is exactly p times the weight of the exceptions"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(fifth_of_the_way, extent=(-0.12, 1.1)),
    further=(XNOR,),
)
