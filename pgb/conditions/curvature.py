"""Curvature: the spectrum of the Hessian, and proofs of definiteness or descent from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pgb.conditions.evaluation import PRECISIONS, Evaluation
from pgb.conditions.linear_algebra import (
    Inertia,
    certainly_positive_definite,
    exact_inertia,
    inertia_in_balls,
    midpoint_spectrum,
)
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.numbers import Array, Balls, Float64, exact_number


@dataclass(frozen=True)
class Curvature:
    """What can be said of second derivatives at a candidate.

    Where a second derivative jumps (Huber, degree-2 hinge, ELU) all enclosures contain every
    one-sided Hessian; where a first derivative jumps the Hessian is not defined.
    """

    evaluation: Evaluation

    @cached_property
    def defined(self) -> bool:
        """False if a first derivative may jump on the point or ball that is asked about."""
        return self.evaluation.switch_order != 1

    @cached_property
    def single_valued(self) -> bool:
        """True if the objective is C^2 on the point or ball that is asked about."""
        order = self.evaluation.switch_order
        return order is None or order > 2

    @cached_property
    def spectrum(self) -> npt.NDArray[np.float64] | None:
        """Ascending eigenvalues (p,); None where the Hessian is not defined or not finite."""
        at = self.evaluation
        point_defined = self.defined if at.exact else True
        if not point_defined or at.objective.size == 0:
            return np.zeros(0) if point_defined else None
        if at.exact and at.objective.size <= 40:
            enclosure = at.hessian(256)
            if np.all(np.isfinite(Balls().to_float(enclosure))):
                return self._with_exact_zeros(midpoint_spectrum(enclosure))
        hessian = np.asarray(at.objective.hessian(Float64(), at.floats))
        if not np.all(np.isfinite(hessian)):
            return None
        return np.asarray(np.linalg.eigvalsh((hessian + hessian.T) / 2))

    def _with_exact_zeros(self, spectrum: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The eigenvalues that exact arithmetic knows to be 0, instead of their rounding noise."""
        signs = self.inertia
        if signs is None:
            return spectrum
        cleaned = np.array(spectrum)
        cleaned[signs.negative : signs.negative + signs.zero] = 0.0
        return cleaned

    @cached_property
    def inertia(self) -> Inertia | None:
        """Exact inertia of the Hessian at an exact point where it is single-valued, or None.

        Where the gradient is not 0 only what balls decide: singular Hessians cost too much there.
        """
        at = self.evaluation
        if not (at.exact and self.defined and self.single_valued):
            return None
        if at.exact_gradient_is_zero is False:
            enclosure = at.hessian(256)
            with Balls(256) as ar:
                return inertia_in_balls(ar, enclosure) if at.objective.size <= 60 else None
        return None if at.exact_hessian is None else exact_inertia(at.exact_hessian)

    def strict_minimum(self) -> Finding | None:
        """At an exact point whose gradient is exactly 0: a proof of a strict local minimum."""
        at = self.evaluation
        if not (at.exact and self.defined and at.exact_gradient_is_zero):
            return None
        for precision in PRECISIONS:
            enclosure = at.hessian(precision)
            with Balls(precision) as ar:
                if certainly_positive_definite(ar, enclosure):
                    reason = "the gradient is exactly 0 and the Hessian is positive definite"
                    details = {"precision": precision}
                    witness = {"method": "strict", **details}
                    verdict, evidence = Verdict.LOCAL_MINIMUM, Evidence.STRICT
                    return Finding(verdict, True, evidence, reason, details, witness)
        return None

    def descending_direction(self) -> Finding | None:
        """A direction d with d^T H d < 0 on all of the point or ball, proved; else None.

        On a ball one fixed d must serve for every point of it, and no first derivative may jump
        there: across a kink a second-order enclosure says nothing.
        """
        if not self.defined or self.evaluation.objective.size == 0:
            return None
        direction = self._lowest_eigenvector()
        if direction is None:
            return None
        for precision in self.evaluation.precisions:
            enclosure = self.evaluation.hessian(precision)
            with Balls(precision) as ar:
                d = ar.asarray(direction)
                form = _quadratic_form(ar, enclosure, d)
                if ar.certainly_negative(form):
                    return self._finding(direction, float(ar.to_float(form)), precision)
        return None

    def _finding(self, direction: npt.NDArray[np.float64], form: float, precision: int) -> Finding:
        where = "" if self.evaluation.exact else " on the whole ball"
        reason = f"the Hessian is negative ({form:.3g}) along a direction{where}"
        return Finding(
            Verdict.NOT_A_LOCAL_MINIMUM,
            True,
            Evidence.NEGATIVE_CURVATURE,
            reason,
            {"direction": direction.tolist(), "quadratic_form": form, "precision": precision},
            {
                "method": "curvature",
                "precision": precision,
                "direction": [str(exact_number(v)) for v in direction.tolist()],
            },
        )

    def _lowest_eigenvector(self) -> npt.NDArray[np.float64] | None:
        at = self.evaluation
        hessian = np.asarray(at.objective.hessian(Float64(), at.floats))
        if not np.all(np.isfinite(hessian)):
            return None
        values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
        if values[0] >= 0:
            return None
        vector = vectors[:, 0] / np.max(np.abs(vectors[:, 0]))
        return np.where(np.abs(vector) < 1e-9, 0.0, vector)


def _quadratic_form(ar: Balls, matrix: Array, vector: Array) -> Array:
    row = ar.matmul(vector[None, :], matrix)
    return ar.matmul(row, vector[:, None])[0, 0:1].reshape(())
