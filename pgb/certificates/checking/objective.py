"""The objective: its value, derivatives and switches at a point or on a box.

r_i = c_i grad l are the output gradients. A switch is a quantity at whose zeros a derivative
jumps, of order k if the lowest that does is the k-th.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from .exact import ONE, ZERO, is_zero
from .jets import Jet, Jets
from .losses import losses
from .models import outputs
from .problem import Problem
from .reading import need
from .rings import positive_part
from .trees import inside


def evaluate(P: Problem, R: Any, theta: Any, order: int, direction: Any = None) -> SimpleNamespace:
    """Q and its derivatives at theta; outputs, output gradients, switches, preactivations.

    With a direction, the gradient is the one derivative along it, one-sided at kinks; with order 0
    there is none, and the outputs need not be differentiable.
    """
    zero = R.number(ZERO)
    direction = [zero] * P.size if order == 0 else direction
    A = Jets(R, order, direction is not None)
    at = SimpleNamespace(q=[], r=[], layers=[], curvatures=[], value=zero)
    for i, (q, layers) in enumerate(all_outputs(P, A, theta, direction)):
        y, c = ([inside(R, v) for v in row] for row in (P.y[i], P.c[i]))
        inner = len(A.switches)
        value, r, C = losses(P, A, q, i, y, c)
        A.switches[inner:] = [(*switch[:2], True) for switch in A.switches[inner:]]
        at.value = at.value + value
        at.q.append(q), at.r.append(r), at.layers.append(layers), at.curvatures.append(C)
    at.switches = [(*switch, False)[:3] for switch in A.switches]  # value, order, of the loss
    at.gradient = data_gradient(at, range(P.size) if direction is None else [0], zero)
    if order == 2:
        at.hessian = data_hessian(R, at, P.size, zero)
    if P.elimination == "without-units":
        multiply_factor(P, R, theta, at, direction)
    add_regularizer(P, R, theta, at, direction)
    if order == 2:
        for j in range(P.size):
            for k in range(j):
                at.hessian[j][k] = at.hessian[k][j]
    return at


def all_outputs(P: Problem, A: Jets, theta: Any, direction: Any) -> Iterator[tuple[Any, Any]]:
    """The outputs and preactivations at each sample, one after the other."""
    one = A.R.number(ONE)
    steps: list[Any] = [{j: one} if direction is None else {0: direction[j]} for j in range(P.size)]
    steps = steps if A.order else [None] * P.size
    params: list[Jet] = [(value, step, {}) for value, step in zip(theta, steps, strict=True)]
    for row in P.x:
        yield outputs(P, A, params, [inside(A.R, v) for v in row])


def data_gradient(at: Any, slots: Iterable[int], zero: Any) -> list[Any]:
    """The derivatives of the sum over the samples, by the chain rule."""
    gradient = dict.fromkeys(slots, zero)
    for q, r in zip(at.q, at.r, strict=True):
        for (_, first, _), slope in zip(q, r, strict=True):
            for j, d in (first or {}).items():
                gradient[j] = gradient[j] + slope * d
    return list(gradient.values())


def data_hessian(R: Any, at: Any, size: int, zero: Any) -> Any:
    """The second derivatives of the sum over the samples; the upper triangle is right."""
    second: dict[Any, Any] = {}
    for q, r in zip(at.q, at.r, strict=True):
        for (_, _, h), slope in zip(q, r, strict=True):
            for key, d in h.items():
                second[key] = second[key] + slope * d if key in second else slope * d
    if not size:
        return []
    H = R.products(at, size, zero)
    for (j, k), value in second.items():
        H[j][k] = H[j][k] + value
    return H


def multiply_factor(P: Problem, R: Any, theta: Any, at: Any, direction: Any) -> None:
    """Q = L (1 + (a e^b - 1)^2) without additional units."""
    p, L, slope = P.base, at.value, list(at.gradient)
    e = R.exp(theta[p + 1])
    g = theta[p] * e
    d = g - 1
    u, ua, ub, bend = 1 + R.square(d), 2 * d * e, 2 * d * g, 2 * (2 * g - 1)
    at.value = L * u
    if direction is not None:
        at.gradient = [u * slope[0] + L * (ua * direction[p] + ub * direction[p + 1])]
        return
    at.gradient = [*(u * v for v in slope[:p]), L * ua, L * ub]
    if hasattr(at, "hessian"):
        H = at.hessian
        for j in range(p):
            H[j] = [*(u * v for v in H[j][:p]), slope[j] * ua, slope[j] * ub]
        H[p][p], H[p][p + 1] = L * 2 * R.square(e), L * bend * e
        H[p + 1][p + 1] = L * bend * g


def add_regularizer(P: Problem, R: Any, theta: Any, at: Any, direction: Any) -> None:
    """Add R, its derivatives and its switches."""
    one = R.number(ONE)
    for j in P.penalized:
        q, a, t = inside(R, P.quadratic[j]), inside(R, P.absolute[j]), theta[j]
        at.value = at.value + q * R.square(t)
        slope = 2 * q * t
        if not is_zero(a):
            at.value = at.value + a * (positive_part(R, t) + positive_part(R, -t))
            at.switches.append((t, 1, False))
            kink = R.exact and is_zero(t)
            need(not kink or direction is not None, "a derivative is not defined at a kink")
            side = R.choose(direction[j] if kink else t, one, -one)
            slope = slope + a * side
        if direction is not None:
            at.gradient[0] = at.gradient[0] + slope * direction[j]
        else:
            at.gradient[j] = at.gradient[j] + slope
        if hasattr(at, "hessian"):
            at.hessian[j][j] = at.hessian[j][j] + 2 * q
