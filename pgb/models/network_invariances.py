"""Affine vector fields along which every layered network is constant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pgb.models.activations import Activation
from pgb.models.fields import AffineField


def network_invariances(
    layers: Sequence[int],
    activations: Sequence[Activation],
    slices: Mapping[str, slice],
    bias: bool,
) -> tuple[AffineField, ...]:
    """One field for each rescaling of a homogeneous unit and each mixing of linear units.

    A unit that is positively homogeneous of degree d keeps the outputs when its incoming weights
    and bias grow by a factor and its outgoing weights shrink by the d-th power of it. Between two
    consecutive linear layers every matrix E gives W1 -> E W1, b1 -> E b1, W2 -> -W2 E, and every
    vector v gives b1 -> v, b2 -> -W2 v.
    """
    places = _Places(layers, slices, bias)
    found: list[AffineField] = []
    for layer, sigma in enumerate(activations, start=1):
        if sigma.linear:
            found.extend(_mixings(places, layer))
            if bias:
                found.extend(_bias_exchanges(places, layer))
        elif sigma.homogeneous_degree is not None:
            found.extend(_rescalings(places, layer, sigma.homogeneous_degree))
    return tuple(found)


class _Places:
    """Flat indices of what comes into a unit and what goes out of it."""

    def __init__(self, layers: Sequence[int], slices: Mapping[str, slice], bias: bool) -> None:
        self.layers, self.slices, self.bias = layers, slices, bias
        self.size = max(place.stop for place in slices.values())

    def incoming(self, layer: int, unit: int) -> list[int]:
        fan_in, start = self.layers[layer - 1], self.slices[f"W{layer}"].start
        row = list(range(start + unit * fan_in, start + (unit + 1) * fan_in))
        return [*row, self.slices[f"b{layer}"].start + unit] if self.bias else row

    def outgoing(self, layer: int, unit: int) -> list[int]:
        width, start = self.layers[layer], self.slices[f"W{layer + 1}"].start
        return [start + consumer * width + unit for consumer in range(self.layers[layer + 1])]


def _rescalings(places: _Places, layer: int, degree: int) -> Iterator[AffineField]:
    for unit in range(places.layers[layer]):
        entries = {(j, j): 1 for j in places.incoming(layer, unit)}
        entries |= {(j, j): -degree for j in places.outgoing(layer, unit)}
        name = f"rescaling of unit {unit + 1} of hidden layer {layer}"
        yield AffineField.sparse(places.size, entries, name)


def _mixings(places: _Places, layer: int) -> Iterator[AffineField]:
    units = range(places.layers[layer])
    for i, j in ((i, j) for i in units for j in units):
        rows = zip(places.incoming(layer, i), places.incoming(layer, j), strict=True)
        entries = {(row, column): 1 for row, column in rows}
        columns = zip(places.outgoing(layer, j), places.outgoing(layer, i), strict=True)
        entries |= {(row, column): -1 for row, column in columns}
        name = f"mixing of linear units {i + 1}, {j + 1} of hidden layer {layer}"
        yield AffineField.sparse(places.size, entries, name)


def _bias_exchanges(places: _Places, layer: int) -> Iterator[AffineField]:
    start = places.slices[f"b{layer + 1}"].start
    for unit in range(places.layers[layer]):
        bias = places.incoming(layer, unit)[-1]
        entries = {
            (start + consumer, weight): -1
            for consumer, weight in enumerate(places.outgoing(layer, unit))
        }
        name = f"exchange of bias by linear unit {unit + 1} of hidden layer {layer}"
        yield AffineField.sparse(places.size, entries, name, {bias: 1})
