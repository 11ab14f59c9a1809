"""Least squares with linear networks of any depth: the minimum is there before elimination only.

A linear network of any depth computes affine functions only (linear ones without biases). So its
least squares are those of the regression line, where the output gradients r_i are orthogonal to all
affine functions. With distinct inputs and targets that no affine function fits, the minimum lies
above the function-space infimum 0.

The elimination theorem says that at a local minimum of the eliminated loss the output gradients
of equal inputs add up to 0. With distinct inputs they would all have to vanish, which is impossible
at any parameters: the eliminated loss has no local minimum at all. Where sum r_i e^{w . x_i} is not
0 there is a c such that the added output c e^{w . x} lowers the loss. Along a = c e^{-t}, b = t it
stays while the penalty lambda a^2 fades: the values fall to a limit below the old global minimum.
"""

from __future__ import annotations

from itertools import product
from math import prod
from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Curves,
    Example,
    Member,
    Trace,
    augmented,
    claims,
    exact,
    left_null_space,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact, Float64
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def deep_linear(
    slopes: Array, offset: fmpq, widths: list[int], factors: list[fmpq], bias: bool
) -> tuple[Network, Array]:
    """A linear network of the given hidden widths and parameters that compute slopes . x + offset.

    One unit of each layer carries the function, scaled by that layer's factor; the others are 0.
    """
    network = Network([len(slopes), *widths, 1], ["identity"] * len(widths), bias=bias)
    theta = exact([0] * network.size)
    rows = [slopes, *[exact([1])] * len(widths)]
    scales = [*factors, 1 / prod(factors, start=fmpq(1))]
    for number, (row, scale) in enumerate(zip(rows, scales, strict=True), start=1):
        start = network.slices[f"W{number}"].start
        theta[start : start + len(row)] = row * scale
    if bias:
        theta[-1] = offset
    return network, theta


def features(inputs: Array, bias: bool) -> Array:
    """The inputs (m, d_x), with a column of ones if there are biases."""
    ones = exact([[1]] * len(inputs))
    return np.concatenate([inputs, ones], axis=1) if bias else inputs


def build(network: Network, theta: Array, inputs: Array, r: Array, v: Array, lam: fmpq) -> Member:
    """Samples of weights ``v`` (m,) whose output gradients at ``theta`` are ``r`` (m,)."""
    outputs = network.outputs(Exact(), theta, inputs)
    data = Data(inputs, outputs - (r / (2 * v))[:, None], v)
    base = Objective(network, data, "squared", "sum")
    notes = {"base": base, "theta": theta, "lambda": lam}
    point = augmented(theta, [0], [0], [[0] * inputs.shape[1]])
    return Member(eliminate(base, lam), point, notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any affine least-squares problem on distinct inputs, as a linear network of depth 1 to 3."""
    d_x, bias = draw(st.integers(1, 2)), draw(st.booleans())
    m = d_x + bias + draw(st.integers(1, 2))
    grid = st.tuples(*[st.integers(-2, 2)] * d_x)
    rows = draw(st.lists(grid, min_size=m, max_size=m, unique=True))
    inputs = exact([list(row) for row in rows]) / 2
    basis = left_null_space(features(inputs, bias))
    r = sum((draw(rationals(2, zero=False)) * v for v in basis), exact([0] * m))
    widths = draw(st.lists(st.integers(1, 2), max_size=2))
    factors = [draw(rationals(2, zero=False)) for _ in widths]
    slopes, offset = draw(exact_arrays((d_x,), rationals(2))), draw(rationals(2))
    network, theta = deep_linear(slopes, offset, widths, factors, bias)
    v = draw(exact_arrays((m,), positive_rationals(2)))
    return build(network, theta, inputs, r, v, draw(positive_rationals()))


def canonical() -> Member:
    """XOR with a linear unit: the best affine function is 1/2 everywhere."""
    inputs, r = exact([[0, 0], [0, 1], [1, 0], [1, 1]]), exact([1, -1, -1, 1])
    theta, v = exact([0, 0, "1/2"]), exact([1] * 4)
    return build(Network([2, 1]), theta, inputs, r, v, fmpq(1, 10))


def normal_equations(member: Member, ar: Arithmetic) -> Array:
    """Sums of output gradients times features, which vanish at the best affine function only."""
    base = member.notes["base"]
    r = base.output_gradients(ar, ar.asarray(member.notes["theta"]))
    return ar.sum(r * ar.asarray(features(base.data.inputs, base.model.bias)), axis=0)


def added(member: Member) -> tuple[Array, fmpq]:
    """(w, c) such that adding c e^{w . x} to the output lowers the loss, by floats; w is small."""
    ar, base = Float64(), member.notes["base"]
    x, v = ar.asarray(base.data.inputs), ar.asarray(base.data.weights)
    r = base.output_gradients(ar, ar.asarray(member.notes["theta"]))[:, 0]

    def gain_and_best(w: tuple[int, ...]) -> tuple[float, float]:
        grown = np.exp(x @ w)
        slope, bend = float(r @ grown), float(2 * v @ grown**2)
        return slope * slope / bend, -slope / bend

    w = max(product((0, 1, -1, 2), repeat=x.shape[1]), key=lambda w: gain_and_best(w)[0])
    return exact(w), fmpq(*gain_and_best(w)[1].as_integer_ratio())


def path(member: Member, ar: Arithmetic, t: Any) -> Array:
    """Theta with a = c e^{-t}, b = t."""
    (w, c), time = added(member), ar.asarray(exact([t]))
    theta, a = ar.asarray(member.notes["theta"]), ar.exp(-time) * ar.asarray(exact([c]))
    return ar.concatenate([theta, a, time, ar.asarray(w)])


def limit(member: Member, ar: Arithmetic) -> Array:
    """Where the values on the path tend to: the one at t = 0 without its penalty."""
    a = ar.asarray(exact(added(member)[1]))
    value = member.objective.value(ar, path(member, ar, 0))
    return np.asarray(value - ar.asarray(exact(member.notes["lambda"])) * a * a)


def below_the_minimum(member: Member, ar: Arithmetic) -> Array:
    """The loss at theta minus the limit."""
    here = member.notes["base"].value(ar, ar.asarray(member.notes["theta"]))
    return np.asarray(here - limit(member, ar))


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
        claims.exactly_zero(
            "theta solves the normal equations: a global minimum of the loss",
            "global minimum",
            normal_equations,
            "left sides of the normal equations",
        ),
        claims.not_a_local_minimum(
            "no local minimum of the eliminated loss there, whatever a, b, W", Evidence.GROUP_SUM
        ),
        claims.decreasing_path(path, "along a = c e^{-t}, b = t", limit=limit),
        claims.positive(
            "the limit is below the minimum",
            "value",
            below_the_minimum,
            "the minimum minus the limit",
        ),
    ),
    picture=Curves(
        (Trace("a = c e^-t, b = t", path),),
        extent=(-5.5, -1),
        level="global minimum before elimination",
    ),
)
