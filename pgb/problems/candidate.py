"""A point to ask about: exact numbers, or floats that stand for a ball around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError
from pgb.models import Parameter
from pgb.numbers import Array, Float64
from pgb.problems.stored import exact_array, frozen, read_entries

_RELATIVE_RADIUS = 1e-6


@dataclass(frozen=True, eq=False)
class Candidate:
    """A parameter vector.

    Attributes:
        point: (p,), stored: float64 if every entry is a float, else exact numbers.
        exact: True if no entry is a float; then the question is about this very point.
    """

    point: Array
    exact: bool

    @classmethod
    def from_mapping(cls, parameters: Sequence[Parameter], mapping: Mapping[str, Any]) -> Candidate:
        """From arrays by parameter name: nested lists of int, float, Fraction, exact, strings.

        Integers, fractions and strings are exact, floats (and float arrays) are not.

        Raises:
            InputError: one sentence for each parameter that is missing, unknown or of the wrong
                shape, and for each entry that is no finite number.
        """
        known = [parameter.name for parameter in parameters]
        problems = [
            f"{name}: found an unknown parameter, expected {_one_of(known)}"
            for name in mapping
            if name not in known
        ]
        entries = []
        for parameter in parameters:
            if parameter.name not in mapping:
                problems.append(f"{parameter.name}: found nothing, expected {_shape(parameter)}")
                continue
            array, wrong = read_entries(mapping[parameter.name], parameter.name)
            problems += wrong
            if not wrong and array.shape != parameter.shape:
                problems.append(
                    f"{parameter.name}: found shape {array.shape}, expected {_shape(parameter)}"
                )
            entries.append(array.reshape(-1))
        if problems:
            raise InputError(problems)
        flat = np.concatenate(entries) if entries else np.empty(0, dtype=object)
        return cls._of_entries(flat)

    @classmethod
    def from_vector(cls, parameters: Sequence[Parameter], values: Any) -> Candidate:
        """From one flat vector in the order of the parameters.

        Raises:
            InputError: for a wrong length, and one sentence for each entry that is no finite
                number.
        """
        array, problems = read_entries(values, "vector")
        size = sum(parameter.size for parameter in parameters)
        if not problems and array.shape != (size,):
            names = ", ".join(parameter.name for parameter in parameters)
            expected = f"({size},) for {names}" if names else "(0,)"
            problems.append(f"vector: found shape {array.shape}, expected {expected}")
        if problems:
            raise InputError(problems)
        return cls._of_entries(array)

    @classmethod
    def _of_entries(cls, entries: Array) -> Candidate:
        floats = [isinstance(value, float) for value in entries]
        if floats and all(floats):
            return cls(frozen(entries.astype(np.float64)), exact=False)
        return cls(frozen(exact_array(entries)), exact=not any(floats))

    def radii(self, radius: float | None = None) -> npt.NDArray[np.float64]:
        """Half-widths (p,) of the ball: ``radius`` for each, by default 1e-6 max(1, |c_i|)."""
        if radius is not None:
            return np.full(self.point.shape, float(radius))
        return _RELATIVE_RADIUS * np.maximum(1.0, np.abs(Float64().asarray(self.point)))


def _shape(parameter: Parameter) -> str:
    return f"shape {parameter.shape}" if parameter.shape else "a single number"


def _one_of(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}" if names else "none, as the model has no parameters"
