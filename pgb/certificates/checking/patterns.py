"""Sign patterns: the smooth functions of which Q consists around a point.

Evaluate Q at theta step by step. Wherever the argument s of a kinked function is 0 at the point and
not 0 identically, decide for s >= 0 or for s <= 0 and go on with that branch of the function, which
is smooth. The decisions, a sign pattern sigma, give functions Q^sigma and s_j^sigma that are smooth
near the point, since all other arguments keep their signs there. An argument that is a multiple of
an earlier one needs no decision: arguments are compared as polynomials in the parameters and in
values of functions, so that equal forms are equal functions.

Every theta near the point has a pattern with sigma_j s_j^sigma(theta) >= 0 for all j and Q(theta) =
Q^sigma(theta): evaluate Q at theta itself, and decide at each s_j by its sign there. By induction
over the steps all values so far, hence s_j, are the true ones at theta, so that the branch taken is
the true one there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flint import fmpq

from .exact import ONE, ZERO, Form, is_zero, sign
from .functions import SELU
from .jets import Jet, Jets
from .losses import pieces
from .models import outputs
from .problem import Problem
from .reading import need
from .rings import EXACT
from .trees import exact

KINKED = {"relu", "leaky-relu", "absolute", "elu", "selu", "hinge"}
MOST_TERMS, MOST_PATTERNS = 200, 1024
Polynomial = dict[tuple[int, ...], fmpq]


class Known(tuple[Any, ...]):
    """A jet of which a form is known: a polynomial in atoms, None if it is too long."""

    form: Polynomial | None


def known(jet: Jet, form: Polynomial | None) -> Jet:
    """The jet with its form."""
    result: Any = Known(jet)
    result.form = form
    return result


class Piece(Jets):
    """Jets of second order along a sign pattern; signs beyond the path given are 1.

    ``active`` collects the arguments decided about as (sign, jet); ``jet`` is Q in the end.
    """

    jet: Jet

    def __init__(self, path: list[int]) -> None:
        super().__init__(EXACT, 2)
        self.path = path
        self.active: list[tuple[int, Jet]] = []
        self.decided: dict[Any, int] = {}
        self.atoms: dict[Any, int] = {}

    @property
    def signs(self) -> str:
        """The sign pattern as text."""
        return "".join("+" if chosen > 0 else "-" for chosen, _ in self.active)

    def lagrangian(self, weights: list[fmpq]) -> Jet:
        """Q less the active arguments with weights."""
        arguments = zip(weights, self.active, strict=True)
        terms = [(self.constant(-v), s) for v, (_, s) in arguments]
        return self.linear(terms, self.jet)

    def is_quadratic(self, jet: Jet) -> bool:
        """Whether a jet is identically a polynomial of at most second degree in parameters."""
        form = self.form(jet)
        known = {place for name, place in self.atoms.items() if name[0] == "parameter"}
        return form is not None and all(len(m) <= 2 and set(m) <= known for m in form)

    def atom(self, *name: Any) -> Polynomial:
        """The form that is one atom."""
        return {(self.atoms.setdefault(name, len(self.atoms)),): ONE}

    def form(self, jet: Jet) -> Polynomial | None:
        """The form of a jet; constants have one too."""
        if isinstance(jet, Known):
            return jet.form
        if jet[1] is not None:
            return None
        if isinstance(jet[0], Form):
            return self.atom(str(jet[0]))
        return {(): jet[0]} if jet[0] != 0 else {}

    def linear(self, terms: Any, start: Jet | None = None) -> Jet:
        terms = list(terms)
        form: Polynomial | None = self.form(start) if start else {}
        for a, b in terms:
            form = plus(form, times(self.form(a), self.form(b)))
        return known(super().linear(terms, start), form)

    def power(self, a: Jet, n: int) -> Jet:
        if a[1] is None and n < 0:
            return super().power(a, n)
        form = self.form(a)
        result: Polynomial | None = {(): ONE}
        if n < 0 or n > 8:
            result = None if form is None else self.atom("power", n, frozenset(form.items()))
        else:
            for _ in range(n):
                result = times(result, form)
        return known(super().power(a, n), result)

    def call(self, name: str, a: Jet, options: Any = None) -> Jet:
        if name == "identity":
            return a
        if name in ("quadratic", "cubic"):
            return self.power(a, 2 if name == "quadratic" else 3)
        if name == "huber":
            return self.huber(a, options)
        if name in KINKED:
            return self.branch(name, a, options, self.side(a) > 0)
        if a[1] is None:
            return super().call(name, a, options)
        form = self.form(a)
        whole = None if form is None else self.atom(name, options, frozenset(form.items()))
        return known(super().call(name, a, options), whole)

    def scaled(self, factor: Any, a: Jet, shift: Any = ZERO) -> Jet:
        """The jet of factor a + shift."""
        return self.linear([(self.constant(factor), a)], self.constant(shift))

    def huber(self, a: Jet, d: Any) -> Jet:
        """The three branches of the Huber loss."""
        if self.side(self.scaled(ONE, a, -d)) > 0:
            return self.scaled(d, a, -d * d / 2)
        if self.side(self.scaled(ONE, a, d)) > 0:
            return self.scaled(ONE / 2, self.power(a, 2))
        return self.scaled(-d, a, -d * d / 2)

    def branch(self, name: str, a: Jet, options: Any, above: bool) -> Jet:
        """The branch of a kinked function for arguments above or below 0."""
        if name == "hinge":
            return self.power(a, options) if above else self.constant(ZERO)
        if name in ("elu", "selu"):
            scale, alpha = SELU if name == "selu" else (ONE, ONE)
            factor = scale * alpha
            return (
                self.scaled(scale, a)
                if above
                else self.scaled(factor, self.call("exp", a), -factor)
            )
        up, low = options or (ONE, ZERO)
        return self.scaled(up if above else low, a)

    def side(self, a: Jet) -> int:
        """The certain sign of a jet, or that of the branch decided for; 1 if it is 0 always."""
        certain, form = sign(a[0]), self.form(a)
        if certain != 0 or a[1] is None or form == {}:
            return certain or 1
        turn, name = (1, None) if form is None else direction(form)
        if name in self.decided:
            return turn * self.decided[name]
        place = len(self.active)
        chosen = self.path[place] if place < len(self.path) else 1
        self.active.append((chosen, a))
        if name is not None:
            self.decided[name] = turn * chosen
        return chosen


def plus(p: Polynomial | None, q: Polynomial | None) -> Polynomial | None:
    """The sum of forms."""
    if p is None or q is None:
        return None
    total = dict(p)
    for monomial, c in q.items():
        total[monomial] = total.get(monomial, ZERO) + c
    return {monomial: c for monomial, c in total.items() if c != 0}


def times(p: Polynomial | None, q: Polynomial | None) -> Polynomial | None:
    """The product of forms; None if it may be too long."""
    if p is None or q is None or len(p) * len(q) > MOST_TERMS:
        return None
    total: Polynomial = {}
    for a, c in p.items():
        for b, d in q.items():
            monomial = tuple(sorted(a + b))
            total[monomial] = total.get(monomial, ZERO) + c * d
    return {monomial: c for monomial, c in total.items() if c != 0}


def direction(form: Polynomial) -> tuple[int, Any]:
    """The sign of the first coefficient, and the form divided by it: equal for multiples."""
    lead = form[min(form)]
    return (1 if lead > 0 else -1), frozenset((m, c / lead) for m, c in form.items())


def piece(P: Problem, theta: list[Any], moved: set[int], signs: list[int]) -> Piece:
    """Q and the active arguments along a sign pattern, with derivatives by the moved coordinates.

    The other coordinates are constants, which may be names of numbers.
    """
    A = Piece(signs)
    params = [
        known((v, {j: ONE}, {}), A.atom("parameter", j)) if j in moved else A.constant(v)
        for j, v in enumerate(theta)
    ]
    total = A.constant(ZERO)
    for i, row in enumerate(P.x):
        q, _ = outputs(P, A, params, [exact(v) for v in row])
        y, c = ([exact(v) for v in values] for values in (P.y[i], P.c[i]))
        total = A.linear([(A.constant(ONE), total), (A.constant(ONE), loss(P, A, q, i, y, c))])
    if P.elimination == "without-units":
        a, b = params[P.base : P.base + 2]
        excess = A.linear([(a, A.call("exp", b))], A.constant(-ONE))
        total = A.product(total, A.linear([(excess, excess)], A.constant(ONE)))
    for j in P.penalized:
        factors = exact(P.quadratic[j]), exact(P.absolute[j])
        parts = [A.power(params[j], 2), params[j]]
        if not is_zero(factors[1]):
            parts[1] = A.call("absolute", params[j], (ONE, -ONE))
        total = A.linear(
            [(A.constant(f), part) for f, part in zip(factors, parts, strict=True)], total
        )
    A.jet = total
    return A


def loss(P: Problem, A: Piece, q: list[Jet], i: int, y: Any, c: Any) -> Jet:
    """The loss of one sample times c."""
    one = A.constant(ONE)
    if P.function != "":
        total = A.constant(ZERO)
        for weight, coefficients, constant in pieces(P, i, y, c):
            u = A.linear(
                [(A.constant(v), q[k]) for k, v in coefficients.items()], A.constant(constant)
            )
            total = A.linear([(A.constant(weight), A.call(P.function, u, P.options))], total)
        return total
    terms = []
    for k, share in enumerate(y):
        steps = [A.linear([(one, v), (A.constant(-ONE), q[k])]) for v in q]
        grown = A.linear([(one, A.call("exp", step)) for step in steps])
        terms.append((A.constant(c[0] * share), A.call("log", grown)))
    return A.linear(terms)


def all_pieces(P: Problem, theta: list[Any], moved: set[int]) -> Iterator[Piece]:
    """The pieces of all sign patterns, one after the other."""
    path: list[int] = []
    for _ in range(MOST_PATTERNS):
        found = piece(P, theta, moved, path)
        path = [chosen for chosen, _ in found.active]
        yield found
        while path and path[-1] < 0:
            path.pop()
        if not path:
            return
        path[-1] = -1
    need(False, "there are too many sign patterns")
