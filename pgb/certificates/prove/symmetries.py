"""Affine vector fields whose flows keep an objective, and coordinates that their orbits cross."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.certificates.prove.definiteness import row_sums
from pgb.certificates.prove.pivoting import pivots
from pgb.conditions.fibers.networks import base_network
from pgb.models import AffineField
from pgb.numbers import Array, Float64
from pgb.problems import Objective

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def symmetries(objective: Objective) -> list[AffineField]:
    """Affine fields along whose flows the objective is the same everywhere.

    They are the model's own, which keep all outputs, and common shifts of all logits, which keep
    every term of a loss that depends on their differences only. None moves a penalized parameter.
    """
    if objective.elimination is not None and objective.elimination.kind == "without-units":
        return []
    found = [*objective.model.invariances(), *_shifts(objective)]
    active = objective.regularizer.active
    return [f for f in found if not np.any(active[[*(row for row, _ in f.entries), *f.shift]])]


def _shifts(objective: Objective) -> list[AffineField]:
    """Adding one number to a column of the last weights, or to all biases of the last layer.

    Either adds one number to all outputs of a sample. The cross-entropy and the multiclass hinge
    are functions of the differences of the outputs of a sample, so no term changes.
    """
    network = base_network(objective.model)
    if network is None or not objective.loss.shift_invariant:
        return []
    if network.output_activation.name != "identity":
        return []
    last = len(network.layers) - 1
    columns = {f"input {j + 1}": places for j, places in enumerate(network.index(f"W{last}").T)}
    if network.bias:
        columns["the biases"] = network.index(f"b{last}")
    return [
        AffineField.sparse(
            objective.size,
            {},
            f"common shift of all outputs by {name} of the last layer",
            {int(j): 1 for j in places},
        )
        for name, places in columns.items()
    ]


def transversal_coordinates(
    fields: list[AffineField], point: Floats
) -> tuple[list[AffineField], Places]:
    """Independent fields, and as many coordinates on which they are well conditioned.

    Both are proposals, from the tangents at ``point`` (p,) in floats.
    """
    tangents = np.array([field.at(Float64(), point) for field in fields])
    rows, places = pivots(tangents.reshape(len(fields), len(point)))
    return [fields[i] for i in rows], places


def certainly_independent(ar: Any, fields: list[AffineField], places: Places, box: Array) -> bool:
    """Whether the fields at every point of a box (p,) are independent on these coordinates.

    The matrix M of their values there is nonsingular if |I - Y M| has row sums below 1 for some Y.
    """
    matrix = ar.stack([field.at(ar, box)[places] for field in fields], axis=0)
    try:
        inverse = np.linalg.inv(ar.to_float(matrix))
    except np.linalg.LinAlgError:
        return False
    if not np.all(np.isfinite(inverse)):
        return False
    identity = ar.asarray(np.eye(len(fields), dtype=np.int64))
    sums = row_sums(ar.upper(identity - ar.matmul(ar.asarray(inverse), matrix)))
    return bool(np.all(sums < 1))
