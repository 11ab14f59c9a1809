"""Certificates of an example's canonical members, written and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from counterexamples.kit.claim import Claim
from counterexamples.kit.example import Example
from counterexamples.kit.members import Member
from pgb.errors import InputError


@dataclass(frozen=True)
class Certified:
    """What came of the certificate of one claim.

    Attributes:
        claim: the claim.
        path: where the file is; None if the claim has no certificate.
        accepted: whether the checker accepts it; None if the claim rests on no verdict.
        sentence: what the checker says, or why there is none.
    """

    claim: Claim
    path: Path | None
    accepted: bool | None
    sentence: str


def certify(example: Example, folder: Path) -> list[Certified]:
    """Write ``folder/NAME/CLAIM.json`` for each claim about a verdict, and run the checker on it.

    Raises:
        OSError: a file cannot be written.
    """
    target = folder / example.name
    return [_certify(claim, part.member, target) for part in example.parts for claim in part.claims]


def _certify(claim: Claim, member: Member, folder: Path) -> Certified:
    from pgb.certificates import verify

    try:
        certificate = claim.certificate(member)
    except InputError as error:
        return Certified(claim, None, False, "; ".join(error.problems))
    if certificate is None:
        return Certified(claim, None, None, claim.rests_on)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{claim.slug}.json"
    certificate.save(path)
    accepted, sentence = verify(path)
    return Certified(claim, path, accepted, sentence)
