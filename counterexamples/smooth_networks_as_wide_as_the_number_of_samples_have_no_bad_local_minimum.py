"""Constant units: a bad local minimum however wide a smooth network is.

Let one input be a weighted mean of the others, x_0 = sum p_i x_i, and let the targets be such that
a constant output has the residuals r = s (-1, p_1, p_2, ...): they are orthogonal to constants and
to linear functions. Let all incoming weights be 0, so that the network is constant.

Moving biases and outgoing weights changes the outputs by a common constant. Moving the incoming
weights w_j of a unit adds s u_j (sum p_i h(w_j . x_i + v_j) - h(w_j . x_0 + v_j)) to the sum of the
r_i times the change of output. By Jensen's inequality this is not negative for small w_j if h is
convex near the bias v_j and s u_j > 0. So no point nearby has a lower loss: the number of units,
their biases and the sizes of their outgoing weights do not matter. The Hessian is positive definite
across the manifold of points at which all units are constant on the data.

With as many units as samples and generic incoming weights, the outputs of the units at the samples
are linearly independent, so that outgoing weights exist that fit all targets. The better point has
such weights, rounded.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import Example, Line, Member, claims, constant_units, exact, sources
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Float64
from pgb.strategies import exact_arrays, positive_rationals, rationals

BOUND = fmpq(1, 10**6)


def build(
    name: str, vertices: Array, p: Array, biases: Array, u: Array, constant: fmpq, s: fmpq
) -> Member:
    """Inputs: the mean of the vertices (n, d) with weights p (n,), and they; biases and u (H,)."""
    p = p / np.sum(p)
    inputs = np.concatenate([(p @ vertices)[None], vertices])
    residuals = s * np.append(exact([-1]), p)
    network = Network([vertices.shape[1], len(biases), 1], name)
    objective = constant_units.constant_objective(network, inputs, residuals, constant)
    point = constant_units.constant_network(network, biases, u, constant)
    return Member(objective, point, fitting_point(network, inputs, constant - residuals))


def fitting_point(network: Network, inputs: Array, targets: Array) -> Array:
    """Parameters whose outputs are close to the targets: the best of some random first layers."""
    ar, rng, best = Float64(), np.random.default_rng(0), None
    x, y = ar.asarray(inputs), ar.asarray(targets)
    scale = 1 / np.max(np.ptp(x, axis=0))
    for _ in range(20):
        width = network.layers[1]
        W = np.round(rng.normal(size=(width, x.shape[1])) * 2 * scale, 3)
        b = np.round(rng.normal(size=width) - W @ np.mean(x, axis=0), 3)
        H = network.activations[0].value(ar, x @ W.T + b)
        u = np.linalg.lstsq(H, y, rcond=None)[0]
        error = np.sum((H @ u - y) ** 2)
        if best is None or error < best[0]:
            best = (error, np.concatenate([W.ravel(), b, u, [0.0]]))
    assert best is not None
    return exact(best[1])


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Ten activations, one or two inputs, three or four samples, the mean, more units, all biases.

    The weights of the mean, the outgoing weights, the constant and s are free too.
    """
    name = draw(st.sampled_from(constant_units.ACTIVATIONS))
    d = draw(st.integers(1, 2))
    n = draw(st.integers(2, d + 1))
    vertices = draw(exact_arrays((n, d)))
    vertices[:, 0] = np.cumsum(draw(exact_arrays((n,), positive_rationals(2))))
    if n == 3:
        (x1, y1), (x2, y2), (x3, _) = vertices
        on_line = y1 + (y2 - y1) / (x2 - x1) * (x3 - x1)
        vertices[2, 1] = on_line + draw(rationals(zero=False))
    width = n + 1 + draw(st.integers(0, 1))
    p = draw(exact_arrays((n,), positive_rationals(2)))
    biases = constant_units.draw_biases(draw, name, width)
    sign = draw(st.sampled_from([1, -1]))
    u, s = draw(exact_arrays((width,), positive_rationals())), draw(positive_rationals())
    return build(name, vertices, p, biases, sign * u, draw(rationals()), sign * s)


def canonical() -> Member:
    """Inputs (1, 0), (0, 1) with target 0, (1/2, 1/2) with target 1, and three tanh units."""
    vertices, biases = exact([[1, 0], [0, 1]]), exact([-1, "-1/2", -2])
    mean, s = fmpq(1, 3), fmpq(2, 3)
    return build("tanh", vertices, exact([1, 1]), biases, exact([1, 1, 1]), mean, s)


def almost_fitted(member: Member, ar: Arithmetic) -> Array:
    """10^-6 less the value at the better point."""
    assert member.better is not None
    return BOUND - np.asarray(member.objective.value(ar, ar.asarray(member.better.point)))


EXAMPLE = Example(
    __name__,
    title="Smooth networks as wide as the number of samples have no bad local minimum.",
    statement=(
        "If one input is a weighted mean of the others, then for suitable targets a network with "
        "one hidden layer, however wide, has a bad local minimum of the squared loss at incoming "
        "weights 0 and u_j h''(v_j) > 0 for all hidden units, also with as many units as samples, "
        "where other parameters bring the loss below 10^-6."
    ),
    source=f"own instances of a phenomenon from {sources.YUN} and {sources.DING}",
    kind="bad minimum",
    phenomenon="constant units",
    activation=constant_units.ACTIVATIONS,
    loss="squared",
    depth=2,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("branch"),
        claims.positive(
            "the value at the better point is below 10^-6",
            "value",
            almost_fitted,
            "10^-6 minus the value",
        ),
    ),
    cost=0.1,
    picture=Line(extent=(-0.3, 1.2)),
)
