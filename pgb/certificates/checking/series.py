"""Rings of power series in one variable s up to a degree, with exact coefficients."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .exact import ONE, ZERO, is_zero, sign
from .reading import need
from .rings import EXACT


class Series:
    """The coefficients c of 1, s, ..., s^n; the degree n is the same for all of a ring."""

    def __init__(self, c: list[Any]) -> None:
        self.c = c

    def lift(self, other: Any) -> Series:
        """A number as a series of the same degree."""
        return other if isinstance(other, Series) else Series([other, *[ZERO] * (len(self.c) - 1)])

    def __add__(self, other: Any) -> Series:
        return Series([a + b for a, b in zip(self.c, self.lift(other).c, strict=True)])

    def __mul__(self, other: Any) -> Series:
        d = self.lift(other).c
        return Series([product(self.c, d, n) for n in range(len(d))])

    def __truediv__(self, other: Any) -> Series:
        a, q = self.lift(other).c, [ZERO] * len(self.c)
        for n in range(len(q)):
            q[n] = (self.c[n] - product(q, a, n)) / a[0]
        return Series(q)

    def __rtruediv__(self, other: Any) -> Series:
        return self.lift(other) / self

    def __neg__(self) -> Series:
        return self * -ONE

    def __sub__(self, other: Any) -> Series:
        return self + self.lift(other) * -ONE

    def __rsub__(self, other: Any) -> Series:
        return self.lift(other) - self

    def __eq__(self, other: object) -> bool:
        return all(is_zero(a) for a in (self - other).c)

    def __gt__(self, other: Any) -> bool:
        return sign(self.c[0] - other) > 0

    def __lt__(self, other: Any) -> bool:
        return sign(self.c[0] - other) < 0

    __radd__, __rmul__ = __add__, __mul__
    __hash__ = None  # type: ignore[assignment]


def product(a: list[Any], b: list[Any], n: int) -> Any:
    """The coefficient of s^n of a product."""
    pairs = [(a[k], b[n - k]) for k in range(n + 1)]
    return sum((x * y for x, y in pairs if not (is_zero(x) or is_zero(y))), ZERO)


def integral(u: Series, rate: Series, n: int) -> Any:
    """The coefficient of s^n of the function whose derivative is rate du/ds."""
    slopes = [k * c for k, c in enumerate(u.c)]
    return product(slopes, [*rate.c[:n], ZERO], n) / n


def solution(name: str, rate: Callable[[Series, Series], Any]) -> Callable[[Series], Series]:
    """The function f of a name: known as a function of numbers, and df/ds = rate(u, f) du/ds."""

    def function(u: Series) -> Series:
        f = u.lift(getattr(EXACT, name)(u.c[0]))
        for n in range(1, len(u.c)):
            f.c[n] = integral(u, f.lift(rate(u, f)), n)
        return f

    return function


def turning(u: Series) -> tuple[Series, Series]:
    """Sine and cosine."""
    a, b = u.lift(EXACT.sin(u.c[0])), u.lift(EXACT.cos(u.c[0]))
    for n in range(1, len(u.c)):
        a.c[n], b.c[n] = integral(u, b, n), -integral(u, a, n)
    return a, b


def chosen(u: Series, above: Any, below: Any) -> Any:
    """The branch at s = 0; refused at a kink."""
    need(not is_zero(u.c[0]), "a kink lies on the curve")
    return above if sign(u.c[0]) > 0 else below


def series(degree: int) -> Any:
    """The ring of series up to a degree."""
    exponential = solution("exp", lambda u, f: f)
    logistic = solution("sigmoid", lambda u, f: f - f * f)

    def number(x: Any) -> Series:
        return x if isinstance(x, Series) else Series([x, *[ZERO] * degree])

    def slope_of_erf(u: Series, f: Series) -> Series:
        return exponential(-(u * u)) * (2 / EXACT.sqrt(EXACT.pi()))

    return SimpleNamespace(
        exact=True,
        number=number,
        exp=exponential,
        log=solution("log", lambda u, f: 1 / u),
        sqrt=solution("sqrt", lambda u, f: 1 / (f + f)),
        sigmoid=logistic,
        tanh=solution("tanh", lambda u, f: 1 - f * f),
        softplus=solution("softplus", lambda u, f: logistic(u)),
        erf=solution("erf", slope_of_erf),
        arctan=solution("arctan", lambda u, f: 1 / (1 + u * u)),
        sin=lambda u: turning(u)[0],
        cos=lambda u: turning(u)[1],
        pi=lambda: number(EXACT.pi()),
        square=lambda u: u * u,
        choose=chosen,
    )
