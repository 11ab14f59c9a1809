"""Rings to compute in: exact numbers, and balls that contain the true results."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flint import arb

from .closed_forms import exact_exp, exact_log, exact_pi, opaque, turned
from .exact import ONE, ZERO, Form, is_zero, sign


def increasing(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """An increasing function on balls, by its end points."""
    return lambda x: function(x) if x.is_exact() else function(x.lower()).union(function(x.upper()))


def ball_square(x: arb) -> arb:
    """The square without negative part."""
    low, high = x.abs_lower(), x.abs_upper()
    return x * x if x.is_exact() else (low * low).union(high * high)


def positive_part(R: Any, s: Any) -> Any:
    """The larger of s and 0."""
    if R.exact:
        return s if sign(s) >= 0 else ZERO
    return s if s >= 0 else arb(0) if s <= 0 else arb(0).union(s.upper())


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
    sqrt=lambda x: ZERO if is_zero(x) else exact_exp(exact_log(x) / 2),
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
)
