"""A report as text: verdict and reason first, then the numbers, at most a screenful."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from pgb.conditions import Evidence, Verdict

if TYPE_CHECKING:
    from pgb.reports.report import Report

_COLORS = {
    Verdict.LOCAL_MINIMUM: "\x1b[1;32m",
    Verdict.NOT_A_LOCAL_MINIMUM: "\x1b[1;31m",
    Verdict.ESCAPING: "\x1b[1;35m",
    Verdict.UNDECIDED: "\x1b[1;33m",
}
_LABEL = 15


def render_text(report: Report, width: int, color: bool) -> str:
    """Lines of at most ``width`` characters, with ANSI colors on the verdict if asked for."""
    head = headline(report)
    if color:
        head = f"{_COLORS[report.verdict]}{head}\x1b[0m"
    lines = [head]
    for label, words in rows(report):
        lines += textwrap.wrap(
            words,
            max(width, 40),
            initial_indent=f"  {label:<{_LABEL}}",
            subsequent_indent=" " * (_LABEL + 2),
        )
    return "\n".join(lines)


def headline(report: Report) -> str:
    """The verdict with what qualifies it, such as ``LOCAL_MINIMUM (proved, strict, bad)``."""
    qualities = ["proved" if report.proved else "numerical"]
    if report.verdict is Verdict.UNDECIDED:
        qualities = []
    if report.kind:
        qualities.append(report.kind)
    if report.is_global:
        qualities.append("global")
    if report.bad:
        qualities.append("bad")
    return report.verdict.name + (f" ({', '.join(qualities)})" if qualities else "")


def rows(report: Report) -> list[tuple[str, str]]:
    """(label, words) of every line below the headline."""
    result = [("reason", report.reason)]
    others = [f for f in report.findings[1:] if f.evidence is not Evidence.CRITICAL_POINT]
    result += [("also", f.reason) for f in others[:3]]
    asked = "this exact point"
    if report.radius:
        asked = f"is an exact local minimum within {report.radius:.3g} of each entry?"
    if report.polished is not None:
        asked += f" (after polishing, which moved the candidate by {report.polished:.3g})"
    result += [("asked", asked), ("value", _value(report)), ("gradient", _gradient(report))]
    result += [("Hessian", _hessian(report))]
    if report.index:
        result.append(("index", _index(report)))
    if report.newton_step is not None and math.isfinite(report.value):
        result.append(("Newton step", f"{report.newton_step:.6g}"))
    if report.nearest:
        result.append(("nearest", report.nearest))
    result.append(("PGB", _pgb(report)))
    result.append(("function space", _function_space(report)))
    for assumption in report.assumptions:
        if not assumption.holds:
            result.append(("assumption", f"violated: {assumption.words}"))
    result.append(("run", f"{report.seconds:.2f} s, seed {report.seed}"))
    return result


def _index(report: Report) -> str:
    kind = "a maximum" if report.index == len(report.point) else "a saddle"
    found = next(f for f in report.findings if f.evidence is Evidence.CRITICAL_POINT)
    nullity = found.details["nullity"]
    words = f"{kind} of index {report.index}" + (f" and nullity {nullity}" if nullity else "")
    if report.radius:
        return f"{words} is enclosed in the ball (proved)"
    return f"the point is {words} (proved)"


def _value(report: Report) -> str:
    words = f"{report.value:.12g}"
    if report.better_value is not None and math.isfinite(report.value - report.better_value):
        relation = "below" if report.better_value < report.value else "not below"
        words += f"; the better point has {report.better_value:.12g}, {relation}"
    return words


def _gradient(report: Report) -> str:
    if report.gradient_norm is None:
        pairs = report.one_sided or {}
        shown = [f"{name} {up:.3g}/{down:.3g}" for name, (up, down) in list(pairs.items())[:6]]
        more = ", ..." if len(pairs) > 6 else ""
        return f"not defined (kink); one-sided derivatives along +/-: {', '.join(shown)}{more}"
    if report.gradient_is_zero:
        return "exactly 0"
    if not math.isfinite(report.gradient_norm):
        return "not finite in double precision"
    return f"norm {report.gradient_norm:.3g}"


def _hessian(report: Report) -> str:
    spectrum = report.hessian_spectrum
    if spectrum is None:
        return "not defined (kink) or not finite"
    if len(spectrum) == 0:
        return "no parameters"
    shown = [f"{v:.3g}" for v in spectrum]
    if len(shown) > 8:
        shown = [*shown[:4], "...", *shown[-3:]]
    words = f"eigenvalues {', '.join(shown)}"
    return f"{_definiteness(report)}{words}"


def _definiteness(report: Report) -> str:
    signs = report.inertia
    if signs is None:
        return ""
    if signs.negative == 0:
        kind = "positive definite" if signs.zero == 0 else "positive semidefinite"
    else:
        kind = "indefinite" if signs.positive else "negative semidefinite"
    nullity = f", nullity {signs.zero}" if signs.zero else ""
    return f"{kind}{nullity} (exact); "


def _pgb(report: Report) -> str:
    if report.pgb is None:
        return "not measured (problem too large)"
    pgb = report.pgb
    growth = f"rank {pgb.ranks[0]}"
    if pgb.ranks[1] != pgb.ranks[0]:
        growth += f" -> {pgb.ranks[1]}"
    words = f"residual {pgb.residual:.3g} over {pgb.points} sampled fiber points, {growth}"
    if pgb.points == 0:
        words = f"no fiber found, so it is stationarity: residual {pgb.residual:.3g}, {growth}"
    if pgb.gap is not None and math.isinf(pgb.gap):
        words += (
            ", gap infinite: the regularizer's slope is not 0 along a direction that changes no "
            "output to first order"
        )
    elif pgb.gap is not None:
        note = "" if pgb.gap_attained else " (infimum not attained)"
        words += f", gap {pgb.gap:.3g}{note}"
    return words


def _function_space(report: Report) -> str:
    attained = "attained by some function" if report.infimum.attained else "attained by none"
    return (
        f"infimum {report.infimum.value:.6g}, {attained}; "
        f"the data part is {report.excess:.6g} above it"
    )
