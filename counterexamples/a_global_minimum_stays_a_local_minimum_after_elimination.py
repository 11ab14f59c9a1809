"""Least squares with linear networks of any depth: the minimum is there before elimination only.

A linear network of any depth computes affine functions only, so that its least squares are
attained at the regression line, above the function-space infimum 0 as soon as the targets are not
affine.

The elimination theorem says that at a local minimum of the eliminated loss the output gradients
of equal inputs add up to 0. With distinct inputs they would all have to vanish, which the
regression line does not allow: no point over it is a local minimum, global minimum of the loss or
not. Along a = c e^{-t}, b = t the added output c e^{w . x} stays while the penalty fades, and
with c of the right sign it lowers the loss: the values tend to a limit below the old global
minimum.
"""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Claim,
    Curves,
    Decision,
    Example,
    Member,
    Outcome,
    Trace,
    all_positive,
    all_zero,
    augmented,
    claims,
    exact,
    left_null_space,
    sources,
)
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Balls, Exact
from pgb.problems import Data, Objective, loss
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def deep_linear(
    slopes: Array, offset: fmpq, factors: list[fmpq], widths: list[int], bias: bool
) -> tuple[Network, Array]:
    """A linear network of the given hidden widths and parameters that compute slopes . x + offset.

    One unit of each layer carries the function, scaled by that layer's factor; the others are 0.
    """
    layers = [len(slopes), *widths, 1]
    network = Network(layers, activation=["identity"] * len(widths), bias=bias)
    parts: list[Array] = []
    scale = fmpq(1)
    for depth, (n_in, n_out) in enumerate(pairwise(layers)):
        W, b = exact([[0] * n_in for _ in range(n_out)]), exact([0] * n_out)
        last = depth == len(widths)
        factor = 1 / scale if last else factors[depth]
        if depth == 0:
            W[0] = slopes * factor
        else:
            W[0, 0] = factor
        scale = scale * factor
        if last:
            b[0] = offset
        parts += [W.ravel(), b] if bias else [W.ravel()]
    return network, np.concatenate(parts)


