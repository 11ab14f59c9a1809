"""Stand-alone checker of certificates: ``python checker.py FILE...``.

Needs the standard library and python-flint only and trusts nothing in the file: every hypothesis is
established from the problem, equalities by exact arithmetic, inequalities by balls. Prints the
claim in words and ACCEPTED or REFUSED with a sentence. Exit code: 0 accepted, 1 refused, 2
unreadable.

Q(theta) = sum_i c_i l(phi(theta, x_i), y_i) + R(theta); c_i > 0; l >= 0, convex in its first
argument; R = sum_j quadratic_j theta_j^2 + absolute_j |theta_j|; r_i = c_i grad l, the output
gradients. A switch is a quantity at whose zeros a derivative jumps, of order k if the lowest is the
k-th. The lemmas that may be invoked, each under the method that invokes it:

gradient: at a local minimum of a locally Lipschitz function 0 is in the Clarke gradient, which the
    chain rule with all slopes of a kink encloses.
one-sided: directional derivatives of compositions of Lipschitz, directionally differentiable
    functions follow the chain rule; at a local minimum none is negative.
curvature: if Q is C^{1,1} and d'Hd < 0 for all one-sided Hessians, Q decreases along d or along -d.
probe: outputs with zero derivatives by some coordinates on a box do not depend on them there; units
    with equal incoming weights may exchange outgoing weight. If Q is constant on a segment and one
    of its derivatives is analytic there and not 0 at the end, it is not 0 at points near the start.
auxiliary-weight: a dQ/da - dQ/db = 2 quadratic_a a^2 for an exponential neuron a exp(w.x + b).
group-sum: at a local minimum of an intact eliminated problem a = 0, so all near (b, w) are local
    minima, sum_i r_i exp(w.x_i) = 0 for all w near; exponentials of different exponents are
    independent, so r sums to 0 over every group of equal inputs.
regularizer-gradient: if all group sums are 0 and phi is locally Lipschitz, the data part changes by
    o(|step|), so Q decreases against any nonzero derivative of R.
ray: a curve on which all outputs are constant and R strictly decreases starts at every point asked
    about and runs to infinity, so none of them is a local minimum.
function-optimal: equal inputs have equal outputs, and convex functions are least where their
    gradient is 0, so zero group sums make the data part least. Without units, Q >= 0 is least if it
    is 0.
strict: the gradient is 0, Q is C^{1,1} and all one-sided Hessians at the point are positive
    definite.
krawczyk: if c - Y g(c) + (I - Y H)(X - c) is in the interior of the box X, where H encloses all
    one-sided Hessians on X, then X holds a zero of the gradient, and all symmetric matrices in H, a
    connected set, are nonsingular: if one is positive definite, all are, and the zero is a strict
    local minimum.
branch, constant-units, orbit (Morse-Bott): if Q is C^2 near theta, grad Q = 0 on an r-dimensional
    manifold M through theta, and T'HT is positive definite for a (p, p - r) matrix T, theta is a
    local minimum. M: a box of free coordinates; the moves of constant units of the hidden layer
    that keep the outputs (all derivatives are multiples of sum_i r_i and sum_i r_i x_i, or
    unchanged); the orbit of affine symmetries of Q, tangent to which H is 0, so of dimension r if
    the fields have rank r.
equal-units (Morse-Bott too): merge two units with equal incoming weights. Where the smaller network
    is stationary with merged outgoing weight U != 0, its derivatives U G by the unit's incoming
    weights are 0, so G = 0, and every split of U gives a stationary point: M is that line.
region: near theta, outputs of samples with one certain activation pattern change by one affine
    function of x (linear without biases), of samples with a dead layer by one constant (0 without
    biases). By convexity Q(theta') >= Q(theta) + sum_i r_i (phi_i(theta') - phi_i(theta)) =
    Q(theta) if r is orthogonal to that.
better: the value there is certainly lower than everywhere on the point or ball.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import flint
from flint import arb, arb_mat, fmpq, fmpq_mat, fmpq_mpoly_ctx, fmpz

SCHEMA = "pgb-certificate/1"
EXACT_BITS = 512  # of the balls that decide signs of exact numbers
RATIONAL = re.compile(r"-?[0-9]{1,20000}(?:/[0-9]{1,20000})?", re.ASCII)
ZERO, ONE = fmpq(0), fmpq(1)
Jet = tuple[Any, Any, Any]  # value, {j: derivative} (None: constant), {(j, k), j <= k: second}


class Refused(Exception):  # noqa: N818
    """The certificate does not prove its claim."""


class Unreadable(Exception):  # noqa: N818
    """The file holds no certificate of this schema."""


def need(condition: bool, sentence: str) -> None:
    """Refuse with the sentence unless the condition is True; nothing else counts."""
    if condition is not True:
        raise Refused(sentence)


def fields(obj: Any, required: str, optional: str = "") -> list[Any]:
    """The values of the keys, None for an absent optional one; no other keys are allowed."""
    names = [*required.split(), *optional.split()]
    need(isinstance(obj, dict), f"found no object with the keys {required}")
    need(set(required.split()) <= set(obj) <= set(names), f"keys are not those of: {names}")
    return [obj.get(name) for name in names]


def listed(value: Any, length: int | None = None) -> list[Any]:
    """A JSON list, of the length if one is given."""
    need(isinstance(value, list) and length in (None, len(value)), "a list is missing or wrong")
    return value


def indices(value: Any, size: int) -> list[int]:
    """Different integers from 0 to size - 1."""
    ok = all(type(v) is int and 0 <= v < size for v in listed(value))
    need(ok and len(set(value)) == len(value), "an index is out of range or listed twice")
    return value


def rational(value: Any) -> fmpq:
    """The number of a string "p" or "p/q"."""
    need(isinstance(value, str) and bool(RATIONAL.fullmatch(value)), "found no rational number")
    top, _, bottom = value.partition("/")
    need(bool(fmpz(bottom or "1") != 0), "found a division by zero")
    return fmpq(fmpz(top), fmpz(bottom or "1"))


# Exact numbers are fmpq and Forms: quotients of polynomials in generators, each a name for one real
# number. A form that is identically 0 is the number 0; the converse is not needed.
CONTEXT = fmpq_mpoly_ctx.get([f"g{i}" for i in range(160)])
GENERATORS = CONTEXT.gens()
NAMES: dict[str, int] = {}  # name of the number -> its generator
ROOTS: dict[int, int] = {}  # generator of the square root of n -> n
LOGARITHMS: dict[Any, int] = {}  # exponents of the generator of log n -> n
TABLES: tuple[dict[Any, Any], ...] = (NAMES, ROOTS, LOGARITHMS)


def reset(contents: list[dict[Any, Any]]) -> None:
    """Set the tables of generators; exact numbers that use others must not be used any more."""
    for table, content in zip(TABLES, contents, strict=True):
        table.clear()
        table.update(content)


class Form:
    """A quotient num / den of polynomials, and a ball that contains the number (or nan)."""

    def __init__(self, num: Any, den: Any, ball: arb) -> None:
        self.num, self.den, self.ball = num, den, ball

    def __str__(self) -> str:
        return f"({self.num})/({self.den})"

    def __add__(self, other: Any) -> Any:
        a, b = self, lift(other)
        return reduced(a.num * b.den + b.num * a.den, a.den * b.den, a.ball + b.ball)

    def __mul__(self, other: Any) -> Any:
        a, b = self, lift(other)
        return reduced(a.num * b.num, a.den * b.den, a.ball * b.ball)

    def __rtruediv__(self, other: Any) -> Any:
        need(bool(self.ball != 0) or self.ball.is_nan(), "found a division by what may be 0")
        return reduced(self.den, self.num, 1 / self.ball) * other

    def __truediv__(self, other: Any) -> Any:
        return self * (1 / fmpq(other) if not isinstance(other, Form) else 1 / other)

    def __neg__(self) -> Any:
        return self * -1

    def __sub__(self, other: Any) -> Any:
        return self + other * -1

    def __rsub__(self, other: Any) -> Any:
        return self * -1 + other

    __radd__, __rmul__ = __add__, __mul__


def lift(value: Any) -> Form:
    """An int, fmpq or Form as a Form."""
    if isinstance(value, Form):
        return value
    return Form(CONTEXT.constant(fmpq(value)), CONTEXT.constant(1), arb(fmpq(value)))


def reduced(num: Any, den: Any, ball: arb) -> Any:
    """The number num / den, an fmpq where that is seen; den is not 0."""
    for place, n in ROOTS.items():
        square = GENERATORS[place] ** 2 - n
        num, den = num % square, den % square
    if num == 0:
        return ZERO
    need(len(num) + len(den) <= 3000, "exact numbers have too many terms")
    common = num.gcd(den) * den.leading_coefficient()
    num, den = num / common, den / common
    num, den = num / den.leading_coefficient(), den / den.leading_coefficient()
    constant = num.is_constant() and den.is_constant()
    return num.leading_coefficient() if constant else Form(num, den, ball)


def named(name: str, ball: arb, root: int = 0) -> Any:
    """The number of a name, enclosed by the ball; the square root of n if that is given."""
    need(name in NAMES or len(NAMES) < len(GENERATORS), "there are too many different numbers")
    place = NAMES.setdefault(name, len(NAMES))
    if root:
        ROOTS[place] = root
    return Form(GENERATORS[place], CONTEXT.constant(1), ball)


def sign(value: Any) -> int:
    """The certain sign of an exact number."""
    low = value.ball if isinstance(value, Form) else value
    need(bool(low > 0) or bool(low < 0) or is_zero(value), "the sign of a number is undecided")
    return int(low > 0) - int(low < 0)


def is_zero(value: Any) -> bool:
    """True if an exact number is identically 0, or a ball is exactly 0."""
    return not isinstance(value, Form) and bool(value == 0)


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


def turned(x: Any, sine: bool) -> Any:
    """The sine or cosine, known at multiples of pi / 2."""
    turns = 2 * x / EXACT.pi()
    if not isinstance(turns, Form) and turns.q == 1:
        return fmpq((0, 1, 0, -1)[(int(turns.p) + (not sine)) % 4])
    return opaque("sin" if sine else "cos", x, sine)


def increasing(function: Callable[[arb], arb]) -> Callable[[arb], arb]:
    """An increasing function on balls, by its end points."""
    return lambda x: function(x) if x.is_exact() else function(x.lower()).union(function(x.upper()))


def ball_square(x: arb) -> arb:
    """The square without negative part."""
    low, high = x.abs_lower(), x.abs_upper()
    return x * x if x.is_exact() else (low * low).union(high * high)


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
    arctan=lambda x: EXACT.pi() * x / 4 if is_zero(x * x - 1) else opaque("atan", x),
    sin=lambda x: turned(x, True),
    cos=lambda x: turned(x, False),
    pi=lambda: named("pi", arb.pi()),
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
SELU = [fmpq(*value.as_integer_ratio()) for value in (1.0507009873554805, 1.6732632423543772)]
ACTIVATIONS = ["identity", "tanh", "sigmoid", "softplus", "erf", "arctan", "exp", "quadratic"]
ACTIVATIONS += ["cubic", "relu", "leaky-relu", "elu", "selu", "gelu", "silu", "sine"]
CALLS = {*ACTIVATIONS, "log", "sqrt", "sin", "cos"} - {"sine", "leaky-relu"}
DEGREES = {"identity": 1, "relu": 1, "leaky-relu": 1, "quadratic": 2, "cubic": 3}


def function(R: Any, name: str, s: Any, options: Any) -> tuple[Any, Callable[[], Any], Any]:
    """The value at s, a function for two derivatives, and kinks [(location, order, slopes)].

    On balls that contain a kink, derivatives enclose both sides; slopes are those right and left.
    """
    zero, one = R.number(ZERO), R.number(ONE)
    if name in ("relu", "leaky-relu", "absolute"):
        up, low = (R.number(v) for v in options or (ONE, ZERO))
        part = up * positive_part(R, s) - low * positive_part(R, -s)
        return part, lambda: (R.choose(s, up, low), zero), [(s, 1, (up, low))]
    if name in ("elu", "selu"):
        scale, alpha = (R.number(v) for v in (SELU if name == "selu" else (ONE, ONE)))
        e = R.exp(-positive_part(R, -s))
        side = scale * alpha
        first = e if name == "elu" else R.choose(s, scale, side * e)
        value = scale * positive_part(R, s) + side * (e - 1)
        kink = (s, 1 if name == "selu" else 2, (scale, side))
        return value, lambda: (first, R.choose(s, zero, side * e)), [kink]
    if name == "hinge":  # positive part to the power options
        n, part = options, positive_part(R, s)
        step = R.choose(s, one, zero)
        powers = [step, *(power(R, part, k) for k in range(1, n + 1))]
        second = n * (n - 1) * powers[n - 2] if n > 1 else zero
        return powers[n], lambda: (n * powers[n - 1], second), [(s, n, (one, zero))]
    if name == "huber":
        d = R.number(options)
        edge = d * d / 2
        inner = R.choose(s + d, R.square(s) / 2, -d * s - edge)
        first = R.choose(s - d, d, R.choose(s + d, s, -d))
        second = R.choose(s - d, zero, R.choose(s + d, one, zero))
        kinks = [(s - d, 2, None), (s + d, 2, None)]
        return R.choose(s - d, d * s - edge, inner), lambda: (first, second), kinks
    return (*smooth(R, name, s), [])


def smooth(R: Any, name: str, s: Any) -> tuple[Any, Callable[[], Any]]:
    """The same for functions without kinks."""
    one = R.number(ONE)
    if name == "tanh":
        t = R.tanh(s)
        slope = 1 - R.square(t)
        return t, lambda: (slope, -2 * t * slope)
    if name in ("sigmoid", "softplus", "silu"):
        g = R.sigmoid(s)
        slope = (1 - R.square(2 * g - 1)) / 4
        bend = slope * (1 - 2 * g)
        if name == "silu":
            return s * g, lambda: (g + s * slope, 2 * slope + s * bend)
        return (
            (g, lambda: (slope, bend)) if name == "sigmoid" else (R.softplus(s), lambda: (g, slope))
        )
    if name == "log-cosh":
        t = R.tanh(s)
        return R.softplus(2 * s) - s - R.log(2 * one), lambda: (t, 1 - R.square(t))
    if name in ("erf", "gelu"):
        root = R.sqrt(2 * one) if name == "gelu" else one
        bell, inside = R.exp(-R.square(s / root)) / R.sqrt(R.pi()), R.erf(s / root)
        if name == "erf":
            return inside, lambda: (2 * bell, -4 * s * bell)
        below, bell = (1 + inside) / 2, bell / root
        return s * below, lambda: (below + s * bell, bell * (2 - R.square(s)))
    if name == "arctan":
        q = 1 + R.square(s)
        return R.arctan(s), lambda: (1 / q, -2 * s / R.square(q))
    if name in ("sin", "sine", "cos"):
        a, b = R.sin(s), R.cos(s)
        return (b, lambda: (-a, -b)) if name == "cos" else (a, lambda: (b, -a))
    if name == "log":
        return R.log(s), lambda: (1 / s, -1 / R.square(s))
    if name == "sqrt":
        root = R.sqrt(s)
        return root, lambda: (one / 2 / root, -one / 4 / (root * s))
    if name == "exp":
        e = R.exp(s)
        return e, lambda: (e, e)
    exponent = {"identity": 1, "quadratic": 2, "cubic": 3}.get(name, 0)
    need(exponent > 0, "found an unknown function")
    return power(R, s, exponent), lambda: (
        exponent * power(R, s, exponent - 1),
        exponent * (exponent - 1) * power(R, s, max(exponent - 2, 0)) + 0 * one,
    )


def power(R: Any, s: Any, n: int) -> Any:
    """The power with a whole exponent; squares are squares."""
    if n < 0:
        return 1 / power(R, s, -n)
    if n == 0:
        return R.number(ONE)
    half = power(R, s, n // 2)
    return R.square(half) * s if n % 2 and n > 1 else s if n == 1 else R.square(half)


def positive_part(R: Any, s: Any) -> Any:
    """The larger of s and 0."""
    if R.exact:
        return s if sign(s) >= 0 else ZERO
    return s if s >= 0 else arb(0) if s <= 0 else arb(0).union(s.upper())


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


class Identities(Jets):
    """Directional derivatives as identities in the parameters, which are generators without value.

    A function is a new generator; of its derivative only exp' = exp, log' = 1 / s and, where the
    argument moves in proportion to itself, the rule of Euler for homogeneous functions is used.
    """

    def call(self, name: str, a: Jet, options: Any = None) -> Jet:
        s, g, _ = a
        step = (g or {}).get(0, ZERO)
        value = s if name == "identity" else named(f"{name}{options}({s})", arb.nan())
        if is_zero(step):
            return value, g, {}
        if name == "identity":
            return a
        if name in ("exp", "log"):
            return value, {0: step * (value if name == "exp" else 1 / s)}, {}
        ratio = step / s
        if name in DEGREES and not isinstance(ratio, Form):
            return value, {0: DEGREES[name] * ratio * value}, {}
        return value, {0: named(f"slope of {name}{options}({s})", arb.nan()) * step}, {}


def tree(A: Jets, node: Any, names: dict[str, Jet], depth: int = 0) -> Jet:
    """The value of an expression tree."""
    need(depth < 200 and len(listed(node)) >= 2, "an expression is too deep or empty")
    kind, rest, R = node[0], node[1:], A.R
    if kind == "number":
        return A.constant(rational(rest[0]))
    if kind == "constant":
        need(rest[0] in ("pi", "e"), "found an unknown constant")
        return (R.pi() if rest[0] == "pi" else R.exp(R.number(ONE))), None, {}
    if kind == "name":
        need(isinstance(rest[0], str) and rest[0] in names, "found an unknown name")
        return names[rest[0]]
    if kind == "call" and rest[0] == "leaky_relu":
        below, above = (rational(listed(v, 2)[1]) for v in listed(rest, 4)[2:])
        return A.call("leaky-relu", tree(A, rest[1], names, depth + 1), (above, below))
    if kind == "call":
        need(isinstance(rest[0], str) and rest[0] in CALLS and len(rest) == 2, "unknown function")
        return A.call(rest[0], tree(A, rest[1], names, depth + 1))
    first = tree(A, rest[0], names, depth + 1)
    if kind == "^":
        exponent = rational(listed(listed(rest, 2)[1], 2)[1])
        if exponent == fmpq(1, 2):
            return A.call("sqrt", first)
        need(bool(exponent.q == 1 and abs(exponent) <= 1000), "found an unknown exponent")
        return A.power(first, int(exponent.p))
    parts = [tree(A, v, names, depth + 1) for v in rest[1:]]
    one = A.constant(ONE)
    if kind == "+":
        return A.linear([(one, part) for part in parts], first)
    if kind == "*":
        for part in parts:
            first = A.product(first, part)
        return first
    need((kind == "neg" and not parts) or (kind == "/" and len(parts) == 1), "unknown operation")
    return A.product(first, A.power(parts[0], -1) if parts else A.constant(-ONE))


def number(value: Any) -> Any:
    """A rational, or the tree of a closed form."""
    return rational(value) if isinstance(value, str) else listed(value)


def exact(value: Any) -> Any:
    """A number as an exact number."""
    return tree(Jets(EXACT), value, {})[0] if isinstance(value, list) else value


def inside(R: Any, value: Any) -> Any:
    """A number in the ring."""
    return tree(Jets(R), value, {})[0] if isinstance(value, list) else R.number(value)


def is_tree(value: Any) -> bool:
    """Whether a list is the tree of a closed form rather than a list of numbers."""
    head = value[0] if value else None
    return isinstance(head, str) and not RATIONAL.fullmatch(head)


KINDS = ("network", "expression")
LOSSES_OF_MARGIN = {"softplus", "exp", "hinge"}
LOSSES = {  # name: function of one margin or residual, factor, smoothness, kind of target
    "squared": ("quadratic", ONE, 9, "real"),
    "half-squared": ("quadratic", ONE / 2, 9, "real"),
    "huber": ("huber", ONE, 1, "real"),
    "log-cosh": ("log-cosh", ONE, 9, "real"),
    "absolute": ("absolute", ONE, 0, "real"),
    "logistic": ("softplus", ONE, 9, "sign"),
    "exponential": ("exp", ONE, 9, "sign"),
    "hinge": ("hinge", ONE, 0, "sign"),
    "polynomial-hinge": ("hinge", ONE, 1, "sign"),
    "cross-entropy": ("", ONE, 9, "class"),
}


class Problem:
    """A problem read from its JSON form, every shape and hypothesis on signs checked."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        data, model, loss, self.reduction, regularizer, elimination = fields(
            raw, "data model loss reduction regularizer elimination"
        )
        inputs, targets, weights = fields(data, "inputs targets weights")
        self.x = [[number(v) for v in listed(row)] for row in listed(inputs)]
        self.samples = len(self.x)
        need(self.samples > 0 and len({len(row) for row in self.x}) == 1, "inputs are not a matrix")
        self.d_x = len(self.x[0])
        need(self.reduction in ("mean", "sum"), "reduction is neither mean nor sum")
        self.read_model(model)
        self.read_loss(loss, listed(targets, self.samples))
        self.read_weights(weights)
        self.read_elimination(elimination)
        quadratic, absolute = fields(regularizer, "quadratic absolute")
        self.quadratic = [number(v) for v in listed(quadratic, self.size)]
        self.absolute = [number(v) for v in listed(absolute, self.size)]
        for value in [*self.quadratic, *self.absolute]:
            need(sign(exact(value)) >= 0, "a coefficient of the regularizer is negative")
        self.penalized = {
            j
            for j in range(self.size)
            if not (is_zero(exact(self.quadratic[j])) and is_zero(exact(self.absolute[j])))
        }
        self.intact = self.is_intact()

    def read_model(self, model: Any) -> None:
        """Widths and activations, or names and trees."""
        need(isinstance(model, dict) and model.get("kind") in KINDS, "found an unknown model")
        self.kind = model["kind"]
        if self.kind == "expression":
            _, self.inputs, self.names, self.trees = fields(model, "kind inputs parameters outputs")
            names = [*listed(self.inputs, self.d_x), *listed(self.names)]
            need(all(isinstance(name, str) for name in names), "a name is not a string")
            need(len(set(names)) == len(names), "a name is given twice")
            self.base, self.d_y = len(self.names), len(listed(self.trees))
            need(self.d_y > 0, "the model has no outputs")
            return
        _, self.layers, hidden, last, self.bias = fields(
            model, "kind layers activations output_activation bias"
        )
        ok = all(type(n) is int and 0 < n <= 10_000 for n in listed(self.layers))
        need(ok and len(self.layers) >= 2 and self.layers[0] == self.d_x, "layers are wrong")
        need(type(self.bias) is bool, "bias is neither true nor false")
        self.activations = []
        for act in [*listed(hidden, len(self.layers) - 2), last]:
            name, slopes = fields(act, "name", "slopes")
            need(
                name in ACTIVATIONS and (name == "leaky-relu") == (slopes is not None), "activation"
            )
            chosen = None if slopes is None else tuple(exact(number(v)) for v in listed(slopes, 2))
            self.activations.append((name, chosen))
        pairs = list(zip(self.layers, self.layers[1:], strict=False))
        self.starts = [
            sum(n * (k + self.bias) for k, n in pairs[:i]) for i in range(len(pairs) + 1)
        ]
        self.base, self.d_y = self.starts[-1], self.layers[-1]

    def read_loss(self, loss: Any, targets: list[Any]) -> None:
        """The loss, its options, and targets that fit it."""
        name, smoothing, degree, delta = fields(loss, "name", "label_smoothing degree delta")
        need(name in LOSSES, "found an unknown loss")
        self.function, self.factor, self.smoothness, kind = LOSSES[name]
        given = {"label_smoothing": smoothing, "degree": degree, "delta": delta}
        wanted = {
            "cross-entropy": "label_smoothing",
            "polynomial-hinge": "degree",
            "huber": "delta",
        }
        extra = [key for key, value in given.items() if value is not None]
        need(extra in ([], [wanted.get(name)]), "the loss has options that it does not take")
        self.options: Any = (ONE, -ONE) if name == "absolute" else 1 if name == "hinge" else None
        if name == "polynomial-hinge":
            need(type(degree) is int and 2 <= degree <= 64, "the degree of the loss is wrong")
            self.options, self.smoothness = degree, degree - 1
        if name == "huber":
            self.options = exact(number(delta))
            need(sign(self.options) > 0, "delta is not positive")
        classes = all(type(v) is int for v in targets)
        self.classes = kind == "class" or (self.function == "hinge" and classes)
        if self.classes and classes:
            need(
                self.d_y > 1 and all(0 <= v < self.d_y for v in targets), "a class is out of range"
            )
            self.y = [[ONE if k == v else ZERO for k in range(self.d_y)] for v in targets]
        else:
            self.y = [[number(v) for v in listed(row, self.d_y)] for row in targets]
        if kind == "sign" and not self.classes:
            need(all(v in (ONE, -ONE) for row in self.y for v in row), "a target is not -1 or 1")
        if kind == "class":
            share = exact(number("0" if smoothing is None else smoothing))
            need(sign(share) >= 0 and sign(1 - share) > 0, "label_smoothing is not in [0, 1)")
            rows = [[exact(v) for v in row] for row in self.y]
            need(all(sign(v) >= 0 for row in rows for v in row), "a probability is negative")
            self.y = [[(1 - share) * v + share * sum(r, ZERO) / self.d_y for v in r] for r in rows]

    def read_weights(self, weights: Any) -> None:
        """The factors c_i, all positive."""
        rows = [["1"]] * self.samples if weights is None else listed(weights, self.samples)
        rows = [row if isinstance(row, list) and not is_tree(row) else [row] for row in rows]
        width = len(rows[0])
        need(width == 1 or (width == self.d_y and not self.classes), "weights have a wrong shape")
        self.c = [[exact(number(v)) for v in listed(row, width)] for row in rows]
        need(all(sign(v) > 0 for row in self.c for v in row), "a weight is not positive")
        if self.reduction == "mean":
            total = sum((v for row in self.c for v in row), ZERO) / width
            self.c = [[v / total for v in row] for row in self.c]

    def read_elimination(self, elimination: Any) -> None:
        """The transform and the number of parameters with it."""
        self.elimination, self.lam, self.penalty = None, ZERO, "squared"
        self.size = self.base
        if elimination is not None:
            self.elimination, lam, self.penalty = fields(elimination, "kind lambda penalty")
            self.lam = exact(number(lam))
            need(self.elimination in ("exponential", "without-units"), "unknown elimination")
            need(self.penalty in ("squared", "absolute") and sign(self.lam) >= 0, "wrong penalty")
            extra = self.d_y * (2 + self.d_x) if self.elimination == "exponential" else 2
            self.size += extra

    def is_intact(self) -> bool:
        """Whether the added neurons are penalized by squares of all a, with lambda, and no more."""
        if self.elimination is None:
            return False
        n, squared = self.d_y if self.elimination == "exponential" else 1, self.penalty == "squared"
        for j in range(self.base, self.base + n):
            coefficient = exact((self.quadratic if squared else self.absolute)[j])
            need(
                is_zero(coefficient - self.lam), "lambda is not the coefficient of the penalty on a"
            )
        pure = not self.penalized & set(range(self.base + n, self.size))
        plain = all(is_zero(exact(v)) for v in self.absolute[self.base :])
        exponential = self.elimination == "exponential" and squared
        return exponential and sign(self.lam) > 0 and pure and plain

    def outputs(
        self, A: Jets, theta: list[Jet], x: list[Any], base: bool = True
    ) -> tuple[Any, Any]:
        """The outputs at one sample, and the preactivations of each layer of a network."""
        one, layers = A.constant(ONE), []
        z = [A.constant(v) for v in x]
        found = [A.constant(ZERO)] * self.d_y
        if base and self.kind == "expression":
            names = dict(zip([*self.inputs, *self.names], [*z, *theta], strict=False))
            found = [tree(A, node, names) for node in self.trees]
        elif base:
            found = z
            for place, (name, slopes) in enumerate(self.activations):
                n, k, start = self.layers[place + 1], self.layers[place], self.starts[place]
                rows = [theta[start + u * k : start + (u + 1) * k] for u in range(n)]
                biases = theta[start + n * k : start + n * k + n] if self.bias else [None] * n
                layer = [
                    A.linear(zip(row, found, strict=True), b)
                    for row, b in zip(rows, biases, strict=True)
                ]
                layers.append([jet[0] for jet in layer])
                found = [A.call(name, jet, slopes) for jet in layer]
        if self.elimination == "exponential":
            a, b = (theta[self.base + i * self.d_y :][: self.d_y] for i in (0, 1))
            w = [
                theta[self.base + 2 * self.d_y + k * self.d_x :][: self.d_x]
                for k in range(self.d_y)
            ]
            for k in range(self.d_y):
                e = A.call("exp", A.linear(zip(w[k], z, strict=True), b[k]))
                found[k] = A.linear([(one, found[k]), (a[k], e)])
        return found, layers

    def losses(self, A: Jets, q: list[Jet], i: int, y: Any, c: Any) -> tuple[Any, list[Any], Any]:
        """The loss of one sample times c: value, gradient and Hessian in the outputs q."""
        R, n = A.R, self.d_y
        r, C = [R.number(ZERO)] * n, [[R.number(ZERO)] * n for _ in range(n)]
        total = R.number(ZERO)
        if self.function == "":
            mass, one = sum(y, R.number(ZERO)), R.number(ONE)
            sums = [
                sum((R.exp(q[j][0] - q[k][0]) for j in range(n) if j != k), one) for k in range(n)
            ]
            s = [1 / v for v in sums]
            for k in range(n):
                total = total + c[0] * y[k] * R.log(sums[k])
                r[k] = c[0] * (mass * s[k] - y[k])
                for j in range(n):
                    if j != k:
                        C[k][j] = -c[0] * mass * s[k] * s[j]
                        C[k][k] = C[k][k] - C[k][j]
            return total, r, C
        for weight, coefficients, constant in self.pieces(i, y, c):
            u = sum((v * q[k][0] for k, v in coefficients.items()), R.number(constant))
            value, derivatives, kinks = function(R, self.function, u, self.options)
            step = sum((v * (q[k][1] or {}).get(0, ZERO) for k, v in coefficients.items()), ZERO)
            first, second = derivatives()
            first = A.slope(first, kinks, step)
            total = total + weight * value
            for k, v in coefficients.items():
                r[k] = r[k] + weight * first * v
                for j, w in coefficients.items():
                    C[k][j] = C[k][j] + weight * second * v * w
        return total, r, C

    def pieces(self, i: int, y: Any, c: Any) -> Iterator[tuple[Any, dict[int, Any], Any]]:
        """The loss as a sum of weight * function(linear form in the outputs)."""
        for k in range(self.d_y):
            weight = c[min(k, len(c) - 1)] * self.factor
            if self.classes:
                own = next(j for j in range(self.d_y) if self.y[i][j] == ONE)
                if k != own:
                    yield weight, {k: ONE, own: -ONE}, ONE
            elif LOSSES_OF_MARGIN & {self.function}:
                constant = ONE if self.function == "hinge" else ZERO
                yield weight, {k: -self.y[i][k]}, constant
            else:
                yield weight, {k: ONE}, -y[k]

    def evaluate(self, R: Any, theta: Any, order: int, direction: Any = None) -> SimpleNamespace:
        """Q and its derivatives at theta; outputs, output gradients, switches, preactivations."""
        A, one, zero = Jets(R, order, direction is not None), R.number(ONE), R.number(ZERO)
        slots = range(self.size) if direction is None else [0]
        steps: list[Any] = [
            {j: one} if direction is None else {0: direction[j]} for j in range(self.size)
        ]
        params: list[Jet] = [(value, step, {}) for value, step in zip(theta, steps, strict=True)]
        at = SimpleNamespace(q=[], r=[], layers=[], value=zero, rows=[], bent=[])
        gradient = dict.fromkeys(slots, zero)
        second: dict[Any, Any] = {}
        for i in range(self.samples):
            x, y, c = ([inside(R, v) for v in row] for row in (self.x[i], self.y[i], self.c[i]))
            q, layers = self.outputs(A, params, x)
            inner = len(A.switches)
            value, r, C = self.losses(A, q, i, y, c)
            A.switches[inner:] = [(*switch[:2], True) for switch in A.switches[inner:]]
            at.value = at.value + value
            at.q.append(q), at.r.append(r), at.layers.append(layers)
            for k, (_, first, bent) in enumerate(q):
                for j, d in (first or {}).items():
                    gradient[j] = gradient[j] + r[k] * d
                for key, d in bent.items():
                    second[key] = second[key] + r[k] * d if key in second else r[k] * d
            if order == 2:
                dense = [[(f or {}).get(j, zero) for j in range(self.size)] for _, f, _ in q]
                at.rows += dense
                at.bent += dense_product(C, dense)
        at.data, at.gradient = at.value, [gradient[j] for j in slots]
        at.switches = [(*switch, False)[:3] for switch in A.switches]
        if order == 2 and self.size:
            H = (arb_mat(at.rows).transpose() * arb_mat(at.bent)).tolist()
            for (j, k), value in second.items():
                H[j][k] = H[j][k] + value
            at.hessian = H
        elif order == 2:
            at.hessian = []
        if self.elimination == "without-units":
            self.multiply_factor(R, theta, at, direction)
        self.add_regularizer(R, theta, at, direction)
        if order == 2:
            for j in range(self.size):
                for k in range(j):
                    at.hessian[j][k] = at.hessian[k][j]
        return at

    def multiply_factor(self, R: Any, theta: Any, at: Any, direction: Any) -> None:
        """Q = L (1 + (a e^b - 1)^2) without additional units."""
        p, L, slope = self.base, at.value, list(at.gradient)
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

    def add_regularizer(self, R: Any, theta: Any, at: Any, direction: Any) -> None:
        """Add R, its derivatives and its switches."""
        one = R.number(ONE)
        for j in self.penalized:
            q, a, t = inside(R, self.quadratic[j]), inside(R, self.absolute[j]), theta[j]
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

    def groups(self) -> list[list[int]]:
        """The samples with exactly equal inputs."""
        known: dict[Any, list[int]] = {}
        for i, row in enumerate(self.x):
            values = [exact(v) for v in row]
            known.setdefault(tuple(map(str, values)), []).append(i)
        heads: list[tuple[list[Any], list[int]]] = []
        closed = any(not isinstance(v, fmpq) for row in self.x for v in row)
        for samples in known.values():
            values = [exact(v) for v in self.x[samples[0]]]
            for other, members in heads if closed else []:
                if all([sign(a - b) == 0 for a, b in zip(values, other, strict=True)]):
                    members += samples
                    break
            else:
                heads.append((values, samples))
        return [members for _, members in heads]


