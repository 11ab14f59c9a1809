"""Rings to compute in: exact numbers, and balls that contain the true results."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flint import arb, arb_mat

from .closed_forms import exact_exp, exact_log, exact_pi, exact_sqrt, opaque, turned
from .exact import ONE, ZERO, Form, is_zero, sign
from .matrices import dense_product


def increasing(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """An increasing function on balls, by its end points."""
    return lambda x: function(x) if x.is_exact() else function(x.lower()).union(function(x.upper()))


def ball_products(at: Any, size: int, zero: Any) -> Any:
    """The sum of J_i^T C_i J_i for Jacobians J_i of the outputs, by products of matrices."""
    rows: list[Any] = []
    bent: list[Any] = []
    for q, C in zip(at.q, at.curvatures, strict=True):
        dense = [[(first or {}).get(j, zero) for j in range(size)] for _, first, _ in q]
        rows += dense
        bent += dense_product(C, dense)
    return (arb_mat(rows).transpose() * arb_mat(bent)).tolist()


def ball_square(x: arb) -> arb:
    """The square without negative part."""
    low, high = x.abs_lower(), x.abs_upper()
    return x * x if x.is_exact() else (low * low).union(high * high)


def positive_part(R: Any, s: Any) -> Any:
    """The larger of s and 0."""
    if R.exact:
        return s if sign(s) >= 0 else 0 * s
    zero = R.number(ZERO)
    return s if s >= 0 else zero if s <= 0 else zero.union(s.upper())


def power(R: Any, s: Any, n: int) -> Any:
    """The power with a whole exponent; squares are squares."""
    if n < 0:
        return 1 / power(R, s, -n)
    if n == 0:
        return R.number(ONE)
    half = power(R, s, n // 2)
    return R.square(half) * s if n % 2 and n > 1 else s if n == 1 else R.square(half)


EXACT: Any = SimpleNamespace(
    exact=True,
    number=lambda x: x,
    exp=exact_exp,
    log=exact_log,
    sqrt=exact_sqrt,
    sigmoid=lambda x: 1 / (1 + exact_exp(-x)),
    tanh=lambda x: 1 - 2 / (1 + exact_exp(2 * x)),
    softplus=lambda x: exact_log(1 + exact_exp(x)),
    erf=lambda x: opaque("erf", x),
    arctan=lambda x: exact_pi() * x / 4 if is_zero(x * x - 1) else opaque("atan", x),
    sin=lambda x: turned(x, True),
    cos=lambda x: turned(x, False),
    pi=exact_pi,
    square=lambda x: x * x,
    choose=lambda x, above, below: above if sign(x) >= 0 else below,
)
BALLS: Any = SimpleNamespace(
    exact=False,
    number=lambda x: x.ball if isinstance(x, Form) else arb(x),
    exp=increasing(arb.exp),
    log=increasing(arb.log),
    sqrt=increasing(arb.sqrt),
    sigmoid=increasing(lambda x: 1 / (1 + (-x).exp())),
    tanh=increasing(arb.tanh),
    softplus=increasing(lambda x: x.exp().log1p() if x < 0 else x + (-x).exp().log1p()),
    erf=increasing(arb.erf),
    arctan=increasing(arb.atan),
    sin=arb.sin,
    cos=arb.cos,
    pi=arb.pi,
    square=ball_square,
    choose=lambda x, above, below: above if x > 0 else below if x < 0 else above.union(below),
    products=ball_products,
)
