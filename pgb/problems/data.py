"""Samples: inputs, targets and weights, and the groups of samples with equal inputs."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.errors import InputError
from pgb.numbers import Array, Exact, Symbolic, exact_number, is_exact_zero
from pgb.problems.stored import frozen, read_array, shown


@dataclass(frozen=True, init=False, eq=False)
class Data:
    """A data set of m samples; read-only.

    Attributes:
        inputs: (m, d_x), stored (float64 or exact numbers). A plain list of m numbers is taken as
            d_x = 1.
        targets: (m, d_y), stored, or (m,): class indices, or the targets of a single output.
        weights: None, (m,), or (m, d_y) for losses that are separable over the outputs; all > 0.

    Entries may be int, float, Fraction, exact numbers or strings such as "log(2)". A float is the
    double that it is, so 1 and 1.0 are the same exact number, unlike in a candidate.

    Raises:
        InputError: one sentence for each wrong shape and each entry that is no finite number, and
            for weights that are not certainly positive.
    """

    inputs: Array
    targets: Array
    weights: Array | None

    def __init__(self, inputs: Any, targets: Any, weights: Any = None) -> None:
        x, problems = read_array(inputs, "inputs")
        y, wrong = read_array(targets, "targets")
        problems += wrong
        w = None
        if weights is not None:
            w, wrong = read_array(weights, "weights")
            problems += wrong
        if x.ndim == 1:
            x = x.reshape(-1, 1)
        if not problems:
            problems = [*_shape_problems(x, y, w), *_weight_problems(w)]
        if problems:
            raise InputError(problems)
        object.__setattr__(self, "inputs", frozen(x))
        object.__setattr__(self, "targets", frozen(_whole(y)))
        object.__setattr__(self, "weights", None if w is None else frozen(w))

    def __repr__(self) -> str:
        weights = "" if self.weights is None else f", weights={shown(self.weights)}"
        return f"Data({shown(self.inputs)}, {shown(self.targets)}{weights})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """For hypothesis and IPython, which list the fields of a dataclass otherwise."""
        printer.text(repr(self))

    @property
    def samples(self) -> int:
        """The number m of samples."""
        return int(self.inputs.shape[0])

    @cached_property
    def groups(self) -> tuple[npt.NDArray[np.intp], ...]:
        """Indices of the samples with exactly equal inputs, in the order of first occurrence.

        Raises:
            InputError: if the equality of two inputs in closed form cannot be decided.
        """
        buckets: dict[Hashable, list[int]] = {}
        for sample, row in enumerate(self.inputs):
            buckets.setdefault(_key(row), []).append(sample)
        groups = list(buckets.values())
        if self.inputs.dtype == object and any(isinstance(v, Symbolic) for v in self.inputs.flat):
            groups = self._merged(groups)
        return tuple(np.array(group, dtype=np.intp) for group in groups)

    def _merged(self, groups: list[list[int]]) -> list[list[int]]:
        """Join groups whose inputs are the same numbers in different closed forms."""
        result: list[list[int]] = []
        for group in groups:
            for other in result:
                if self._equal(other[0], group[0]):
                    other.extend(group)
                    other.sort()
                    break
            else:
                result.append(group)
        return result

    def _equal(self, i: int, j: int) -> bool:
        zeros = [
            is_exact_zero(exact_number(a) - exact_number(b))
            for a, b in zip(self.inputs[i], self.inputs[j], strict=True)
        ]
        if False in zeros:
            return False
        if None in zeros:
            raise InputError(
                f"inputs[{i}] and inputs[{j}]: found closed forms whose equality could not be "
                "decided, expected inputs that can be told apart"
            )
        return True


def _key(row: Array) -> Hashable:
    if row.dtype != object:
        return (row + 0.0).tobytes()  # -0.0 + 0.0 is 0.0
    return tuple((int(v.p), int(v.q)) if isinstance(v, fmpq) else v for v in row)


def _whole(targets: Array) -> Array:
    """Targets of shape (m,) that are whole numbers as integers: they may be class indices."""
    if targets.ndim != 1 or targets.dtype == object:
        return targets
    if np.all(targets == np.round(targets)) and np.all(np.abs(targets) < 2**53):
        return targets.astype(np.int64)
    return targets


def _shape_problems(x: Array, y: Array, w: Array | None) -> list[str]:
    problems = []
    if x.ndim != 2 or x.shape[0] == 0:
        problems.append(
            f"inputs: found shape {x.shape}, expected (m, d_x) with at least one sample"
        )
        return problems
    m = x.shape[0]
    if y.ndim not in (1, 2) or y.shape[0] != m or 0 in y.shape:
        problems.append(f"targets: found shape {y.shape}, expected ({m}, d_y) or ({m},)")
    if w is not None:
        outputs = y.shape[1] if y.ndim == 2 else 1
        allowed = [(m,), (m, outputs)]
        if w.shape not in allowed:
            problems.append(
                f"weights: found shape {w.shape}, expected {allowed[0]} or {allowed[1]}"
            )
    return problems


def _weight_problems(w: Array | None) -> list[str]:
    if w is None:
        return []
    ar = Exact()
    positive = w > 0 if w.dtype != object else ar.certainly_positive(ar.asarray(w))
    wrong = np.argwhere(~np.asarray(positive))
    return [
        f"weights{''.join(f'[{i}]' for i in index)}: found {w[tuple(index)]}, "
        "expected a positive number"
        for index in wrong[:5]
    ]
