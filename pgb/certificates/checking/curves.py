"""Degenerate stationary points: derivatives of higher order along a polynomial curve.

curve: Q is analytic near the point. If along a polynomial curve through it the coefficients of
    order 1 to n - 1 of Q are 0, and the n-th is not, and is negative if n is even, then Q has
    smaller values arbitrarily close to the point.
reduction: t is one coordinate, y the others, and the Hessian of Q in y is positive definite. Let
    the curve be (t0 + s, y(s)), with grad_y Q(t0 + s, y(s)) = O(s^(m + 1)), and let the n-th
    coefficient of Q along it be the first after the 0-th that is not 0, positive, of even order
    n < 2 m + 2. Then the point is a strict local minimum.

    Proof. grad_y Q(t, y*(t)) = 0 has one solution y*(t) near the point, analytic in t, and Q(t, .)
    has a strict minimum there, for all t near t0 on one neighbourhood of y0. As the Hessian in y
    has an inverse, y(s) - y*(t0 + s) = O(s^(m + 1)), and Q(t0 + s, y(s)) - Q(t0 + s, y*(t0 + s)) =
    O(s^(2 m + 2)). So Q(t0 + s, y*(t0 + s)) has the same coefficients up to the n-th, and a strict
    minimum at s = 0. []
"""

from __future__ import annotations

from typing import Any

from .claims import MINIMUM, REFUTED, Claim
from .exact import ZERO, is_zero, sign
from .hypotheses import precise
from .matrices import positive_definite
from .objective import evaluate
from .reading import fields, indices, listed, need
from .series import Series, series
from .trees import exact, number

PRECISION, LARGEST = 512, 40  # of balls, in bits; the order n


def curve(claim: Claim, witness: Any) -> Any:
    """The value falls along a curve."""
    _, steps, order = fields(witness, "method curve order")
    leading = leading_coefficient(claim, read(claim, steps), order)
    need(order % 2 == 1 or sign(leading) < 0, "the value may grow along the curve")
    return (REFUTED,)


def reduction(claim: Claim, witness: Any) -> Any:
    """A strict local minimum with one degenerate direction."""
    _, steps, order, t = fields(witness, "method curve order coordinate")
    coefficients, P = read(claim, steps), claim.P
    indices([t], P.size)
    leading = leading_coefficient(claim, coefficients, order)
    need(order % 2 == 0 and sign(leading) > 0, "the value may fall along the curve")
    need(
        [step[t] for step in coefficients] == [1] + [0] * (len(coefficients) - 1),
        "the curve is not parametrized by the coordinate",
    )
    others = [j for j in range(P.size) if j != t]
    degree = order // 2
    gradient = evaluate(P, series(degree), along(claim, coefficients, degree), 1).gradient
    need(
        all(is_zero(v) for j in others for v in gradient[j].c),
        "the derivatives in the other coordinates do not vanish along the curve",
    )
    H = claim.balls(2).hessian
    definite = positive_definite([[H[j][k] for k in others] for j in others])
    need(definite, "the Hessian in the other coordinates may not be positive definite")
    return MINIMUM, "strict", None, None


def read(claim: Claim, steps: Any) -> list[list[Any]]:
    """The coefficients of s, s^2, ... of the curve."""
    need(claim.exact, "this evidence is about an exact point only")
    need(0 < len(listed(steps)) <= LARGEST, "the curve is empty or too long")
    precise(PRECISION)
    return [[exact(number(v)) for v in listed(step, claim.P.size)] for step in steps]


def along(claim: Claim, coefficients: list[list[Any]], degree: int) -> list[Series]:
    """The curve in series up to a degree."""
    found = []
    for j, start in enumerate(claim.center):
        column = [exact(start), *(step[j] for step in coefficients), *[ZERO] * degree]
        found.append(Series(column[: degree + 1]))
    return found


def leading_coefficient(claim: Claim, coefficients: list[list[Any]], order: Any) -> Any:
    """The coefficient of Q of an order along the curve; lower ones are 0, and Q is analytic."""
    P = claim.P
    need(type(order) is int and 1 <= order <= LARGEST, "the order is out of range")
    for value, _, _ in claim.balls(2).switches:
        need(bool(value != 0), "a derivative may jump")
    R = series(order)
    theta = along(claim, coefficients, order)
    value = evaluate(P, R, theta, 0).value
    zero = all(is_zero(v) for v in value.c[1:order])
    need(zero, "a coefficient of lower order is not exactly 0")
    need(not is_zero(value.c[order]), "the coefficient is 0")
    return value.c[order]