def dense_product(C: Any, rows: Any) -> Any:
    """C times rows, small."""
    if len(C) == 1:
        return [[C[0][0] * v for v in rows[0]]]
    return (arb_mat(C) * arb_mat(rows)).tolist() if rows[0] else rows


def positive_definite(M: Any) -> bool:
    """Whether all symmetric matrices in the enclosure (rows of balls) are positive definite."""
    n = len(M)
    if n <= 12:
        M = [list(row) for row in M]
        for k in range(n):
            if not M[k][k] > 0:
                return False
            for i in range(k + 1, n):
                f = M[k][i] / M[k][k]
                for j in range(i, n):
                    M[i][j] = M[i][j] - f * M[k][j]
        return True
    h = n // 2
    A, B, D = (
        [row[s] for row in M[t]]
        for t, s in ((slice(h), slice(h)), (slice(h), slice(h, n)), (slice(h, n), slice(h, n)))
    )
    if not positive_definite(A):
        return False
    rest = (arb_mat(D) - arb_mat(B).transpose() * arb_mat(A).solve(arb_mat(B))).tolist()
    return positive_definite(
        [[rest[min(i, j)][max(i, j)] for j in range(n - h)] for i in range(n - h)]
    )


class Claim:
    """What is asked about, and the enclosures of it."""

    def __init__(self, P: Problem, about: Any) -> None:
        self.P, self.exact = P, isinstance(about, dict) and about.get("kind") == "point"
        if self.exact:
            _, point = fields(about, "kind point")
            self.center, self.radii = [number(v) for v in listed(point, P.size)], [ZERO] * P.size
            return
        kind, center, radii = fields(about, "kind center radii")
        need(kind == "ball", "found neither a point nor a ball")
        self.center = [number(v) for v in listed(center, P.size)]
        self.radii = [rational(v) for v in listed(radii, P.size)]
        need(all(bool(v > 0) for v in self.radii), "a radius of the ball is not positive")

    def theta(self, radii: Any = None, center: Any = None) -> list[arb]:
        """The point or ball in balls; or another box around another center."""
        pairs = zip(center or self.center, radii or self.radii, strict=True)
        middles = [(inside(BALLS, c), arb(r)) for c, r in pairs]
        return [m if r == 0 else (m - r).union(m + r) for m, r in middles]

    def balls(self, order: int = 1, radii: Any = None, center: Any = None) -> SimpleNamespace:
        """Q and its derivatives on the point, the ball or another box, in balls."""
        return self.P.evaluate(BALLS, self.theta(radii, center), order)

    def exactly(self, direction: Any = None) -> SimpleNamespace:
        """Exact values and gradient at an exact point, or the derivative along a direction."""
        need(self.exact, "this evidence is about an exact point only")
        flint.ctx.prec = EXACT_BITS
        return self.P.evaluate(EXACT, [exact(v) for v in self.center], 1, direction)


