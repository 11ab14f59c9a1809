"""Class indices and rows of class probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np

from pgb.errors import InputError
from pgb.numbers import Array, Float64


def one_hot(targets: Array, outputs: int) -> Array:
    """Class indices (m,) as rows (m, outputs) of zeros and a one.

    Raises:
        InputError: with the first entry that is no class index.
    """
    rows = np.zeros((len(targets), outputs))
    for sample, value in enumerate(targets):
        rows[sample, _index(value, sample, outputs)] = 1
    return rows


def number_of_classes(targets: Array, outputs: int | None) -> int:
    """The number of outputs, or of the columns of targets (m, K).

    Raises:
        InputError: where there is neither.
    """
    if outputs is not None:
        return outputs
    if targets.ndim == 1:
        raise InputError("outputs: found None, expected the number of classes")
    return int(targets.shape[1])


def check_probabilities(rows: Array) -> Array:
    """The rows (m, K), if every entry is >= 0 and every row sums to 1 (floats: up to 1e-6).

    Raises:
        InputError: with the first row that does not.
    """
    floats = Float64().asarray(rows)
    bad = np.flatnonzero(np.any(floats < 0, axis=1) | (np.abs(np.sum(floats, axis=1) - 1) > 1e-6))
    if len(bad):
        row = ", ".join(str(value) for value in rows[bad[0]])
        raise InputError(
            f"targets[{bad[0]}]: found ({row}), expected class probabilities that sum to 1"
        )
    return rows


def _index(value: Any, sample: int, outputs: int) -> int:
    for index in range(outputs):
        if value == index:
            return index
    raise InputError(
        f"targets[{sample}]: found {value}, expected a class index from 0 to {outputs - 1}"
    )
