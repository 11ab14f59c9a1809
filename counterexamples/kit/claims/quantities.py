"""Claims that compare quantities of a member: equal to 0 exactly, positive by enclosures."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq

from counterexamples.kit.building import exact
from counterexamples.kit.claim import Basis, Claim, Outcome
from counterexamples.kit.decisions import all_nonzero, all_positive, all_zero, some_nonzero
from counterexamples.kit.members import Member
from pgb.numbers import Array, Balls, Exact

if TYPE_CHECKING:
    from pgb.numbers import Arithmetic

#: A quantity of a member that runs in every arithmetic.
Quantity = Callable[[Member, "Arithmetic"], Any]


def exactly_zero(text: str, about: str, quantity: Quantity, what: str | None = None) -> Claim:
    """All entries of a quantity are exactly 0, by exact arithmetic.

    ``what`` names the entries in the outcome, if they are not what the claim is ``about``.
    """

    def holds(member: Member) -> Outcome:
        return all_zero(np.asarray(quantity(member, Exact())), what or about)

    return Claim(text, holds, about, basis=Basis.EXACT)


def positive(text: str, about: str, quantity: Quantity, what: str | None = None) -> Claim:
    """All entries of a quantity are positive, by enclosures; ``what`` as above."""
    return _enclosed(text, lambda m: all_positive(lambda ar: quantity(m, ar), what or about), about)


def nonzero(text: str, about: str, quantity: Quantity, what: str | None = None) -> Claim:
    """No entry of a quantity is 0, by enclosures; never FAILS; ``what`` as above."""
    return _enclosed(text, lambda m: all_nonzero(lambda ar: quantity(m, ar), what or about), about)


def _enclosed(text: str, holds: Callable[[Member], Outcome], about: str) -> Claim:
    return Claim(text, holds, about, basis=Basis.ENCLOSURES)


def stationary(text: str = "the gradient is exactly 0") -> Claim:
    """An exact candidate at which the gradient is exactly 0."""
    return exactly_zero(text, "stationary point", _gradient, "derivatives")


def gradient_differs_from_zero(text: str = "the gradient at the candidate is not 0") -> Claim:
    """The gradient at the candidate itself; with floats not on the ball around it."""

    def holds(member: Member) -> Outcome:
        return some_nonzero(lambda ar: _gradient(member, ar), "gradient")

    return _enclosed(text, holds, "stationary point")


def gradient_norm_below(digits: int) -> Claim:
    """The norm of the gradient at the candidate is below 10^-digits."""

    def room(member: Member, ar: Arithmetic) -> Array:
        slopes = _gradient(member, ar)
        return np.asarray(ar.asarray(exact(fmpq(1, 10 ** (2 * digits)))) - ar.sum(slopes * slopes))

    what = f"10^-{2 * digits} minus the squared norm"
    return positive(f"the norm of the gradient is below 10^-{digits}", "gradient", room, what)


def value_is(formula: Quantity, text: str, point: Quantity | None = None) -> Claim:
    """The objective at the candidate, or at another point, is exactly what a formula says."""

    def difference(member: Member, ar: Arithmetic) -> Any:
        return _value(member, ar, point) - formula(member, ar)

    return exactly_zero(text, "value", difference, "the value minus the one said")


def better_point_is_lower(text: str = "the better point has a lower value") -> Claim:
    """The value at the member's better point is below that at the candidate (or on its ball)."""

    def gap(member: Member, ar: Arithmetic) -> Any:
        if member.better is None or not isinstance(ar, Balls):
            raise TypeError("needs a better point, and balls")
        here, radii = member.candidate, member.candidate.radii()
        point = ar.asarray(here.point) if here.exact else ar.ball(here.point, radii)
        there = member.objective.value(ar, ar.asarray(member.better.point))
        return member.objective.value(ar, point) - there

    return positive(text, "value", gap, "the candidate's value minus the better point's")


def decreasing_path(
    curve: Callable[[Member, Arithmetic, int], Any],
    text: str,
    *,
    times: tuple[int, ...] = (0, 1, 2, 4, 8),
    limit: Quantity | None = None,
    within: str = "1/1000",
) -> Claim:
    """Along a curve the value falls from each of the times to the next.

    Args:
        curve: the flat vector at a time.
        text: what is said; the times are added to it.
        times: the times.
        limit: if given, all values lie above it, the last by less than ``within``.
        within: a rational.
    """

    def steps(member: Member, ar: Arithmetic) -> Any:
        points = [curve(member, ar, t) for t in times]
        values = [np.asarray(member.objective.value(ar, point)) for point in points]
        gaps = [first - second for first, second in pairwise(values)]
        if limit is not None:
            above = values[-1] - np.asarray(limit(member, ar))
            gaps += [above, ar.asarray(exact(within)) - above]
        return ar.stack([np.asarray(gap) for gap in gaps])

    shown = ", ".join(map(str, times))
    ends = "" if limit is None else f" and ends less than {within} above the limit"
    what = "the falls" if limit is None else "the margins of the inequalities"
    return positive(f"{text}: the value falls at each of t = {shown}{ends}", "path", steps, what)


def _gradient(member: Member, ar: Arithmetic) -> Array:
    return member.objective.gradient(ar, ar.asarray(member.candidate.point))


def _value(member: Member, ar: Arithmetic, point: Quantity | None) -> Array:
    theta = ar.asarray(member.candidate.point) if point is None else point(member, ar)
    return np.asarray(member.objective.value(ar, theta))
