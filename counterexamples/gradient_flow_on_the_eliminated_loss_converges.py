"""Gradient flow runs off to infinity, as slowly as a logarithm.

One sample x, a fixed output that misses the target by d != 0; with u = b + w . x the eliminated
loss is (a e^u - d)^2 + lambda a^2. It has no stationary point, and a bounded trajectory of the flow
would come close to one: every trajectory is unbounded.

More can be said for the flow from a point with z = a e^u in [0, d), say d > 0. As dL/dw = x dL/db,
w - b x is constant, and so is u - s b with s = 1 + |x|^2. The product z stays in [0, d]: its
derivative is positive at 0 and -2 lambda d at d. So b rises. As a dL/da - dL/db = 2 lambda a^2, the
derivative of J = b - a^2 / 2 is 2 lambda a^2 = 2 lambda z^2 e^{-2 u}.

Let u0, b0 be u and b at the start and A = d^2 e^{-2 u0} / 2. From b - A <= J <= b and z <= d
follows b(t) <= b0 + A + log(1 + 4 s lambda d^2 e^{-2 u0} t) / (2 s). On the other side
z' >= 2 (d - z) e^{2 u0} - 2 lambda z, so that z >= c / 2 from t1 = log(2) / (2 e^{2 u0} + 2 lambda)
on, with c = d e^{2 u0} / (e^{2 u0} + lambda); hence
b(t) >= b0 - A + log(s lambda c^2 e^{-2 u0} (t - t1)) / (2 s). So b(t) / log t tends to 1 / (2 s).
"""

from __future__ import annotations

import numpy as np
from flint import arb, fmpq
from hypothesis import strategies as st

from counterexamples.kit import (
    Basis,
    Claim,
    Example,
    Member,
    Outcome,
    Surface,
    augmented,
    claims,
    constant_model,
    exact,
    sources,
)
from pgb.conditions import Evidence
from pgb.numbers import Arithmetic, Array, Balls
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, positive_rationals, rationals
from pgb.transforms import eliminate

#: Order of the Taylor steps of the enclosed flow, and the largest remainder of a step.
ORDER = 16
REMAINDER = arb(2) ** -60
TIMES = (fmpq(1, 8), fmpq(1, 4), fmpq(1, 2))
SHARES = (fmpq(1, 8), fmpq(1, 2), fmpq(7, 8))
_ATTEMPTS = 40

#: The numbers a, e^u, b as balls.
State = list[arb]


def build(output: fmpq, gap: fmpq, x: Array, u: fmpq, W: Array, share: fmpq, lam: fmpq) -> Member:
    """The start has a e^u = share * gap, and b = u - W . x."""
    data = Data(x.reshape(1, -1), exact([[output + gap]]))
    base = Objective(constant_model([output], len(x)), data, "squared")
    b = u - np.sum(W * x)
    a = exact([f"({share * gap})*exp({-u})"])
    point = augmented([], a, [b], W.reshape(1, -1))
    s = 1 + np.sum(x * x)
    notes = {"d": gap, "x": x, "u": u, "b": b, "W": W, "z": share * gap, "lambda": lam, "s": s}
    return Member(eliminate(base, lam), point, notes=notes)


@st.composite
def family(draw: st.DrawFn) -> Member:
    """Output, target, input in one or two dimensions, penalty, and a start with 0 <= z/d < 1."""
    d_x = draw(st.integers(1, 2))
    x, W = draw(exact_arrays((d_x,), rationals(1))), draw(exact_arrays((d_x,), rationals(1)))
    gap, u = draw(rationals(1, zero=False)), draw(rationals(1)) / 2
    share = draw(st.sampled_from([fmpq(0), fmpq(1, 4), fmpq(1, 2), fmpq(3, 4)]))
    return build(draw(rationals()), gap, x, u, W, share, draw(positive_rationals(2)))


def canonical() -> Member:
    """The output 0 and the target 1 at x = 0, penalty 1/10, from a = b = w = 0."""
    zero = exact([0])
    return build(fmpq(0), fmpq(1), zero, fmpq(0), zero, fmpq(0), fmpq(1, 10))


def invariants(member: Member, ar: Arithmetic) -> Array:
    """What is said of the flow at the start, as differences.

    The derivative of w - b x, that of b - a^2 / 2 less 2 lambda a^2, and that of a as enclosed.
    """
    notes, point = member.notes, ar.asarray(member.candidate.point)
    flow, a = -member.objective.gradient(ar, point), point[0]
    drift = flow[2:] - flow[1] * ar.asarray(notes["x"])
    rate = flow[1] - a * flow[0] - 2 * a * a * notes["lambda"]
    grown = ar.exp(ar.asarray(exact([notes["u"]])))[0]
    enclosed = -2 * ((a * grown - notes["d"]) * grown + a * notes["lambda"])
    return ar.concatenate([drift, ar.stack([rate, flow[0] - enclosed])])


def strip(member: Member, ar: Arithmetic) -> Array:
    """How the strip 0 < z / d < 1 is left nowhere, and b rises in it, at the start's b and w.

    Derivatives of z / d at z = 0 and of -z / d at z = d, and of b inside.
    """
    notes = member.notes
    grown, d = ar.exp(ar.asarray(exact([notes["u"]]))), notes["d"]
    tail = ar.asarray(exact([notes["b"], *notes["W"]]))
    found = []
    for share in (fmpq(0), *SHARES, fmpq(1)):
        a = share * d / grown
        flow = -member.objective.gradient(ar, ar.concatenate([a, tail]))
        rise = flow[1] + ar.sum(flow[2:] * ar.asarray(notes["x"]))
        growth = (grown[0] * flow[0] + a[0] * grown[0] * rise) / d
        found.append({fmpq(0): growth, fmpq(1): -growth}.get(share, flow[1]))
    return ar.stack(found)