def build(
    network: Network, theta: Array, inputs: Array, residuals: Array, b: Any, W: Any, lam: fmpq
) -> Member:
    """Targets are the network's outputs minus ``residuals`` (m,), normal to affine functions."""
    ar = Exact()
    outputs = network.outputs(ar, ar.asarray(theta), ar.asarray(inputs))
    base = Objective(network, Data(inputs, outputs - residuals[:, None]), loss("squared"))
    objective = eliminate(base, lam)
    candidate = augmented(theta, [0], b, W)
    return Member(objective, candidate, notes={"base": base, "theta": theta, "lambda": lam})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any affine least-squares problem on distinct inputs, as a linear network of depth 1 to 3."""
    d_x, bias = draw(st.integers(1, 2)), draw(st.booleans())
    features = d_x + bias
    pool = st.tuples(*[st.integers(-2, 2)] * d_x)
    count = draw(st.integers(features + 1, features + 2))
    rows = draw(st.lists(pool, min_size=count, max_size=count, unique=True))
    inputs = exact([list(row) for row in rows]) / 2
    design = np.concatenate([inputs, exact([[1]] * count)], axis=1) if bias else inputs
    basis = left_null_space(design)
    coefficients = [draw(rationals(2, zero=False)) for _ in basis]
    residuals = sum((c * v for c, v in zip(coefficients, basis, strict=True)), exact([0] * count))
    widths = draw(st.lists(st.integers(1, 2), max_size=2))
    network, theta = deep_linear(
        draw(exact_arrays((d_x,), rationals(2))),
        draw(rationals(2)) if bias else fmpq(0),
        [draw(rationals(2, zero=False)) for _ in widths],
        widths,
        bias,
    )
    b, W = draw(exact_arrays((1,), rationals(1))), draw(exact_arrays((1, d_x), rationals(1)))
    return build(network, theta, inputs, residuals, b, W, draw(positive_rationals()))


def canonical() -> Member:
    """XOR with a linear unit: the best affine function is 1/2 everywhere."""
    inputs = exact([[0, 0], [0, 1], [1, 0], [1, 1]])
    residuals = exact([fmpq(1, 2), fmpq(-1, 2), fmpq(-1, 2), fmpq(1, 2)])
    network = Network([2, 1])
    theta = exact([0, 0, fmpq(1, 2)])
    return build(network, theta, inputs, residuals, exact([0]), exact([[0, 0]]), fmpq(1, 10))


def global_minimum_before_elimination(member: Member) -> Outcome:
    """The normal equations hold exactly, so that no affine function has a lower value."""
    ar, base = Exact(), member.notes["base"]
    r = base.output_gradients(ar, ar.asarray(member.notes["theta"]))[:, 0]
    x = ar.asarray(base.data.inputs)
    moments = [ar.sum(r * x[:, j]) for j in range(x.shape[1])]
    if base.model.bias:
        moments.append(ar.sum(r))
    return all_zero(ar.stack(moments), "normal equations")


def above_the_function_space_infimum(member: Member) -> Outcome:
    """Inputs are distinct and some output gradient is not 0."""
    ar, base = Exact(), member.notes["base"]
    sums = base.group_sums(ar, ar.asarray(member.notes["theta"]))
    if np.any(ar.certainly_nonzero(sums)):
        return Outcome.holds("a group sum differs from 0")
    return Outcome(Decision.UNDECIDED, "no group sum certainly differs from 0")


def descending_path(member: Member) -> tuple[Array, fmpq] | None:
    """(w, c) with c of the sign that lowers the loss of phi + c exp(w . x), c near its best."""
    base = member.notes["base"]
    d_x, m = base.data.inputs.shape[1], base.data.samples
    with Balls(128) as ar:
        r = base.output_gradients(ar, ar.asarray(member.notes["theta"]))[:, 0]
        for w in product((0, 1, -1, 2), repeat=d_x):
            grown = ar.exp(ar.asarray(base.data.inputs) @ exact(list(w)))
            E = np.asarray(ar.sum(r * grown))
            if np.all(ar.certainly_nonzero(E)):
                best = -E / (2 * ar.sum(grown * grown) / m)
                rounded = round(float(ar.to_float(best)) * 2**20)
                return exact(list(w)), fmpq(rounded or 1, 2**20)
    return None


def lower_along_a_path_to_infinity(member: Member) -> Outcome:
    """On a = c e^{-t}, b = t the value falls at every step, towards M < L."""
    found = descending_path(member)
    if found is None:
        return Outcome.undecided("no w found with sum r_i exp(w . x_i) certainly not 0")
    (w, c), notes = found, member.notes

    def falls(ar: Arithmetic) -> Array:
        values = []
        for t in (0, 1, 2, 4, 8):
            a = c * ar.exp(ar.asarray(exact([-t])))
            tail = ar.asarray(exact([t, *w]))
            point = ar.concatenate([ar.asarray(notes["theta"]), a, tail])
            values.append(np.asarray(member.objective.value(ar, point)))
        here = np.asarray(notes["base"].value(ar, ar.asarray(notes["theta"])))
        limit = values[0] - notes["lambda"] * c * c
        steps = [values[i] - values[i + 1] for i in range(len(values) - 1)]
        return ar.stack([here - limit, values[-1] - limit, *steps])

    return all_positive(falls, "M < L and lower at each step along the path")


def valley(member: Member, ar: Arithmetic, t: Any) -> Array:
    """Theta with the added neuron of the path: a = c e^{-t}, b = t."""
    found = descending_path(member)
    assert found is not None
    w, c = found
    theta = ar.asarray(member.notes["theta"])
    return ar.concatenate([theta, ar.asarray([float(c) * np.exp(-t), t, *map(float, w)])])


EXAMPLE = Example(
    __name__,
    title="A global minimum of the loss stays a local minimum after elimination.",
    statement=(
        "If the loss attains its minimum above the function-space infimum, as least squares with a "
        "linear network does, its global minimizers with a = 0 are no local minima of the "
        "eliminated loss, which has none at all; paths to infinity descend below the minimum."
    ),
    source=f"in the spirit of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="good minima lost",
    activation="identity",
    loss="squared",
    depth=(1, 2, 3),
    family=family,
    canonical=canonical,
    claims=(
        Claim(
            "theta is a global minimum of the loss", global_minimum_before_elimination, "minimum"
        ),
        Claim(
            "the minimum lies above the function-space infimum",
            above_the_function_space_infimum,
            "function-space optimality",
        ),
        claims.not_a_local_minimum("with a = 0 it is no local minimum of the eliminated loss"),
        Claim("a path to infinity descends below it", lower_along_a_path_to_infinity, "value"),
    ),
    picture=Curves(
        (Trace("a = c e^-t, b = t", valley),),
        extent=(-2.8, 4),
        level="global minimum before elimination",
    ),
)
