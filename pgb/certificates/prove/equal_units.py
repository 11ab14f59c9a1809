"""Local minima with two equal hidden units, from the strict minimum of the merged network.

Let two units of a hidden layer have equal incoming weights and biases, and let the next layer have
one unit. Merging the two (adding their outgoing weights) gives a smaller network with the same
outputs. At a stationary point of the smaller one with merged outgoing weight U != 0, the derivative
by the unit's incoming weights is U G = 0, so G = 0. Hence splitting U = u + v in any way gives
stationary points of the larger network: a line of constant value (the embedding of Fukumizu and
Amari, *Local minima and plateaus in hierarchical structures of multilayer perceptrons*, Neural
Networks 2000). Where the Hessian is positive definite across the line, its points are local minima
(Morse-Bott).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.certificates.prove.krawczyk import prove_strict
from pgb.conditions.complement import rational_columns, rational_rows
from pgb.conditions.linear_algebra import certainly_positive_definite
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.models import Network
from pgb.numbers import Array, Balls, Exact, Float64
from pgb.problems import Candidate, Objective
from pgb.progress import Progress, silent

Floats = npt.NDArray[np.float64]

#: Bits of the balls in which second derivatives across a line are enclosed.
PRECISION = 128


def prove_equal_units(
    objective: Objective, candidate: Candidate, radii: Floats, *, progress: Progress = silent
) -> Finding | None:
    """Prove that the ball holds a local minimum with two equal units; None if that fails.

    ``radii`` (p,) are the half-widths of the ball. The split of the merged outgoing weight is the
    candidate's own. Only for networks without regularizer.
    """
    for line in critical_lines(objective, candidate, radii, progress):
        found = _proof(objective, line)
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class CriticalLine:
    """Two equal units, a strict minimum of the merged network, and a box that holds its split.

    Attributes:
        layer: the layer of the units.
        units: the two.
        merged: the witness of the merged network's minimum.
        floats: (p,) the point.
        box: encloses the split minimum (p,) in balls.
    """

    layer: int
    units: tuple[int, int]
    merged: Mapping[str, Any]
    floats: Floats
    box: Callable[[Balls], Array]


def critical_lines(
    objective: Objective, candidate: Candidate, radii: Floats, progress: Progress
) -> Iterator[CriticalLine]:
    """Lines of critical points through the ball along which the weight of equal units is split."""
    network = objective.model
    plain = objective.elimination is None and objective.regularizer.is_zero
    if candidate.exact or not isinstance(network, Network) or not plain:
        return
    point = Exact().asarray(candidate.point)
    for layer, first, second in _equal_pairs(network, point):
        merge = _Merge(network, layer, first, second)
        line = _line(objective, merge, point, radii, progress)
        if line is not None:
            yield line


class _Merge:
    """Bookkeeping between the parameters of the network and those of the merged one."""

    def __init__(self, network: Network, layer: int, first: int, second: int) -> None:
        self.layer, self.units = layer, (first, second)
        layers = list(network.layers)
        layers[layer] -= 1
        self.network = Network(
            layers, list(network.activations), network.output_activation, network.bias
        )
        names = [f"W{layer}", *([f"b{layer}"] if network.bias else [])]
        index = {name: network.index(name) for name in network.slices}
        kept = {
            name: np.delete(rows, second, axis=0) for name, rows in index.items() if name in names
        }
        kept[f"W{layer + 1}"] = np.delete(index[f"W{layer + 1}"], second, axis=1)
        self.kept = np.concatenate([kept.get(name, index[name]).ravel() for name in network.slices])
        self.copied = np.concatenate([index[name][second].ravel() for name in names])
        self.copies = np.concatenate([index[name][first].ravel() for name in names])
        self.outgoing = int(index[f"W{layer + 1}"][0, first])
        self.other = int(index[f"W{layer + 1}"][0, second])

    def merged(self, point: Array) -> Array:
        """The merged parameters; a copy of the unit's incoming weights is dropped."""
        total = np.array(point, dtype=object)
        total[self.outgoing] = total[self.outgoing] + total[self.other]
        return total[self.kept]

    def split(self, merged: Array, point: Array) -> Array:
        """Parameters of the network with the second unit's outgoing weight as in ``point``."""
        result = np.array(point, dtype=object)
        result[self.kept] = merged
        result[self.copied] = result[self.copies]
        result[self.outgoing] = result[self.outgoing] - point[self.other]
        return result

    def radii(self, radii: Floats) -> Floats:
        """Half-widths for the merged parameters that keep both copies inside the ball."""
        least = np.array(radii)
        least[self.copies] = np.minimum(radii[self.copies], radii[self.copied])
        return least[self.kept]


