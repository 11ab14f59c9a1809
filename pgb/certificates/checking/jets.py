"""Jets: values with derivatives in the parameters, by the rules of calculus."""

from __future__ import annotations

from typing import Any

from .exact import ZERO, is_zero, sign
from .functions import function
from .reading import need
from .rings import power

Jet = tuple[Any, Any, Any]  # value, {j: derivative} (None: constant), {(j, k), j <= k: second}


class Jets:
    """Values with derivatives in the parameters; ``switches`` collects (value, order) of kinks.

    With ``sided`` there is one direction, number 0, and derivatives at kinks are one-sided.
    """

    def __init__(self, R: Any, order: int = 0, sided: bool = False) -> None:
        self.R, self.order, self.sided = R, order, sided
        self.switches: list[Any] = []

    def constant(self, value: Any) -> Jet:
        """A jet without derivatives."""
        return self.R.number(value), None, {}

    def linear(self, terms: Any, start: Jet | None = None) -> Jet:
        """The sum of products of pairs of jets, and of start."""
        value, first, second = start or self.constant(ZERO)
        g, h = dict(first or {}), dict(second)
        varies = first is not None
        for (a, da, ha), (b, db, hb) in terms:
            value = value + a * b
            for x, d, e in ((b, da, ha), (a, db, hb)):
                varies = varies or d is not None
                for j, c in (d or {}).items():
                    g[j] = g[j] + x * c if j in g else x * c
                for j, c in e.items():
                    h[j] = h[j] + x * c if j in h else x * c
            if self.order == 2 and da and db:
                for j, c in da.items():
                    for k, d in db.items():
                        t, key = c * d, (min(j, k), max(j, k))
                        t = t + t if j == k else t
                        h[key] = h[key] + t if key in h else t
        return value, g if varies else None, h

    def product(self, a: Jet, b: Jet) -> Jet:
        """The product of two jets."""
        return self.linear([(a, b)])

    def apply(self, a: Jet, value: Any, derivatives: Any, kinks: Any = ()) -> Jet:
        """A function of a jet."""
        _, g, h = a
        need(self.R.exact or value.is_finite(), "a value is not defined or not finite")
        if g is None:
            return value, None, {}
        first, second = derivatives()
        first = self.slope(first, kinks, g.get(0, ZERO))
        finite = self.R.exact or (first.is_finite() and (self.order < 2 or second.is_finite()))
        need(finite, "a derivative is not defined or not finite")
        bent = {key: first * c for key, c in h.items()}
        if self.order == 2 and not is_zero(second):
            items = sorted(g.items())
            for place, (j, c) in enumerate(items):
                c = second * c
                for k, d in items[place:]:
                    t = c * d
                    bent[j, k] = bent[j, k] + t if (j, k) in bent else t
        return value, {j: first * c for j, c in g.items()}, bent

    def slope(self, first: Any, kinks: Any, step: Any) -> Any:
        """The derivative with regard to kinks, noted as switches."""
        for location, order, slopes in kinks:
            self.switches.append((location, order))
            if self.R.exact and order == 1 and is_zero(location):
                need(self.sided, "a derivative is not defined at a kink")
                first = slopes[0] if sign(step) >= 0 else slopes[1]
        return first

    def call(self, name: str, a: Jet, options: Any = None) -> Jet:
        """A function by name."""
        return self.apply(a, *function(self.R, name, a[0], options))

    def power(self, a: Jet, n: int) -> Jet:
        """An integer power."""
        R, s = self.R, a[0]

        def derivatives() -> Any:
            second = n * (n - 1) * power(R, s, n - 2) if n not in (0, 1) else R.number(ZERO)
            return n * power(R, s, n - 1) if n else R.number(ZERO), second

        return self.apply(a, power(R, s, n), derivatives)
