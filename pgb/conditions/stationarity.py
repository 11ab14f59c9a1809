"""Stationarity: the gradient, the Newton step beside it, and one-sided derivatives at kinks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice

import numpy as np
import numpy.typing as npt
from flint import fmpq

from pgb.conditions.evaluation import Evaluation
from pgb.conditions.linear_algebra import midpoint_newton_step
from pgb.conditions.multipliers import Program
from pgb.conditions.pieces import pieces
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.errors import InputError, UndecidedError
from pgb.numbers import Array, Balls, Exact, Float64

# Exact candidates with at most this many parameters are reported from high precision.
_HIGH_PRECISION_SIZE = 60
# Sign patterns of which each may propose a direction of descent.
_MOST_PIECES = 64


@dataclass(frozen=True)
class Stationarity:
    """What can be said of first derivatives at a candidate.

    ``defined`` is False at a kink of the objective: there the gradient does not exist, and only
    one-sided derivatives are meaningful (relu'(0) = 0 is a convention, not a derivative).
    """

    evaluation: Evaluation
    seed: int = 0

    @cached_property
    def defined(self) -> bool:
        """False if a first derivative may jump at the exact point."""
        return not (self.evaluation.exact and self.evaluation.switch_order == 1)

    @cached_property
    def gradient(self) -> npt.NDArray[np.float64]:
        """The gradient (p,), from 256-bit arithmetic at exact points of moderate size."""
        at = self.evaluation
        if at.exact and at.objective.size <= _HIGH_PRECISION_SIZE:
            return Balls().to_float(at.gradient(256))
        ar = Float64()
        return np.asarray(at.objective.gradient(ar, at.floats))

    @cached_property
    def norm(self) -> float | None:
        """Euclidean norm of the gradient, None where it is not defined."""
        return float(np.linalg.norm(self.gradient)) if self.defined else None

    @cached_property
    def newton_step(self) -> npt.NDArray[np.float64] | None:
        """-H^{-1} grad (p,), by least squares where H is singular; None where not defined.

        Its length estimates the distance to a stationary point far better than the gradient norm:
        along a valley to infinity the gradient tends to 0 and the Newton step need not.
        """
        at = self.evaluation
        if not self.defined:
            return None
        if self.exactly_zero:
            return np.zeros(at.objective.size)
        if at.exact and at.objective.size <= _HIGH_PRECISION_SIZE:
            step = midpoint_newton_step(at.hessian(256), at.gradient(256))
            if step is not None:
                return step
        hessian = np.asarray(at.objective.hessian(Float64(), at.floats))
        if not (np.all(np.isfinite(hessian)) and np.all(np.isfinite(self.gradient))):
            return None
        return -np.asarray(np.linalg.lstsq(hessian, self.gradient, rcond=1e-13)[0])

    @cached_property
    def exactly_zero(self) -> bool | None:
        """Exact point: is the gradient exactly 0? None for balls, at kinks, and if undecided."""
        if not self.evaluation.exact or not self.defined:
            return None
        return self.evaluation.exact_gradient_is_zero

    def refutation(self) -> Finding | None:
        """A proof from first derivatives that there is no local minimum, if there is one.

        At a point: a partial derivative is not 0, or at a kink a one-sided one is negative. On a
        ball: one component of the Clarke gradient excludes 0 throughout.
        """
        if not self.defined:
            return self._descending_direction()
        for precision in self.evaluation.precisions:
            finding = self._nonzero_component(precision)
            if finding is not None or self.exactly_zero:
                return finding
        return None

    def _nonzero_component(self, precision: int) -> Finding | None:
        enclosure = self.evaluation.gradient(precision)
        with Balls(precision) as ar:
            nonzero = ar.certainly_nonzero(enclosure)
            floats = ar.to_float(enclosure)
        if not np.any(nonzero):
            return None
        index = int(np.argmax(np.where(nonzero, np.abs(floats), -1.0)))
        name = parameter_name(self.evaluation, index)
        where = "there" if self.evaluation.exact else "everywhere in the ball"
        reason = f"the derivative with respect to {name} is {_shown(floats[index])}, {where}"
        return Finding(
            Verdict.NOT_A_LOCAL_MINIMUM,
            True,
            Evidence.GRADIENT,
            reason,
            {"parameter": name, "derivative": float(floats[index]), "precision": precision},
            {"method": "gradient", "precision": precision, "index": index},
        )

    def _descending_direction(self) -> Finding | None:
        objective, point = self.evaluation.objective, self.evaluation.candidate.point
        ar = Exact()
        for direction in chain(self._proposed_directions(), self._directions_into_pieces()):
            try:
                slope = objective.directional_derivative(ar, ar.asarray(point), direction)
                if not np.all(ar.certainly_negative(slope)):
                    continue
            except UndecidedError:
                continue
            value = float(ar.to_float(slope))
            reason = (
                "the gradient is not defined here (a kink), and a one-sided derivative is "
                f"{value:.3g} < 0"
            )
            vector = [str(v) for v in direction]
            return Finding(
                Verdict.NOT_A_LOCAL_MINIMUM,
                True,
                Evidence.ONE_SIDED_DERIVATIVE,
                reason,
                {"direction": vector, "derivative": value},
                {"method": "one-sided", "direction": vector},
            )
        return None

    def _directions_into_pieces(self) -> Iterator[Array]:
        """Directions into single pieces around a kink, by linear programs."""
        at = self.evaluation
        if at.objective.size > _HIGH_PRECISION_SIZE:
            return
        every = tuple(range(at.objective.size))
        try:
            point = Exact().asarray(at.candidate.point)
            for piece in islice(pieces(at.objective, point), _MOST_PIECES):
                direction = Program(piece, every).descent()
                if direction is not None:
                    yield direction
        except (UndecidedError, InputError, ZeroDivisionError):
            return

    @cached_property
    def one_sided(self) -> dict[str, tuple[float, float]]:
        """One-sided derivatives along + and - each coordinate, for the report at a kink."""
        result = {}
        for j, unit in enumerate(np.eye(self.evaluation.objective.size)):
            pair = [self._float_slope(sign * unit) for sign in (1.0, -1.0)]
            result[parameter_name(self.evaluation, j)] = (pair[0], pair[1])
        return result

    def _float_slope(self, direction: npt.NDArray[np.float64]) -> float:
        """The one-sided derivative in floats; nan where a square root of 0 may make it infinite."""
        objective, theta = self.evaluation.objective, self.evaluation.floats
        try:
            return float(objective.directional_derivative(Float64(), theta, direction))
        except UndecidedError:
            return float("nan")

    def _proposed_directions(self, count: int = 8) -> list[Array]:
        """Integer directions, the steepest in floats first."""
        p = self.evaluation.objective.size
        rng = np.random.default_rng(self.seed)
        units = [sign * row for row in np.eye(p, dtype=int) for sign in (1, -1)]
        random = [rng.integers(-3, 4, p) for _ in range(50)]
        candidates = [v for v in (*units, *random) if np.any(v)]
        slopes = [self._float_slope(v.astype(float)) / np.linalg.norm(v) for v in candidates]
        best = np.argsort(slopes)[:count]
        return [np.array([fmpq(int(x)) for x in candidates[i]], dtype=object) for i in best]


def _shown(derivative: float) -> str:
    """A derivative that is certainly not 0, in words that survive the range of doubles."""
    if derivative == 0:
        return "not 0 (but below the range of doubles)"
    if not np.isfinite(derivative):
        return "not 0 (and beyond the range of doubles)"
    return f"{derivative:.3g}, not 0"


def parameter_name(evaluation: Evaluation, index: int) -> str:
    """The name of one coordinate of the parameter vector, such as ``W1[0,2]``."""
    for parameter in evaluation.objective.parameters:
        if index < parameter.size:
            if not parameter.shape:
                return parameter.name
            place = np.unravel_index(index, parameter.shape)
            return f"{parameter.name}[{','.join(str(int(i)) for i in place)}]"
        index -= parameter.size
    raise IndexError(index)
