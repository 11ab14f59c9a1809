"""A point to ask about: exact numbers, or floats that stand for a ball around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError, did_you_mean, kind_of
from pgb.models import Parameter
from pgb.numbers import Array, Float64
from pgb.problems.stored import exact_array, frozen, read_entries, shown

_RELATIVE_RADIUS = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class Candidate:
    """A parameter vector; read-only.

    Attributes:
        point: (p,), stored: float64 if every entry is a float, else exact numbers.
        exact: True if no entry is a float; then the question is about this very point. Whoever
            says so of floats means the doubles that they are.

    Raises:
        InputError: one sentence for a wrong shape and for each entry that is no finite number.
    """

    point: Array
    exact: bool

    def __post_init__(self) -> None:
        array, problems = _read(self.point, "point")
        if not problems and array.ndim != 1:
            problems.append(f"point: found shape {array.shape}, expected (p,)")
        exact: Any = self.exact
        if not isinstance(exact, (bool, np.bool_)):
            problems.append(f"exact: found {kind_of(exact)}, expected true or false")
        if problems:
            raise InputError(problems)
        if exact and array.dtype != object:
            array = exact_array(array)
        object.__setattr__(self, "point", frozen(array))
        object.__setattr__(self, "exact", bool(exact))

    @classmethod
    def of(cls, parameters: Sequence[Parameter], value: Any, name: str = "candidate") -> Candidate:
        """From whatever stands for a point: a candidate, arrays by parameter name, or a vector.

        Args:
            parameters: of the objective.
            value: a Candidate (returned as it is), a mapping as for ``from_mapping``, or an array
                or sequence as for ``from_vector``.
            name: what sentences call it.

        Raises:
            InputError: for anything else, and as ``from_mapping`` and ``from_vector`` do.
        """
        if isinstance(value, Candidate):
            return value
        if isinstance(value, Mapping):
            try:
                return cls.from_mapping(parameters, value)
            except InputError as error:
                raise InputError([f"{name}.{text}" for text in error.problems]) from None
        is_vector = isinstance(value, Sequence) or hasattr(value, "__array__")
        if not is_vector or isinstance(value, (str, bytes)):
            raise InputError(
                f"{name}: found {kind_of(value)}, expected a Candidate, a mapping from parameter "
                "names to arrays, or a vector"
            )
        return cls._of_vector(parameters, value, name)

    @classmethod
    def from_mapping(cls, parameters: Sequence[Parameter], mapping: Mapping[str, Any]) -> Candidate:
        """From arrays by parameter name: nested lists of int, float, Fraction, exact, strings.

        Integers, fractions and strings are exact, floats (and float arrays) are not.

        Raises:
            InputError: one sentence for each parameter that is missing, unknown or of the wrong
                shape, and for each entry that is no finite number.
        """
        parameters = _checked(parameters)
        if not isinstance(mapping, Mapping):
            raise InputError(
                f"mapping: found {kind_of(mapping)}, expected one from parameter names to arrays"
            )
        known = [parameter.name for parameter in parameters]
        problems = [
            f"{name}: found an unknown parameter, expected {_one_of(known)}"
            f"{did_you_mean(name, known)}"
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
        return cls._of_vector(parameters, values, "vector")

    @classmethod
    def _of_vector(cls, parameters: Sequence[Parameter], values: Any, field: str) -> Candidate:
        parameters = _checked(parameters)
        array, problems = read_entries(values, field)
        size = sum(parameter.size for parameter in parameters)
        if not problems and array.shape != (size,):
            names = ", ".join(parameter.name for parameter in parameters)
            expected = f"({size},) for {names}" if names else "(0,)"
            problems.append(f"{field}: found shape {array.shape}, expected {expected}")
        if problems:
            raise InputError(problems)
        return cls._of_entries(array)

    @classmethod
    def _of_entries(cls, entries: Array) -> Candidate:
        return cls(entries, exact=not any(isinstance(value, float) for value in entries))

    def radii(self, radius: float | None = None) -> npt.NDArray[np.float64]:
        """Half-widths (p,) of the ball: ``radius`` for each, by default 1e-6 max(1, |c_i|)."""
        if radius is not None:
            return np.full(self.point.shape, float(radius))
        return _RELATIVE_RADIUS * np.maximum(1.0, np.abs(Float64().asarray(self.point)))

    def __repr__(self) -> str:
        return f"Candidate({shown(self.point, whole=False)}, exact={self.exact})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis and IPython, which list the fields of a dataclass otherwise."""
        printer.text(repr(self))


def _read(point: Any, field: str) -> tuple[Array, list[str]]:
    """As float64 if every entry is a float, else exact."""
    if isinstance(point, np.ndarray) and point.dtype == np.float64 and np.all(np.isfinite(point)):
        return point.copy(), []
    entries, problems = read_entries(point, field)
    if problems:
        return entries, problems
    floats = [isinstance(value, float) for value in entries.flat]
    if floats and all(floats):
        return entries.astype(np.float64), []
    return exact_array(entries), []


def _checked(parameters: Any) -> Sequence[Parameter]:
    listed = isinstance(parameters, (list, tuple))
    if not listed or not all(isinstance(parameter, Parameter) for parameter in parameters):
        raise InputError(
            f"parameters: found {kind_of(parameters)}, expected the parameters of a model, such as "
            "network.parameters"
        )
    return tuple(parameters)


def _shape(parameter: Parameter) -> str:
    return f"shape {parameter.shape}" if parameter.shape else "a single number"


def _one_of(names: Sequence[str]) -> str:
    return f"one of {', '.join(names)}" if names else "none, as the model has no parameters"
