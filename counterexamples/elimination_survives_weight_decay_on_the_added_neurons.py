"""Decay mu (|w|^2 + b^2) on the added neuron: bad local minima are back where mu is large.

With the decay the identity a dQ/da - dQ/db = 2 lambda a^2 becomes 2 (lambda a^2 - mu b): a
stationary point no longer has a = 0 but lambda a^2 = mu b, and (b, w) no longer moves freely.

Let theta be a local minimum of L with positive definite Hessian, and c an output bias of the model
without decay, so that sum r_i = 0. With c + a in place of c, the terms of second order at
(theta, 0, 0, 0) are those of L and

    lambda a^2 + a (m . w) + mu (|w|^2 + b^2),    m = sum_i r_i x_i,

so that the point is a strict local minimum if |m|^2 < 4 lambda mu, and none if |m|^2 > 4 lambda mu.
In the first case theta may be as bad as it likes.

Neither is a = 0 necessary. With one sample x and a fixed output, put w = b x, u = b (1 + |x|^2) > 0
and a^2 = mu b / lambda: if the output misses the target by a e^u + lambda a e^{-u}, the gradient is
0, and for u <= 1/2 the point is a strict local minimum.

Here the model is relu(w1 x) + c. Its bad minimum fits the samples at x > 0 and takes the mean of
those at x < 0, which lie on a line of their own that a negative w1 would fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Curves,
    Example,
    Member,
    Part,
    Question,
    Trace,
    augmented,
    claims,
    constant_model,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Expression
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Candidate, Data, Objective, Regularizer
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate

MODEL = Expression(inputs=["x"], parameters=["w1", "c"], outputs=["relu(w1*x) + c"])


def decayed(base: Objective, lam: fmpq, mu: fmpq) -> Objective:
    """The eliminated loss with mu (|w|^2 + b^2) added."""
    objective = eliminate(base, lam)
    return objective.add_regularizer(Regularizer(exact([0] * base.size + [0, mu, mu])))


def one_sample(x: fmpq, a: fmpq, u: fmpq, lam: fmpq) -> Member:
    """A fixed output 0 and a target such that a, b = u / (1 + x^2), w = b x is stationary."""
    b = u / (1 + x * x)
    data = Data(exact([[x]]), exact([[f"({a})*exp({u}) + ({lam * a})*exp({-u})"]]))
    base = Objective(constant_model([0], 1), data, "squared")
    return Member(decayed(base, lam, lam * a * a / b), exact([a, b, b * x]))


def build(
    lines: tuple[Data, Array, Array],
    lam: fmpq,
    factor: fmpq,
    unit: Array,
    mu: fmpq,
) -> Member:
    """Data, a bad minimum theta, a better point; decay |m|^2 / 4 lambda times or by ``factor`` > 1.

    ``unit`` is a point (a, b, w) for the identity, with decay ``mu``.
    """
    data, theta, better = lines
    ar, base = Exact(), Objective(MODEL, data, "squared")
    r = base.output_gradients(ar, ar.asarray(theta))[:, 0]
    m = ar.sum(r * ar.asarray(data.inputs)[:, 0])
    border = m * m / (4 * lam)
    objective, weak = decayed(base, lam, border * factor), decayed(base, lam, border / factor)
    here = augmented(theta, [0], [0], [[0]])
    parameters = objective.parameters
    notes: dict[str, Any] = {
        "base": base,
        "theta": theta,
        "m": m,
        "lambda": lam,
        "mu": mu,
        "unit": unit,
        "weak": Question(weak, Candidate.of(parameters, here)),
        "none": Question(eliminate(base, lam), Candidate.of(parameters, here)),
    }
    return Member(objective, here, augmented(better, [0], [0], [[0]]), notes)


def two_lines(
    p: Array, slope: fmpq, n: fmpq, share: fmpq, steep: fmpq, c: fmpq
) -> tuple[Data, Array, Array]:
    """Data, the bad minimum, and the better point that fits the samples at x < 0.

    Samples (x, slope x + c) at ``p`` > 0; at -n and -n share two samples on a line of slope
    -steep that have the mean c. With share <= 1/10 and slope * sum p small against steep * n the
    second fit has the lower loss.
    """
    left = exact([-n, -n * share])
    middle = (left[0] + left[1]) / 2
    x = np.concatenate([p, left])
    y = np.concatenate([p * slope + c, c - (left - middle) * steep])
    data = Data(x.reshape(-1, 1), y.reshape(-1, 1))
    return data, exact([slope, c]), exact([-steep, c + steep * middle])


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Inputs, slopes, offset, lambda, mu on either side of |m|^2 / 4 lambda."""
    n, steep, p = draw(positive_rationals()), draw(positive_rationals()), draw(positive_rationals())
    share = draw(st.sampled_from([fmpq(1, 10), fmpq(1, 20), fmpq(1, 50)]))
    fraction = draw(st.sampled_from([fmpq(1, 13), fmpq(1, 20), fmpq(1, 100)]))
    slope = fraction * steep * n / p
    lines = two_lines(exact([p]), slope, n, share, steep, draw(rationals()))
    factor = draw(st.sampled_from([fmpq(101, 100), fmpq(3, 2), fmpq(2), fmpq(10), fmpq(1000)]))
    lam, mu = draw(positive_rationals()), draw(positive_rationals())
    unit = draw(exact_arrays((3,), rationals(2)))
    return build(lines, lam, factor, unit, mu)


