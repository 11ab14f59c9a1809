"""Residuals that a weight w balances: an isolated stationary w, and a strict saddle.

At a = 0 the eliminated loss is stationary in (a, b, w) exactly where S(w) = sum r_i e^{w . x_i}
vanishes, r being the output gradients. Let p_i add up to 0, negative where w . x_i is small and
positive where it is large, and r_i = p_i e^{-w . x_i}. Then S(w) = 0, while sum r_i = S(0) is
negative, so that the point with w = 0 is not stationary. All signs may be turned.

The Hessian in (a, b, w) is h > 0 at (a, a), v = e^b sum p_i x_i at (a, w), and 0 elsewhere. By the
choice of the signs v . w > 0, so that S changes its sign at w along the line through 0 (w is an
isolated zero there), and the Hessian has one negative eigenvalue: a strict saddle.
"""

from __future__ import annotations

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Example,
    Member,
    Surface,
    augmented,
    claims,
    constant_model,
    exact,
    sources,
)
from pgb.numbers import Arithmetic, Array
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate


def build(
    inputs: Array, direction: list[int], z: fmpq, p: Array, output: fmpq, b: fmpq, lam: fmpq
) -> Member:
    """With w = log(z) times a direction, w . x_i = n_i log(z) and r_i = p_i z^(-n_i)."""
    levels = [int(n.p) for n in inputs @ exact(direction)]
    r = exact([value / z**n for value, n in zip(p, levels, strict=True)])
    data = Data(inputs, (exact([output] * len(r)) - r / 2).reshape(-1, 1))
    base = Objective(constant_model([output], inputs.shape[1]), data, "squared", "sum")
    logarithm = exact([f"log({z})"])[0]
    W = exact([[logarithm * k for k in direction]])
    objective = eliminate(base, lam)
    return Member(objective, augmented([], [0], [b], W), notes={"base": base, "W": W})


@st.composite
def family(draw: st.DrawFn) -> Member:
    """One or two input dimensions, two to four inputs, w, the residuals' shares, b, penalty."""
    d_x, m = draw(st.integers(1, 2)), draw(st.integers(2, 4))
    direction = [1, *([draw(st.integers(-2, 2))] * (d_x - 1))]
    levels = sorted(draw(st.lists(st.integers(-2, 3), min_size=m, max_size=m, unique=True)))
    rest = draw(exact_arrays((m, d_x - 1), st.integers(-2, 2)))
    first = exact(levels) - np.sum(rest * exact(direction[1:]), axis=1)
    inputs = np.concatenate([first[:, None], rest], axis=1)
    low = draw(st.integers(1, m - 1))
    shares = draw(exact_arrays((m,), positive_rationals()))
    scale = np.sum(shares[:low]) / np.sum(shares[low:])
    p = np.concatenate([-shares[:low], shares[low:] * scale]) * draw(st.sampled_from([1, -1]))
    z = draw(st.sampled_from([fmpq(2), fmpq(1, 2), fmpq(3), fmpq(3, 2), fmpq(2, 3)]))
    output, b = draw(rationals()), draw(rationals(1))
    return build(inputs, direction, z, p, output, b, draw(positive_rationals()))


def canonical() -> Member:
    """Inputs 0 and 1 with output gradients 2 and -1: w = log 2, penalty 1/10."""
    p, inputs = exact([2, -2]), exact([[0], [1]])
    return build(inputs, [1], fmpq(2), p, fmpq(0), fmpq(0), fmpq(1, 10))


def sum_of_output_gradients(member: Member, ar: Arithmetic) -> Array:
    """The sum of the r_i, which is the derivative in a at a = b = w = 0."""
    base = member.notes["base"]
    return np.asarray(ar.sum(base.output_gradients(ar, ar.asarray(exact([])))[:, 0]))


def derivative_of_the_sum(member: Member, ar: Arithmetic) -> Array:
    """dS/ds at s = 1 along the line s w: sum r_i (w . x_i) e^{w . x_i}."""
    base = member.notes["base"]
    r = base.output_gradients(ar, ar.asarray(exact([])))[:, 0]
    powers = ar.matmul(ar.asarray(base.data.inputs), ar.asarray(member.notes["W"][0])[:, None])
    return np.asarray(ar.sum(r * powers[:, 0] * ar.exp(powers[:, 0])))


EXAMPLE = Example(
    __name__,
    title="The residuals add up to zero at every stationary point of the eliminated loss.",
    statement=(
        "With a fixed output and output gradients r_i = p_i e^{-w . x_i}, where the p_i add up to "
        "0 and have one sign for the smaller w . x_i and the other for the larger, a = 0 and "
        "w are stationary for the eliminated loss for every b although the r_i do not add up to 0; "
        "it is a strict saddle of index 1, and on the line through 0 the zero w of "
        "sum r_i e^{w . x_i} is isolated."
    ),
    source=f"own; the added neuron is that of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="vanishing moments",
    activation="none",
    loss="squared",
    depth=0,
    family=family,
    canonical=canonical,
    claims=(
        claims.stationary(),
        claims.nonzero("the residuals do not add up to 0", "residuals", sum_of_output_gradients),
        claims.nonzero(
            "w is a simple zero of sum r_i e^{s w . x_i} in s = 1",
            "isolation",
            derivative_of_the_sum,
            "the derivative of the sum at s = 1",
        ),
        claims.saddle(1),
    ),
    picture=Surface(x=0, y=2, x_range=(-0.15, 0.15), y_range=(0, 1.2), log=False),
)
