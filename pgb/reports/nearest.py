"""Where descent from a float candidate ends: a hint for readers, in floats."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pgb.conditions import descend
from pgb.numbers import Float64, euclidean_norm
from pgb.problems import Objective

# Above this many parameters no descent is run.
_DESCENT_LIMIT = 200
# Beyond this distance, in units of the size of the point, descent has run off.
_FAR = 1e8


@np.errstate(all="ignore")  # numbers that are not finite are said to be so
def nearest_stationary_point(objective: Objective, point: npt.NDArray[np.float64]) -> str | None:
    """How far polishing would move the point (p,), in words; None for large objectives."""
    if objective.size > _DESCENT_LIMIT:
        return None
    polished = descend(objective, point)
    distance = euclidean_norm(polished.point - point)
    if not polished.converged:
        return (
            f"descent from here does not settle: after {polished.iterations} steps it is at "
            f"distance {distance:.3g} with gradient norm {polished.gradient_norm:.1e}"
        )
    hessian = np.asarray(objective.hessian(Float64(), polished.point))
    if not (np.isfinite(polished.gradient_norm) and np.all(np.isfinite(hessian))):
        return f"descent from here leaves the range of doubles at distance {distance:.3g}"
    if distance > _FAR * max(1.0, euclidean_norm(point)):
        return (
            f"descent from here runs off: it is at distance {distance:.3g} with gradient norm "
            f"{polished.gradient_norm:.1e}"
        )
    spectrum = np.linalg.eigvalsh(hessian)
    return (
        f"descent ends at a stationary point at distance {distance:.3g} (gradient norm "
        f"{polished.gradient_norm:.1e}, least eigenvalue {spectrum[0]:.3g}, in floats)"
    )
