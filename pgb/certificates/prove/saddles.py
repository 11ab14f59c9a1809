"""Critical points with their Morse index, in a ball or at an exact point."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pgb.certificates.prove.definiteness import certain_index, signature_basis
from pgb.certificates.prove.enclosure import Enclosure
from pgb.certificates.prove.equal_units import PRECISION, CriticalLine, critical_lines
from pgb.certificates.prove.krawczyk import (
    enclose_critical_point,
    krawczyk_witness,
    prove_inertia,
    radius_inside,
    room,
)
from pgb.conditions import Evaluation
from pgb.conditions.evaluation import PRECISIONS
from pgb.conditions.verdict import Evidence, Finding, Verdict
from pgb.numbers import Balls, Float64
from pgb.problems import Candidate, Objective
from pgb.progress import Progress, silent

Floats = npt.NDArray[np.float64]

# Bits of the smallest column of a basis that are written down.
_BASIS_BITS = 30


def prove_critical_point(
    objective: Objective,
    candidate: Candidate,
    radii: Floats | None = None,
    *,
    progress: Progress = silent,
) -> Finding | None:
    """Prove that the ball holds a critical point, and the signs of all eigenvalues there.

    The Hessian there has to be nonsingular, or singular only along the line on which the outgoing
    weight of two equal units is split. The finding's ``details["index"]`` is the number of negative
    eigenvalues, ``details["nullity"]`` that of zero ones. With none of both its verdict is
    LOCAL_MINIMUM. With negative ones it is NOT_A_LOCAL_MINIMUM for an exact candidate, which is
    asked about itself; but UNDECIDED for a ball, other points of which may be local minima all the
    same.

    Args:
        objective: the objective.
        candidate: the center of the ball, or the exact point.
        radii: (p,) half-widths of the ball; ``candidate.radii()`` by default.
        progress: told what is being done.

    Returns:
        The finding with a witness that the checker accepts, or None if nothing is proved.
    """
    if objective.size == 0:
        return None
    if candidate.exact:
        return critical_point_at(Evaluation(objective, candidate, np.zeros(objective.size)))
    widths = candidate.radii() if radii is None else np.asarray(radii, dtype=np.float64)
    if not bool(np.all(widths > 0)):
        return None
    found = _isolated(objective, candidate, widths, progress)
    if found is None:
        lines = critical_lines(objective, candidate, widths, progress)
        found = next((f for line in lines if (f := _on_line(objective, line))), None)
    return found


def _isolated(
    objective: Objective, candidate: Candidate, widths: Floats, progress: Progress
) -> Finding | None:
    start = Float64().asarray(candidate.point)
    enclosure = enclose_critical_point(objective, start, progress=progress)
    if enclosure is None:
        return None
    inside = radius_inside(enclosure, room(enclosure.frame.center, candidate.point, widths))
    index = None if inside is None else prove_inertia(objective, enclosure)
    if inside is None or index is None or not _is_smooth(enclosure, inside):
        return None
    basis = _integers(signature_basis(enclosure.frame.hessian))
    if basis is None:
        return None
    witness = krawczyk_witness(enclosure.frame, inside) | {"method": "critical-point"}
    witness.pop("preconditioner", None)
    details = {"index": index, "nullity": 0, "radius": enclosure.existence}
    return _finding(objective.size, details, {**witness, "basis": basis}, exact=False)


def _on_line(objective: Objective, line: CriticalLine) -> Finding | None:
    hessian = np.asarray(objective.hessian(Float64(), line.floats))
    if not np.all(np.isfinite(hessian)):
        return None
    values, vectors = np.linalg.eigh((hessian + hessian.T) / 2)
    others = np.delete(np.arange(len(values)), np.argmin(np.abs(values)))
    if not np.all(values[others]):
        return None
    columns = vectors[:, others] / np.sqrt(np.abs(values[others]))
    with Balls(PRECISION) as ar:
        index = certain_index(ar, objective.hessian(ar, line.box(ar)), columns)[0]
    basis = _integers(columns)
    if index is None or basis is None:
        return None
    details = {"index": index, "nullity": 1}
    witness = {
        "method": "critical-line",
        "precision": PRECISION,
        "layer": line.layer,
        "units": list(line.units),
        "merged": dict(line.merged),
        "basis": basis,
    }
    return _finding(objective.size, details, witness, exact=False)


def critical_point_at(at: Evaluation) -> Finding | None:
    """The same for the exact point of an evaluation, which must have a gradient of exactly 0."""
    smooth = at.switch_order is None or at.switch_order > 2
    if not (at.exact and smooth and at.objective.size and at.exact_gradient_is_zero):
        return None
    for precision in PRECISIONS:
        enclosure = at.hessian(precision)
        with Balls(precision) as ar:
            basis = signature_basis(ar.to_float(enclosure))
            index = None if basis is None else certain_index(ar, enclosure, basis)[0]
        whole = None if index is None else _integers(basis)
        if whole is not None:
            details = {"index": index, "nullity": 0, "precision": precision}
            witness = {"method": "critical-point", "precision": precision, "basis": whole}
            return _finding(at.objective.size, details, witness, exact=True)
    return None


def _finding(size: int, details: dict[str, Any], witness: dict[str, Any], exact: bool) -> Finding:
    index, nullity = details["index"], details["nullity"]
    signs = f"{index} negative, {nullity} zero and {size - index - nullity} positive eigenvalues"
    verdict = Verdict.NOT_A_LOCAL_MINIMUM if exact else Verdict.UNDECIDED
    reason = (
        f"the {'point is' if exact else 'ball holds'} a critical point of Morse index {index}: the "
        f"Hessian has exactly {signs} there"
    )
    if index == nullity == 0:
        return Finding(Verdict.LOCAL_MINIMUM, True, Evidence.STRICT, reason, details, witness)
    return Finding(verdict, True, Evidence.CRITICAL_POINT, reason, details, witness)


def _is_smooth(enclosure: Enclosure, radius: float) -> bool:
    """No second derivative jumps in a box around the center."""
    frame = enclosure.frame
    with frame.arithmetic() as ar:
        return all(
            bool(np.all(ar.certainly_nonzero(switch.values)))
            for switch in frame.objective.switches(ar, frame.box(ar, radius))
            if switch.order <= 2
        )


def _integers(basis: Floats | None) -> list[list[str]] | None:
    """The basis (n, k), times a power of two, rounded to integers: as good, and much shorter."""
    if basis is None:
        return None
    least = float(np.min(np.max(np.abs(basis), axis=0)))
    with np.errstate(over="ignore"):
        scaled = np.rint(np.ldexp(basis, _BASIS_BITS - int(np.frexp(least)[1])))
    if not (least > 0 and np.all(np.isfinite(scaled))):
        return None
    return [[str(int(value)) for value in row] for row in scaled.tolist()]
