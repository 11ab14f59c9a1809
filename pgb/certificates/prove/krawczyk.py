"""Strict local minima in a ball, and saddles with their index, by rigorous arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.certificates.prove.definiteness import certain_index, inverse_cholesky, signature_basis
from pgb.certificates.prove.enclosure import Enclosure, enclose
from pgb.certificates.prove.frames import GRADIENT_PRECISION, Frame, frame, newton_in_floats
from pgb.conditions.polish import descend
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.numbers import Array, Balls, Float64, exact_number
from pgb.problems import Candidate, Objective
from pgb.progress import Progress, silent

Floats = npt.NDArray[np.float64]

# Parameters times samples up to which balls are as fast as anything, and up to which they are tried
# where midpoint-radius arithmetic failed.
_TINY, _MODERATE = 1_000, 30_000
_PRECISIONS = (128, 256)
# Parameters up to which descent is tried where Newton's method does not find a minimum.
_DESCENT = 50
# Parameters up to which the witness holds the preconditioner.
_LARGEST_PRECONDITIONER = 300
# Half-widths of the first box: what a small problem may reach, and what a large one often does.
_WIDE, _NARROW = 1e-2, 1e-6


def prove_strict(
    objective: Objective,
    candidate: Candidate,
    radii: Floats | None = None,
    *,
    precision: int | None = None,
    progress: Progress = silent,
) -> Finding | None:
    """Prove that a strict local minimum lies in the ball asked about; None if that fails.

    The center is polished first. A box around it is proved to hold exactly one critical point, all
    Hessians on it are proved positive definite, and a box inside the ball is proved to hold that
    point.

    Args:
        objective: the objective.
        candidate: the center of the ball; an exact candidate's ball is the point, where a box
            proves nothing.
        radii: (p,) half-widths of the ball; ``candidate.radii()`` by default.
        precision: bits of the ball arithmetic to use; chosen by size if None.
        progress: told what is being done.
    """
    widths = candidate.radii() if radii is None else np.asarray(radii, dtype=np.float64)
    if objective.size == 0 or candidate.exact or not bool(np.all(widths > 0)):
        return None
    point = Float64().asarray(candidate.point)
    noise = 1e-14 * np.maximum(1, np.abs(point))
    for start in _starts(objective, point, widths):
        theta = newton_in_floats(objective, start)
        if theta is None or not bool(np.all(np.abs(theta - point) <= 2 * widths + noise)):
            continue
        for bits in arithmetics(objective, precision):
            proof = _strict(objective, candidate, widths, theta, bits, progress)
            if proof is not None:
                return proof
    return None


def _strict(
    objective: Objective,
    candidate: Candidate,
    widths: Floats,
    theta: Floats,
    bits: int | None,
    progress: Progress,
) -> Finding | None:
    progress("refining the center", None)
    found = frame(objective, theta, bits)
    if found is None:
        return None
    basis, space = inverse_cholesky(found.hessian), room(found.center, candidate.point, widths)
    if basis is None or not bool(np.all(space > 0)):
        return None
    radius, exhaustive = first_radius(objective)
    enclosure = enclose(found, basis, radius, exhaustive=exhaustive, progress=progress)
    if enclosure is None or enclosure.index != 0:
        return None
    inside = radius_inside(enclosure, space)
    return None if inside is None else _finding(enclosure, inside)


def enclose_critical_point(
    objective: Objective,
    start: Floats,
    *,
    precision: int | None = None,
    progress: Progress = silent,
) -> Enclosure | None:
    """A box with exactly one critical point near ``start`` (p,), of proved index if possible."""
    theta = newton_in_floats(objective, start)
    if theta is None:
        return None
    for bits in arithmetics(objective, precision):
        progress("refining the center", None)
        found = frame(objective, theta, bits)
        basis = None if found is None else signature_basis(found.hessian)
        if found is None or basis is None:
            continue
        for with_index in (True, False):
            radius, exhaustive = first_radius(objective)
            enclosure = enclose(found, basis, radius, with_index, exhaustive, progress)
            if enclosure is not None:
                return enclosure
    return None


def prove_inertia(objective: Objective, enclosure: Enclosure) -> int | None:
    """The Morse index of the critical point in the enclosure, proved; None if it is not certain.

    The Hessian is enclosed on the least box that holds the point, which is where most is certain.
    """
    if enclosure.index is not None:
        return enclosure.index
    basis = signature_basis(enclosure.frame.hessian)
    if basis is None:
        return None
    with enclosure.frame.arithmetic() as ar:
        hessian = objective.hessian(ar, enclosure.frame.box(ar, enclosure.existence))
        return certain_index(ar, hessian, basis)[0]


def value_range(enclosure: Enclosure) -> tuple[float, float]:
    """Doubles between which the value at the critical point certainly lies."""
    with enclosure.frame.arithmetic() as ar:
        value = enclosure.frame.objective.value(ar, enclosure.frame.box(ar, enclosure.existence))
        middle = float(ar.to_float(value))
        width = float(ar.upper(value - ar.asarray(middle)))
        return float(np.nextafter(middle - width, -np.inf)), float(
            np.nextafter(middle + width, np.inf)
        )


def arithmetics(objective: Objective, precision: int | None = None) -> Iterator[int | None]:
    """Precisions of balls, and None for midpoint-radius arithmetic, in the order to try them."""
    if precision is not None:
        yield precision
        return
    work = objective.size * objective.data.samples
    if work > _TINY:
        yield None
    if work <= _MODERATE:
        yield from _PRECISIONS


def first_radius(objective: Objective) -> tuple[float, bool]:
    """The half-width of the first box, and whether all smaller ones are worth their time."""
    tiny = objective.size * objective.data.samples <= _TINY
    return (_WIDE, True) if tiny else (_NARROW, False)


def _starts(objective: Objective, point: Floats, widths: Floats) -> Iterator[Floats]:
    """The candidate, and for small problems where descent from it, and from beside it, ends."""
    yield point
    if objective.size > _DESCENT:
        return
    hessian = np.asarray(objective.hessian(Float64(), point))
    beside = point
    if np.all(np.isfinite(hessian)):
        lowest = np.linalg.eigh((hessian + hessian.T) / 2)[1][:, 0]
        beside = point + lowest * widths / 2
    for start in (point, beside):
        polished = descend(objective, start, 100).point
        if bool(np.all(np.isfinite(polished)) and np.all(np.abs(polished - point) <= widths)):
            yield polished


def room(center: Array, middle: Array, widths: Floats) -> Floats:
    """Lower bounds (p,) of the distances from a point to the faces of the ball asked about."""
    with Balls(256) as ar:
        away = ar.absolute(ar.asarray(center) - ar.asarray(middle))
        distance = ar.to_float(ar.asarray(widths) - away)
        lower = distance - np.abs(distance) * 1e-12
        certain = ar.certainly_positive(ar.asarray(widths) - away - ar.asarray(lower))
        return np.where(certain, lower, -1.0)


def radius_inside(enclosure: Enclosure, space: Floats) -> float | None:
    """Half-width of a box inside the ball that holds the point, far from both extremes.

    ``space`` (p,) are the distances from the center to the faces of the ball.
    """
    most = min(enclosure.uniqueness, float(np.min(space)))
    if not enclosure.existence < most:
        return None
    least = max(enclosure.existence, most * 2.0**-20)
    radius = float(np.sqrt(least) * np.sqrt(most))
    return radius if radius <= most and enclosure.holds(radius) else None


def _finding(enclosure: Enclosure, radius: float) -> Finding:
    found = enclosure.frame
    reason = (
        f"a strict local minimum lies within {enclosure.existence:.1e} of the polished point in "
        f"every coordinate: it is the only critical point within {enclosure.uniqueness:.0e}, and "
        "the Hessian is positive definite there"
    )
    details = {
        "radius": enclosure.existence,
        "uniqueness_radius": enclosure.uniqueness,
        "value": value_range(enclosure),
        "precision": found.precision or 53,
        "arithmetic": "balls" if found.precision else "midpoint-radius",
    }
    evidence = Evidence.STRICT
    return Finding(
        Verdict.LOCAL_MINIMUM, True, evidence, reason, details, krawczyk_witness(found, radius)
    )


def krawczyk_witness(found: Frame, radius: float) -> dict[str, Any]:
    """What a checker needs: the box, the preconditioner and a precision that suffices.

    The preconditioner of a large problem would be most of the certificate; the checker then inverts
    the midpoint of the Hessian itself.
    """
    witness: dict[str, Any] = {
        "method": "krawczyk",
        "precision": found.precision or GRADIENT_PRECISION,
        "center": rational_texts(found.center),
        "radius": rational_texts(np.full(found.center.shape, radius)),
    }
    if len(found.center) <= _LARGEST_PRECONDITIONER:
        witness["preconditioner"] = [rational_texts(row) for row in found.inverse]
    return witness


def rational_texts(numbers: Array) -> list[str]:
    """The exact rationals that doubles or exact numbers are."""
    if numbers.dtype == object:
        return [str(exact_number(value)) for value in numbers]
    pairs = (value.as_integer_ratio() for value in numbers.tolist())
    return [str(p) if q == 1 else f"{p}/{q}" for p, q in pairs]
