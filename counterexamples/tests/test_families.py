"""Every claim holds for every member that is drawn, and for the canonical one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterexamples import Decision, Example, Member, examine, examples
from counterexamples.kit.example import Part
from pgb.certificates import verify
from pgb.problem_files import ProblemFile, read_problem, write_problem

PARTS = [(example, part) for example in examples() for part in example.parts]
every_part = pytest.mark.parametrize(
    ("example", "part"),
    [pytest.param(e, p, id="-".join(filter(None, (e.name, p.label)))) for e, p in PARTS],
)


def assert_every_claim_holds(part: Part, member: Member) -> None:
    for claim, outcome in examine(part.claims, member):
        assert outcome.decision is Decision.HOLDS, f"{claim.text}: {outcome.detail}"


@every_part
def test_every_claim_holds_for_every_member(example: Example, part: Part) -> None:
    """The same members every time, but for the deep profile, which draws new ones.

    As many as the profile asks for (100, deep 2,000), fewer only where the example declares a cost
    above 0.1 s.
    """
    profile = settings()
    deep = settings.get_current_profile_name() == "deep"
    chosen = settings(
        profile,
        max_examples=example.members_for(profile.max_examples),
        derandomize=not deep,
        database=profile.database if deep else None,
    )

    @chosen
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        assert_every_claim_holds(part, data.draw(part.family()))

    holds()


@every_part
def test_every_claim_holds_for_the_canonical_member(example: Example, part: Part) -> None:
    assert_every_claim_holds(part, part.member)


@every_part
def test_the_checker_accepts_every_certificate(
    example: Example, part: Part, tmp_path: Path
) -> None:
    for claim in part.claims:
        certificate = claim.certificate(part.member)
        if certificate is not None:
            certificate.save(tmp_path / "c.json")
            accepted, sentence = verify(tmp_path / "c.json")
            assert accepted, f"{claim.text}: {sentence}"


@every_part
def test_the_canonical_member_is_a_problem_file(
    example: Example, part: Part, tmp_path: Path
) -> None:
    member, path = part.member, tmp_path / "p.toml"
    write_problem(ProblemFile(member.objective, member.candidate, member.better), path)
    again = read_problem(path)
    assert again.candidate is not None
    assert again.candidate.exact == member.candidate.exact
    assert list(again.candidate.point) == list(member.candidate.point)
    assert (again.better is None) == (member.better is None)
