"""Permutations and sign changes of the parameters of formulas, found in floats, proved by SymPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from pgb.models import Expression
from pgb.numbers import Float64
from pgb.search.symmetry.layers import Penalties
from pgb.search.symmetry.proofs import is_symmetry

Vector = npt.NDArray[np.float64]

# Formulas with more parameters are given the identity only; more elements are not listed.
_MOST_PARAMETERS = 12
_MOST_ELEMENTS = 1536
# Partial maps that are extended at once.
_MOST_MAPS = 6_000
_AGREEMENT = 1e-9


@dataclass(frozen=True)
class SignedPermutations:
    """A group of maps theta -> signs[g] * theta[orders[g]], the identity first.

    Attributes:
        orders: (g, p) places; signs: (g, p) of -1.0 and 1.0.
        complete: False if maps that floats take for symmetries could not be proved or listed.
    """

    orders: npt.NDArray[np.intp]
    signs: Vector
    complete: bool

    def images(self, theta: Vector) -> Vector:
        """(..., g, p): all images of theta (..., p)."""
        return self.signs * theta[..., self.orders]

    def normalized(self, theta: Vector) -> Vector:
        """(n, p): for each row of theta (n, p) the image that is greatest along one direction."""
        direction = 0.6 ** np.arange(theta.shape[1])
        found = np.empty_like(theta)
        step = max(1, 2_000_000 // max(1, self.orders.size))
        for start in range(0, len(theta), step):
            images = self.images(theta[start : start + step])
            chosen = np.argmax(images @ direction, axis=1)
            found[start : start + step] = images[np.arange(len(images)), chosen]
        return found


def signed_permutations(
    model: Expression, penalties: Penalties, inputs: Vector
) -> SignedPermutations:
    """The group for a formula; ``inputs`` (m, d_x) are used to find candidates only."""
    p = model.size
    one = np.arange(p)[None, :], np.ones((1, p))
    if not 0 < p <= _MOST_PARAMETERS:
        return SignedPermutations(*one, p == 0)
    search = _Search(model, penalties, inputs)
    orders, signs, complete = [one[0][0]], [one[1][0]], True
    for order, sign in search.elements():
        if np.array_equal(order, orders[0]) and np.all(sign == 1):
            continue
        if len(orders) >= _MOST_ELEMENTS:
            complete = False
            break
        orders.append(order)
        signs.append(sign)
    complete = complete and not search.exhausted
    group = np.array(orders), np.array(signs)
    proved = _generated(model, *group)
    kept = np.flatnonzero(proved)
    return SignedPermutations(group[0][kept], group[1][kept], complete and bool(np.all(proved)))


def _generated(
    model: Expression, orders: npt.NDArray[np.intp], signs: Vector
) -> npt.NDArray[np.bool_]:
    """Which elements are proved: generators by SymPy, and all products of those."""
    places = {_key(o, s): i for i, (o, s) in enumerate(zip(orders, signs, strict=True))}
    proved = np.zeros(len(orders), dtype=bool)
    proved[0] = True
    generators: list[int] = []
    for index in range(1, len(orders)):
        if proved[index] or not is_symmetry(model, orders[index], signs[index]):
            continue
        generators.append(index)
        waiting = [int(i) for i in np.flatnonzero(proved)]
        while waiting:
            current = waiting.pop()
            for g in generators:
                product = orders[g][orders[current]], signs[current] * signs[g][orders[current]]
                place = places.get(_key(*product))
                if place is not None and not proved[place]:
                    proved[place] = True
                    waiting.append(place)
    return proved


def _key(order: npt.NDArray[np.intp], sign: Vector) -> bytes:
    return np.where(sign < 0, -1 - order, order).astype(np.int64).tobytes()


class _Search:
    """Images of one parameter after the other.

    A partial map must keep the outputs at points where only the parameters mapped so far are not
    0. They are taken in an order in which the outputs at such points change soon.
    """

    def __init__(self, model: Expression, penalties: Penalties, inputs: Vector) -> None:
        self.model, self.penalties, self.x = model, penalties, inputs
        generator = np.random.default_rng(20190104)
        shape = (3, model.size)
        self.points = generator.uniform(0.3, 1.7, shape) * generator.choice([-1.0, 1.0], shape)
        self.sequence: list[int] = []
        while len(self.sequence) < model.size:
            self.sequence += self._next()
        counts = range(1, model.size + 1)
        self.known = [self._outputs(self._masked(self.sequence[:count])) for count in counts]
        #: True if the search was given up.
        self.exhausted = False

    def _next(self) -> list[int]:
        """The parameters, one or two, with which the outputs change; any one if none do."""
        rest = [j for j in range(self.model.size) if j not in self.sequence]
        before = self._outputs(self._masked(self.sequence))
        for more in [*((j,) for j in rest), *combinations(rest, 2)]:
            after = self._outputs(self._masked([*self.sequence, *more]))
            if not np.array_equal(before, after, equal_nan=True):
                return list(more)
        return rest[:1]

    def _masked(self, chosen: list[int]) -> Vector:
        result = np.zeros_like(self.points)
        result[:, chosen] = self.points[:, chosen]
        return result

    def _outputs(self, theta: Vector) -> Vector:
        with np.errstate(all="ignore"):
            return np.asarray(self.model.outputs(Float64(), theta, self.x))

    def elements(self) -> Iterator[tuple[npt.NDArray[np.intp], Vector]]:
        """All candidates (order, signs), each (p,): partial maps are extended all at once."""
        if np.any(self.penalties.fixed):
            return
        targets, signs = np.zeros((1, 0), dtype=np.intp), np.zeros((1, 0))
        for _ in range(self.model.size):
            targets, signs = self._extended(targets, signs)
            if len(targets) > _MOST_MAPS:
                self.exhausted = True
                return
        for target, sign in zip(targets, signs, strict=True):
            order, factors = np.empty(self.model.size, dtype=np.intp), np.empty(self.model.size)
            order[target], factors[target] = self.sequence, sign
            yield order, factors

    def _extended(
        self, targets: npt.NDArray[np.intp], signs: Vector
    ) -> tuple[npt.NDArray[np.intp], Vector]:
        """Maps (k', j + 1) of one more parameter that extend maps (k, j) and keep the outputs."""
        count = targets.shape[1]
        labels = self.penalties.labels
        alike = np.flatnonzero(labels == labels[self.sequence[count]])
        unused = ~np.any(targets[:, None, :] == alike[None, :, None], axis=2)
        row, column = np.nonzero(unused)
        row, column = np.repeat(row, 2), np.repeat(alike[column], 2)
        sign = np.tile([1.0, -1.0], len(row) // 2)
        targets = np.concatenate([targets[row], column[:, None]], axis=1)
        signs = np.concatenate([signs[row], sign[:, None]], axis=1)
        kept = self._agree(targets, signs)
        return targets[kept], signs[kept]

    def _agree(self, targets: npt.NDArray[np.intp], signs: Vector) -> npt.NDArray[np.bool_]:
        """(k,): which maps (k, j) keep the outputs."""
        maps, count = targets.shape
        image = np.zeros((maps, *self.points.shape))
        values = self.points[:, self.sequence[:count]] * signs[:, None, :]
        np.put_along_axis(image, np.broadcast_to(targets[:, None, :], values.shape), values, axis=2)
        found, known = self._outputs(image), self.known[count - 1]
        if count < self.model.size:  # undefined outputs at zeros do not speak against a map
            both = np.isfinite(found) & np.isfinite(known)
            found, known = np.where(both, found, 0.0), np.where(both, known, 0.0)
        scale = np.max(np.abs(known), initial=1.0)
        near = np.abs(found - known) <= _AGREEMENT * scale
        return np.asarray(np.all(near.reshape(maps, -1), axis=1))
