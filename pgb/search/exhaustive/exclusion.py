"""Tests that prove that a box holds no critical point, for many boxes at once.

A box X with center c and half-widths r holds no zero of the gradient g if, for one row vector y,
0 is not in y g(X), or not in y g(c) + (y H(X)) (X - c), the mean value form: for y a unit vector,
or a row of the inverse of a Hessian in H(X). The mean value form needs that no quantity at which g
jumps vanishes in X.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pgb.search.exhaustive.enclosures import Enclosure, Enclosures, Floats, inverse, largest

Labels = npt.NDArray[np.uint8]
Places = npt.NDArray[np.intp]

#: Labels of nodes of the tree; the number of the axis or component is added to the first four.
SPLIT, GRADIENT, MEAN_VALUE, COMBINED, UNIQUE, UNDECIDED = 0, 10, 20, 30, 40, 50

# A box is not split across an axis while another one is longer by this factor.
_LONGEST = 32
# Covers the rounding of sums of a few products of numbers that are not negative.
_UP = 1 + 2.0**-48
# Enclosures of another arithmetic are not quite the same: tests have to pass with this margin.
_SLACK = 1e-9


class Tested(NamedTuple):
    """Labels (n,), UNDECIDED for boxes that are left, and the axis across which to split each."""

    labels: Labels
    axes: Places


def exclude(enclosures: Enclosures, low: Floats, high: Floats) -> Tested:
    """Apply the tests to boxes (n, p), cheapest first."""
    labels = np.full(len(low), UNDECIDED, dtype=np.uint8)
    axes = np.argmax(high - low, axis=1)
    with np.errstate(all="ignore"):
        g = enclosures.gradient(low, high)
        _label(labels, np.arange(len(low)), _distance(g) / (g.high - g.low), GRADIENT)
        left = np.flatnonzero(labels == UNDECIDED)
        if enclosures.kinked and len(left):
            left = left[~enclosures.kinks(low[left], high[left])]
        if len(left):
            _mean_value(enclosures, low[left], high[left], left, labels, axes)
    return Tested(labels, axes)


def _distance(g: Enclosure) -> Floats:
    """The distance of each entry from 0; negative if it may be 0."""
    return np.asarray(np.maximum(g.low, -g.high))


def _label(labels: Labels, places: Places, margins: Floats, kind: int) -> None:
    """Label the boxes at these places by the component with the largest margin, if it suffices."""
    margins = np.where(np.isnan(margins), -np.inf, margins)
    best = np.argmax(margins, axis=1)
    found = margins[np.arange(len(margins)), best] > _SLACK
    found &= labels[places] == UNDECIDED
    labels[places[found]] = kind + best[found]


def _mean_value(
    enclosures: Enclosures, low: Floats, high: Floats, left: Places, labels: Labels, axes: Places
) -> None:
    ar = enclosures.ar
    center = low / 2 + high / 2
    radius = np.maximum(high - center, center - low) * _UP + 1e-300
    g, H = enclosures.at_points(center), enclosures.hessian(low, high)
    Y = ar.asarray(inverse(ar.to_float(H)))
    step, slopes = ar.matmul(Y, g[..., None])[..., 0], ar.matmul(Y, H)
    weights, distances = [], []
    for value, slope, kind in ((g, H, MEAN_VALUE), (step, slopes, COMBINED)):
        weights.append(largest(slope) * radius[:, None, :] * _UP)
        distances.append(_distance(value))
        reach = weights[-1].sum(axis=2) * _UP
        _label(labels, left, distances[-1] / reach - 1, kind)
    axes[left] = _axes(np.concatenate(weights, axis=1), np.concatenate(distances, axis=1), radius)


def _axes(weights: Floats, distances: Floats, radius: Floats) -> Places:
    """The axis that contributes most to the width of the form that is nearest to excluding 0."""
    every, widest = np.arange(len(radius)), np.argmax(radius, axis=1)
    ratio = distances / weights.sum(axis=2)
    ratio = np.where(np.isnan(ratio), -np.inf, ratio)
    row = np.argmax(ratio, axis=1)
    share = weights[every, row]
    axis = np.argmax(np.where(np.isfinite(share), share, 0), axis=1)
    axis = np.where(ratio[every, row] > 0, axis, widest)
    flat = radius[every, axis] * _LONGEST < radius.max(axis=1)
    return np.where(flat, widest, axis)
