"""Networks that cannot fit the data at any parameters: elimination leaves them no local minimum.

At a local minimum of the eliminated loss the network attains the least loss of all functions on the
data; for the squared loss and distinct inputs it fits them. An architecture that cannot do so at
any parameters leaves the eliminated loss without local minima, though the loss itself has a global
minimum. Two kinds of such networks:

Odd networks, without biases and with odd activations, of any depth. With targets f + e at x and
-f + e at -x the two residuals add up to -2 e at every theta, so that they cannot both vanish; the
loss is least where the network computes f, with what remains the mean square of the even part e.

Linear networks with a bottleneck of k < n units. For inputs t e_1, ..., t e_n and targets
s_i p_i with orthonormal p_i, the loss is the squared distance from a matrix of rank n with singular
values s_1 >= ... >= s_n to one of rank at most k. By the theorem of Eckart and Young it is least
for the first k terms, and s_{k+1}^2 + ... + s_n^2, over the number of samples, remains.
"""

from __future__ import annotations

from itertools import pairwise, product
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
    sources,
)
from pgb.conditions import Evidence
from pgb.models import Network
from pgb.numbers import Arithmetic, Array, Balls, Exact
from pgb.problems import Candidate, Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate

POLYNOMIAL = ("identity", "cubic")
ODD = ("tanh", "erf", "arctan", "sine", *POLYNOMIAL)


def build(
    network: Network, theta: Array, x: Array, targets: Array, least: fmpq, unit: Any
) -> Member:
    """Theta is where the loss is ``least``; ``unit`` is (another theta, b, W, lambda)."""
    other, b, W, lam = unit
    base = Objective(network, Data(x, targets), "squared")
    objective = eliminate(base, lam)

    def ask(point: Array) -> Question:
        lifted = augmented(point, [0] * network.output_dimension, b, W)
        return Question(objective, Candidate.of(objective.parameters, lifted))

    notes = {"least": least, "lambda": lam, "here": ask(theta), "elsewhere": ask(other)}
    return Member(base, theta, notes=notes)


def odd(network: Network, theta: Array, x: Array, even: Array, unit: Any) -> Member:
    """Samples at x (m, d_x) and -x, with the even part (m, d_y) of the targets."""
    ar = Exact()
    f = network.outputs(ar, ar.asarray(theta), ar.asarray(x))
    targets = np.concatenate([f + even, even - f])
    least = np.sum(even * even) / len(x)
    return build(network, theta, np.concatenate([x, -x]), targets, least, unit)


def bottleneck(widths: list[int], t: fmpq, s: list[fmpq], turn: Array, unit: Any) -> Member:
    """Inputs t e_i, targets s_i turn_i, s in falling order; turn (n, n) is orthogonal."""
    n, k = len(s), min(widths)
    layers = [n, *widths, n]
    network = Network(layers, activation=["identity"] * len(widths), bias=False)
    blocks = [exact(np.eye(b, a, dtype=int).tolist()) for a, b in pairwise(layers)]
    blocks[-1] = exact([[0] * widths[-1] for _ in range(n)])
    for i in range(k):
        blocks[-1][:, i] = turn[i] * s[i] / t
    theta = np.concatenate([block.ravel() for block in blocks])
    targets = turn * exact(s)[:, None]
    least = sum((v * v for v in s[k:]), fmpq(0)) / n
    return build(network, theta, exact(np.eye(n, dtype=int).tolist()) * t, targets, least, unit)


@st.composite
def units(draw: st.DrawFn, network: Network) -> Any:
    """Another theta, b, W, lambda."""
    d_x, d_y = network.inputs, network.output_dimension
    other = draw(exact_arrays((network.size,), rationals(2)))
    b, W = draw(exact_arrays((d_y,), rationals(1))), draw(exact_arrays((d_y, d_x), rationals(1)))
    return other, b, W, draw(positive_rationals())


@st.composite
def odd_networks(draw: st.DrawFn) -> Member:
    """Odd networks; those of functions like tanh compute 0 at the minimum, others any function."""
    d_x, d_y = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    hidden = draw(st.lists(st.integers(1, 3), max_size=2))
    names = draw(st.sampled_from([POLYNOMIAL, ODD]))
    acts = [draw(st.sampled_from(names)) for _ in hidden]
    last = draw(st.sampled_from(names))
    network = Network([d_x, *hidden, d_y], activation=acts, output_activation=last, bias=False)
    theta = draw(exact_arrays((network.size,), rationals(1)))
    if names is ODD:
        theta[network.slices[f"W{len(hidden) + 1}"]] = fmpq(0)
    rows = draw(st.lists(positive_rationals(2), min_size=1, max_size=2, unique_by=str))
    x = exact([[first, *[draw(rationals(2)) for _ in range(d_x - 1)]] for first in rows])
    even = draw(exact_arrays((len(x), d_y), rationals(2)))
    even[0, 0] = draw(rationals(2, zero=False))
    return odd(network, theta, x, even, draw(units(network)))


