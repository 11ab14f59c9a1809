"""The usual claims: each HOLDS only if it is proved.

Claims about verdicts have certificates; the others have none, and say what they rest on.
"""

from counterexamples.kit.claims.quantities import (
    Quantity,
    better_point_is_lower,
    decreasing_path,
    exactly_zero,
    gradient_differs_from_zero,
    gradient_norm_below,
    nonzero,
    positive,
    stationary,
    value_is,
)
from counterexamples.kit.claims.residuals import (
    function_space_infimum_is_zero,
    moments_vanish,
    some_residual_remains,
)
from counterexamples.kit.claims.verdicts import (
    REFUTED,
    Asked,
    after_elimination_no_local_minimum_here,
    after_elimination_not_a_local_minimum,
    bad_local_minimum,
    escaping,
    global_minimum,
    local_minimum,
    not_a_local_minimum,
    not_refuted,
    not_stationary,
    noted,
    positive_semidefinite_hessian,
    refuted,
    saddle,
    verdict,
)

__all__ = [
    "REFUTED",
    "Asked",
    "Quantity",
    "after_elimination_no_local_minimum_here",
    "after_elimination_not_a_local_minimum",
    "bad_local_minimum",
    "better_point_is_lower",
    "decreasing_path",
    "escaping",
    "exactly_zero",
    "function_space_infimum_is_zero",
    "global_minimum",
    "gradient_differs_from_zero",
    "gradient_norm_below",
    "local_minimum",
    "moments_vanish",
    "nonzero",
    "not_a_local_minimum",
    "not_refuted",
    "not_stationary",
    "noted",
    "positive",
    "positive_semidefinite_hessian",
    "refuted",
    "saddle",
    "some_residual_remains",
    "stationary",
    "value_is",
    "verdict",
]
