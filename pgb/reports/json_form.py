"""A report as plain JSON values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from pgb.numbers import Float64

if TYPE_CHECKING:
    from pgb.reports.report import Report


def to_json_object(report: Report) -> dict[str, Any]:
    """The keys of ``pgb check --json``; numbers that do not exist or are not finite are null."""
    spectrum = report.hessian_spectrum
    return {
        "verdict": report.verdict.name,
        "proved": report.proved,
        "reason": report.reason,
        "kind": report.kind,
        "symmetry_dimension": report.symmetry_dimension,
        "global": report.is_global,
        "bad": report.bad,
        "better_value": _finite(report.better_value),
        "radius": report.radius,
        "point": [_finite(float(v)) for v in Float64().asarray(report.point)],
        "polished": report.polished,
        "value": _finite(report.value),
        "gradient_norm": _finite(report.gradient_norm),
        "gradient_is_zero": report.gradient_is_zero,
        "hessian_spectrum": None if spectrum is None else [_finite(float(v)) for v in spectrum],
        "hessian_inertia": _inertia(report),
        "index": report.index,
        "newton_step": _finite(report.newton_step),
        "one_sided_derivatives": _one_sided(report),
        "pgb": _pgb(report),
        "function_space_infimum": {
            "value": _finite(report.infimum.value),
            "attained": report.infimum.attained,
            "excess": _finite(report.excess),
        },
        "assumptions": [
            {"name": a.name, "holds": a.holds, "words": a.words} for a in report.assumptions
        ],
        "findings": [
            {
                "verdict": f.verdict.name,
                "proved": f.proved,
                "evidence": f.evidence.value,
                "reason": f.reason,
                "details": _plain(dict(f.details)),
            }
            for f in report.findings
        ],
        "nearest_stationary_point": report.nearest,
        "seed": report.seed,
        "seconds": report.seconds,
    }


def _inertia(report: Report) -> dict[str, int] | None:
    if report.inertia is None:
        return None
    counts = report.inertia
    return {"positive": counts.positive, "zero": counts.zero, "negative": counts.negative}


def _one_sided(report: Report) -> dict[str, list[float | None]] | None:
    if report.one_sided is None:
        return None
    return {name: [_finite(v) for v in pair] for name, pair in report.one_sided.items()}


def _pgb(report: Report) -> dict[str, Any] | None:
    if report.pgb is None:
        return None
    probe = next((f for f in report.findings if f.evidence.name == "PGB_PROBE"), None)
    return {
        "residual": _finite(report.pgb.residual),
        "rank": list(report.pgb.ranks),
        "gap": _finite(report.pgb.gap),
        "gap_attained": report.pgb.gap_attained,
        "fiber_points": report.pgb.points,
        "probe": None if probe is None else _plain(dict(probe.details)),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return _finite(value)
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list) else value