def smooth_up_to(at: Any, order: int) -> None:
    """Refuse unless no switch of at most this order may vanish."""
    for value, place, _ in at.switches:
        need(place > order or bool(value != 0), f"a derivative of order {place} may jump")


def stationary(claim: Claim) -> None:
    """Refuse unless the gradient at the exact point is exactly 0."""
    at = claim.exactly()
    need(all(is_zero(v) for v in at.gradient), "the gradient is not exactly 0")


def precise(value: Any) -> int:
    """Set the precision of balls that a witness asks for."""
    need(type(value) is int and 30 <= value <= 4096, "the precision is not from 30 to 4096")
    flint.ctx.prec = value
    return value


def differentiable_convex(P: Problem) -> None:
    """Refuse unless the loss is differentiable."""
    need(P.smoothness >= 1, "the loss is not differentiable")


MINIMUM, REFUTED = "LOCAL_MINIMUM", "NOT_A_LOCAL_MINIMUM"


def gradient(claim: Claim, witness: Any) -> Any:
    """One derivative is not 0 on the point or ball."""
    _, precision, index = fields(witness, "method precision index")
    precise(precision)
    indices([index], claim.P.size)
    need(bool(claim.balls().gradient[index] != 0), "the derivative may be 0")
    return (REFUTED,)


