"""Layered networks of any depth, with closed-form derivatives of two orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.errors import InputError, counted
from pgb.models.activations import Activation, activation
from pgb.models.fields import AffineField
from pgb.models.model import Derivatives, Parameter, SharingModel, Switch
from pgb.models.network_derivatives import NetworkDerivatives, affine
from pgb.models.network_invariances import network_invariances
from pgb.models.network_shallow import ShallowDerivatives, suits
from pgb.numbers import Arithmetic, Array

ActivationSpec = str | Mapping[str, Any] | Activation

_MOST_PARAMETERS = 10**7


class Network(SharingModel):
    """The network s_l = W_l z_{l-1} + b_l, z_l = sigma_l(s_l), z_0 = x, with outputs z_L.

    Args:
        layers: the widths, inputs first and outputs last; ``[2, 1]`` has no hidden units.
        activation: of the hidden layers, one for all of them or a list with one for each.
        output_activation: of the last layer.
        bias: whether the layers have biases.

    The parameters are W1, b1, W2, b2, ... with W_l of shape (out, in) and b_l of shape (out,).

    Raises:
        InputError: for bad widths, an unknown activation, or a wrong number of activations.
    """

    def __init__(
        self,
        layers: Sequence[int],
        activation: ActivationSpec | Sequence[ActivationSpec] = "tanh",
        output_activation: ActivationSpec = "identity",
        bias: bool = True,
    ) -> None:
        self.layers = _checked_layers(layers)
        self.activations = _checked_activations(activation, len(self.layers) - 2)
        self.output_activation = _activation(output_activation, "output_activation")
        if not isinstance(bias, (bool, np.bool_)):
            raise InputError(f"bias: found {bias!r}, expected true or false")
        self.bias = bool(bias)
        _check_size(self.layers, self.bias)
        self.inputs, self.output_dimension = self.layers[0], self.layers[-1]
        self.parameters = tuple(self._parameters())

    @property
    def all_activations(self) -> tuple[Activation, ...]:
        """The activation of each layer, the last one included."""
        return (*self.activations, self.output_activation)

    def _parameters(self) -> list[Parameter]:
        found = []
        for number, (fan_in, width) in enumerate(pairwise(self.layers)):
            found.append(Parameter(f"W{number + 1}", (width, fan_in)))
            if self.bias:
                found.append(Parameter(f"b{number + 1}", (width,)))
        return found

    def unpack(self, theta: Array) -> list[tuple[Array, Array | None]]:
        """W_l (..., out, in) and b_l (..., out), or None without biases, for each layer."""
        named = {
            p.name: theta[..., self.slices[p.name]].reshape((*theta.shape[:-1], *p.shape))
            for p in self.parameters
        }
        numbers = range(1, len(self.layers))
        return [(named[f"W{number}"], named.get(f"b{number}")) for number in numbers]

    def weights(self, theta: Array) -> list[Array]:
        """W_l, (..., out, in), for each layer."""
        return [W for W, _ in self.unpack(theta)]

    def biases(self, theta: Array) -> list[Array | None]:
        """b_l, (..., out), for each layer; None without biases."""
        return [b for _, b in self.unpack(theta)]

    def preactivations(self, ar: Arithmetic, theta: Array, x: Array) -> list[Array]:
        """The preactivations s_l, (..., m, n_l), of each layer, the last one included."""
        found: list[Array] = []
        z = x
        for (W, b), sigma in zip(self.unpack(theta), self.all_activations, strict=True):
            found.append(affine(ar, W, b, z))
            z = sigma.value(ar, found[-1])
        return found

    def outputs(self, ar: Arithmetic, theta: Array, x: Array) -> Array:
        return self.output_activation.value(ar, self.preactivations(ar, theta, x)[-1])

    def derivatives(self, ar: Arithmetic, theta: Array, x: Array) -> Derivatives:
        """The derivatives at one theta; the forward pass is done once for all of them."""
        if suits(self, ar, theta, x):
            return ShallowDerivatives(self, ar, theta, x)
        return NetworkDerivatives(self, ar, theta, x)

    def switches(self, ar: Arithmetic, theta: Array, x: Array) -> tuple[Switch, ...]:
        found = []
        preactivations = self.preactivations(ar, theta, x)
        for number, (s, sigma) in enumerate(zip(preactivations, self.all_activations, strict=True)):
            last = number == len(self.activations)
            label = "output layer" if last else f"hidden layer {number + 1}"
            for location, order in sigma.kinks:
                values = s - ar.asarray([location]) if location != 0 else s
                found.append(Switch(values, order, label))
        return tuple(found)

    def directional(self, ar: Arithmetic, theta: Array, x: Array, v: Array) -> Array:
        z, dz = x, ar.zeros(x.shape)
        layers = zip(self.unpack(theta), self.unpack(v), self.all_activations, strict=True)
        for (W, b), (dW, db), sigma in layers:
            s = affine(ar, W, b, z)
            ds = affine(ar, dW, db, z) + affine(ar, W, None, dz)
            z, dz = sigma.value(ar, s), sigma.one_sided(ar, s, ds)
        return dz

    def invariances(self) -> tuple[AffineField, ...]:
        return network_invariances(self.layers, self.activations, self.slices, self.bias)

    def index(self, name: str) -> npt.NDArray[np.intp]:
        """Flat indices of the named parameter, in its shape: ``index("W1")[j, q]``."""
        shape = next(p.shape for p in self.parameters if p.name == name)
        return np.arange(self.size)[self.slices[name]].reshape(shape)

    def __repr__(self) -> str:
        specs = [sigma.spec for sigma in self.activations]
        parts = [str(list(self.layers))]
        if specs:
            parts.append(f"activation={specs if specs != specs[:1] * len(specs) else specs[0]!r}")
        if not self.output_activation.linear:
            parts.append(f"output_activation={self.output_activation.spec!r}")
        if not self.bias:
            parts.append("bias=False")
        return f"Network({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self._form == other._form

    def __hash__(self) -> int:
        return hash(self._form)

    @property
    def _form(self) -> tuple[Any, ...]:
        return type(self), self.layers, self.all_activations, self.bias


def _checked_layers(layers: Sequence[int]) -> tuple[int, ...]:
    try:
        widths = tuple(layers)
    except TypeError:
        raise InputError(f"layers: found {layers!r}, expected a list of widths") from None
    if len(widths) < 2:
        found = counted(len(widths), "width")
        raise InputError(f"layers: found {found}, expected at least 2 (inputs and outputs)")
    for width in widths:
        integral = isinstance(width, (int, np.integer)) and not isinstance(width, bool)
        if not integral or width < 1:
            raise InputError(f"layers: found {width!r}, expected widths that are integers >= 1")
    return tuple(int(width) for width in widths)


def _check_size(layers: tuple[int, ...], bias: bool) -> None:
    size = sum((fan_in + bias) * width for fan_in, width in pairwise(layers))
    if size > _MOST_PARAMETERS:
        raise InputError(
            f"layers: found widths with {size} parameters, expected at most {_MOST_PARAMETERS}"
        )


def _checked_activations(
    spec: ActivationSpec | Sequence[ActivationSpec], hidden: int
) -> tuple[Activation, ...]:
    if isinstance(spec, (str, Mapping, Activation)):
        return (_activation(spec, "activation"),) * hidden
    if not isinstance(spec, Sequence):
        raise InputError(f"activation: found {spec!r}, expected a name or a list of names")
    specs = list(spec)
    if len(specs) != hidden:
        found = counted(len(specs), "activation")
        raise InputError(
            f"activation: found {found}, expected one for all hidden layers or a list with one for "
            f"each of the {hidden}"
        )
    return tuple(_activation(entry, "activation") for entry in specs)


def _activation(spec: Any, field: str) -> Activation:
    try:
        return activation(spec)
    except InputError as error:
        if field == "activation":
            raise
        raise InputError([f"{field}: {problem}" for problem in error.problems]) from None
