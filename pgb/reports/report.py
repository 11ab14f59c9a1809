"""The Report: everything that `check` says of a candidate."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pgb.conditions import Assumption, Facts, Finding, Inertia, PgbCondition, Verdict
from pgb.errors import InputError
from pgb.numbers import Array, Float64
from pgb.problems import Candidate, Infimum, Objective

if TYPE_CHECKING:
    from pgb.certificates import Certificate

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Report:
    """The answer to "is this candidate a local minimum?", with its reasons.

    Attributes:
        verdict: the answer; about the exact point, or about the ball around a float candidate.
        proved: True only if the whole argument is exact arithmetic, certain comparisons of
            enclosures, or structure. Otherwise the verdict is the best numerical judgement.
        reason: one sentence: the strongest argument.
        kind: of a local minimum: "strict", "symmetry", "branch", "region" or
            "function-optimal".
        symmetry_dimension: dimension of the flat branch or orbit through a degenerate minimum.
        is_global: True if proved to be a global minimum of the objective; None if not known.
        bad: for a local minimum: True if the better point has a lower value, False if global.
        radius: largest half-width of the ball asked about; 0 for an exact candidate.
        point: the point asked about (p,), stored exactly: the candidate, polished if asked for.
        polished: how far polishing moved the candidate; None if it was not polished.
        value: objective at the candidate.
        gradient_norm: Euclidean norm; None at a kink, where the gradient is not defined.
        newton_step: length of the Newton step; None where not defined.
        hessian_spectrum: ascending eigenvalues (p,); None where not defined.
        inertia: exact signs of the eigenvalues at an exact candidate, where computed.
        index: proved Morse index (number of negative Hessian eigenvalues, the others being
            positive) of a critical point in the ball, or of the exact point; None if none is
            proved, and where a minimum is.
        gradient_is_zero: at an exact candidate whether the gradient is exactly 0.
        one_sided: at a kink, one-sided derivatives along + and - each parameter.
        facts: the measurements, for what is computed only when asked for.
        infimum: the function-space infimum F*; excess: data part minus F*.
        assumptions: hypotheses of the elimination theorem, each with its consequence.
        findings: every argument found, proved or not, strongest first.
        objective: asked about; candidate: the point asked about, polished if asked for; radii: (p,)
            half-widths of the ball, 0 for an exact candidate; better: the better point, if given.
        seed: of every random choice made; seconds: wall time.
    """

    verdict: Verdict
    proved: bool
    reason: str
    kind: str | None
    symmetry_dimension: int | None
    is_global: bool | None
    bad: bool | None
    better_value: float | None
    radius: float
    point: Array
    polished: float | None
    value: float
    gradient_norm: float | None
    gradient_is_zero: bool | None
    newton_step: float | None
    hessian_spectrum: Vector | None
    inertia: Inertia | None
    index: int | None
    one_sided: dict[str, tuple[float, float]] | None
    facts: Facts | None = field(repr=False)
    infimum: Infimum
    excess: float
    assumptions: tuple[Assumption, ...]
    findings: tuple[Finding, ...]
    objective: Objective = field(repr=False)
    candidate: Candidate = field(repr=False)
    radii: Vector = field(repr=False)
    better: Candidate | None = field(repr=False)
    seed: int
    seconds: float

    @cached_property
    def pgb(self) -> PgbCondition | None:
        """The PGB condition measured at sampled fiber points; None for large problems.

        Computed when first asked for, since no proof needs it.
        """
        with np.errstate(all="ignore"):  # numbers that are not finite are said to be so
            return None if self.facts is None else self.facts.pgb

    def __getstate__(self) -> dict[str, Any]:
        """For pickle: the measurements are made now, since fibers are functions."""
        return {**self.__dict__, "pgb": self.pgb, "facts": None}

    @cached_property
    def nearest(self) -> str | None:
        """For a float candidate, in words: the stationary point that descent from it ends at.

        Computed when first asked for, since it takes longer than all the rest.
        """
        from pgb.reports.nearest import nearest_stationary_point

        if self.candidate.exact:
            return None
        return nearest_stationary_point(self.objective, Float64().asarray(self.candidate.point))

    def certificate(self) -> Certificate:
        """The certificate of a proved verdict, which `pgb verify` re-checks; ``save`` writes it.

        Raises:
            InputError: if the verdict is not proved, or the problem is one that certificates have
                no words for.
        """
        from pgb.certificates import build

        if not self.proved:
            raise InputError(
                f"certificate: found the verdict {self.verdict.name}, which is not proved, "
                "expected a proved one"
            )
        return build(
            self.objective,
            self.candidate,
            self.findings,
            radii=self.radii,
            better=self.better if self.bad else None,
        )

    def to_json_object(self) -> dict[str, Any]:
        """The report as plain JSON values; keys are documented in docs/check.md."""
        from pgb.reports.json_form import to_json_object

        return to_json_object(self)

    def to_text(self, width: int = 100, color: bool = False) -> str:
        """The report as text, at most a screenful."""
        from pgb.reports.text import render_text

        return render_text(self, width, color)

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        from pgb.reports.html import render_html

        return render_html(self)
