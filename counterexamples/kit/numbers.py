"""The numbers of a member that a reader wants to see."""

from __future__ import annotations

from typing import Any

import numpy as np

from counterexamples.kit.members import Member
from pgb.problem_files import ProblemFile, problem_to_mapping
from pgb.problems import Candidate, Objective

_LONGEST_LIST = 8


def numbers(member: Member) -> dict[str, str]:
    """Name -> value, as text: values, gradient, Hessian, infimum over functions, better point."""
    report = member.report
    found = {
        "question": "this exact point" if member.candidate.exact else _ball(report.radius),
        "verdict": f"{report.verdict.name} ({'proved' if report.proved else 'numerical'})",
        "loss": _loss(member.objective),
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
        rounded = "" if report.gradient_norm else " in double precision"
        found["gradient"] = f"norm {report.gradient_norm:.3g}{rounded}"
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


def _loss(objective: Objective) -> str:
    """The loss by name, how the samples are put together, and what is added."""
    mapping = problem_to_mapping(ProblemFile(objective, None))
    loss = mapping["loss"]
    options = [f"{k} {v}" for k, v in loss.items() if k not in ("name", "reduction")]
    of = "weighted samples" if "weights" in mapping["data"] else "samples"
    words = [" ".join([loss["name"], *options]), f"{loss['reduction']} over the {of}"]
    if "regularizer" in mapping:
        words.append("with weight decay")
    if "elimination" in mapping:
        words.append(f"after elimination with lambda = {mapping['elimination']['lambda']}")
    return ", ".join(words)


def _ball(radius: float) -> str:
    return f"the ball of half-widths up to {radius:.3g} around this point"


def _short(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, (float, np.floating)) else str(value)


def _entries(values: list[str]) -> str:
    shown = values
    if len(values) > _LONGEST_LIST:
        shown = [*values[: _LONGEST_LIST - 1], "...", values[-1]]
    return ", ".join(shown) if shown else "none"
