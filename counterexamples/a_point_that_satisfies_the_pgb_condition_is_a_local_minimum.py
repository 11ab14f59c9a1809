"""The PGB condition is necessary only: on a trivial fiber it says no more than stationarity.

The condition asks that the gradient vanish at all nearby points with the same outputs. If the
Jacobian of the outputs has full column rank at a point, no other point nearby has its outputs, and
the condition holds at every stationary point, maxima included.

One unit exp(w . x), with two samples (p, .) and (-n, .) on each axis. The loss is a sum over axes,
and its Jacobian has rank d. With A = z^p, B = z^{-n} and output gradients 2 n B s and 2 p A s the
derivative in w_j vanishes at w_j = log z, and the second derivative there is
2 (p^2 A^2 + n^2 B^2 + s n p A B (p + n)). It is negative for s below a bound and positive above.
With s below the bound on the first axis and above it on the others the point is a strict saddle of
index 1; for d = 1 it is a strict local maximum.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Basis, Claim, Example, Line, Member, Outcome, claims, exact, sources
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import positive_rationals

#: (z, p, n, excess): e^{w_j}, the samples p and -n on the axis, and 1 - s / bound.
Axis = tuple[fmpq, int, int, fmpq]


def build(axes: list[Axis]) -> Member:
    """The second derivative is negative on axes with a negative excess, positive on the others."""
    d = len(axes)
    inputs, targets = exact([[0] * d for _ in range(2 * d)]), exact([[0]] * (2 * d))
    for j, (z, p, n, excess) in enumerate(axes):
        A, B = z**p, z**-n
        bound = -(p * p * A * A + n * n * B * B) / (n * p * A * B * (p + n))
        s = bound * (1 - excess)
        inputs[2 * j, j], inputs[2 * j + 1, j] = fmpq(p), fmpq(-n)
        targets[2 * j, 0], targets[2 * j + 1, 0] = A - n * B * s, B - p * A * s
    network = Network([d, 1], output_activation="exp", bias=False)
    objective = Objective(network, Data(inputs, targets), "squared", "sum")
    return Member(objective, exact([f"log({axis[0]})" for axis in axes]))


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One to three axes; on each the weight, two inputs, and how far the targets are from a change.

    The first axis has negative curvature, the others positive.
    """

    def axis(sign: int) -> Axis:
        p, n = draw(st.integers(1, 3)), draw(st.integers(1, 3))
        return draw(positive_rationals()), p, n, sign * draw(positive_rationals(2))

    return build([axis(-1), *(axis(1) for _ in range(draw(st.integers(0, 2))))])


def canonical() -> Member:
    """exp(w x) at x = 1 and x = -1: a strict local maximum at w = log(3/2)."""
    return build([(fmpq(3, 2), 1, 1, fmpq(-1))])


def squared_columns(member: Member, ar: Arithmetic) -> Array:
    """The squared lengths of the columns of J, orthogonal as each sample sees one weight only."""
    J = member.objective.jacobian(ar, ar.asarray(member.candidate.point))[:, 0, :]
    return np.asarray(ar.sum(J * J, axis=0))


def no_probe_refutes(member: Member) -> Outcome:
    """The probes of ``pgb.check`` stay within the fiber, which is the point: they find nothing."""
    found = [f.reason for f in member.report.findings if f.evidence is Evidence.PGB_PROBE]
    return Outcome.fails(found[0]) if found else Outcome.holds("they find nothing")


EXAMPLE = Example(
    __name__,
    title="A point that satisfies the PGB condition is a local minimum.",
    statement=(
        "For exp(w . x) with two samples on each axis, w = (log z_1, ..., log z_d) is stationary, "
        "is locally the only point with its outputs, so that it satisfies the PGB condition, and "
        "is a strict saddle of index 1 (a strict local maximum if d = 1)."
    ),
    source=f"own; the condition is that of {sources.INDUCED_MODEL}",
    kind="trap",
    phenomenon="silent test",
    activation="exp",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.stationary(),
        claims.positive(
            "the Jacobian has full column rank: the fiber through the point is the point",
            "fiber",
            squared_columns,
            "squared lengths of the columns of J, which are orthogonal",
        ),
        Claim(
            "pgb's probes of the PGB condition find nothing",
            no_probe_refutes,
            "PGB condition",
            basis=Basis.SEARCH,
        ),
        claims.saddle(1),
    ),
    picture=Line(to=lambda member: member.candidate.point + 1, extent=(-1.8, 1.2)),
)
