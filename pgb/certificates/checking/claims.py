"""Claims: what is said about which point or ball, and enclosures of Q there."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import flint
from flint import arb

from .exact import EXACT_BITS, ZERO
from .lists import is_list, list_words
from .objective import evaluate
from .problem import Problem
from .reading import fields, listed, need, rational
from .rings import BALLS, EXACT
from .trees import exact, inside, number

MINIMUM, REFUTED, ESCAPING = "LOCAL_MINIMUM", "NOT_A_LOCAL_MINIMUM", "ESCAPING"
KIND_WORDS = {
    None: "a local minimum",
    "strict": "a strict local minimum",
    "function-optimal": "a local minimum at which no function has a lower loss on the data",
    "branch": "a local minimum on a branch of {} dimension(s) on which the value is constant",
    "symmetry": "a local minimum that is strict up to symmetries of {} dimension(s)",
    "region": "a local minimum of the pieces of the network around it",
}


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
        return evaluate(self.P, BALLS, self.theta(radii, center), order)

    def exactly(self, order: int = 1, direction: Any = None) -> SimpleNamespace:
        """Exact values, and gradient or derivative along a direction, at an exact point."""
        need(self.exact, "this evidence is about an exact point only")
        flint.ctx.prec = EXACT_BITS
        return evaluate(self.P, EXACT, [exact(v) for v in self.center], order, direction)


def words(claim: Any) -> str:
    """The claim in words, from its structure; refused if it has no meaning."""
    if is_list(claim):
        return list_words(claim)
    readable(claim)
    return verdict_words(claim) + index_words(claim)


def readable(claim: Any) -> None:
    """Refuse unless a claim has the keys of one, with values that have a meaning."""
    keys = "verdict about kind dimension global bad better critical_point"
    verdict, about, kind, _, whole, bad, _, critical, _ = fields(claim, keys, "words")
    need(verdict in (MINIMUM, REFUTED, ESCAPING), "found an unknown verdict")
    asked = about.get("kind") if isinstance(about, dict) else None
    need(asked in ("point", "ball"), "found neither a point nor a ball")
    fields(about, "kind point" if asked == "point" else "kind center radii")
    listed(about["point" if asked == "point" else "center"])
    need(kind is None or (isinstance(kind, str) and kind in KIND_WORDS), "found an unknown kind")
    need(whole in (None, True) and bad in (None, True), "global and bad are true or null")
    if critical is not None:
        counts = fields(critical, "index nullity")
        need(all(type(n) is int and n >= 0 for n in counts), "found an impossible index")
        need(sum(counts) <= parameters(about), "found an impossible index")


def parameters(about: Any) -> int:
    """How many parameters the point or center has."""
    return len(about["center" if about["kind"] == "ball" else "point"])


def index_words(claim: Any) -> str:
    """What is said of a critical point, after a semicolon."""
    if claim["critical_point"] is None:
        return ""
    about, critical = claim["about"], claim["critical_point"]
    index, nullity = critical["index"], critical["nullity"]
    what = "in the ball lies" if about["kind"] == "ball" else "it is"
    positive = parameters(about) - index - nullity
    signs = f"{index} negative, {nullity} zero and {positive} positive eigenvalues"
    return f"; {what} a critical point of Morse index {index}: the Hessian has {signs} there"


def verdict_words(claim: Any) -> str:
    """The verdict in words."""
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
