"""Models: layered networks, expressions, exponential neurons, and sums of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pgb.models.activations import ACTIVATIONS, Activation, LeakyRelu, activation
from pgb.models.exponential import ExponentialNeurons
from pgb.models.fields import AffineField
from pgb.models.model import Derivatives, Model, Parameter, Switch
from pgb.models.network import Network
from pgb.models.sum import ModelSum, summands

if TYPE_CHECKING:
    from pgb.models.expression import Expression

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "AffineField",
    "Derivatives",
    "ExponentialNeurons",
    "Expression",
    "LeakyRelu",
    "Model",
    "ModelSum",
    "Network",
    "Parameter",
    "Switch",
    "activation",
    "summands",
]


def __getattr__(name: str) -> Any:
    if name == "Expression":  # imports SymPy, which is slow to load
        from pgb.models.expression import Expression

        return Expression
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