def _equal_pairs(network: Network, point: Array) -> Iterator[tuple[int, int, int]]:
    for layer in range(1, len(network.layers) - 1):
        if network.layers[layer + 1] != 1 or network.layers[layer] < 2:
            continue
        rows = point[network.index(f"W{layer}")]
        if network.bias:
            rows = np.concatenate([rows, point[network.index(f"b{layer}")][:, None]], axis=1)
        for u, v in combinations(range(network.layers[layer]), 2):
            if all(bool(a == b) for a, b in zip(rows[u], rows[v], strict=True)):
                yield layer, u, v


def _line(
    objective: Objective, merge: _Merge, point: Array, radii: Floats, progress: Progress
) -> CriticalLine | None:
    smaller = Objective(merge.network, objective.data, objective.loss, objective.reduction)
    merged = Candidate(merge.merged(point), exact=False)
    strict = prove_strict(smaller, merged, merge.radii(radii), progress=progress)
    if strict is None:
        return None
    center, widths = (
        np.array([fmpq(*map(int, v.split("/"))) for v in strict.witness[key]], dtype=object)
        for key in ("center", "radius")
    )

    def box(ar: Balls) -> Array:
        return merge.split(ar.ball(center, widths), ar.asarray(point))

    with Balls(PRECISION) as ar:
        theta = box(ar)
        total = theta[merge.outgoing] + theta[merge.other]
        nonzero = ar.certainly_nonzero(np.array([total], dtype=object))[0]
        if not (nonzero and _is_smooth(ar, objective, theta)):
            return None
    floats = Float64().asarray(point)
    return CriticalLine(merge.layer, merge.units, strict.witness, floats, box)


def _proof(objective: Objective, line: CriticalLine) -> Finding | None:
    complement = _complement(objective, line.floats)
    with Balls(PRECISION) as ar:
        basis = ar.asarray(complement)
        form = ar.matmul(ar.matmul(basis.T, objective.hessian(ar, line.box(ar))), basis)
        if not certainly_positive_definite(ar, form):
            return None
    u, v = line.units
    reason = (
        f"merging the equal units {u} and {v} of layer {line.layer} leaves a strict local minimum "
        "of the smaller network, and the Hessian is positive definite across the line on which "
        "their outgoing weight is split"
    )
    witness = {
        "method": "equal-units",
        "precision": PRECISION,
        "layer": line.layer,
        "units": [u, v],
        "merged": dict(line.merged),
        "complement": rational_rows(complement),
    }
    details = {"dimension": 1, "layer": line.layer, "units": [u, v]}
    return Finding(Verdict.LOCAL_MINIMUM, True, Evidence.BRANCH, reason, details, witness)


def _complement(objective: Objective, theta: Floats) -> Array:
    hessian = np.asarray(objective.hessian(Float64(), theta))
    return rational_columns(np.linalg.eigh((hessian + hessian.T) / 2)[1][:, 1:])


def _is_smooth(ar: Balls, objective: Objective, theta: Array) -> bool:
    return all(
        bool(np.all(ar.certainly_nonzero(switch.values)))
        for switch in objective.switches(ar, theta)
        if switch.order <= 2
    )