def one_sided(claim: Claim, witness: Any) -> Any:
    """A one-sided derivative at an exact point is negative."""
    _, direction = fields(witness, "method direction")
    v = [rational(d) for d in listed(direction, claim.P.size)]
    (slope,) = claim.exactly(v).gradient
    need(sign(slope) < 0, "the one-sided derivative is not negative")
    return (REFUTED,)


def curvature(claim: Claim, witness: Any) -> Any:
    """One second derivative is negative on the point or ball."""
    _, precision, direction = fields(witness, "method precision direction")
    precise(precision)
    at = claim.balls(2)
    smooth_up_to(at, 1)
    d = arb_mat([[rational(v)] for v in listed(direction, claim.P.size)])
    form = (d.transpose() * arb_mat(at.hessian) * d)[0, 0]
    need(bool(form < 0), "the second derivative along the direction may be nonnegative")
    return (REFUTED,)


def probe(claim: Claim, witness: Any) -> Any:
    """A derivative becomes nonzero along a segment on which Q is constant."""
    P = claim.P
    _, precision, direction, index, family = fields(
        witness, "method precision direction index family"
    )
    need(claim.exact, "a probe starts at an exact point")
    precise(precision)
    differentiable_convex(P)
    indices([index], P.size)
    d = [rational(v) for v in listed(direction, P.size)]
    moved = [j for j in range(P.size) if d[j] != 0]
    need(not P.penalized & set(moved), "a penalized parameter moves")
    need(P.elimination != "without-units" or all(j < P.base for j in moved), "the factor moves")
    start = claim.theta()
    box = [t if v == 0 else t.union(t + arb(v)) for t, v in zip(start, d, strict=True)]
    along = P.evaluate(BALLS, box, 1)
    need(all(bool(v != 0) for v, _, loss in along.switches if not loss), "a kink may be crossed")
    if fields(family, "kind", "layer units")[0] == "coordinates":
        fields(family, "kind")
        columns = [(f or {}).get(j, arb(0)) for q in along.q for _, f, _ in q for j in moved]
        need(all(is_zero(v) for v in columns), "an output may depend on a moved parameter")
    else:
        exchange(claim, d, family)
    ends = [t + arb(v) for t, v in zip(start, d, strict=True)]
    need(bool(P.evaluate(BALLS, ends, 1).gradient[index] != 0), "the derivative may be 0 there")
    return (REFUTED,)


