"""Activations by name: values, tight derivatives, kinks, homogeneity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pgb.errors import InputError, did_you_mean
from pgb.models.activations.base import Activation
from pgb.models.activations.elementary import Cubic, Exponential, Identity, Quadratic, Sine
from pgb.models.activations.gated import Gelu, Silu
from pgb.models.activations.piecewise import Elu, LeakyRelu, Relu, Selu
from pgb.models.activations.sigmoidal import Arctan, Erf, Sigmoid, Softplus, Tanh

if TYPE_CHECKING:
    from pgb.numbers import ExactNumber

__all__ = ["ACTIVATIONS", "Activation", "LeakyRelu", "activation"]

_KINDS: tuple[type[Activation], ...] = (
    Identity,
    Tanh,
    Sigmoid,
    Softplus,
    Erf,
    Arctan,
    Exponential,
    Quadratic,
    Cubic,
    Relu,
    LeakyRelu,
    Elu,
    Selu,
    Gelu,
    Silu,
    Sine,
)
_ALIASES = {"sin": "sine"}
#: Every known name, with the activation it stands for (leaky-relu with its default slopes).
ACTIVATIONS: dict[str, Activation] = {kind.name: kind() for kind in _KINDS}


def activation(spec: str | Mapping[str, Any] | Activation) -> Activation:
    """The activation of a name, or of ``{"name": "leaky-relu", "slopes": [above, below]}``.

    Names may have underscores for hyphens, and "sin" is "sine".
    Slopes are integers, floats (each the double it is), fractions, exact numbers, or strings of the
    grammar such as "101/100".

    Raises:
        InputError: for an unknown name, an unknown option, or slopes that are not two numbers.
    """
    if isinstance(spec, Activation):
        return spec
    if isinstance(spec, str):
        return _named(spec)
    if not isinstance(spec, Mapping) or "name" not in spec:
        raise InputError(
            f"activation: found {spec!r}, expected a name or a table with a name, known: {_known()}"
        )
    found = _named(spec["name"])
    options = {key: value for key, value in spec.items() if key != "name"}
    if isinstance(found, LeakyRelu) and set(options) == {"slopes"}:
        return LeakyRelu(*_slopes(options["slopes"]))
    if options:
        known = ("slopes",) if isinstance(found, LeakyRelu) else ()
        unknown = [str(option) for option in options if option not in known]
        near = did_you_mean(unknown[0], known) if unknown else ""
        raise InputError(
            f"activation {found.name}: found {', '.join(map(str, options))}, expected "
            f"{', '.join(known) or 'no options'}{near}"
        )
    return found


def _named(name: Any) -> Activation:
    if isinstance(name, str):
        spelled = name.replace("_", "-")
        spelled = _ALIASES.get(spelled, spelled)
        if spelled in ACTIVATIONS:
            return ACTIVATIONS[spelled]
    near = did_you_mean(name, ACTIVATIONS)
    raise InputError(f"activation: found {name!r}, expected one of {_known()}{near}")


def _known() -> str:
    return ", ".join(ACTIVATIONS)


def _slopes(slopes: Any) -> tuple[ExactNumber, ExactNumber]:
    if not isinstance(slopes, Sequence) or isinstance(slopes, str) or len(slopes) != 2:
        raise InputError(
            f"activation leaky-relu: slopes: found {slopes!r}, expected two numbers, "
            "for positive and for negative arguments"
        )
    return _number(slopes[0]), _number(slopes[1])


def _number(value: Any) -> ExactNumber:
    from pgb.expressions import exact_value, parse
    from pgb.numbers import exact_number

    if isinstance(value, str):
        return exact_value(parse(value))
    if isinstance(value, bool):
        raise InputError(f"activation leaky-relu: slopes: found {value!r}, expected a number")
    try:
        return exact_number(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"activation leaky-relu: slopes: found {value!r}, expected a finite number"
        ) from None
