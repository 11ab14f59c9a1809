"""Steps of a batch of trust-region iterations, from eigendecompositions of the Hessians."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pgb.search.descent.ends import Floats

_TINY = 1e-300
_SECULAR_STEPS = 8
# Curvatures below this fraction of the slopes make a function straight, not small.
_STRAIGHT = 1e-9
# Curvatures below this fraction of the largest one are rounding.
FLOOR = 1e-15
#: Curvatures below this fraction of the largest one make a null direction.
NULL = 1e-11


class Spectrum(NamedTuple):
    """Eigenvalues (n, k), vectors (n, k, k), gradient in their basis (n, k), and a size (n,).

    ``top``: the largest |eigenvalue|, or the size of the terms that they come from, if larger; a
    small part of the largest slope where there is no curvature.
    ``newton`` (n,): the largest entry of the Newton step without null directions; ``null_slope``
    (n,): the gradient along null directions.
    """

    values: Floats
    vectors: Floats
    slopes: Floats
    top: Floats
    newton: Floats
    null_slope: Floats


def spectrum(gradient: Floats, hessian: Floats, size: Floats | float = _TINY) -> Spectrum:
    """The spectrum of scaled derivatives (n, k) and (n, k, k), made of terms of a size (n,)."""
    finite = np.all(np.isfinite(gradient), axis=-1)
    if not np.all(finite):
        gradient = np.where(finite[:, None], gradient, 0)
        hessian = np.where(finite[:, None, None], hessian, 0)
    values, vectors = np.linalg.eigh(hessian)
    slopes = np.matmul(gradient[:, None, :], vectors)[:, 0, :]
    top = np.max(np.abs(values), axis=-1, initial=0.0)
    top = np.maximum(np.maximum(top, size), _STRAIGHT * np.max(np.abs(slopes), axis=-1, initial=0))
    top = np.maximum(top, _TINY)
    null = np.abs(values) <= NULL * top[:, None]
    pseudo = np.where(null, 0, slopes / np.where(null, 1, values))
    newton = np.max(np.abs(in_coordinates(vectors, pseudo)), axis=-1, initial=0.0)
    null_slope = np.sqrt(np.sum(np.where(null, slopes * slopes, 0), axis=-1))
    return Spectrum(values, vectors, slopes, top, newton, null_slope)


def in_coordinates(vectors: Floats, coefficients: Floats) -> Floats:
    """From the basis of eigenvectors to coordinates, (n, k)."""
    return np.matmul(vectors, coefficients[:, :, None])[:, :, 0]


def downhill(at: Spectrum, radius: Floats) -> tuple[Floats, Floats]:
    """Saddle-free step in the eigenbasis with norm at most ``radius``, and the decrease predicted.

    Source: Y. Dauphin et al., "Identifying and attacking the saddle point problem in
    high-dimensional non-convex optimization", 2014: Newton with the absolute values of the
    curvatures.
    """
    sizes = np.maximum(np.abs(at.values), FLOOR * at.top[:, None])
    noise = (sizes <= NULL * at.top[:, None]) & (np.abs(at.slopes) <= FLOOR * at.top[:, None])
    slopes = np.where(noise, 0, at.slopes)  # no drift along null directions
    shift = _secular(slopes, np.ones_like(sizes), sizes, radius)
    step = -slopes / (sizes + shift[:, None])
    predicted = -np.sum(step * (slopes + at.values * step / 2), axis=-1)
    return step, predicted


def to_stationary(at: Spectrum, radius: Floats) -> tuple[Floats, Floats]:
    """Levenberg step towards gradient 0, and the predicted square of its norm."""
    sizes = np.maximum(np.abs(at.values), FLOOR * at.top[:, None])
    shift = _secular(at.slopes, at.values, sizes * sizes, radius)
    step = -at.slopes * at.values / (sizes * sizes + shift[:, None])
    left = at.slopes + at.values * step
    return step, np.sum(left * left, axis=-1)


def _secular(slopes: Floats, weights: Floats, sizes: Floats, radius: Floats) -> Floats:
    """Shifts (n,) for which |weights slopes / (sizes + shift)| is at most the radius.

    Newton's method on the norm's reciprocal, which is nearly linear in the shift; from below.
    """
    squares = (slopes * weights) ** 2
    shift = np.zeros(len(slopes))
    for _ in range(_SECULAR_STEPS):
        shifted = sizes + shift[:, None]
        terms = squares / (shifted * shifted)
        norm = np.sqrt(np.sum(terms, axis=-1))
        outside = norm > radius * 1.001
        if not np.any(outside):
            break
        bend = np.sum(terms / shifted, axis=-1)
        step = np.where(
            outside, (norm - radius) / radius * norm * norm / np.maximum(bend, _TINY), 0
        )
        shift = shift + step
    return shift