@st.composite
def bottlenecks(draw: st.DrawFn) -> Member:
    """Linear networks with a bottleneck; the rotation of the targets is a Cayley transform."""
    n = draw(st.integers(2, 3))
    k = draw(st.integers(1, n - 1))
    widths = draw(st.sampled_from([[k], [k, k + 1], [k + 1, k]]))
    s = sorted((draw(positive_rationals()) for _ in range(n)), reverse=True)
    A = draw(exact_arrays((n, n), rationals(1)))
    skew, eye = fmpq_mat((A - A.T).tolist()), fmpq_mat(np.eye(n, dtype=int).tolist())
    turn = exact(((eye - skew) * (eye + skew).inv()).tolist())
    network = Network([n, *widths, n], activation=["identity"] * len(widths), bias=False)
    return bottleneck(widths, draw(positive_rationals(2)), s, turn, draw(units(network)))


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Odd networks or linear ones with a bottleneck: depth, widths, data, and where to ask."""
    return draw(st.one_of(odd_networks(), bottlenecks()))


def canonical() -> Member:
    """A linear network 2-1-2 for the identity: the best of rank 1 keeps one coordinate."""
    unit = (exact([1, 1, 1, 1]), exact([0, 0]), exact([[0, 0], [0, 0]]), fmpq(1, 10))
    return bottleneck([1], fmpq(1), [fmpq(1), fmpq(1)], exact([[1, 0], [0, 1]]), unit)


def helpful_neuron(member: Member) -> tuple[int, Array, fmpq]:
    """(k, w, c): output k plus c e^{w . x}, c near its best value, lowers the loss."""
    base = member.objective
    with Balls(128) as ar:
        theta = ar.asarray(member.candidate.point)
        x, r = ar.asarray(base.data.inputs), base.output_gradients(ar, theta)
        for w in product((0, 1, -1, 2, 3), repeat=base.model.inputs):
            grown = ar.exp(x @ exact(list(w)))
            for k in range(r.shape[1]):
                S = np.asarray(ar.sum(r[:, k] * grown))
                if ar.certainly_nonzero(S):
                    best = -S * base.data.samples / (2 * ar.sum(grown * grown))
                    return k, exact(list(w)), fmpq(round(float(ar.to_float(best)) * 2**30), 2**30)
    raise ValueError("no helpful neuron among those tried")


def valley(member: Member, ar: Arithmetic, t: Any) -> Array:
    """Theta with the helpful neuron at a_k = c e^{-t}, b_k = t, w_k = w."""
    k, w, c = helpful_neuron(member)
    unit = exact([int(j == k) for j in range(member.objective.model.output_dimension)])
    a = ar.asarray(unit * c) * ar.exp(ar.asarray([-t]))
    b, W = ar.asarray(unit) * ar.asarray([t]), ar.asarray(np.outer(unit, w).ravel())
    return ar.concatenate([ar.asarray(member.candidate.point), a, b, W])


def gain_of_a_neuron(member: Member, ar: Arithmetic) -> Any:
    """The least loss minus the eliminated loss on the valley at t = 20."""
    value = eliminated(member).value(ar, valley(member, ar, fmpq(20)))
    return ar.asarray(exact([member.notes["least"]]))[0] - value


def eliminated(member: Member) -> Objective:
    """The loss after elimination."""
    objective: Objective = member.notes["here"].objective
    return objective


EXAMPLE = Example(
    __name__,
    title="The eliminated loss of every network has a local minimum.",
    statement=(
        "Odd networks on data with an even part, and linear networks with a bottleneck on data of "
        "higher rank, have a squared loss with a global minimum but fit the data at no parameters: "
        "their eliminated losses have no local minimum, and a valley to infinity leads below the "
        "old minimum."
    ),
    source=f"in the spirit of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="bottleneck",
    activation=ODD,
    loss="squared",
    depth=(1, 2, 3),
    family=family,
    canonical=canonical,
    cost=0.12,
    claims=(
        claims.value_is(
            lambda member, ar: ar.asarray(exact([member.notes["least"]]))[0],
            "theta attains the least loss that parity or rank allow",
        ),
        claims.refuted(
            "after elimination no local minimum there, whatever a, b, W", "here", Evidence.GROUP_SUM
        ),
        claims.refuted("nor at another theta", "elsewhere", Evidence.GROUP_SUM),
        claims.positive(
            "a neuron with b = 20 brings the value below the least loss",
            "value",
            gain_of_a_neuron,
            "the least loss minus the value",
        ),
    ),
    picture=Curves(
        (Trace("eliminated loss, a = c e^-t, b = t", valley, eliminated),),
        extent=(-1.4, 4),
        level="least loss of the network",
    ),
)
