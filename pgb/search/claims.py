"""Claims about landscapes that one proved point can refute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pgb.conditions import Verdict
from pgb.errors import InputError, did_you_mean, kind_of
from pgb.search.landscape import CriticalPoint

if TYPE_CHECKING:
    from pgb.search.exhaustive import CompleteList

Predicate = Callable[[CriticalPoint], bool]


@dataclass(frozen=True)
class Claim:
    """A statement about all critical points of an objective.

    Attributes:
        name: for the command line, that of the variable here with hyphens; sentence: the
            statement.
        concerns: whether a proof about this point, of which nothing is proved yet, might refute it.
        refuted_by: whether this proved point refutes it.
    """

    name: str
    sentence: str
    concerns: Predicate
    refuted_by: Predicate


def _may_be_minimum(point: CriticalPoint) -> bool:
    return point.is_minimum or point.verdict is Verdict.UNDECIDED


def _higher_minimum(point: CriticalPoint) -> bool:
    return _may_be_minimum(point) and point.gap > 0


def _bad_minimum(point: CriticalPoint) -> bool:
    return point.proved and point.is_minimum and point.bad is True


def _saddle(point: CriticalPoint) -> bool:
    return point.is_saddle


def _proved_critical_saddle(point: CriticalPoint) -> bool:
    return point.proved and not point.is_minimum and bool(point.index) and point.enclosed


def _proved_minimum(point: CriticalPoint) -> bool:
    return point.proved and point.is_minimum


every_local_minimum_is_global = Claim(
    "every-local-minimum-is-global",
    "every local minimum is global",
    _higher_minimum,
    _bad_minimum,
)
every_critical_point_is_a_minimum = Claim(
    "every-critical-point-is-a-minimum",
    "every critical point is a local minimum",
    _saddle,
    _proved_critical_saddle,
)
no_local_minimum = Claim(
    "no-local-minimum",
    "there is no local minimum",
    _may_be_minimum,
    _proved_minimum,
)

#: The claims by name.
CLAIMS = {
    claim.name: claim
    for claim in (
        every_local_minimum_is_global,
        every_critical_point_is_a_minimum,
        no_local_minimum,
    )
}


# A former name, as it stands in scripts.
_ALIASES = {"every-minimum-is-global": "every-local-minimum-is-global"}


def claim_of(until: Claim | str | Predicate) -> Claim:
    """A claim, its name, or a predicate of proved points at which to stop.

    In a name underscores are as good as hyphens.

    Raises:
        InputError: for an unknown name or another kind of thing.
    """
    given: Any = until
    if isinstance(given, Claim):
        return given
    if isinstance(given, str):
        name = given.replace("_", "-")
        name = _ALIASES.get(name, name)
        if name not in CLAIMS:
            raise InputError(
                f"claim: found {given!r}, expected one of {', '.join(CLAIMS)}"
                f"{did_you_mean(given, CLAIMS)}"
            )
        return CLAIMS[name]
    if not callable(given):
        raise InputError(f"until: found {kind_of(given)}, expected a claim or a predicate")
    return Claim("predicate", "no point satisfies the predicate", lambda _: True, given)


def decide_in_box(claim: Claim, found: CompleteList) -> bool | None:
    """Whether a claim by name holds for the points of a list; None if that is not decided.

    It fails as soon as one proved point refutes it, and holds only if the list is complete. Global
    minima of the box are not higher than any point of its border.
    """
    if claim is every_local_minimum_is_global:
        return _one_lowest_value(found)
    wrong = found.minima if claim is no_local_minimum else (*found.saddles, *found.maxima)
    if any(point.place == "inside" for point in wrong):
        return False
    return True if found.complete and not wrong else None


def _one_lowest_value(found: CompleteList) -> bool | None:
    """Whether all minima of a list are certainly least in the box, its border included."""
    from pgb.search.exhaustive.values import is_higher, is_image, is_least

    lowest = min(found.minima, key=lambda point: point.value, default=None)
    if lowest is None:
        return True if found.complete else None
    others = [point for point in found.minima if point is not lowest]
    if any(is_higher(found, point, lowest) for point in others if point.place == "inside"):
        return False
    if not found.complete:
        return None
    least = is_least(found, lowest)
    equal = all(is_image(found, lowest, point) for point in others)
    return True if least and equal else least if least is False else None