@st.composite
def single_samples(draw: st.DrawFn) -> Member:
    """The input, a, u in (0, 1/2] and lambda, which decide the target and mu."""
    x, a, u = draw(rationals(2)), draw(rationals(2, zero=False)), draw(positive_rationals(1)) / 2
    return one_sample(x, a, u, draw(positive_rationals()))


def canonical_sample() -> Member:
    """The input 0, a = 1, b = 1/2, lambda 1/10."""
    return one_sample(fmpq(0), fmpq(1), fmpq(1, 2), fmpq(1, 10))


def canonical() -> Member:
    """Samples at -10, -1 and 1, lambda 1/10, decay twice |m|^2 / 4 lambda and half of it."""
    lines = two_lines(exact([1]), fmpq(1, 2), fmpq(10), fmpq(1, 10), fmpq(1), fmpq(0))
    return build(lines, fmpq(1, 10), fmpq(2), exact([1, 1, 1]), fmpq(1, 10))


def identity(member: Member, ar: Arithmetic) -> Any:
    """The difference a dQ/da - dQ/db - 2 (lambda a^2 - mu b) at the member's (a, b, w)."""
    notes = member.notes
    objective = decayed(notes["base"], notes["lambda"], notes["mu"])
    a, b, w = notes["unit"]
    slopes = objective.gradient(ar, ar.asarray(augmented(notes["theta"], [a], [b], [[w]])))[2:]
    return a * slopes[0] - slopes[1] - 2 * (notes["lambda"] * a * a - notes["mu"] * b)


def auxiliary_weight(member: Member, ar: Arithmetic) -> Array:
    """The weight a."""
    return ar.asarray(member.candidate.point)[member.objective.slices["a"]]


def across(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The candidate with a = t, c + a as before and w such that a (m . w) outweighs most decay."""
    point = np.array(ar.asarray(member.candidate.point))
    ratio = ar.asarray(exact([-2 * member.notes["lambda"] / member.notes["m"]]))[0]
    point[1], point[-3], point[-1] = point[1] - t, t, ratio * t
    return point


EXAMPLE = Example(
    __name__,
    title="Elimination survives weight decay on the added neurons.",
    statement=(
        "With mu (|w|^2 + b^2) added to the eliminated loss, (theta, 0, 0, 0) is a strict local "
        "minimum at a bad strict minimum theta of relu(w1 x) + c as soon as 4 lambda mu > |m|^2, "
        "m = sum_i r_i x_i, and none if 4 lambda mu < |m|^2. At stationary points "
        "lambda a^2 = mu b, and local minima with a != 0 exist."
    ),
    source=f"own; the hypothesis that fails is one of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="regularization",
    activation="relu",
    loss="squared",
    depth=1,
    family=family,
    canonical=canonical,
    claims=(
        claims.bad_local_minimum("strict", "with strong decay it is a bad strict local minimum"),
        claims.refuted(
            "with weak decay it is no local minimum", "weak", Evidence.NEGATIVE_CURVATURE
        ),
        claims.refuted(
            "without it no local minimum here, whatever a, b, w", "none", Evidence.GROUP_SUM
        ),
        claims.exactly_zero(
            "a dQ/da - dQ/db = 2 (lambda a^2 - mu b) at the member's (a, b, w)",
            "identity",
            identity,
            "left side minus right side",
        ),
    ),
    picture=Curves(
        (
            Trace("4 lambda mu = 2 |m|^2", across),
            Trace("4 lambda mu = |m|^2 / 2", across, lambda m: m.notes["weak"].objective),
        ),
        extent=(-0.2, 0.2),
        t="a, with c + a fixed and w = -2 lambda a / m",
        change=True,
    ),
    further=(
        Part(
            "one sample, a != 0",
            single_samples,
            canonical_sample,
            (
                claims.local_minimum("strict"),
                claims.nonzero("a is not 0", "auxiliary weight", auxiliary_weight),
            ),
        ),
    ),
)