def exchange(claim: Claim, d: list[fmpq], family: Any) -> None:
    """Refuse unless two units have equal incoming weights and d exchanges outgoing weight."""
    P = claim.P
    kind, layer, units = fields(family, "kind layer units")
    need(kind == "equal-units" and P.kind == "network", "found an unknown family")
    indices([layer], len(P.layers) - 1)
    need(layer >= 1, "found no hidden layer")
    u, v = indices(listed(units, 2), P.layers[layer])
    k, n, start = P.layers[layer - 1], P.layers[layer], P.starts[layer - 1]
    pairs = [(start + u * k + j, start + v * k + j) for j in range(k)]
    pairs += [(start + n * k + u, start + n * k + v)] if P.bias else []
    flint_precision, flint.ctx.prec = flint.ctx.prec, EXACT_BITS
    same = [is_zero(exact(claim.center[a]) - exact(claim.center[b])) for a, b in pairs]
    flint.ctx.prec = flint_precision
    need(all(same), "the units are not equal")
    left = list(d)
    for row in range(P.layers[layer + 1]):
        a, b = (P.starts[layer] + row * n + unit for unit in (u, v))
        need(bool(left[a] + left[b] == 0), "outgoing weights do not move oppositely")
        left[a] = left[b] = ZERO
    need(all(bool(v == 0) for v in left), "something else moves")


