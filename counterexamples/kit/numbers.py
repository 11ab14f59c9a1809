"""The numbers of a member that a reader wants to see."""

from __future__ import annotations

from typing import Any

import numpy as np

from counterexamples.kit.members import Member

_LONGEST_LIST = 8


def numbers(member: Member) -> dict[str, str]:
    """Name -> value, as text: values, gradient, Hessian, infimum over functions, better point."""
    report = member.report
    found = {
        "question": "this exact point" if member.candidate.exact else _ball(report.radius),
        "verdict": f"{report.verdict.name} ({'proved' if report.proved else 'numerical'})",
        "parameters": str(member.objective.size),
        "samples": str(member.objective.data.samples),
        "candidate": _entries([_short(v) for v in member.candidate.point]),
        "value": f"{report.value:.9g}",
    }
    if member.better is not None and report.better_value is not None:
        found["better point"] = _entries([_short(v) for v in member.better.point])
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


def _ball(radius: float) -> str:
    return f"the ball of half-widths up to {radius:.3g} around this point"


def _short(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, (float, np.floating)) else str(value)


def _entries(values: list[str]) -> str:
    shown = values
    if len(values) > _LONGEST_LIST:
        shown = [*values[: _LONGEST_LIST - 1], "...", values[-1]]
    return ", ".join(shown) if shown else "none"
