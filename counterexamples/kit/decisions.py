"""Ways to decide a claim rigorously: proved verdicts, exact zeros, certain comparisons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from flint import arb

from counterexamples.kit.claim import Outcome
from pgb.numbers import Array, Balls, Exact

if TYPE_CHECKING:
    from pgb.conditions import Verdict
    from pgb.numbers import Arithmetic
    from pgb.reports import Report

PRECISIONS = (128, 512)


def proved_verdict(report: Report, *accepted: Verdict) -> Outcome:
    """HOLDS if ``check`` proves one of the accepted verdicts, FAILS if it proves another."""
    said = f"{report.verdict.name}: {report.reason}"
    if not report.proved:
        return Outcome.undecided(f"not proved, {said}")
    return Outcome.holds(said) if report.verdict in accepted else Outcome.fails(said)


def all_zero(values: Array, what: str) -> Outcome:
    """Whether all values (from ``Exact``) are exactly zero."""
    ar = Exact()
    values = np.asarray(values)
    if np.all(ar.certainly_zero(values)):
        return Outcome.holds(f"{what}: {'all ' * (values.size > 1)}exactly 0")
    if np.any(ar.certainly_nonzero(values)):
        return Outcome.fails(f"{what}: an entry certainly differs from 0")
    return Outcome.undecided(f"{what}: not decided whether 0")


def all_nonzero(compute: Callable[[Arithmetic], Array], what: str) -> Outcome:
    """Whether every value is certainly not zero, by balls of rising precision; never FAILS."""
    return _nonzero(compute, np.all, what, f"{what}: an enclosure contains 0")


def some_nonzero(compute: Callable[[Arithmetic], Array], what: str) -> Outcome:
    """Whether some value is certainly not zero, by balls of rising precision; never FAILS."""
    return _nonzero(compute, np.any, what, f"{what}: every enclosure contains 0")


def all_positive(compute: Callable[[Arithmetic], Array], what: str) -> Outcome:
    """Whether all values are positive, by balls of rising precision."""

    def decide(ar: Balls, values: Array) -> Outcome | None:
        if np.all(ar.certainly_positive(values)):
            return Outcome.holds(f"{what}: {_least(values)}")
        negative = np.any(ar.certainly_negative(values))
        return Outcome.fails(f"{what}: certainly negative") if negative else None

    return _by_balls(compute, decide, f"{what}: enclosures overlap")


def _least(values: Array) -> str:
    """That all values are positive, with a lower bound of the least one."""
    if not values.size:
        return "there are none"
    lower = min((value.lower() for value in values.flat), key=lambda bound: bound.mid())
    text = next(t for t in _rounded(lower) if bool(arb(t) <= lower))
    return f"positive, at least {text}" if values.size == 1 else f"all at least {text}"


def _rounded(bound: arb) -> Iterator[str]:
    """Short decimal numbers near a positive one, each smaller than the one before."""
    for percent in count():
        yield (bound * (100 - percent) / 100).str(3, radius=False)


def _nonzero(
    compute: Callable[[Arithmetic], Array],
    which: Callable[[Array], np.bool_],
    what: str,
    otherwise: str,
) -> Outcome:
    def decide(ar: Balls, values: Array) -> Outcome | None:
        nonzero = which(ar.certainly_nonzero(values))
        return Outcome.holds(f"{what}: certainly not 0") if nonzero else None

    return _by_balls(compute, decide, otherwise)


def _by_balls(
    compute: Callable[[Arithmetic], Array],
    decide: Callable[[Balls, Array], Outcome | None],
    otherwise: str,
) -> Outcome:
    """The first decision about the enclosed values, at rising precision; UNDECIDED without one."""
    for precision in PRECISIONS:
        with Balls(precision) as ar:
            outcome = decide(ar, np.asarray(compute(ar)))
        if outcome is not None:
            return outcome
    return Outcome.undecided(otherwise)


def first_failure(*outcomes: Outcome) -> Outcome:
    """The conjunction: the first outcome that fails, else the first undecided one, else all."""
    for name in ("FAILS", "UNDECIDED"):
        for outcome in outcomes:
            if outcome.decision.name == name:
                return outcome
    return Outcome.holds("; ".join(dict.fromkeys(outcome.detail for outcome in outcomes)))
