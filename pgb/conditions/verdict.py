"""The four answers about a candidate, and the findings that lead to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Verdict(Enum):
    """What is said of a candidate; each member carries its sentence and its exit code.

    For an exact candidate the verdict is about that very point. For a candidate with floats it is
    about the ball around it: does an exact local minimum lie in the ball?
    """

    LOCAL_MINIMUM = ("a local minimum", 0)
    NOT_A_LOCAL_MINIMUM = ("not a local minimum", 10)
    ESCAPING = ("not a local minimum, but a point on a valley that descends to infinity", 11)
    UNDECIDED = ("undecided", 20)

    def __init__(self, sentence: str, exit_code: int) -> None:
        self.sentence = sentence
        self.exit_code = exit_code

    def __repr__(self) -> str:
        return f"<Verdict.{self.name}>"


class Evidence(Enum):
    """The kind of argument behind a finding, strongest refutation first."""

    ESCAPE_RAY = "descent along an invariance of the model to infinity"
    PGB_PROBE = "PGB probe"
    NEGATIVE_CURVATURE = "negative curvature"
    CURVE = "descent of higher order along a curve"
    ONE_SIDED_DERIVATIVE = "one-sided derivative"
    GRADIENT = "gradient"
    GROUP_SUM = "group sum of output gradients"
    AUXILIARY_WEIGHT = "nonzero auxiliary weight"
    REGULARIZER_GRADIENT = "gradient of the regularizer"
    FUNCTION_OPTIMAL = "function-space optimality"
    INTERPOLATION = "interpolation of all targets"
    STRICT = "positive definite Hessian"
    REDUCTION = "Lyapunov-Schmidt reduction to one direction"
    KINKS = "sufficient condition for every sign pattern at a kink"
    SYMMETRY = "positive definite Hessian across the orbit of a symmetry"
    KINK_SYMMETRY = "sufficient condition for every sign pattern across the orbit of a symmetry"
    REGION = "orthogonality to all reachable outputs"
    KINK_BRANCH = "sufficient condition for every sign pattern across free coordinates"
    CONVEX_PIECES = "convex Lagrangian for every sign pattern at a kink"
    BRANCH = "critical branch with a positive definite normal Hessian"
    CRITICAL_POINT = "signs of all eigenvalues at a critical point"
    SAMPLING = "sampled values"
    DEGENERATE = "degenerate Hessian"


#: The kinds of a local minimum, strongest first, and the evidence for each.
KINDS = {
    Evidence.STRICT: "strict",
    Evidence.REDUCTION: "strict",
    Evidence.KINKS: "strict",
    Evidence.SYMMETRY: "symmetry",
    Evidence.KINK_SYMMETRY: "symmetry",
    Evidence.BRANCH: "branch",
    Evidence.KINK_BRANCH: "branch",
    Evidence.REGION: "region",
    Evidence.FUNCTION_OPTIMAL: "function-optimal",
    Evidence.INTERPOLATION: "function-optimal",
}
#: Evidence that shows a global minimum.
GLOBAL = (Evidence.FUNCTION_OPTIMAL, Evidence.INTERPOLATION)


@dataclass(frozen=True)
class Finding:
    """One argument for a verdict.

    ``proved`` is True only if every step is exact arithmetic, a certain comparison of enclosures,
    or a structural fact; then ``reason`` states what was proved. ``details`` holds numbers and
    indices for a reader, keyed by name. ``witness`` is what a checker needs to repeat a proof:
    plain JSON values with exact numbers as strings, and the key "method".
    """

    verdict: Verdict
    proved: bool
    evidence: Evidence
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)
    witness: Mapping[str, Any] = field(default_factory=dict)
