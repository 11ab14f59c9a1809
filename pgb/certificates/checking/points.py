"""Strict local minima at exact points.

strict: the gradient is 0, Q is C^{1,1} and all one-sided Hessians at the point are positive
    definite.
"""

from __future__ import annotations

from typing import Any

from .claims import MINIMUM, Claim
from .hypotheses import precise, smooth_up_to, stationary
from .matrices import positive_definite
from .reading import fields, need


def strict(claim: Claim, witness: Any) -> Any:
    """A strict local minimum at an exact point."""
    _, precision = fields(witness, "method precision")
    stationary(claim)
    precise(precision)
    at = claim.balls(2)
    smooth_up_to(at, 1)
    need(positive_definite(at.hessian), "the Hessian may not be positive definite")
    return MINIMUM, "strict", None, None
