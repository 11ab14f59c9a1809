"""The parts of a model, each with its own moves: networks, exponential neurons, formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.models import AffineField, ExponentialNeurons, Expression, Model, Network, summands
from pgb.numbers import Exact, Float64
from pgb.problems import Objective, Regularizer
from pgb.search.scales import typical_magnitudes
from pgb.search.symmetry.alignment import align, relative_distance
from pgb.search.symmetry.expressions import SignedPermutations, signed_permutations
from pgb.search.symmetry.layers import Penalties
from pgb.search.symmetry.linear import Collapse, collapse, smaller_penalties
from pgb.search.symmetry.networks import NetworkMoves, network_moves, normalized
from pgb.search.symmetry.orbits import finite_orbit_size, tangents_of
from pgb.search.symmetry.scalings import Scalings

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Nearest:
    """How near the second of two vectors can be moved to the first.

    ``distance`` is relative to the sizes of the parameters; ``doubt`` says why another image might
    still be nearer, and is empty if none can be.
    """

    distance: float
    doubt: str = ""


class Part:
    """A range of the parameters without known moves; the base of the others.

    ``typical`` (q,) are the magnitudes of its parameters below which differences are absolute.
    """

    def __init__(self, place: slice) -> None:
        self.place = place
        self.typical: Vector = np.ones(place.stop - place.start)

    def normalized(self, theta: Vector) -> Vector:
        """Normal forms (n, q) of the part's columns (n, q)."""
        return theta

    def nearest(self, first: Vector, second: Vector) -> Nearest:
        """Compare two normal forms (q,)."""
        return Nearest(relative_distance(first, second, self.typical))

    def orbit_size(self, theta: Vector) -> int:
        """Images of a normal form (q,) under the finite part of the group."""
        return 1

    def tangents(self, theta: Vector) -> list[Vector]:
        """Velocities (q,) at any point of moves that are no affine fields of the model."""
        return []


class NetworkPart(Part):
    """A layered network, with free linear layers multiplied out."""

    def __init__(
        self, network: Network, start: int, penalties: Penalties, objective: Objective
    ) -> None:
        super().__init__(slice(start, start + network.size))
        inputs = Float64().asarray(objective.data.inputs)
        self.network = network
        self.made: Collapse | None = collapse(network, penalties)
        inner, inside = network, penalties
        if self.made is not None:
            inner, inside = self.made.smaller, smaller_penalties(self.made, penalties)
        invariant = objective.loss.shift_invariant
        self.moves: NetworkMoves = network_moves(inner, inside, inputs, invariant)
        self.own = self.moves
        if self.made is not None:
            self.own = network_moves(network, penalties, inputs, invariant)

    def normalized(self, theta: Vector) -> Vector:
        if self.made is None:
            return normalized(self.moves, theta)
        closed = self.made.has_closed_orbit(theta)
        return np.where(closed[:, None], self.factorized(theta), theta)

    def factorized(self, theta: Vector) -> Vector:
        """The same outputs (n, q) with balanced factors of linear layers, on the orbit or not."""
        assert self.made is not None
        return self.made.expanded(normalized(self.moves, self.made.collapsed(theta)))

    def nearest(self, first: Vector, second: Vector) -> Nearest:
        pair, doubt = np.stack([first, second]), ""
        if self.made is not None:
            closed = self.made.has_closed_orbit(pair)
            if not np.all(closed):
                doubt = "factors of linear layers have more rank than their product"
            pair = normalized(self.moves, self.made.collapsed(pair))
        found = align(self.moves, pair[0], pair[1])
        if not all(layer.complete for layer in self.moves.layers):
            doubt = "linear layers may have further changes of basis"
        elif found.gap < 1e-4:
            doubt = "two units of a layer can hardly be told apart"
        return Nearest(found.distance, doubt)

    def orbit_size(self, theta: Vector) -> int:
        rows = theta[None, :]
        if self.made is not None:
            rows = normalized(self.moves, self.made.collapsed(rows))
        return finite_orbit_size(self.moves, rows[0])

    def tangents(self, theta: Vector) -> list[Vector]:
        return tangents_of(self.own, theta)


