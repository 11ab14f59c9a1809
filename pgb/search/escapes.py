"""Runs that leave every bounded set: which way, how fast, by what mechanism, and to what value.

Growth is that of the distance s from the origin along the gradient flow. If the slope -dQ/ds falls
like exp(-k s), s grows like log(t) / k; if it falls like s^-(q + 1), s grows like t^(1 / (q + 2)).
Both are fitted to the last checkpoints of a run, and the better one gives the limit of the value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from pgb.numbers import Float64
from pgb.problems import Objective
from pgb.search.descent.ends import Ends, Rule
from pgb.search.mechanisms import mechanism_of
from pgb.search.scales import typical_magnitudes

Vector = npt.NDArray[np.float64]

# Components of the direction that are named, and the least one worth naming.
_MOST_NAMED, _LEAST_NAMED = 6, 0.05
# Values this much smaller than that at the origin are taken for 0.
_ZERO = 1e-10
# Differences of values below this are rounding.
_NOISE = 1e-13
# What may be left of the value, relative to that at the origin, where gradients are 0 in floats.
_UNSEEN = 1e-8
# Errors of limits below this part of it do not matter.
_SMALL = 1e-6
# Powers 1/k with greater k cannot be told from logarithms on a few checkpoints.
_SLOWEST = 8
# Limits that agree to this relative accuracy, or within their errors, count as one.
_LIMIT = 1e-3


@dataclass(frozen=True)
class Escape:
    """How a run escapes.

    Attributes:
        direction: the largest components, by name, of the unit vector in which the last
            checkpoints move, in the parameters themselves.
        growth: of the distance from the origin along the gradient flow: "logarithmic",
            "power 1/4" and the like, or "unknown".
        limit: extrapolated infimum of the values along the way; None where no law fits.
        error: estimated error of the limit.
        mechanism: what grows, without the numbers of units, which symmetries change.
        units: the numbers of those units, counted from 1, as they are at this run.
    """

    direction: dict[str, float]
    growth: str
    limit: float | None
    mechanism: str
    error: float | None = None
    units: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class EscapeClass:
    """Runs that escape alike: the first of them, and their number."""

    escape: Escape
    hits: int


def escape_of(objective: Objective, ends: Ends, place: int) -> Escape:
    """The way in which run number ``place`` escapes."""
    return escapes_of(objective, ends, [place])[0]


def escapes_of(objective: Objective, ends: Ends, places: Sequence[int]) -> list[Escape]:
    """The ways in which some of the runs escape, in the order of ``places``."""
    if not len(places):
        return []
    scene = _Scene.of(objective)
    with np.errstate(all="ignore"):
        trails = np.asarray(ends.trail)[list(places)]
        values = np.asarray(objective.value(Float64(), trails))
        still = np.isin(
            np.asarray(ends.rules)[list(places)],
            [Rule.SATURATED, Rule.REGULAR, Rule.NULL_DIRECTIONS],
        )
        return [scene.escape(*run) for run in zip(trails, values, still, strict=True)]


@dataclass(frozen=True)
class _Scene:
    """What all escapes of an objective are measured with.

    Attributes:
        objective: the objective.
        units: (p,) typical magnitudes of the parameters.
        least: no value is below this one of the best function on the data.
        height: the value at the origin.
    """

    objective: Objective
    units: Vector
    least: float
    height: float

    @classmethod
    def of(cls, objective: Objective) -> _Scene:
        with np.errstate(all="ignore"):
            height = abs(float(objective.value(Float64(), np.zeros(objective.size))))
        return cls(objective, typical_magnitudes(objective), objective.infimum().value, height)

    def escape(self, trail: Vector, values: Vector, still: bool = False) -> Escape:
        """From checkpoints (k, p) and the values there (k,).

        Where the run stands ``still``, with a gradient of 0 in floats, the value is at its limit.
        """
        kept = np.all(np.isfinite(trail), axis=1)
        kept[1:] &= np.any(trail[1:] != trail[:-1], axis=1)
        last, trail, values = trail[-1], trail[kept], values[kept]
        if len(trail) < 2:
            mechanism, units = mechanism_of(self.objective, last[None], np.zeros(len(last)))
            limit, error = self._at_end(float(values[-1])) if still else (None, None)
            return Escape({}, "unknown", limit, mechanism, error, units)
        moved = trail[-1] - trail[0]
        length = float(np.linalg.norm(moved))
        direction = moved / length if length > 0 else moved
        mechanism, units = mechanism_of(self.objective, trail, direction)
        growth, limit, error = self._law(trail, values)
        if limit is None and still:
            limit, error = self._at_end(float(values[-1]))
        return Escape(_named(self.objective, direction), growth, limit, mechanism, error, units)

    def _law(self, trail: Vector, values: Vector) -> tuple[str, float | None, float | None]:
        """The growth law with the limit of the value and its error.

        Distances are measured in typical magnitudes, along the direction of the last steps.
        """
        scaled = trail / self.units
        s = scaled @ (scaled[-1] - scaled[0]) / np.linalg.norm(scaled[-1] - scaled[0])
        falls, steps = values[:-1] - values[1:], np.diff(s)
        kept = (falls > _NOISE * np.abs(values[1:])) & (steps > 0) & (s[:-1] > 0)
        if np.sum(kept) < 3:
            return "unknown", None, None
        falls, steps, start, stop = falls[kept], steps[kept], s[:-1][kept], s[1:][kept]
        slopes, levels = np.log(falls / steps), values[1:][kept]
        rate, misfit = _fit((start + stop) / 2, slopes)
        power, other = _fit(np.log(start * stop) / 2, slopes)
        if not min(misfit, other) <= 1 or not (rate < 0 and power < -1):
            return "unknown", None, None
        # v = M + C exp(-k s) or v = M + C s^-q at both ends of each step, solved for M.
        if misfit <= other:
            growth, ratios = "logarithmic", np.expm1(-rate * steps)
        else:
            growth = _power(1 / (1 - power))
            ratios = np.expm1((-power - 1) * np.log(stop / start))
        return growth, *self._credible(levels - falls / ratios, float(levels[-1]), values[0])

    def _at_end(self, value: float) -> tuple[float | None, float | None]:
        """The limit where the last value is at it up to rounding."""
        limit, _ = self._credible(np.full(1, value), value, value)
        if limit is not None and limit - self.least <= _UNSEEN * self.height:
            limit = self.least
        return limit, _UNSEEN * self.height

    def _credible(
        self, limits: Vector, level: float, first: float
    ) -> tuple[float | None, float | None]:
        """The last of several estimates of a limit, and how far the last ones are apart."""
        limit, error = float(limits[-1]), float(np.max(np.abs(limits[-3:] - limits[-1])))
        height = self.height if np.isfinite(self.height) else abs(float(first))
        if not error <= max(0.1 * abs(level), _SMALL * height):
            return None, None
        near = limit - self.least <= max(_ZERO * height, min(error, _SMALL * height))
        return self.least if near else limit, error


def alike(first: Escape, second: Escape) -> bool:
    """Whether two runs escape by one mechanism to one limit, as far as the limits are known."""
    if first.mechanism != second.mechanism or (first.limit is None) != (second.limit is None):
        return False
    if first.limit is None or second.limit is None:
        return True
    width = _LIMIT * max(abs(first.limit), abs(second.limit))
    width = max(width, first.error or 0.0, second.error or 0.0)
    return abs(first.limit - second.limit) <= width


def group_escapes(escapes: Sequence[Escape]) -> list[EscapeClass]:
    """Classes of escapes that are alike, most frequent first, each with its number of runs."""
    found: list[EscapeClass] = []
    for escape in escapes:
        for place, known in enumerate(found):
            if alike(known.escape, escape):
                found[place] = replace(known, hits=known.hits + 1)
                break
        else:
            found.append(EscapeClass(escape, 1))
    return sorted(found, key=lambda known: -known.hits)


def _named(objective: Objective, direction: Vector) -> dict[str, float]:
    order = np.argsort(-np.abs(direction), kind="stable")[:_MOST_NAMED]
    return {
        name_of(objective, int(j)): float(direction[j])
        for j in order
        if abs(direction[j]) >= _LEAST_NAMED
    }


def name_of(objective: Objective, index: int) -> str:
    """The name of an entry of the parameters, such as W1[0, 2]."""
    for parameter in objective.parameters:
        place = objective.slices[parameter.name]
        if place.start <= index < place.stop:
            if not parameter.shape:
                return parameter.name
            entry = np.unravel_index(index - place.start, parameter.shape)
            return f"{parameter.name}[{', '.join(str(int(i)) for i in entry)}]"
    raise IndexError(index)


def _fit(x: Vector, y: Vector) -> tuple[float, float]:
    """Slope and largest misfit of a line through points."""
    x, y = x - np.mean(x), y - np.mean(y)
    slope = float(x @ y) / max(float(x @ x), 1e-300)
    return slope, float(np.max(np.abs(y - slope * x)))


def _power(exponent: float) -> str:
    """The power 1/k with whole k nearest to an exponent below 1/2; slow ones are logarithms."""
    k = max(2, round(1 / exponent))
    return f"power 1/{k}" if k <= _SLOWEST else "logarithmic"