def auxiliary_weight(claim: Claim, witness: Any) -> Any:
    """An auxiliary weight is not 0."""
    _, output = fields(witness, "method output")
    need(claim.P.intact, "the elimination is not intact")
    differentiable_convex(claim.P)
    indices([output], claim.P.d_y)
    flint.ctx.prec = 256
    need(bool(claim.theta()[claim.P.base + output] != 0), "the auxiliary weight may be 0")
    return (REFUTED,)


def group_sum(claim: Claim, witness: Any) -> Any:
    """The output gradients of equal inputs do not sum to 0."""
    _, precision, group, output = fields(witness, "method precision group output")
    P = claim.P
    need(P.intact, "the elimination is not intact")
    differentiable_convex(P)
    indices([output], P.d_y)
    flint.ctx.prec = EXACT_BITS
    need(sorted(indices(group, P.samples)) in P.groups(), "that is no group of equal inputs")
    precise(precision)
    at = claim.balls()
    total = sum((at.r[i][output] for i in group), arb(0))
    need(bool(total != 0), "the sum of the output gradients may be 0")
    return (REFUTED,)


def regularizer_gradient(claim: Claim, witness: Any) -> Any:
    """R pulls at a point where the data part is least."""
    _, index = fields(witness, "method index")
    P = claim.P
    indices([index], P.size)
    need(P.elimination != "without-units", "the data part has another form")
    claim.balls()  # refuses unless all derivatives are bounded near the point
    zero_group_sums(claim)
    q, a, t = (exact(v) for v in (P.quadratic[index], P.absolute[index], claim.center[index]))
    if is_zero(a):
        need(sign(q * t) != 0, "the derivative of the regularizer is 0")
    else:
        need(sign(2 * q * t + a * sign(t)) != 0 and sign(t) != 0, "the derivative may be 0")
    return (REFUTED,)


def zero_group_sums(claim: Claim) -> None:
    """Refuse unless the group sums are exactly 0; derivatives of the outputs play no role."""
    differentiable_convex(claim.P)
    at = claim.exactly([ZERO] * claim.P.size)
    outputs = range(claim.P.d_y)
    sums = [sum((at.r[i][k] for i in g), ZERO) for g in claim.P.groups() for k in outputs]
    need(all(is_zero(v) for v in sums), "a group sum is not exactly 0")


def function_optimal(claim: Claim, witness: Any) -> Any:
    """The data part and R are least."""
    fields(witness, "method")
    P = claim.P
    if P.elimination == "without-units":
        need(is_zero(claim.exactly([ZERO] * P.size).value), "the value is not exactly 0")
    else:
        zero_group_sums(claim)
        rest = [exact(claim.center[j]) for j in P.penalized]
        need(all(is_zero(v) for v in rest), "the regularizer is not least")
    return MINIMUM, "function-optimal", None, True


def strict(claim: Claim, witness: Any) -> Any:
    """A strict local minimum at an exact point."""
    _, precision = fields(witness, "method precision")
    stationary(claim)
    precise(precision)
    at = claim.balls(2)
    smooth_up_to(at, 1)
    need(positive_definite(at.hessian), "the Hessian may not be positive definite")
    return MINIMUM, "strict", None, None


def krawczyk(claim: Claim, witness: Any) -> Any:
    """A strict local minimum in the ball."""
    unique_minimum(claim, witness)
    return MINIMUM, "strict", None, None


def unique_minimum(claim: Claim, witness: Any) -> tuple[list[fmpq], list[fmpq]]:
    """Center and half-widths of a box in the ball in which a strict local minimum is proved."""
    method, precision, center, radius, Y = fields(
        witness, "method precision center radius", "preconditioner"
    )
    P = claim.P
    precise(precision)
    need(method == "krawczyk" and not claim.exact and P.size > 0, "a box says nothing of a point")
    c, rho = ([rational(v) for v in listed(values, P.size)] for values in (center, radius))
    need(all(bool(r > 0) for r in rho), "a radius of the box is not positive")
    around = zip(claim.theta([ZERO] * P.size), c, rho, claim.radii, strict=True)
    need(all(bool(abs(m - x) + r <= big) for m, x, r, big in around), "the box leaves the ball")
    on_box = claim.balls(2, rho, c)
    smooth_up_to(on_box, 1)
    g, H = claim.balls(1, [ZERO] * P.size, c).gradient, on_box.hessian
    middle = [[v.mid() for v in row] for row in H]
    if Y is None:
        Y = [[v.mid() for v in row] for row in arb_mat(middle).inv().tolist()]
    else:
        Y = [[arb(rational(v)) for v in listed(row, P.size)] for row in listed(Y, P.size)]
    step = (arb_mat(Y) * arb_mat([[v] for v in g])).tolist()
    product = (arb_mat(Y) * arb_mat(H)).tolist()
    for j in range(P.size):
        product[j][j] = product[j][j] - 1
        spread = sum((abs(v) * r for v, r in zip(product[j], rho, strict=True)), abs(step[j][0]))
        need(bool(spread < rho[j]), "the image of the box does not lie in its interior")
    flint.ctx.prec = max(precision, 128)
    need(positive_definite(middle), "the Hessian may not be positive definite")
    return c, rho


def equal_units(claim: Claim, witness: Any) -> Any:
    """A minimum in the ball with two equal units, from the merged network's."""
    _, precision, layer, units, merged, complement = fields(
        witness, "method precision layer units merged complement"
    )
    P = claim.P
    plain = P.kind == "network" and P.elimination is None and not P.penalized and not claim.exact
    need(plain, "only for balls and networks without penalty and elimination")
    indices([layer], len(P.layers) - 1)
    need(layer >= 1 and P.layers[layer + 1] == 1, "the next layer has not one unit")
    u, v = indices(listed(units, 2), P.layers[layer])
    k, n = P.layers[layer - 1], P.layers[layer]
    start, after = P.starts[layer - 1], P.starts[layer]
    twins = {start + v * k + j: start + u * k + j for j in range(k)}
    twins |= {start + n * k + v: start + n * k + u} if P.bias else {}
    kept = [j for j in range(P.size) if j not in twins and j != after + v]
    model = P.raw["model"] | {"layers": [m - (i == layer) for i, m in enumerate(P.layers)]}
    none = {key: ["0"] * len(kept) for key in ("quadratic", "absolute")}
    smaller = Problem(P.raw | {"model": model, "regularizer": none})
    ball = Claim.__new__(Claim)
    split = claim.center[after + v]
    need(isinstance(split, fmpq), "a weight of the center is not rational")
    ball.P, ball.exact, ball.radii = smaller, False, [claim.radii[j] for j in kept]
    ball.center = [claim.center[j] for j in kept]
    ball.center[kept.index(after + u)] = exact(claim.center[after + u]) + split
    c, rho = (dict(zip(kept, values, strict=True)) for values in unique_minimum(ball, merged))
    need(bool(abs(c[after + u]) > rho[after + u]), "the merged outgoing weight may be 0")
    c[after + u], c[after + v], rho[after + v] = c[after + u] - split, split, ZERO
    for twin, j in twins.items():
        c[twin], rho[twin] = c[j], rho[j]
        distance = abs(exact(claim.center[twin]) - c[j])
        need(sign(distance + rho[j] - claim.radii[twin]) <= 0, "the minimum may leave the ball")
    box = [[values[j] for j in range(P.size)] for values in (rho, c)]
    transversal(claim, complement, 1, precision, box)
    return MINIMUM, "branch", 1, None


