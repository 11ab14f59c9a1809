"""Losses by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pgb.errors import InputError, did_you_mean, kind_of
from pgb.problems.losses.base import Loss, SeparableLoss
from pgb.problems.losses.cross_entropy import CrossEntropy
from pgb.problems.losses.margin import Exponential, Hinge, Logistic, PolynomialHinge
from pgb.problems.losses.multiclass_hinge import MulticlassHinge
from pgb.problems.losses.regression import Absolute, HalfSquared, Huber, LogCosh, Squared
from pgb.problems.stored import read_exact

__all__ = ["LOSSES", "Loss", "MulticlassHinge", "SeparableLoss", "loss"]

#: Losses and the options that each takes.
LOSSES: dict[str, tuple[type[Loss], tuple[str, ...]]] = {
    "squared": (Squared, ()),
    "half-squared": (HalfSquared, ()),
    "logistic": (Logistic, ()),
    "cross-entropy": (CrossEntropy, ("label_smoothing",)),
    "polynomial-hinge": (PolynomialHinge, ("degree",)),
    "huber": (Huber, ("delta",)),
    "log-cosh": (LogCosh, ()),
    "exponential": (Exponential, ()),
    "hinge": (Hinge, ()),
    "absolute": (Absolute, ()),
}

_LARGEST_DEGREE = 64


def loss(spec: str | Mapping[str, Any] | Loss) -> Loss:
    """A loss from its name, from a mapping ``{"name": ..., option: ...}``, or itself.

    Raises:
        InputError: one sentence for each unknown name or option and each option out of range.
    """
    if isinstance(spec, Loss):
        return spec
    if not isinstance(spec, (str, Mapping)):
        raise InputError(
            f"loss: found {kind_of(spec)}, expected a name or a table with a name: "
            f"{', '.join(LOSSES)}"
        )
    options: dict[str, Any] = {"name": spec} if isinstance(spec, str) else dict(spec)
    name = options.pop("name", None)
    name = name.replace("_", "-") if isinstance(name, str) else name
    if not isinstance(name, str) or name not in LOSSES:
        near = did_you_mean(name, LOSSES)
        raise InputError(f"loss: found {name!r}, expected one of {', '.join(LOSSES)}{near}")
    kind, allowed = LOSSES[name]
    problems = []
    values: dict[str, Any] = {}
    for option, value in options.items():
        if option not in allowed:
            expected = f"only {', '.join(allowed)}" if allowed else "none"
            problems.append(
                f"loss: found the unknown option {option!r}, expected {expected} with {name}"
                f"{did_you_mean(option, allowed)}"
            )
            continue
        try:
            values[option] = _READERS[option](value)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return kind(**values)


def _degree(value: Any) -> int:
    degree = read_exact(value, "degree")
    for candidate in range(2, _LARGEST_DEGREE + 1):
        if degree == candidate:
            return candidate
    raise InputError(f"degree: found {value}, expected an integer from 2 to {_LARGEST_DEGREE}")


def _delta(value: Any) -> Any:
    delta = read_exact(value, "delta")
    if not delta > 0:
        raise InputError(f"delta: found {value}, expected a positive number")
    return delta


def _label_smoothing(value: Any) -> Any:
    smoothing = read_exact(value, "label_smoothing")
    if not (smoothing >= 0 and smoothing < 1):
        raise InputError(f"label_smoothing: found {value}, expected a number in [0, 1)")
    return smoothing


_READERS: dict[str, Callable[[Any], Any]] = {
    "degree": _degree,
    "delta": _delta,
    "label_smoothing": _label_smoothing,
}
