"""Methods: which function checks which kind of evidence.

A function takes the claim and one witness, and refuses or returns what is established: a tuple of
the verdict (None if none), the kind, the dimension, whether it is global, and index and nullity of
a critical point, as far as they follow; or "better" and the point.

To add a method, write the function in a file of this folder, with its lemma on top, and
name it here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .balls import krawczyk
from .branches import branch, constant_units, equal_units
from .claims import Claim
from .critical_points import critical_line, critical_point
from .curves import curve, reduction
from .eliminations import auxiliary_weight, group_sum, regularizer_gradient
from .interpolation import interpolation
from .kinks import convex_pieces, kinks
from .points import strict
from .probes import probe
from .refutations import curvature, gradient, one_sided
from .regions import region
from .slices import slice_minimum
from .symmetries import orbit, ray
from .values import better, function_optimal

METHODS: dict[str, Callable[[Claim, Any], Any]] = {
    "auxiliary-weight": auxiliary_weight,
    "better": better,
    "branch": branch,
    "constant-units": constant_units,
    "convex-pieces": convex_pieces,
    "critical-line": critical_line,
    "critical-point": critical_point,
    "curvature": curvature,
    "curve": curve,
    "equal-units": equal_units,
    "function-optimal": function_optimal,
    "gradient": gradient,
    "group-sum": group_sum,
    "interpolation": interpolation,
    "kinks": kinks,
    "krawczyk": krawczyk,
    "one-sided": one_sided,
    "orbit": orbit,
    "probe": probe,
    "ray": ray,
    "reduction": reduction,
    "region": region,
    "regularizer-gradient": regularizer_gradient,
    "slice": slice_minimum,
    "strict": strict,
}
