"""A certificate: the problem, the claim, and evidence that must establish every part of it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import flint

from .claims import ESCAPING, MINIMUM, REFUTED, Claim, words
from .complete import check_list
from .exact import EXACT_BITS, reset
from .lists import is_list
from .methods import METHODS
from .problem import Problem
from .reading import Refused, fields, listed, need


def check(certificate: Any) -> str:
    """The words of a certificate that is accepted; raises Refused otherwise."""
    _, raw, digest, claim, evidence = fields(certificate, "schema problem sha256 claim evidence")
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    found = hashlib.sha256(text.encode()).hexdigest()
    need(found == digest, "the problem was edited: its hash differs")
    said = words(claim)
    need(claim.get("words") == said, "the words of the claim are not those of its structure")
    reset([{}, {}, {}])
    flint.ctx.prec = EXACT_BITS
    if is_list(claim):
        check_list(Problem(raw), claim, evidence)
        return said
    compare(claim, established(Claim(Problem(raw), claim["about"]), evidence))
    return said


def established(claim: Claim, evidence: Any) -> list[Any]:
    """What the witnesses establish, one after the other; all must check."""
    found = []
    for witness in listed(evidence):
        method = witness.get("method") if isinstance(witness, dict) else None
        if not isinstance(method, str) or method not in METHODS:
            raise Refused("found evidence of an unknown method")
        flint.ctx.prec = EXACT_BITS
        found.append(METHODS[method](claim, witness))
    return found


def compare(claim: Any, found: list[Any]) -> None:
    """Refuse unless every part of the claim is among what was established."""
    names = "verdict kind dimension global bad better critical_point"
    verdict, kind, dimension, whole, bad, point, critical = (claim[n] for n in names.split())
    support = {ESCAPING, REFUTED} if verdict == REFUTED else {verdict}
    need(bool(support & {entry[0] for entry in found}), "no evidence supports the verdict")
    indices = [entry[4] for entry in found if len(entry) == 5]
    wanted = None if critical is None else (critical["index"], critical["nullity"])
    need(wanted is None or wanted in indices, "the index is not proved")
    if verdict != MINIMUM:
        need((kind, dimension, whole, bad, point) == (None,) * 5, "claims too much of no minimum")
        return
    minima = [entry for entry in found if entry[0] == MINIMUM]
    proved = [entry[2] for entry in minima if entry[1] == kind]
    need(kind is None or len(proved) > 0, "the kind is not proved")
    need(dimension is None or type(dimension) is int, "dimension is no integer")
    need(dimension is None or dimension in proved, "the dimension is not proved")
    counted = kind in ("branch", "symmetry")
    need(dimension is not None or not counted, "the dimension is missing")
    need(whole is None or any(entry[3] for entry in minima), "that it is global is not proved")
    need((bad is None) == (point is None) and not (bad and whole), "bad and better disagree")
    need(bad is None or ("better", point) in found, "that it is bad is not proved")
