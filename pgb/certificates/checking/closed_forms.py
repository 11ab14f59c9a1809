"""Closed forms: functions of exact numbers, with the identities that are used to see zeros."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flint import arb, fmpq

from .exact import GENERATORS, LOGARITHMS, NAMES, ONE, ZERO, Form, is_zero, lift, named, reduced
from .reading import need


def exact_exp(x: Any) -> Any:
    """The exponential: a product of n^c for terms c log n and exp(monomial)^c for others."""
    x, total = lift(x), lift(1)
    if not x.den.is_constant():
        return named(f"exp({x})", x.ball.exp())
    for exponents, c in x.num.to_dict().items():
        n = LOGARITHMS.get(exponents)
        halves = 2 * c
        if n and abs(c) < 1000:
            whole = c.floor()
            rest = c - whole
            total = total * fmpq(n) ** int(whole)
            root = n if rest == fmpq(1, 2) else 0
            total = total * (named(f"{n}^{rest}", arb(1), root) if rest != 0 else 1)
        elif halves.q == 1 and abs(halves) < 10_000:
            base = lift(named(f"exp({exponents}/2)", arb(1)))
            power = Form(base.num ** abs(int(halves.p)), base.den, arb(1))
            total = total * power if c > 0 else total / power
        else:
            base = named(f"exp({abs(c)}*{exponents})", arb(1))
            total = total * base if c > 0 else total / base
    total = lift(total)
    return reduced(total.num, total.den, x.ball.exp())


def exact_log(x: Any) -> Any:
    """The logarithm: of rationals and of powers of e in closed form, of the rest by names."""
    x = lift(x)
    need(bool(x.ball > 0), "found the logarithm of what may not be positive")
    e = NAMES.get(f"exp({(0,) * len(GENERATORS)}/2)", -1)
    total: Any = lift(0)
    for poly, power in ((x.num, 1), (x.den, -1)):  # each is |lead| e^(halves / 2) rest
        content = poly.term_content()
        exponents, rest = content.monoms()[0], poly / content * content.leading_coefficient()
        lead, halves = rest.leading_coefficient(), exponents[e] if e >= 0 else 0
        simple = (rest.is_constant() and lead > 0) or 1 in (len(x.num), len(x.den))
        if halves != sum(exponents) or not simple or (rest.is_constant() and lead < 0):
            return named(f"log({x})", x.ball.log())
        for part, direction in ((abs(lead.p), power), (lead.q, -power)):
            for n in small_factors(int(part)):
                logarithm = named(f"log({n})", arb(n).log())
                LOGARITHMS[logarithm.num.monoms()[0]] = n
                total = total + logarithm * direction
        if not rest.is_constant():
            total = total + named(f"log({rest / abs(lead)})", arb(0)) * power
        total = total + fmpq(halves, 2) * power
    total = lift(total)
    return reduced(total.num, total.den, x.ball.log())


def small_factors(part: int) -> Iterator[int]:
    """Primes below 1000 and a rest whose product is part."""
    n = 2
    while part > 1:
        n = n if n < 1000 else part
        while part % n == 0:
            part = part // n
            yield n
        n += 1


def opaque(name: str, x: Any, odd: bool = True) -> Any:
    """A function of which only its symmetry and its value at 0 are known."""
    if is_zero(x):
        return ZERO if odd else ONE
    x = lift(x)
    if x.ball < 0:
        return opaque(name, -x, odd) * (-1 if odd else 1)
    return named(f"{name}({x})", getattr(x.ball, name)())


def root_of_pi() -> Form:
    """The square root of the number pi."""
    root: Form = named("sqrt(pi)", arb.pi().sqrt())
    return root


def exact_pi() -> Any:
    """The number pi, as a square."""
    return root_of_pi() * root_of_pi()


def exact_sqrt(x: Any) -> Any:
    """The square root: of pi as such, of the rest by the logarithm."""
    if is_zero(x):
        return ZERO
    return root_of_pi() if is_zero(x - exact_pi()) else exact_exp(exact_log(x) / 2)


def turned(x: Any, sine: bool) -> Any:
    """The sine or cosine, known at multiples of pi / 2."""
    turns = 2 * x / exact_pi()
    if not isinstance(turns, Form) and turns.q == 1:
        return fmpq((0, 1, 0, -1)[(int(turns.p) + (not sine)) % 4])
    return opaque("sin" if sine else "cos", x, sine)