def transversal(
    claim: Claim, columns: Any, dimension: int, precision: int, box: Any = (None, None)
) -> None:
    """Refuse unless Q is C^2 on point or box and T'HT positive definite, T (p, p - dimension)."""
    size = claim.P.size
    rows = [[rational(v) for v in listed(row, size - dimension)] for row in listed(columns, size)]
    precise(precision)
    at = claim.balls(2, *box)
    smooth_up_to(at, 2)
    if size > dimension:
        T = arb_mat(rows)
        M = (T.transpose() * arb_mat(at.hessian) * T).tolist()
        M = [[M[min(i, j)][max(i, j)] for j in range(len(M))] for i in range(len(M))]
        need(positive_definite(M), "the Hessian may not be positive definite on the complement")


def branch(claim: Claim, witness: Any) -> Any:
    """A minimum on a box of free coordinates."""
    _, precision, free, width = fields(witness, "method precision free width")
    P, w = claim.P, rational(width)
    stationary(claim)
    precise(precision)
    indices(free, P.size)
    need(bool(w > 0) and len(free) > 0, "the branch is empty")
    radii = [w if j in set(free) else ZERO for j in range(P.size)]
    at = claim.balls(1, radii)
    smooth_up_to(at, 2)
    need(all(is_zero(v) for v in at.gradient), "the gradient may not be 0 on the branch")
    normal = [j for j in range(P.size) if j not in set(free)]
    H = claim.balls(2).hessian
    part = [[H[j][k] for k in normal] for j in normal]
    need(positive_definite(part), "the Hessian across the branch may not be positive definite")
    return MINIMUM, "branch", len(free), None


def constant_units(claim: Claim, witness: Any) -> Any:
    """A minimum with constant hidden units."""
    _, precision, units, complement = fields(witness, "method precision units complement")
    P = claim.P
    plain = P.kind == "network" and len(P.layers) == 3 and P.bias and P.elimination is None
    need(plain and P.activations[1][0] == "identity", "the network is of another kind")
    stationary(claim)
    n0, n1, n2 = P.layers
    need(len(indices(units, n1)) > 0, "there are no units")
    incoming = [u * n0 + j for u in units for j in range(n0)]
    need(all(is_zero(exact(claim.center[j])) for j in incoming), "a unit is not constant")
    moved = [*incoming, *(n1 * n0 + u for u in units), *range(P.base - n2, P.base)]
    moved += [P.starts[1] + k * n1 + u for k in range(n2) for u in units]
    need(not P.penalized & set(moved), "a penalized parameter moves")
    r = claim.exactly().r
    need(all(isinstance(v, fmpq) for row in P.x for v in row), "an input is not rational")
    for k in range(n2):
        moments = [sum((r[i][k] * P.x[i][j] for i in range(P.samples)), ZERO) for j in range(n0)]
        moments.append(sum((row[k] for row in r), ZERO))
        need(all(is_zero(v) for v in moments), "a moment of the output gradients is not 0")
    differences = [[a - b for a, b in zip(row, P.x[0], strict=True)] for row in P.x]
    nu = n0 - int(fmpq_mat(differences).rank())
    dimension = len(units) * (nu + 1 + n2)
    transversal(claim, complement, dimension, precision)
    return MINIMUM, "branch", dimension, None


def invariant(claim: Claim, entries: Any, shift: Any, zeros: Any) -> None:
    """Refuse unless the field entries theta + shift keeps all outputs, as an identity in theta.

    Parameters in zeros are 0. Without units a exp(b) must be kept too.
    """
    P = claim.P
    base = any(j < P.base for j in [*(row for row, _ in entries), *shift])
    saved = [dict(table) for table in TABLES]
    for x in P.x:
        reset(saved)
        theta = [ZERO if j in zeros else named(f"parameter {j}", arb.nan()) for j in range(P.size)]
        steps = [shift.get(j, ZERO) for j in range(P.size)]
        for (row, column), value in entries.items():
            steps[row] = steps[row] + value * theta[column]
        A = Identities(EXACT, 1)
        params: list[Jet] = [(t, {0: s}, {}) for t, s in zip(theta, steps, strict=True)]
        outputs, _ = P.outputs(A, params, [exact(v) for v in x], base)
        if P.elimination == "without-units":
            outputs = [*outputs, A.product(params[P.base], A.call("exp", params[P.base + 1]))]
        slopes = [(first or {}).get(0, ZERO) for _, first, _ in outputs]
        need(all(is_zero(v) for v in slopes), "an output may change along the field")
    reset(saved)


def ray(claim: Claim, witness: Any) -> Any:
    """Descent to infinity at constant outputs."""
    _, rates, drifts, precision = fields(witness, "method rates drifts precision")
    P = claim.P
    rate, drift = ([rational(v) for v in listed(values, P.size)] for values in (rates, drifts))
    need(all(bool(a == 0 or b == 0) for a, b in zip(rate, drift, strict=True)), "both move")
    flint.ctx.prec = EXACT_BITS
    still = [j for j in range(P.size) if claim.radii[j] == 0 and drift[j] == 0]
    zeros = {j for j in still if is_zero(exact(claim.center[j]))}
    precise(precision)
    theta = claim.theta()
    claim.balls(0)
    for j in P.penalized:
        falls = j in zeros or bool(rate[j] <= 0 and drift[j] == 0)
        need(falls, "a penalized parameter may grow")
    shrinks = [bool(theta[j] != 0 and rate[j] < 0) for j in P.penalized]
    leaves = [
        bool(d != 0 or (r > 0 and t != 0)) for r, d, t in zip(rate, drift, theta, strict=True)
    ]
    need(any(shrinks) and any(leaves), "no penalty falls, or nothing goes to infinity")
    flint.ctx.prec = EXACT_BITS
    entries = {(j, j): value for j, value in enumerate(rate) if value != 0}
    shift = {j: value for j, value in enumerate(drift) if value != 0}
    invariant(claim, entries, shift, zeros)
    return ("ESCAPING",)


def orbit(claim: Claim, witness: Any) -> Any:
    """A minimum that is strict up to symmetries."""
    _, precision, vectors, complement = fields(witness, "method precision fields complement")
    P = claim.P
    stationary(claim)
    need(P.elimination != "without-units", "the factor is not considered")
    point = [exact(v) for v in claim.center]
    tangents = []
    for field in listed(vectors):
        rows, shifts = fields(field, "entries shift")
        entries = {tuple(indices_pair(v[:2], P.size)): rational(v[2]) for v in triples(rows, 3)}
        shift = {indices_pair(v[:1], P.size)[0]: rational(v[1]) for v in triples(shifts, 2)}
        need(len(entries) == len(rows) and len(shift) == len(shifts), "an entry is given twice")
        need(not P.penalized & {*(j for j, _ in entries), *shift}, "a penalized parameter moves")
        tangent = [shift.get(j, ZERO) for j in range(P.size)]
        for (j, k), value in entries.items():
            tangent[j] = tangent[j] + value * point[k]
        need(all(isinstance(v, fmpq) for v in tangent), "a tangent is not rational")
        tangents.append(tangent)
        invariant(claim, entries, shift, set())
    dimension = int(fmpq_mat(tangents).rank()) if tangents else 0
    need(dimension > 0, "the orbit is a point")
    transversal(claim, complement, dimension, precision)
    return MINIMUM, "symmetry", dimension, None


