"""Moving one parameter vector of a network as close as possible to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from pgb.numbers import Float64
from pgb.search.symmetry.layers import UnitLayer
from pgb.search.symmetry.networks import NetworkMoves, arguments, flip, permute

Vector = npt.NDArray[np.float64]

_FORBIDDEN = 1e9


@dataclass(frozen=True)
class Alignment:
    """An image of the second of two vectors (p,) under the moves, near the first.

    Attributes:
        image: (p,).
        distance: largest difference to the first, relative to the sizes of the parameters.
        gap: how far any other choice of units is from being as good; 0 if two units of a layer
            are twins, so that other images could be nearer.
    """

    image: Vector
    distance: float
    gap: float


def align(moves: NetworkMoves, first: Vector, second: Vector) -> Alignment:
    """Match the units of two vectors (p,) in normal form, layer by layer.

    Units are compared by their incoming weights, in the order of the layer before that is settled
    already, and by the derivatives of the outputs at the probes with respect to the units, which
    no move of later layers changes. An optimal assignment has cost 0 if the vectors are images.
    """
    one, two = first[None, :].copy(), second[None, :].copy()
    slopes = [_slopes(moves, theta) for theta in (one, two)]
    gap = np.inf
    for layer, d_one, d_two in zip(moves.layers, *slopes, strict=True):
        if layer.rotates:
            _turn(layer, one, two, d_one, d_two)
            continue
        costs, signs = _costs(layer, moves.typical, one, two, d_one, d_two)
        rows, columns = linear_sum_assignment(costs)
        others = costs + np.where(np.arange(layer.units)[None, :] == columns[:, None], np.inf, 0)
        gap = min(gap, float(np.min(others, initial=np.inf)))
        order = columns[np.argsort(rows)]
        flipped = np.zeros((1, layer.units), dtype=bool)
        flipped[0, order] = signs[np.arange(layer.units), order] < 0
        flip(layer, two, flipped)
        permute(layer, two, order[None, :])
        if np.any(layer.shifts) and layer.sigma.name == "sine":
            _turn_biases(layer, one, two)
    return Alignment(two[0], relative_distance(one[0], two[0], moves.typical), gap)


def relative_distance(first: Vector, second: Vector, typical: Vector) -> float:
    """Largest |first_j - second_j| / max(|first_j|, |second_j|, typical_j) of vectors (p,)."""
    scale = np.maximum(np.maximum(np.abs(first), np.abs(second)), typical)
    return float(np.max(np.abs(first - second) / scale, initial=0.0))


def _slopes(moves: NetworkMoves, theta: Vector) -> list[Vector]:
    """For each layer (units, k d_y): derivatives of the outputs at the probes by the units."""
    ar = Float64()
    z, s = moves.probes[None], []
    for layer in moves.layers:
        s.append(arguments(layer, theta, z))
        z = layer.sigma.value(ar, s[-1])
    k, d_y = z.shape[1:]
    slope = np.broadcast_to(np.eye(d_y), (k, d_y, d_y))
    found = [slope]
    for layer, values in zip(moves.layers[:0:-1], s[:0:-1], strict=True):
        inner = layer.sigma.first(ar, values)[0]
        slope = (slope * inner[:, None, :]) @ theta[0, layer.weights]
        found.append(slope)
    return [d.transpose(2, 0, 1).reshape(d.shape[2], -1) for d in found[::-1]]


def _costs(
    layer: UnitLayer, typical: Vector, one: Vector, two: Vector, d_one: Vector, d_two: Vector
) -> tuple[Vector, Vector]:
    """Distances (units, units) of the best signs, and those signs."""
    into = [theta[0, layer.incoming] for theta in (one, two)]
    turns = layer.sigma.name == "sine" and bool(np.any(layer.shifts))
    if turns:
        into = [rows[:, :-1] for rows in into]
    small = typical[layer.incoming][:, : into[0].shape[1]]
    height = max(float(np.max(np.abs(d), initial=0.0)) for d in (d_one, d_two)) or 1.0
    distances = []
    for sign in (1.0, -1.0):
        back = -1.0 if sign < 0 and layer.parity != "even" else 1.0
        forward = _differences(into[0], sign * into[1], small)
        slopes = np.abs(d_one[:, None, :] - back * d_two[None, :, :]) / height
        if turns:  # the sign of a shifted sine is settled with its bias
            slopes = np.minimum(slopes, np.abs(d_one[:, None, :] + d_two[None, :, :]) / height)
        distances.append(forward + np.max(slopes, axis=2, initial=0.0))
    plain, changed = distances
    changed = np.where(layer.flips[None, :], changed, _FORBIDDEN)
    signs = np.where(changed < plain, -1.0, 1.0)
    costs = np.minimum(plain, changed)
    number = np.zeros(layer.units, dtype=np.intp)
    for index, members in enumerate(layer.classes):
        number[members] = index
    costs = np.where(number[:, None] == number[None, :], costs, _FORBIDDEN)
    return np.nan_to_num(costs, nan=_FORBIDDEN, posinf=_FORBIDDEN), signs


def _differences(one: Vector, two: Vector, small: Vector) -> Vector:
    """Largest relative differences (units, units) of rows (units, fan_in)."""
    sizes = np.maximum(np.abs(one)[:, None, :], np.abs(two)[None, :, :])
    scale = np.maximum(sizes, small[:, None, :])
    return np.max(np.abs(one[:, None, :] - two[None, :, :]) / scale, axis=2, initial=0.0)


def _turn(layer: UnitLayer, one: Vector, two: Vector, d_one: Vector, d_two: Vector) -> None:
    """Change the basis of linear units by the orthogonal matrix that brings two nearest to one."""
    height = max(float(np.max(np.abs(d), initial=0.0)) for d in (d_one, d_two)) or 1.0
    left = np.hstack([one[0, layer.incoming], d_one / height])
    right = np.hstack([two[0, layer.incoming], d_two / height])
    u, _, v = np.linalg.svd(left @ right.T)
    for places in (layer.incoming, layer.outgoing):
        two[0, places] = u @ v @ two[0, places]


def _turn_biases(layer: UnitLayer, one: Vector, two: Vector) -> None:
    """Move biases inside sines by multiples of pi to those nearest to the other ones."""
    assert layer.bias is not None
    for unit in np.flatnonzero(layer.shifts):
        place = layer.bias[unit]
        turns = np.round((one[0, place] - two[0, place]) / np.pi)
        two[0, place] += np.pi * turns
        two[0, layer.outgoing[unit]] *= 1.0 if turns % 2 == 0 else -1.0
