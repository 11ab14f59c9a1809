"""The certificate: a claim about a problem with the evidence that a stranger can re-check."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pgb.certificates import checking
from pgb.certificates.export import export_number, export_point, export_problem
from pgb.conditions.verdict import GLOBAL, KINDS, Finding, Verdict
from pgb.errors import InputError
from pgb.numbers import Array
from pgb.problems import Candidate, Objective

__all__ = ["Certificate", "build", "digest", "load", "verify"]

# Bits at which the values of two points are compared.
_COMPARISON = 128


@dataclass(frozen=True, repr=False)
class Certificate:
    """A certificate as plain JSON values; see docs/trust-model.md for its grammar.

    Attributes:
        problem: the whole problem with exact numbers.
        claim: verdict, point or ball, kind, dimension, global, bad, better point, critical point,
            words.
        evidence: witnesses, which nobody needs to trust.
    """

    problem: Mapping[str, Any]
    claim: Mapping[str, Any]
    evidence: tuple[Mapping[str, Any], ...]

    @property
    def words(self) -> str:
        """The claim in words."""
        return str(self.claim["words"])

    def __repr__(self) -> str:
        methods = ", ".join(str(witness.get("method")) for witness in self.evidence)
        return f"<Certificate: {self.words}; evidence: {methods}>"

    def to_json_object(self) -> dict[str, Any]:
        """The value that the file holds."""
        return {
            "schema": checking.SCHEMA,
            "problem": dict(self.problem),
            "sha256": digest(self.problem),
            "claim": dict(self.claim),
            "evidence": [dict(witness) for witness in self.evidence],
        }

    def save(self, path: str | Path) -> None:
        """Write the file; whatever was there stays whole until the new one is.

        Raises:
            OSError: if it cannot be written; ``filename`` is ``path``.
        """
        target = Path(path)
        text = json.dumps(self.to_json_object(), indent=1, ensure_ascii=True, allow_nan=False)
        try:
            _replace(target, text + "\n")
        except OSError as error:  # which names the temporary file
            raise type(error)(error.errno, error.strerror, str(target)) from None


def _replace(target: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".certificate.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def digest(problem: Mapping[str, Any]) -> str:
    """The SHA-256 of a problem's canonical JSON text."""
    text = json.dumps(problem, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def build(
    objective: Objective,
    candidate: Candidate,
    findings: Sequence[Finding],
    *,
    radii: Array | None = None,
    better: Candidate | None = None,
) -> Certificate:
    """The certificate of the strongest verdict that the findings prove.

    Args:
        objective: the objective asked about.
        candidate: the point; a ball around it if it is not exact.
        findings: strongest first; those that are not proved, or of which nothing is left to
            re-check, are left out.
        radii: (p,) half-widths of the ball; ``candidate.radii()`` by default.
        better: a point proved to have a lower value, to claim that the minimum is bad.

    Raises:
        InputError: if no finding is proved, or the problem cannot be written down.
    """
    proved = [f for f in findings if f.proved and f.witness]
    verdict = next((f.verdict for f in proved if f.verdict is not Verdict.UNDECIDED), None)
    if verdict is None:
        raise InputError("certificate: found no proved verdict, expected one")
    refuted = {Verdict.NOT_A_LOCAL_MINIMUM, Verdict.ESCAPING}
    supported = refuted if verdict in refuted else {verdict}
    kept = [f for f in proved if f.verdict in {*supported, Verdict.UNDECIDED}]
    evidence = [_witness(f, candidate.exact) for f in kept]
    claim = {
        "verdict": verdict.name,
        "about": _about(candidate, radii),
        **_minimum(kept if verdict is Verdict.LOCAL_MINIMUM else []),
        "bad": None,
        "better": None,
        "critical_point": _critical_point(kept),
    }
    if better is not None and verdict is Verdict.LOCAL_MINIMUM and not claim["global"]:
        point = export_point(better.point)
        evidence.append({"method": "better", "precision": _COMPARISON, "point": point})
        claim |= {"bad": True, "better": point}
    claim["words"] = checking.words(claim)
    return Certificate(export_problem(objective), claim, tuple(evidence))


def _witness(finding: Finding, exact: bool) -> dict[str, Any]:
    """The witness; at exact points with more bits, since the checker's formulas are others."""
    witness = dict(finding.witness)
    if exact and "precision" in witness:
        witness["precision"] = max(256, 2 * witness["precision"])
    return witness


def _about(candidate: Candidate, radii: Array | None) -> dict[str, Any]:
    point = export_point(candidate.point)
    if candidate.exact:
        return {"kind": "point", "point": point}
    widths = candidate.radii() if radii is None else radii
    return {"kind": "ball", "center": point, "radii": [export_number(float(v)) for v in widths]}


def _minimum(findings: Sequence[Finding]) -> dict[str, Any]:
    order = list(KINDS)
    kinds = sorted(
        (f for f in findings if f.evidence in KINDS), key=lambda f: order.index(f.evidence)
    )
    chosen = kinds[0] if kinds else None
    return {
        "kind": None if chosen is None else KINDS[chosen.evidence],
        "dimension": None if chosen is None else chosen.details.get("dimension"),
        "global": True if any(f.evidence in GLOBAL for f in findings) else None,
    }


def _critical_point(findings: Sequence[Finding]) -> dict[str, int] | None:
    """The Morse index of the first critical point that is proved."""
    found = (f for f in findings if f.witness["method"] in ("critical-point", "critical-line"))
    return next(({key: f.details[key] for key in ("index", "nullity")} for f in found), None)


def load(path: str | Path) -> Certificate:
    """The certificate in a file; nothing about it is checked.

    Raises:
        InputError: if the file holds none.
    """
    try:
        value = checking.read(str(path))
        return Certificate(value["problem"], value["claim"], tuple(value["evidence"]))
    except (checking.Unreadable, KeyError, TypeError) as error:
        raise InputError(f"{path}: found no certificate ({error}), expected one") from None


def verify(path: str | Path) -> tuple[bool, str]:
    """Run the checker on a file: whether it is accepted, and its sentence."""
    code, _, sentence = checking.verify(str(path))
    return code == 0, sentence
