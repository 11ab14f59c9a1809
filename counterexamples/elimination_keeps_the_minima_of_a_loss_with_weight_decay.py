"""Weight decay on the network: elimination removes its minima, good ones too.

Let R be the decay on the network's own parameters. What the theorem says survives: at a local
minimum of the eliminated loss plus R, a = 0 and the output gradients of equal inputs add up to 0,
since its proof moves a, b and W only. But grad R = 0 is needed as well: where the data part is at
its least, a step in theta changes it by less than R, to first order. Conversely all three together
give a global minimum.

A minimum of L + R balances the two gradients: J^T r = -grad R, which differs from 0 wherever a
decayed parameter does. So r != 0, and with distinct inputs no a, b, W make it a local minimum of
the eliminated loss. Nor does a network that fits all samples, with decayed parameters not all 0:
there r = 0, but R has a slope. What is left are fits whose decayed parameters are all 0.

Ridge regression is the case where the minimum is global: L + R is convex and strictly so here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from hypothesis import strategies as st

from counterexamples.kit import (
    Curves,
    Example,
    Member,
    Question,
    Trace,
    augmented,
    claims,
    exact,
    left_null_space,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, networks, positive_rationals, rationals
from pgb.strategies.models import RATIONAL
from pgb.transforms import eliminate


def ridge(x: Array, theta: Array, decay: fmpq, spread: list[fmpq], bias: bool) -> Objective:
    """Ridge regression with decay on the slopes only, whose minimum is ``theta``.

    Of all residuals that balance the decay, ``spread`` chooses one.
    """
    network = Network([x.shape[1], 1], bias=bias)
    J = np.concatenate([x, exact([[1]] * len(x))], axis=1) if bias else x
    balance = -decay * theta
    if bias:
        balance[-1] = fmpq(0)
    weights = fmpq_mat((J.T @ J).tolist()).solve(fmpq_mat([[v] for v in balance]))
    residuals = len(x) * (J @ exact(weights.tolist())[:, 0])
    for factor, vector in zip(spread, left_null_space(J), strict=True):
        residuals = residuals + factor * vector
    targets = (J @ theta - residuals).reshape(-1, 1)
    return Objective(
        network, Data(x, targets), "squared", weight_decay=decay, decay_parameters="W1"
    )


def fitted(network: Network, theta: Array, x: Array, decay: fmpq) -> Objective:
    """Weight decay on all parameters, and the network's own outputs as targets."""
    ar = Exact()
    targets = network.outputs(ar, ar.asarray(theta), ar.asarray(x))
    return Objective(network, Data(x, targets), "squared", weight_decay=decay)


