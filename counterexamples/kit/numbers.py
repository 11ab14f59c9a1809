"""The numbers of a member that a reader wants to see."""

from __future__ import annotations

from typing import Any

import numpy as np

from counterexamples.kit.members import Member
from pgb.problems import Candidate, Objective

_LONGEST_LIST = 8


def numbers(member: Member) -> dict[str, str]:
    """Name -> value, as text: values, gradient, Hessian, infimum over functions, better point."""
    report = member.report
    found = {
        "question": "this exact point" if member.candidate.exact else _ball(report.radius),
        "verdict": f"{report.verdict.name} ({'proved' if report.proved else 'numerical'})",
        "parameters": str(member.objective.size),
        "samples": str(member.objective.data.samples),
        "candidate": _entries(named_entries(member.objective, member.candidate)),
        "value": f"{report.value:.9g}",
    }
    if member.better is not None and report.better_value is not None:
        found["better point"] = _entries(named_entries(member.objective, member.better))
        found["value there"] = f"{report.better_value:.9g}"
    if report.gradient_is_zero:
        found["gradient"] = "exactly 0"
    elif report.gradient_norm is not None:
        found["gradient"] = f"norm {report.gradient_norm:.3g}"
    if report.one_sided:
        found["gradient"] = "not defined, the point is a kink"
    if report.hessian_spectrum is not None and report.hessian_spectrum.size:
        values = [0.0 if abs(v) < 1e-12 else v for v in report.hessian_spectrum]
        found["Hessian eigenvalues"] = _entries([f"{v:.4g}" for v in values])
    how = "attained" if report.infimum.attained else "not attained"
    found["infimum over all functions"] = f"{report.infimum.value:.6g}, {how}"
    return found


def parameter_names(objective: Objective) -> list[str]:
    """Names of the entries of the flat vector, as reports have them: ``W1[0,2]``."""
    names = []
    for parameter in objective.parameters:
        for place in np.ndindex(parameter.shape):
            indices = ",".join(str(i) for i in place)
            names.append(f"{parameter.name}[{indices}]" if place else parameter.name)
    return names


def named_entries(objective: Objective, point: Candidate) -> list[str]:
    """The entries of a point by name: ``W1[0,2] = 1/3``."""
    named = zip(parameter_names(objective), point.point, strict=True)
    return [f"{name} = {_short(value)}" for name, value in named]


def _ball(radius: float) -> str:
    return f"the ball of half-widths up to {radius:.3g} around this point"


def _short(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, (float, np.floating)) else str(value)


def _entries(values: list[str]) -> str:
    shown = values
    if len(values) > _LONGEST_LIST:
        shown = [*values[: _LONGEST_LIST - 1], "...", values[-1]]
    return ", ".join(shown) if shown else "none"
