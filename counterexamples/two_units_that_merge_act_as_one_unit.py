"""Two units with opposite weights that grow while their incoming weights meet.

Let two units h move towards the same incoming weights w from both sides along v:
f_s(x) = (h(w . x + s v . x) - h(w . x - s v . x)) / (2 s). For s to 0 it tends to the derivative
(v . x) h'(w . x), while the outgoing weights 1 / (2 s) and -1 / (2 s) tend to infinity. With these
limits as targets the loss falls to 0 like s^4.

Units with equal incoming weights compute a multiple of h(w . x) together. On the data y is no such
multiple: the least loss of all multiples is |y|^2 - (y . h)^2 / |h|^2, which is positive by the
Cauchy-Schwarz inequality unless (v . x) h'(w . x) / h(w . x) is the same at all inputs; for the
activations here it is not at e and 2 e. The limit of the outputs is none of the outputs of the
limit.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Member,
    Path,
    claims,
    exact,
    sources,
)
from pgb.models import Network
from pgb.models.activations import activation
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals

SMOOTH = ("tanh", "sigmoid", "softplus", "exp", "sine", "arctan")


def build(name: str, inputs: Array, w: Array, v: Array, weights: Array) -> Member:
    """Two units of the activation ``name`` that meet at the incoming weights ``w`` along ``v``."""
    targets = (inputs @ v) * activation(name).first(Exact(), inputs @ w)
    network = Network([inputs.shape[1], 2, 1], name, bias=False)
    data = Data(inputs, targets.reshape(-1, 1), weights)
    objective = Objective(network, data, "squared", "sum")
    return Member(objective, at(w, v, fmpq(1, 8)), notes={"name": name, "w": w, "v": v})


def at(w: Array, v: Array, s: fmpq) -> Array:
    """The flat vector (W1, W2) of units at w + s v and w - s v, outgoing weights +- 1 / (2 s)."""
    return np.concatenate([w + v * s, w - v * s, exact([1 / (2 * s), -1 / (2 * s)])])


@st.composite
def family(draw: st.DrawFn) -> Member:
    """The activation, one or two input dimensions, inputs e, 2 e and others, w, v and weights.

    The products w . e and v . e are not 0.
    """
    name, d_x = draw(st.sampled_from(SMOOTH)), draw(st.integers(1, 2))
    rest = draw(exact_arrays((draw(st.integers(0, 3)), d_x), rationals(1)))
    e, w, v = (draw(exact_arrays((d_x,), rationals(1))) for _ in range(3))
    e[0] = draw(positive_rationals(1))
    w[0], v[0] = (draw(rationals(1, zero=False)) - np.sum(u[1:] * e[1:]) / e[0] for u in (w, v))
    inputs = np.concatenate([[e, e * 2], rest])
    weights = draw(exact_arrays((len(inputs),), positive_rationals(2)))
    return build(name, inputs, w, v, weights)


def canonical() -> Member:
    """Hyperbolic tangents at x = 1, ..., 6 with targets x (1 - tanh^2 x)."""
    inputs = exact([[k] for k in range(1, 7)])
    return build("tanh", inputs, exact([1]), exact([1]), exact([1] * 6))


def curve(member: Member, ar: Arithmetic, t: float) -> Array:
    """Both units at s = 4^{-t} / 8."""
    s = fmpq(*(4.0**-t / 8).as_integer_ratio())
    return ar.asarray(at(member.notes["w"], member.notes["v"], s))


def squared_sine_of_the_angle(member: Member, ar: Arithmetic) -> Array:
    """|y|^2 |h|^2 - (y . h)^2 with the samples' weights: positive if y is no multiple of h."""
    data = member.objective.data
    u = ar.asarray(exact(data.inputs) @ member.notes["w"])
    h, y = activation(member.notes["name"]).value(ar, u), ar.asarray(data.targets)[:, 0]
    c = ar.asarray(exact(data.weights))
    mixed = ar.sum(c * y * h)
    return np.asarray(ar.sum(c * y * y) * ar.sum(c * h * h) - mixed * mixed)


EXAMPLE = Example(
    __name__,
    title="Two units that merge act as one unit.",
    statement=(
        "For two units h whose incoming weights w + s v and w - s v meet for s to 0 while their "
        "outgoing weights 1 / (2 s) and -1 / (2 s) grow, the outputs tend to (v . x) h'(w . x), "
        "which no single unit at w has; with these as targets the loss falls to 0 on the way to "
        "infinity, and is positive for all units that have merged at w."
    ),
    source=f"own instances of a phenomenon from {sources.MARTINELLI}",
    kind="no minimum",
    phenomenon="escape to infinity",
    activation=SMOOTH,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.decreasing_path(
            curve,
            "with s = 4^{-t} / 8",
            times=(0, 1, 2, 3, 6),
            limit=lambda member, ar: ar.asarray(exact(0)),
        ),
        claims.positive(
            "the targets are no multiple of the outputs of a unit at w",
            "merged units",
            squared_sine_of_the_angle,
            "the squared sine of the angle between them",
        ),
        claims.not_stationary("the first point of the path is not stationary"),
        claims.after_elimination_no_local_minimum_here(),
    ),
    picture=Path(curve, until=5),
)