class ExponentialPart(Part):
    """Exponential neurons: where a is not penalized, exp(b) may move into it."""

    def __init__(self, neurons: ExponentialNeurons, start: int, penalties: Penalties) -> None:
        super().__init__(slice(start, start + neurons.size))
        a, b = (np.arange(neurons.size)[neurons.slices[name]] for name in ("a", "b"))
        free = (penalties.labels[a] == 0) & (penalties.labels[b] == 0)
        self.a, self.b = a[free], b[free]

    def normalized(self, theta: Vector) -> Vector:
        theta = np.array(theta)
        with np.errstate(over="ignore", invalid="ignore"):
            moved = theta[:, self.a] * np.exp(theta[:, self.b])
        sound = np.isfinite(moved)
        theta[:, self.a] = np.where(sound, moved, theta[:, self.a])
        theta[:, self.b] = np.where(sound, 0.0, theta[:, self.b])
        return theta


class ExpressionPart(Part):
    """Formulas: signed permutations of parameters, and rescalings found as affine fields."""

    def __init__(self, model: Expression, start: int, penalties: Penalties, x: Vector) -> None:
        super().__init__(slice(start, start + model.size))
        self.group: SignedPermutations = signed_permutations(model, penalties, x)
        fields = [f for f in model.invariances() if keeps(f, penalties)]
        self.scalings = Scalings.of(fields, model.size)

    def normalized(self, theta: Vector) -> Vector:
        return self.group.normalized(self.scalings.balanced(theta))

    def nearest(self, first: Vector, second: Vector) -> Nearest:
        images = self.group.images(second)
        distance = min(relative_distance(first, image, self.typical) for image in images)
        if not self.group.complete:
            return Nearest(distance, "not all symmetries of the formulas are proved")
        return Nearest(distance, self.scalings.doubt(first))

    def orbit_size(self, theta: Vector) -> int:
        moved = self.group.images(theta)
        sizes = np.maximum(self.typical, np.abs(theta))
        fixing = np.all(np.abs(moved - theta) <= 1e-6 * sizes, axis=1)
        return len(moved) // int(np.sum(fixing))


def keeps(field: AffineField, penalties: Penalties) -> bool:
    """Whether the flow of a field moves no penalized parameter."""
    rows = [*(row for row, _ in field.entries), *field.shift]
    return not np.any((penalties.labels != 0)[rows])


def penalties_of(regularizer: Regularizer) -> Penalties:
    """Labels by exact coefficients; numbers that are not known to be equal count as different."""
    zero = ~regularizer.active
    names: dict[tuple[str, ...], int] = {}
    labels = np.zeros(regularizer.size, dtype=np.intp)
    for j in np.flatnonzero(~zero):
        fixed = str(j) if regularizer.fixed[j] else ""
        name = (str(regularizer.quadratic[j]), str(regularizer.absolute[j]), fixed)
        labels[j] = names.setdefault(name, len(names) + 1)
    absolute = ~Exact().certainly_zero(regularizer.absolute)
    return Penalties(labels, np.asarray(absolute, dtype=bool), np.array(regularizer.fixed))


def parts_of(objective: Objective) -> tuple[Part, ...]:
    """The parts of an objective's model, covering all parameters."""
    penalties, inner = penalties_of(objective.regularizer), objective.inner_model
    found = [
        _part(model, place.start, penalties.part(place.start, place.stop), objective)
        for model, place in summands(inner)
    ]
    if inner.size < objective.size:
        found.append(Part(slice(inner.size, objective.size)))
    typical = typical_magnitudes(objective)
    for part in found:
        part.typical = typical[part.place]
    return tuple(found)


def _part(model: Model, start: int, penalties: Penalties, objective: Objective) -> Part:
    if isinstance(model, Network):
        return NetworkPart(model, start, penalties, objective)
    if isinstance(model, ExponentialNeurons):
        return ExponentialPart(model, start, penalties)
    if _is_expression(model):
        x = Float64().asarray(objective.data.inputs)
        return ExpressionPart(model, start, penalties, x)  # type: ignore[arg-type]
    return Part(slice(start, start + model.size))


def _is_expression(model: Model) -> bool:
    return type(model).__name__ == "Expression" and isinstance(model, Expression)
