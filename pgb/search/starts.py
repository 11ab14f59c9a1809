"""Where descents start: distributions that fit the scales of the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError, did_you_mean, kind_of
from pgb.problems import Objective
from pgb.search.scales import magnitude_ranges, typical_magnitudes

Vector = npt.NDArray[np.float64]
Distribution = str | Mapping[str, Any]

#: Names of the distributions; "mixed" takes the first three in turn.
DISTRIBUTIONS = ("normal", "wide", "log-uniform", "uniform", "mixed")

# Starts are drawn in blocks of this many, each with a generator of its own, so that start i is the
# same whatever range it is drawn in.
_BLOCK = 256
_WIDE = 5.0
_BOX = (-3.0, 3.0)
# Magnitudes go this many decades beyond the range in which a parameter matters.
_DECADES = 1.0
# Elimination neurons start small: the search should first look at the model without them.
_SMALL = 0.1


def draw(objective: Objective, distribution: Distribution, seed: int, indices: range) -> Vector:
    """Starts (n, p); start i depends on the seed, on i and on the distribution only.

    Args:
        objective: gives the scales of its parameters.
        distribution: "normal" (scaled by the fan-in of each layer and by the data), "wide" (5 times
            that), "log-uniform" (random signs, magnitudes over all decades in which a parameter
            matters), "uniform" (a box, by default [-3, 3], or another one as
            ``{"name": "uniform", "low": -2, "high": 10}`` or "uniform:-2:10"), or "mixed"
            (normal, wide and log-uniform in turn).
        seed: an integer >= 0.
        indices: a range of starts, all >= 0.

    Raises:
        InputError: for an unknown distribution, a wrong option, seed or range.
    """
    name, low, high = checked_distribution(distribution)
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or seed < 0:
        raise InputError(f"seed: found {seed!r}, expected an integer >= 0")
    if not isinstance(indices, range) or (len(indices) and min(indices) < 0):
        raise InputError(f"indices: found {indices!r}, expected a range of integers >= 0")
    wanted = np.array(indices, dtype=np.int64)
    shaped = _shaper(objective, name, low, high)
    result = np.empty((len(wanted), objective.size))
    for block in np.unique(wanted // _BLOCK):
        rows = np.flatnonzero(wanted // _BLOCK == block)
        places = wanted[rows]
        result[rows] = shaped(_raw(seed, int(block), objective.size)[:, places % _BLOCK], places)
    return result


def checked_distribution(distribution: Distribution) -> tuple[str, float, float]:
    """Name, low and high of a distribution (the box is used by "uniform" only).

    Raises:
        InputError: for an unknown name or option, or an empty box.
    """
    name, options = _split(distribution)
    if name not in DISTRIBUTIONS:
        near = did_you_mean(name, DISTRIBUTIONS) if isinstance(name, str) else ""
        raise InputError(
            f"distribution: found {name!r}, expected one of {', '.join(DISTRIBUTIONS)}{near}"
        )
    known = ("low", "high") if name == "uniform" else ()
    unknown = [key for key in options if key not in known]
    if unknown:
        raise InputError(
            f"distribution {name}: found the option {unknown[0]!r}, expected "
            f"{' and '.join(known) or 'no options'}"
        )
    low, high = (_number(options, key, box) for key, box in zip(("low", "high"), _BOX, strict=True))
    if not low < high:
        raise InputError(
            f"distribution uniform: found the box [{low:g}, {high:g}], expected low < high"
        )
    return name, low, high


def _split(distribution: Distribution) -> tuple[Any, dict[str, Any]]:
    if isinstance(distribution, Mapping):
        options = dict(distribution)
        return options.pop("name", None), options
    if not isinstance(distribution, str):
        raise InputError(
            f"distribution: found {kind_of(distribution)}, expected a name or a table with a name"
        )
    name, *bounds = distribution.split(":")
    if not bounds:
        return name, {}
    if name != "uniform" or len(bounds) != 2:
        raise InputError(f"distribution: found {distribution!r}, expected uniform:LOW:HIGH")
    return name, {"low": bounds[0], "high": bounds[1]}


def _number(options: Mapping[str, Any], key: str, default: float) -> float:
    value = options.get(key, default)
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if isinstance(value, bool) or not np.isfinite(number):
        raise InputError(f"distribution uniform: {key}: found {value!r}, expected a finite number")
    return number


def _raw(seed: int, block: int, size: int) -> Vector:
    """Standard normal and uniform numbers, (2, block, p), of one block."""
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, block])))
    return np.stack([generator.normal(size=(_BLOCK, size)), generator.random((_BLOCK, size))])


def _shaper(
    objective: Objective, name: str, low: float, high: float
) -> Callable[[Vector, npt.NDArray[np.int64]], Vector]:
    """From raw numbers (2, n, p) and indices (n,) to starts (n, p)."""
    typical = typical_magnitudes(objective)
    least, most = magnitude_ranges(objective)
    if objective.elimination is not None:
        added = [objective.slices[each] for each in objective.elimination.names]
        for place in added:
            typical[place] *= _SMALL
    lowest = np.log10(least) - _DECADES
    decades = np.log10(most) + _DECADES - lowest

    def shape(kind: str, raw: Vector) -> Vector:
        normal, uniform = raw
        if kind == "uniform":
            return low + (high - low) * uniform
        if kind == "log-uniform":
            return np.sign(normal) * 10 ** (lowest + decades * uniform)
        return (_WIDE if kind == "wide" else 1.0) * typical * normal

    def shaped(raw: Vector, places: npt.NDArray[np.int64]) -> Vector:
        if name != "mixed":
            return shape(name, raw)
        result = np.empty(raw.shape[1:])
        for turn, kind in enumerate(DISTRIBUTIONS[:3]):
            rows = places % 3 == turn
            result[rows] = shape(kind, raw[:, rows])
        return result

    return shaped
