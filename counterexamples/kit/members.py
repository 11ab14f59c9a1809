"""Members of families: what is asked of ``pgb.check``, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq

from pgb.problems import Candidate, Objective
from pgb.transforms import eliminate

if TYPE_CHECKING:
    from pgb.certificates import Certificate
    from pgb.conditions import Evidence
    from pgb.reports import Report


@dataclass(frozen=True, eq=False)
class Question:
    """The question whether the candidate is a local minimum of the objective.

    ``better`` is a point claimed to have a lower value.
    """

    objective: Objective
    candidate: Candidate
    better: Candidate | None = None

    @cached_property
    def report(self) -> Report:
        """The answer of ``pgb.check``, computed once for all claims."""
        from pgb.check import check

        return check(self.objective, self.candidate, better=self.better)

    def certificate(self, evidence: Evidence | None = None) -> Certificate:
        """The certificate of the proved answer, of one kind of evidence only if that is given.

        Raises:
            InputError: nothing is proved, or nothing that a certificate can express.
        """
        from pgb.certificates import build

        report = self.report
        findings = [f for f in report.findings if evidence in (None, f.evidence)]
        lower = self.better if report.bad else None
        radii = None if self.candidate.exact else self.candidate.radii()
        return build(self.objective, self.candidate, findings, radii=radii, better=lower)


@dataclass(frozen=True)
class Member:
    """One instance of a family: an objective, a candidate, and what else its claims need.

    Args:
        objective: the objective.
        candidate: a ``Candidate``, a mapping by parameter name, or a flat vector. Integers,
            strings and exact numbers are exact; with floats the question is about a small ball.
        better: a point with a lower value, given in the same ways.
        notes: keyed by names that the example's own claims read, such as the weights of a
            divided difference.

    Raises:
        InputError: a point does not fit the objective.
    """

    objective: Objective
    candidate: Candidate
    better: Candidate | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    def __init__(
        self,
        objective: Objective,
        candidate: Any,
        better: Any = None,
        notes: Mapping[str, Any] | None = None,
    ) -> None:
        parameters = objective.parameters
        lower = None if better is None else Candidate.of(parameters, better, "better")
        object.__setattr__(self, "objective", objective)
        object.__setattr__(self, "candidate", Candidate.of(parameters, candidate))
        object.__setattr__(self, "better", lower)
        object.__setattr__(self, "notes", {} if notes is None else notes)

    @cached_property
    def question(self) -> Question:
        """The question about the candidate."""
        return Question(self.objective, self.candidate, self.better)

    @property
    def report(self) -> Report:
        """What ``pgb.check`` says of the candidate."""
        return self.question.report

    @cached_property
    def _eliminated(self) -> dict[str, Question]:
        return {}

    def eliminated(self, lam: Any = "1/10") -> Question:
        """The question after elimination: the same parameters with a = b = W = 0."""
        key = str(lam)
        if key not in self._eliminated:
            objective = eliminate(self.objective, lam)
            point, extra = self.candidate.point, objective.size - self.objective.size
            zeros = np.array([fmpq(0) if self.candidate.exact else 0.0] * extra)
            lifted = Candidate.of(objective.parameters, np.concatenate([point, zeros]))
            self._eliminated[key] = Question(objective, lifted)
        return self._eliminated[key]