def triples(value: Any, length: int) -> list[Any]:
    """A list of lists of a length."""
    return [listed(v, length) for v in listed(value)]


def indices_pair(value: Any, size: int) -> list[int]:
    """Integers from 0 to size - 1, equal ones allowed."""
    need(all(type(v) is int and 0 <= v < size for v in value), "an index is out of range")
    return value


def region(claim: Claim, witness: Any) -> Any:
    """A minimum of a piecewise linear network."""
    _, classes, fitted = fields(witness, "method classes fitted")
    P = claim.P
    plain = P.kind == "network" and P.elimination is None and P.activations[-1][0] == "identity"
    linear = {"identity", "relu", "leaky-relu"}
    need(plain and all(a in linear for a, _ in P.activations), "the network is of another kind")
    differentiable_convex(P)
    r = claim.exactly([ZERO] * P.size).r
    need(all(is_zero(exact(claim.center[j])) for j in P.penalized), "the regularizer is not least")
    layers = claim.balls(0).layers
    seen = list(indices(fitted, P.samples))
    need(all(is_zero(v) for i in fitted for v in r[i]), "a sample is not fitted exactly")
    for part in listed(classes):
        samples, dead = fields(part, "samples dead_layer")
        seen += indices(samples, P.samples)
        need(len(samples) > 0, "a class is empty")
        if dead is None:
            for place, (name, _) in enumerate(P.activations[:-1]):
                for u in range(P.layers[place + 1]):
                    values = [layers[i][place][u] for i in samples]
                    same = all(bool(v > 0) for v in values) or all(bool(v < 0) for v in values)
                    need(same or name == "identity", "a unit may change its side")
        else:
            indices([dead - 1 if type(dead) is int else dead], len(P.layers) - 2)
            need(P.activations[dead - 1][0] == "relu", "a dead layer must be relu")
            values = [v for i in samples for v in layers[i][dead - 1]]
            need(all(bool(v < 0) for v in values), "a unit of a dead layer may be active")
        weights = [[ONE] * len(samples)] if P.bias else []
        if dead is None:
            weights += [[exact(P.x[i][j]) for i in samples] for j in range(P.d_x)]
        for row in weights:
            for k in range(P.d_y):
                total = sum((w * r[i][k] for w, i in zip(row, samples, strict=True)), ZERO)
                need(is_zero(total), "the output gradients are not orthogonal to a class")
    need(sorted(seen) == list(range(P.samples)), "the samples are not divided into classes")
    return MINIMUM, "region", None, None


def better(claim: Claim, witness: Any) -> Any:
    """A point of lower value."""
    _, precision, point = fields(witness, "method precision point")
    precise(precision)
    there = [inside(BALLS, number(v)) for v in listed(point, claim.P.size)]
    value = claim.P.evaluate(BALLS, there, 0).value
    need(bool(value < claim.balls(0).value), "the value there may not be lower")
    return "better", point


EVIDENCE: list[Callable[[Claim, Any], Any]] = [gradient, one_sided, curvature, probe, ray]
EVIDENCE += [auxiliary_weight, group_sum, regularizer_gradient, function_optimal, strict]
EVIDENCE += [krawczyk, branch, constant_units, orbit, equal_units, region, better]
METHODS = {function.__name__.replace("_", "-"): function for function in EVIDENCE}
KIND_WORDS = {
    None: "a local minimum",
    "strict": "a strict local minimum",
    "function-optimal": "a local minimum at which no function has a lower loss on the data",
    "branch": "a local minimum on a branch of {} dimension(s) on which the value is constant",
    "symmetry": "a local minimum that is strict up to symmetries of {} dimension(s)",
    "region": "a local minimum of the pieces of the network around it",
}


def words(claim: Any) -> str:
    """The claim in words, from its structure."""
    ball = claim["about"]["kind"] == "ball"
    if claim["verdict"] == MINIMUM:
        what = KIND_WORDS[claim["kind"]].format(claim["dimension"])
        text = f"in the ball lies {what}" if ball else f"the point is {what}"
        text += "; it is global" if claim["global"] else ""
        return text + ("; it is bad: the better point has a lower value" if claim["bad"] else "")
    text = "no point of the ball is a local minimum" if ball else "the point is no local minimum"
    if claim["verdict"] == "ESCAPING":
        text += ", and a ray to infinity along which the value decreases starts at "
        text += "every point of the ball" if ball else "it"
    return text


def check(certificate: Any) -> str:
    """The words of a certificate that is accepted; raises Refused otherwise."""
    _, raw, digest, claim, evidence = fields(certificate, "schema problem sha256 claim evidence")
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    need(
        hashlib.sha256(text.encode()).hexdigest() == digest,
        "the problem was edited: its hash differs",
    )
    verdict, about, kind, dimension, whole, bad, point, said = fields(
        claim, "verdict about kind dimension global bad better words"
    )
    need(verdict in (MINIMUM, REFUTED, "ESCAPING"), "found an unknown verdict")
    need(kind is None or kind in KIND_WORDS, "found an unknown kind")
    need(whole in (None, True) and bad in (None, True), "global and bad are true or null")
    need(said == words(claim), "the words of the claim are not those of its structure")
    reset([{}, {}, {}])
    flint.ctx.prec = EXACT_BITS
    subject = Claim(Problem(raw), about)
    established = []
    for witness in listed(evidence):
        method = witness.get("method") if isinstance(witness, dict) else None
        if not isinstance(method, str) or method not in METHODS:
            raise Refused("found evidence of an unknown method")
        flint.ctx.prec = EXACT_BITS
        established.append(METHODS[method](subject, witness))
    verdicts = {found[0] for found in established}
    support = {"ESCAPING", REFUTED} if verdict == REFUTED else {verdict}
    need(bool(support & verdicts), "no evidence supports the verdict")
    minima = [found for found in established if found[0] == MINIMUM]
    if verdict != MINIMUM:
        need((kind, dimension, whole, bad, point) == (None,) * 5, "claims too much of no minimum")
    else:
        need(kind is None or any(found[1] == kind for found in minima), "the kind is not proved")
        proved = [found[2] for found in minima if found[1] == kind]
        need(type(dimension) is int if dimension is not None else True, "dimension is no integer")
        need(dimension in proved or dimension is None, "the dimension is not proved")
        need(
            dimension is not None or kind not in ("branch", "symmetry"), "the dimension is missing"
        )
        need(whole is None or any(found[3] for found in minima), "that it is global is not proved")
        need((bad is None) == (point is None) and not (bad and whole), "bad and better disagree")
        need(bad is None or ("better", point) in established, "that it is bad is not proved")
    return said


def read(path: str) -> Any:
    """The JSON value of a file, without floats and without keys given twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise Unreadable("a key is given twice")
        return dict(pairs)

    def no_float(text: str) -> Any:
        raise Unreadable(f"found the number {text[:20]}, which is not exact")

    try:
        with open(path, encoding="utf-8") as file:
            value = json.load(
                file, object_pairs_hook=once, parse_float=no_float, parse_constant=no_float
            )
    except (OSError, ValueError, RecursionError) as error:
        raise Unreadable(f"not a JSON file that can be read ({str(error)[:100]})") from None
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise Unreadable(f"the schema is not {SCHEMA}")
    return value


def verify(path: str) -> tuple[int, str, str]:
    """Exit code, claim in words and sentence for a file."""
    precision, claim = flint.ctx.prec, ""
    try:
        value = read(path)
        claim = words(value["claim"])
        return 0, check(value), "every part of the claim is proved by the evidence"
    except Unreadable as error:
        return 2, "", f"{error}"
    except Refused as error:
        return 1, claim, f"{error}"
    except Exception as error:  # whatever a hostile file provokes proves nothing
        return 1, claim, f"the certificate cannot be evaluated ({type(error).__name__})"
    finally:
        flint.ctx.prec = precision


def main(paths: list[str]) -> int:
    """Check files; the largest exit code."""
    worst = 0 if paths else 2
    for path in paths:
        code, claim, sentence = verify(path)
        print(f"{path}: claims that {claim}" if claim else path)
        print(f"{('ACCEPTED', 'REFUSED', 'UNREADABLE')[code]}: {sentence}")
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