def taylor(state: State, member: Member, order: int) -> list[State]:
    """Taylor coefficients 0..order of the solution through ``state``.

    The equations are polynomial: with z = a g, g' = s g b',
    a' = -2 ((z - d) g + lambda a) and b' = -2 (z - d) z.
    """
    d, lam, s = (arb(member.notes[name]) for name in ("d", "lambda", "s"))
    series: list[list[arb]] = [[value] for value in state]
    a, g, b = series
    z: list[arb] = []
    miss: list[arb] = []
    speed: list[arb] = []
    for n in range(order):
        z.append(_term(a, g, n))
        miss.append(z[n] - d if n == 0 else z[n])
        speed.append(-2 * _term(miss, z, n))
        a.append(-2 * (_term(miss, g, n) + lam * a[n]) / (n + 1))
        b.append(speed[n] / (n + 1))
        g.append(s * _term(g, speed, n) / (n + 1))
    return [list(row) for row in zip(*series, strict=True)]


def _term(f: list[arb], g: list[arb], n: int) -> arb:
    """Coefficient n of the product of two power series."""
    return sum((f[k] * g[n - k] for k in range(n + 1)), arb(0))


def enclosed_step(state: State, member: Member, h: fmpq) -> State | None:
    """The state at time h later; None if h is too long for an enclosure.

    A box that h times the field over it, added to the state, does not leave holds the solution up
    to h; the last Taylor coefficient over that box encloses the remainder.
    """
    field = taylor(state, member, 1)[1]
    widths = [(2 * arb(h) * abs(v)).upper() + arb(2) ** -60 for v in field]
    box = [value + arb(0, width) for value, width in zip(state, widths, strict=True)]
    reach = [(arb(h) * abs(v)).upper() for v in taylor(box, member, 1)[1]]
    if not all(r < width for r, width in zip(reach, widths, strict=True)):
        return None
    rows, result = taylor(state, member, ORDER - 1), taylor(box, member, ORDER)[ORDER]
    if not all(abs(v) * arb(h) ** ORDER < REMAINDER for v in result):
        return None
    for row in reversed(rows):
        result = [value + arb(h) * higher for value, higher in zip(row, result, strict=True)]
    return result


def enclosed_flow(member: Member, start: State) -> list[State] | None:
    """The states at TIMES; None if the steps become too short."""
    state, now, found, h = start, fmpq(0), [], fmpq(1, 16)
    for time in TIMES:
        while now < time:
            h = min(2 * h, fmpq(1, 16), time - now)
            for _ in range(_ATTEMPTS):
                after = enclosed_step(state, member, h)
                if after is not None:
                    break
                h = h / 2
            else:
                return None
            state, now = after, now + h
        found.append(state)
    return found


def highest_rise(member: Member, t: fmpq) -> arb:
    """The upper bound of b(t) - b(0)."""
    d, lam, s, u = (arb(member.notes[name]) for name in ("d", "lambda", "s", "u"))
    shrunk = (-2 * u).exp()
    return d * d * shrunk / 2 + (1 + 4 * s * lam * d * d * shrunk * arb(t)).log() / (2 * s)


def flow_rises_below_the_bound(member: Member) -> Outcome:
    """Encloses the solution at TIMES and compares b with the time before and with the bound."""
    notes = member.notes
    with Balls(160):
        u, b = arb(notes["u"]), arb(notes["b"])
        states = enclosed_flow(member, [arb(notes["z"]) * (-u).exp(), u.exp(), b])
        if states is None:
            return Outcome.undecided("no enclosure of the flow")
        last = b
        for t, state in zip(TIMES, states, strict=True):
            upper = highest_rise(member, t)
            if not (state[2] > last and state[2] - b < upper):
                return Outcome.undecided(f"b at t = {t}: {state[2]}, at most b0 + {upper}")
            last = state[2]
    return Outcome.holds(f"b = {last.str(8)} at t = {TIMES[-1]}")


EXAMPLE = Example(
    __name__,
    title="Gradient flow on the eliminated loss converges.",
    statement=(
        "For one sample and a fixed output that misses it, the squared eliminated loss has no "
        "stationary point, so that no trajectory of its gradient flow is bounded; from any point "
        "with a e^{b + w . x} between 0 and the gap, b rises to infinity like "
        "log(t) / (2 (1 + |x|^2))."
    ),
    source=f"own; the added neuron is that of {sources.ELIMINATION}",
    kind="failure mode",
    phenomenon="gradient flow",
    activation="none",
    loss="squared",
    depth=0,
    family=family,
    canonical=canonical,
    claims=(
        claims.gradient_differs_from_zero("the start is not stationary"),
        claims.not_a_local_minimum("no (a, b, w) is a local minimum", Evidence.GROUP_SUM),
        claims.exactly_zero(
            "at the start w - b x is constant along the flow and b - a^2/2 rises at the rate "
            "2 lambda a^2",
            "invariants",
            invariants,
            "rates minus those said",
        ),
        claims.positive(
            "at the start's b and w the flow enters 0 < a e^u / d < 1 at both ends, and b rises "
            "where it is 1/8, 1/2 and 7/8",
            "invariant set",
            strip,
            "the margins of the inequalities",
        ),
        Claim(
            "the enclosed flow rises in b, by less than the upper bound, at t = 1/8, 1/4, 1/2",
            flow_rises_below_the_bound,
            "flow",
            basis=Basis.ENCLOSURES,
        ),
    ),
    picture=Surface(x=0, y=1, x_range=(-0.5, 1.5), y_range=(-1, 4)),
)