def build(base: Objective, theta: Array, fit: Objective, inner: Array, unit: Any) -> Member:
    """``base`` with its minimum theta, ``fit`` with the parameters ``inner`` of a fit.

    ``unit`` is (a, b, W, lam); W is cut to the inputs of each problem.
    """
    a, b, W, lam = unit

    def ask(before: Objective, point: Array, aux: Any = 0) -> Question:
        d_x, d_y = before.model.inputs, before.model.output_dimension
        lifted = augmented(point, [aux] * d_y, [b] * d_y, [W[:d_x]] * d_y)
        after = eliminate(before, lam)
        return Question(after, Candidate.of(after.parameters, lifted))

    network = fit.model
    assert isinstance(network, Network)
    zero = fitted(network, exact([0] * fit.size), exact(fit.data.inputs), fmpq(1))
    notes = {
        "eliminated": ask(base, theta),
        "with a": ask(base, theta, a),
        "fit": ask(fit, inner),
        "zero": ask(zero, exact([0] * fit.size)),
    }
    return Member(base, theta, notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Ridge regression on any inputs, with any minimum; any network that fits; a, b, W, lambda."""
    d_x, bias = draw(st.integers(1, 2)), draw(st.booleans())
    extra = draw(st.integers(0, 2))
    corners = exact([[0] * d_x, *np.eye(d_x, dtype=int).tolist()])
    others = draw(exact_arrays((extra, d_x), st.sampled_from([fmpq(v) for v in (2, 3, -1, -2)])))
    kept = list({tuple(map(str, row)): row for row in [*corners, *others]}.values())
    x = np.stack(kept)[0 if bias else 1 :] * draw(rationals(2, zero=False))
    theta = draw(exact_arrays((d_x + bias,), rationals(2)))
    theta[0] = draw(rationals(2, zero=False))
    spread = draw(exact_arrays((len(x) - d_x - bias,), rationals(2)))
    base = ridge(x, theta, draw(positive_rationals()), list(spread), bias)
    network = draw(networks(activations=RATIONAL, hidden_layers=(0, 2)))
    inner = draw(exact_arrays((network.size,), rationals(2)))
    inner[0] = draw(rationals(2, zero=False))
    inputs = draw(exact_arrays((2, network.inputs), rationals(2)))
    fit = fitted(network, inner, inputs, draw(positive_rationals()))
    W, lam = draw(exact_arrays((2,), rationals(1))), draw(positive_rationals())
    a, b = draw(rationals(2, zero=False)), draw(rationals(1))
    return build(base, theta, fit, inner, (a, b, W, lam))


def canonical() -> Member:
    """Ridge regression through 0 and 1; a ReLU unit that fits; lambda 1/10, b = W = 0."""
    base = ridge(exact([[0], [1]]), exact([1, 0]), fmpq(1, 10), [], True)
    network, inner = Network([1, 1, 1], activation="relu"), exact([1, 0, 1, 0])
    fit = fitted(network, inner, exact([[-1], [1]]), fmpq(1, 10))
    unit = (fmpq(1), fmpq(0), exact([0, 0]), fmpq(1, 10))
    return build(base, exact([1, 0]), fit, inner, unit)


def in_a(W: int) -> Callable[[Member, Arithmetic, Any], Array]:
    """The minimum of ridge regression with a = t, b = 0 and this W."""
    return lambda member, ar, t: ar.concatenate(
        [ar.asarray(member.candidate.point), ar.asarray([t, 0.0, float(W)])]
    )


def eliminated(member: Member) -> Objective:
    """The loss after elimination."""
    objective: Objective = member.notes["eliminated"].objective
    return objective


EXAMPLE = Example(
    __name__,
    title="Elimination keeps the minima of a loss with weight decay.",
    statement=(
        "The minimum of ridge regression, with slopes that are not all 0 and distinct inputs, is "
        "no local minimum of the eliminated loss with the same decay, for any a, b, W; nor is a "
        "fit of all samples by any network with decayed parameters that are not all 0. That a = 0 "
        "and that the network is as good as any function remain necessary."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="regularization",
    activation=("identity", "relu", "leaky-relu", "quadratic", "cubic"),
    loss="squared",
    depth=(1, 2, 3),
    family=family,
    canonical=canonical,
    claims=(
        claims.local_minimum(
            "strict", "theta is a strict local minimum of ridge regression, which is convex"
        ),
        claims.refuted(
            "after elimination no local minimum there, whatever a, b, W",
            "eliminated",
            Evidence.GROUP_SUM,
        ),
        claims.refuted(
            "after elimination with a != 0 it is no local minimum either",
            "with a",
            Evidence.ESCAPE_RAY,
        ),
        claims.refuted(
            "after elimination a fit with a slope of the decay is no local minimum",
            "fit",
            Evidence.REGULARIZER_GRADIENT,
        ),
        claims.global_minimum(
            "after elimination a fit with all parameters 0 is a global minimum",
            question=lambda member: member.notes["zero"],
        ),
    ),
    picture=Curves(
        (
            Trace("W = 0", in_a(0), eliminated),
            Trace("W = 1", in_a(1), eliminated),
            Trace("W = 2", in_a(2), eliminated),
        ),
        extent=(-0.02, 0.04),
        t="a, at the minimum of ridge regression and b = 0",
        level="that minimum",
    ),
)
