"""Claims about landscapes that one proved point can refute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pgb.errors import InputError, did_you_mean, kind_of
from pgb.search.landscape import CriticalPoint

Predicate = Callable[[CriticalPoint], bool]


@dataclass(frozen=True)
class Claim:
    """A statement about all critical points of an objective.

    Attributes:
        name: for the command line; sentence: the statement.
        concerns: whether a proof about this point, of which nothing is proved yet, might refute it.
        refuted_by: whether this proved point refutes it.
    """

    name: str
    sentence: str
    concerns: Predicate
    refuted_by: Predicate


def _higher_minimum(point: CriticalPoint) -> bool:
    return point.verdict is not None and point.is_minimum and point.gap > 0


def _bad_minimum(point: CriticalPoint) -> bool:
    return point.proved and point.is_minimum and point.bad is True


def _saddle(point: CriticalPoint) -> bool:
    return point.is_saddle


def _proved_critical_saddle(point: CriticalPoint) -> bool:
    return point.proved and not point.is_minimum and bool(point.index) and point.enclosed


def _minimum(point: CriticalPoint) -> bool:
    return point.is_minimum


def _proved_minimum(point: CriticalPoint) -> bool:
    return point.proved and point.is_minimum


every_local_minimum_is_global = Claim(
    "every-minimum-is-global",
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
    _minimum,
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


def claim_of(until: Claim | str | Predicate) -> Claim:
    """A claim, its name, or a predicate of proved points at which to stop.

    Raises:
        InputError: for an unknown name or another kind of thing.
    """
    given: Any = until
    if isinstance(given, Claim):
        return given
    if isinstance(given, str):
        if given not in CLAIMS:
            raise InputError(
                f"claim: found {given!r}, expected one of {', '.join(CLAIMS)}"
                f"{did_you_mean(given, CLAIMS)}"
            )
        return CLAIMS[given]
    if not callable(given):
        raise InputError(f"until: found {kind_of(given)}, expected a claim or a predicate")
    return Claim("predicate", "no point satisfies the predicate", lambda _: True, given)
