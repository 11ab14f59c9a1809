"""Valleys to infinity: rays along which outputs stay fixed and the penalty decreases for ever.

An affine field X = M theta + c with d phi[X] = 0 keeps every output along its flow. With M
diagonal the flow is explicit: theta_j e^{d_j t}, or theta_j + c_j t. If no penalized coordinate
grows and one shrinks, Q decreases strictly along the whole ray and its limit is not attained on it.
For the exponential neuron the field is a d/da - d/db: the failure mode in which descent on the
eliminated problem runs to infinity (in the spirit of Kawaguchi and Kaelbling 2020).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pgb.conditions.curvature import Curvature
from pgb.conditions.evaluation import Evaluation
from pgb.conditions.stationarity import Stationarity, parameter_name
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.models import AffineField
from pgb.numbers import Balls, Exact, Float64, exact_number
from pgb.problems import Objective

Vector = npt.NDArray[np.float64]

#: A gradient below this times max(1, |Q|), with no eigenvalue below minus CURVATURE_TOLERANCE
#: times the largest, is what usual float stopping tests accept.
GRADIENT_TOLERANCE = 1e-3
CURVATURE_TOLERANCE = 1e-6

# The field a d/da - d/db of the transform without additional units, which keeps a e^b.
_SCALARS = "a e^b of the factor"


@dataclass(frozen=True)
class Ray:
    """The flow theta_j(t) = theta_j e^{rate_j t} + drift_j t, t >= 0, from the candidate.

    ``rates`` and ``drifts`` (p,); ``limit`` is the value that Q decreases to along it (in floats).
    """

    name: str
    rates: Vector
    drifts: Vector
    limit: float

    def at(self, theta: Vector, t: float) -> Vector:
        """The point (p,) at time t of the ray that starts at theta."""
        return theta * np.exp(self.rates * t) + self.drifts * t


def decreasing_ray(at: Evaluation) -> Ray | None:
    """A ray to infinity from the point (or from every point of the ball) with Q decreasing, proved.

    The regularizer's derivative along the field is then certainly negative on all of the point or
    ball, so no stationary point lies there either: at a stationary point the derivative of the
    regularizer along every field that fixes the outputs is 0.
    """
    for symmetry in _symmetries(at.objective):
        for sign in (1, -1):
            ray = _ray(at, symmetry, sign)
            if ray is not None:
                return ray
    return None


def _ray(at: Evaluation, symmetry: AffineField, sign: int) -> Ray | None:
    ar, regularizer = Float64(), at.objective.regularizer
    rates, drifts = np.zeros(at.objective.size), np.zeros(at.objective.size)
    for (row, column), rate in symmetry.entries.items():
        if row != column:
            return None
        rates[row] = sign * float(ar.asarray(rate))
    for row, drift in symmetry.shift.items():
        drifts[row] = sign * float(ar.asarray(drift))
    if np.any((rates != 0) & (drifts != 0)):
        return None
    penalized = regularizer.active
    if symmetry.name == _SCALARS:
        penalized = _weighted(at.objective)
    with Balls(128) as balls:
        nonzero = balls.certainly_nonzero(at.enclosure(balls))
        zero = balls.certainly_zero(at.enclosure(balls))
    grows = penalized & (((rates > 0) & ~zero) | (drifts != 0))
    shrinks = penalized & (rates < 0) & nonzero
    leaves = (drifts != 0) | ((rates > 0) & nonzero)
    if np.any(grows) or not np.any(shrinks) or not np.any(leaves):
        return None
    rest = np.where(penalized & (rates < 0), 0.0, at.floats)
    penalty = regularizer.value(ar, at.floats) - regularizer.value(ar, rest)
    limit = float(at.objective.value(ar, at.floats)) - float(penalty)
    return Ray(symmetry.name, rates, drifts, limit)


def _symmetries(objective: Objective) -> list[AffineField]:
    """Fields along which everything but the penalty is constant."""
    fields = list(objective.model.invariances())
    elimination = objective.elimination
    if elimination is not None and elimination.kind == "without-units":
        a, b = (objective.slices[name].start for name in elimination.names)
        fields.append(AffineField.sparse(objective.size, {(a, a): 1}, _SCALARS, {b: -1}))
    return fields


def _weighted(objective: Objective) -> npt.NDArray[np.bool_]:
    ar, regularizer = Exact(), objective.regularizer
    zero = ar.certainly_zero(regularizer.quadratic) & ar.certainly_zero(regularizer.absolute)
    return ~zero


def escape(at: Evaluation, stationarity: Stationarity, curvature: Curvature) -> Finding | None:
    """ESCAPING, proved: a decreasing ray starts here although float tests would accept the point.

    Where the point visibly fails those tests the ray is still a proof that there is no local
    minimum, and the finding says NOT_A_LOCAL_MINIMUM.
    """
    ray = decreasing_ray(at)
    if ray is None:
        return None
    looks_converged = _passes_float_tests(at, stationarity, curvature)
    verdict = Verdict.ESCAPING if looks_converged else Verdict.NOT_A_LOCAL_MINIMUM
    moving = [
        f"{parameter_name(at, j)} -> {_growth(at, ray, j)}"
        for j in range(at.objective.size)
        if ray.drifts[j] != 0 or (ray.rates[j] != 0 and at.floats[j] != 0)
    ]
    reason = (
        f"the outputs are constant along {', '.join(moving)} while the penalty decreases for all "
        f"t > 0: the value falls to {ray.limit:.6g} at infinity and no stationary point is here"
    )
    details = {
        "rates": ray.rates.tolist(),
        "drifts": ray.drifts.tolist(),
        "limit": ray.limit,
    }
    witness = {"method": "ray", "precision": 128, **_exact_texts(ray)}
    return Finding(verdict, True, Evidence.ESCAPE_RAY, reason, details, witness)


def _exact_texts(ray: Ray) -> dict[str, list[str]]:
    """Rates and drifts as the rationals that the doubles are."""
    named = {"rates": ray.rates, "drifts": ray.drifts}
    return {key: [str(exact_number(v)) for v in values.tolist()] for key, values in named.items()}


def _passes_float_tests(at: Evaluation, stationarity: Stationarity, curvature: Curvature) -> bool:
    spectrum = curvature.spectrum
    if stationarity.norm is None or spectrum is None:
        return False
    scale = max(1.0, abs(float(np.asarray(at.objective.value(Float64(), at.floats)))))
    lowest, highest = float(spectrum[0]), float(np.max(np.abs(spectrum)))
    small_gradient = stationarity.norm <= GRADIENT_TOLERANCE * scale
    return small_gradient and lowest >= -CURVATURE_TOLERANCE * max(1.0, highest)


def _growth(at: Evaluation, ray: Ray, index: int) -> str:
    start, rate, drift = f"{at.floats[index]:.6g}", ray.rates[index], ray.drifts[index]
    if rate == 0:
        return f"{start} {'+' if drift > 0 else '-'} {_multiple(abs(drift))}"
    return f"{start} e^({'-' if rate < 0 else ''}{_multiple(abs(rate))})"


def _multiple(factor: float) -> str:
    return "t" if factor == 1 else f"{factor:g} t"
