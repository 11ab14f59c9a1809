"""L(theta) (1 + (a e^b - 1)^2) + lambda a^2: nothing is stationary unless the loss can reach 0.

The variant without added units multiplies the loss L >= 0 by a factor. Along a e^{-t}, b + t the
factor stays, so that a dQ/da - dQ/db = 2 lambda a^2 and a = 0 at a stationary point. There the
derivative in a is -2 L(theta) e^b, which is 0 only if L(theta) = 0.

So a loss with a positive minimum, as one with conflicting targets at equal inputs, has no
stationary point left. (If the targets are f + e and f - e, a convex and even loss of the residuals
is least where the network computes f.) A global minimum theta of L gives a = 0 with the value
2 L(theta), not L(theta), and the valley a = e^{-t}, b = t whose values L(theta) + lambda e^{-2t}
tend to L(theta) and never reach it. Only where L(theta) = 0 does (theta, 0, b) stay a global
minimum.
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
    Question,
    Trace,
    claims,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Exact
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, networks, positive_rationals, rationals
from pgb.transforms import without_units

SMOOTH_RATIONAL = ("identity", "quadratic", "cubic")
LOSSES = ("squared", "half-squared", "log-cosh", "huber")


def around(network: Network, theta: Array, x: Array, gaps: Array, loss: str) -> Objective:
    """Two samples at each input, the output of ``theta`` plus and minus the gap (m, d_y)."""
    ar = Exact()
    outputs = network.outputs(ar, ar.asarray(theta), ar.asarray(x))
    data = Data(np.concatenate([x, x]), np.concatenate([outputs + gaps, outputs - gaps]))
    return Objective(network, data, loss)


def build(
    network: Network, theta: Array, x: Array, gaps: Array, loss: str, lam: fmpq, places: Any
) -> Member:
    """``places`` is (b, time on the valley, another point)."""
    b, time, other = places
    base = around(network, theta, x, gaps, loss)
    objective = without_units(base, lam)
    fit = without_units(around(network, theta, x, gaps * 0, loss), lam)

    def ask(on: Objective, point: Any) -> Question:
        return Question(on, Candidate.of(on.parameters, point))

    at_zero = np.concatenate([theta, exact([0, b])])
    notes = {
        "base": ask(base, theta),
        "theta": theta,
        "lambda": lam,
        "valley": ask(objective, np.concatenate([theta, exact([f"exp(-{time})", time])])),
        "other": ask(objective, other),
        "fit": ask(fit, at_zero),
    }
    return Member(objective, at_zero, notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Any network with rational outputs, conflicting targets, lambda, b, valley, other points."""
    network = draw(networks(activations=SMOOTH_RATIONAL, hidden_layers=(0, 2)))
    theta = draw(exact_arrays((network.size,), rationals(2)))
    x = draw(st.integers(1, 2).flatmap(lambda m: exact_arrays((m, network.inputs), rationals(2))))
    gaps = draw(exact_arrays((len(x), network.output_dimension), rationals(2)))
    gaps[0, 0] = draw(rationals(2, zero=False))
    other = draw(exact_arrays((network.size + 2,), st.one_of(st.just(0), rationals(2))))
    places = (draw(rationals(2)), draw(st.integers(20, 40)), other)
    return build(
        network, theta, x, gaps, draw(st.sampled_from(LOSSES)), draw(positive_rationals()), places
    )


def canonical() -> Member:
    """Targets 1 and -1 at x = 0 and a linear unit with output 0; lambda 1/10."""
    places = (fmpq(0), 20, exact([1, 1, 1, 1]))
    x, gaps = exact([[0]]), exact([[1]])
    return build(Network([1, 1]), exact([0, 0]), x, gaps, "squared", fmpq(1, 10), places)


def twice_the_loss(member: Member, ar: Arithmetic) -> Any:
    """2 L(theta)."""
    base = member.notes["base"].objective
    return 2 * base.value(ar, ar.asarray(member.notes["theta"]))


def valley(member: Member, ar: Arithmetic, t: Any) -> Array:
    """The point theta, a = e^{-t}, b = t."""
    time = ar.asarray([t])
    return ar.concatenate([ar.asarray(member.notes["theta"]), ar.exp(-time), time])


def valley_values(member: Member, ar: Arithmetic) -> Array:
    """Values at t = 0, 1, 5 minus L(theta) - lambda e^{-2t}."""
    loss = twice_the_loss(member, ar) / 2
    gaps = []
    for t in (0, 1, 5):
        value = member.objective.value(ar, valley(member, ar, fmpq(t)))
        faded = member.notes["lambda"] * ar.exp(ar.asarray(exact([-2 * t])))[0]
        gaps.append(np.asarray(value - loss - faded))
    return ar.stack(gaps)


EXAMPLE = Example(
    __name__,
    title="The elimination without extra units keeps the global minima.",
    statement=(
        "If theta is a global minimum of a loss L with L(theta) > 0, then "
        "L(theta) (1 + (a e^b - 1)^2) + lambda a^2 has no stationary point: at (theta, 0, b) its "
        "value is 2 L(theta) and the gradient is not 0, and L(theta) is approached only as b tends "
        "to infinity."
    ),
    source=f"own instance; the transform is that of {sources.SOHL_DICKSTEIN}",
    kind="failure mode",
    phenomenon="no stationary point",
    activation=SMOOTH_RATIONAL,
    loss=LOSSES,
    depth=(1, 2, 3),
    family=family,
    canonical=canonical,
    claims=(
        claims.global_minimum(
            "theta is a global minimum of the loss", question=claims.noted("base")
        ),
        claims.value_is(twice_the_loss, "at a = 0 the value is 2 L"),
        claims.not_stationary("at a = 0 the gradient is not 0"),
        claims.refuted("at another theta, a, b it is not 0 either", "other", Evidence.GRADIENT),
        claims.exactly_zero(
            "along a = e^{-t}, b = t the value is L + lambda e^{-2t} at t = 0, 1, 5",
            "value",
            valley_values,
            "values minus those said",
        ),
        claims.escaping("far along it a ray descends to infinity", claims.noted("valley")),
        claims.global_minimum(
            "with targets that theta fits, (theta, 0, b) is a global minimum",
            question=claims.noted("fit"),
        ),
    ),
    picture=Curves(
        (Trace("a = e^-t, b = t", valley),), extent=(-1, 6), level="at a = 0, twice the least loss"
    ),
)
