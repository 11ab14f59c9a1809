"""Targets t and 1 - t for two classes: a sample beyond the target pulls others across the line.

Reflect the samples of the second class, x -> -x, so that all targets are t, 1/2 < t < 1; a unit
sigmoid(w . x) separates the classes if w . z > 0 at all reflected samples z. Let A and B be any two
independent vectors and w the one with w . A = -i log g, w . B = j log g: the sample A is on the
wrong side, with output a < 1/2; B has the output b between 1/2 and t. Any third sample
C = alpha A + beta B, alpha, beta > 0, leaves the classes separable, as the u with u . A = u . B = 1
shows. Let its output c be above t. The gradient is

    2 sum_z v_z c_z z,   c_z = s'(w . z) (s(w . z) - t),

negative coefficients at A and B and a positive one at C. So weights v exist with which it is 0.

The second derivatives are 2 sum_z v_z s' (s' + (s - t)(1 - 2 s)) z z^T. Each of the three terms is
positive if a and c are not too far from 1/2 and from t, so that the minimum is strict. With alpha
large the loss there is high, and separation with the output t at A and B costs C less than
v_C (1 - t)^2.
"""

from __future__ import annotations

from functools import cache
from itertools import product

from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, exact, sources
from pgb.models import Network
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals, rationals

Signs = tuple[int, int, int]
#: t, g, i, j, k: the outputs are g^e / (1 + g^e) for e = -i, j, k.
Shape = tuple[fmpq, fmpq, int, int, int]


def build(shape: Shape, A: Array, B: Array, alpha: fmpq, signs: Signs) -> Member:
    """The third sample is alpha A + beta B; signs say which samples were reflected."""
    t, g, i, j, k = shape
    a, b, c = outputs(shape)
    gap = (c - t) * c * (1 - c)
    beta = (k + i * alpha) / j
    weights = [alpha / ((t - a) * a * (1 - a)), beta / ((t - b) * b * (1 - b)), 1 / gap]
    inputs = exact([sign * z for sign, z in zip(signs, (A, B, alpha * A + beta * B), strict=True)])
    targets = exact([t if sign > 0 else 1 - t for sign in signs]).reshape(-1, 1)
    network = Network([2, 1], output_activation="sigmoid", bias=False)
    objective = Objective(network, Data(inputs, targets, exact(weights)), "squared", "sum")
    fitting = with_products(A, B, fmpq(1), fmpq(1)) * exact([f"log({t / (1 - t)})"])
    here = with_products(A, B, fmpq(-i), fmpq(j)) * exact([f"log({g})"])
    return Member(objective, here, fitting, {"signs": exact(signs), "fitting": fitting})


def outputs(shape: Shape) -> tuple[fmpq, fmpq, fmpq]:
    """a, b and c."""
    _, g, i, j, k = shape
    a, b, c = (g**e / (1 + g**e) for e in (-i, j, k))
    return a, b, c


def enough(shape: Shape) -> fmpq:
    """The alpha with which A alone costs as much as C costs at most at the better point."""
    t, (a, _, c) = shape[0], outputs(shape)
    return (1 - t) ** 2 * a * (1 - a) / ((t - a) * (c - t) * c * (1 - c))


def with_products(A: Array, B: Array, first: fmpq, second: fmpq) -> Array:
    """The w with w . A = first and w . B = second."""
    solved = fmpq_mat([list(A), list(B)]).solve(fmpq_mat([[first], [second]]))
    return exact([entry for (entry,) in solved.tolist()])


@cache
def shapes() -> list[Shape]:
    """All small ones with b < t < c for which the second derivatives are positive."""
    targets = [fmpq(n, d) for d in (4, 5, 7, 10, 20) for n in range(d // 2 + 1, d)]
    sizes = [fmpq(2), fmpq(3, 2), fmpq(3), fmpq(4, 3), fmpq(5, 4)]
    found = []
    for shape in product(targets, sizes, (1, 2, 3), (1, 2, 3, 4), range(2, 14)):
        t, (a, b, c) = shape[0], outputs(shape)
        terms = [s * (1 - s) + (s - t) * (1 - 2 * s) for s in (a, b, c)]
        if b < t < c and min(terms) > 0:
            found.append(shape)
    return found


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The target, the three outputs, any independent A and B, alpha, the classes."""
    p, q, r = (draw(rationals(zero=False)) for _ in range(3))
    shear = draw(rationals())
    A, B = exact([p, q]), exact([shear * p, shear * q + r])
    shape = draw(st.sampled_from(shapes()))
    signs = draw(st.tuples(*[st.sampled_from([1, -1])] * 3))
    return build(shape, A, B, enough(shape) + draw(positive_rationals()), signs)


def canonical() -> Member:
    """Targets 9/10 at (-1, 1) and (4, 2), 1/10 at (-1, 0): bad at w = (log 2, 0)."""
    shape = (fmpq(9, 10), fmpq(2), 1, 1, 4)
    return build(shape, exact([-1, 1]), exact([1, 0]), fmpq(2), (1, -1, 1))


def margins(member: Member, ar: Arithmetic, w: Array) -> Array:
    """Products w . z of the reflected samples, positive where the class is right."""
    products = ar.matmul(ar.asarray(member.objective.data.inputs), w[:, None])[:, 0]
    return products * ar.asarray(member.notes["signs"])


EXAMPLE = Example(
    __name__,
    title="Least squares with a sigmoid separates what a line separates.",
    statement=(
        "For targets t and 1 - t there are weighted samples of two classes in the plane that a "
        "line through 0 separates, such that the squared loss of sigmoid(w . x) has a strict bad "
        "local minimum with one of them on the wrong side, while a lower point has none there."
    ),
    source=f"own instance of a phenomenon from {sources.BRADY}",
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
        claims.positive(
            "at the candidate the sample A is on the wrong side",
            "margin",
            lambda m, ar: -margins(m, ar, ar.asarray(m.candidate.point))[0],
        ),
        claims.positive(
            "at the better point all samples are on the right side",
            "margins",
            lambda m, ar: margins(m, ar, ar.asarray(m.notes["fitting"])),
        ),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Line(extent=(-0.05, 1.05)),
)
