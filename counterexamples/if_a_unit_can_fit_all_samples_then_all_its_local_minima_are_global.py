"""A quadratic unit: the samples that it misses lie where it cannot see them.

The output is s(x)^2 with s(x) = w . x + b, the targets are s*(x)^2 for another affine function s*,
so that the loss can be 0. A sample's part of the gradient is 2 l'(s^2 - s*^2) s (x, 1). It is 0
if s = s* or s = -s*, where the sample is fitted, and also if s = 0, where the square is flat.
Two affine functions s and s* agree on one hyperplane, are opposite on another, and s vanishes on a
third. Samples on these three hyperplanes make s exactly stationary.

The second derivatives at a fitted sample are 4 l''(0) s^2 (x, 1)(x, 1)^T, positive semidefinite,
at a missed one 2 l'(-s*^2) (x, 1)(x, 1)^T, negative. If fitted samples span the space
and missed ones have small enough weights, the sum is positive definite and the minimum is strict.
It is bad, since the missed samples have a positive loss there.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.numbers import Array
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals, rationals

LOSSES = ("squared", "half-squared", "log-cosh", "huber")


def build(
    corners: Array, s: Sequence[fmpq], signs: Sequence[int], shares: Sequence[fmpq], loss: str
) -> Member:
    """Fitted samples at the corners (d + 1, d) of a simplex, where s* = sign s; missed ones too.

    These lie at the zeros of s on the edges between corners of opposite signs. Shares up to 4
    of the weights keep the second derivatives positive definite.
    """
    d = len(s) - 1
    edges = [e for e in combinations(range(d + 1), 2) if signs[e[0]] != signs[e[1]]]
    inputs, targets, weights = list(corners), [v * v for v in s], [fmpq(1)] * (d + 1)
    for (i, j), share in zip(edges, shares, strict=False):
        at_i, at_j = -s[j] / (s[i] - s[j]), s[i] / (s[i] - s[j])
        inputs.append(at_i * corners[i] + at_j * corners[j])
        targets.append((2 * s[i] * at_i) ** 2)
        curvature = at_i * at_i / (s[i] * s[i]) + at_j * at_j / (s[j] * s[j])
        weights.append(share / (len(edges) * 2 * targets[-1] * curvature))
    data = Data(exact(inputs), exact(targets).reshape(-1, 1), exact(weights))
    network = Network([d, 1], output_activation="quadratic")
    fitting = interpolant(corners, [sign * value for sign, value in zip(signs, s, strict=True)])
    objective = Objective(network, data, loss, "sum")
    return Member(objective, interpolant(corners, s), fitting, notes={"s*": fitting})


def interpolant(corners: Array, values: Sequence[fmpq]) -> Array:
    """(w, b) such that w . x + b has the values at the corners."""
    rows = fmpq_mat([[*row, fmpq(1)] for row in corners])
    solved = rows.solve(fmpq_mat([[value] for value in values]))
    return exact([entry for (entry,) in solved.tolist()])


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One to three inputs, any simplex, values of s there, signs, weights and four losses."""
    d = draw(st.integers(1, 3))
    corners = exact([[draw(rationals()) for _ in range(d)]] * (d + 1))
    for j in range(d):
        corners[j + 1 :, j] += draw(rationals(2, zero=False))
    s = draw(st.lists(rationals(zero=False), min_size=d + 1, max_size=d + 1, unique=True))
    signs = [draw(st.sampled_from([-1, 1])) for _ in range(d)]
    signs.append(-signs[0])
    count = sum(a != b for a, b in combinations(signs, 2))
    shares = [draw(positive_rationals()) for _ in range(count)]
    return build(corners, s, signs, shares, draw(st.sampled_from(LOSSES)))


def canonical() -> Member:
    """(w x + b)^2 with target 1 at -1, 0, 1: the sample at 0 is missed at w = 1, b = 0."""
    return build(exact([[-1], [1]]), [fmpq(-1), fmpq(1)], [-1, 1], [fmpq(1)], "squared")


EXAMPLE = Example(
    __name__,
    title="If a unit can fit all samples then all its local minima are global.",
    statement=(
        "Let affine functions s and s* on R^d agree at some and be opposite at others of d + 1 "
        "affinely independent points, s != 0 there. For samples at these points and, with small "
        "weights, at zeros of s, all with targets s*(x)^2, a quadratic unit has the loss 0 at s* "
        "and a strict local minimum with a positive loss at s."
    ),
    source=f"own instance; the phenomenon for sigmoid units is that of {sources.AUER}",
    kind="bad minimum",
    phenomenon="separate valleys",
    activation="quadratic",
    loss=LOSSES,
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict"),
        claims.stationary(),
        claims.value_is(
            lambda m, ar: 0,
            "the loss at the better point is exactly 0",
            point=lambda m, ar: ar.asarray(m.notes["s*"]),
        ),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.5, 1.5)),
)
