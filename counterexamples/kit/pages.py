"""The page of an example in Markdown, from the same object that the tests run."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from typing import get_args

from counterexamples.kit.claim import Claim
from counterexamples.kit.example import Example, Part
from counterexamples.kit.members import Member
from counterexamples.kit.numbers import numbers
from counterexamples.kit.tags import Kind
from pgb.problem_files import ProblemFile, problem_to_mapping, to_toml

#: Lines of a problem file that are shown at once; a longer one is folded.
_SHORT = 20

_KINDS = {
    "failure mode": "Failure modes of the elimination of bad local minima",
    "bad minimum": "Bad local minima",
    "saddle": "Saddles that pass for minima",
    "no minimum": "Nothing to find",
    "trap": "Traps for software and for tests",
}


def page(example: Example) -> str:
    """The page; it links ``NAME.png`` and ``certificates/NAME/CLAIM.json`` beside it."""
    sections = [
        f"# Not true: {_plain(example.title)}",
        f"**True instead.** {_plain(example.statement)}",
        f"Source: {_plain(example.source)}.",
        _tags(example),
        "## Why",
        *[_plain(paragraph) for paragraph in _paragraphs(example.mathematics)],
        "## The family",
        _plain(_doc(example.family)),
        "## One member",
        *_member(example, example.parts[0]),
        *_further(example),
        *_correction(example),
        "## Run it",
        _commands(example),
        "All examples: [README.md](README.md).",
    ]
    return "\n\n".join(sections) + "\n"


def index(examples: Sequence[Example]) -> str:
    """The page that lists all examples, by kind."""
    claims = sum(len(example.all_claims) for example in examples)
    sections = [
        "# Statements that are not true",
        f"{len(examples)} false statements about loss landscapes. Each page has a family of "
        f"problems that refutes one of them, and claims ({claims} in all) that pgb decides for "
        "every member it draws; beside each stands what it rests on. `pgb examples list` filters "
        "them; [add-an-example.md](../add-an-example.md) says how to add one. The pages are "
        "written by `python docs/example_pages.py`.",
    ]
    for kind in get_args(Kind):
        chosen = [example for example in examples if example.kind == kind]
        if chosen:
            rows = [_row(example) for example in chosen]
            head = ("not true", "what happens", "activation", "loss", "layers")
            sections += [f"## {_KINDS[kind]}", _table(head, rows)]
    return "\n\n".join(sections) + "\n"


def _row(example: Example) -> tuple[str, ...]:
    tags = example.tags
    words = [", ".join(tags[key]) for key in ("activation", "loss", "depth")]
    return f"[{_plain(example.title)}]({example.name}.md)", example.phenomenon, *words


def _tags(example: Example) -> str:
    tags = example.tags
    words: list[str] = [example.kind, example.phenomenon]
    named = {"activation": "activation", "loss": "loss", "layers of weights": "depth"}
    words += [f"{name}: {', '.join(tags[key])}" for name, key in named.items()]
    return f"Tags: {'; '.join(words)}."


def _member(example: Example, part: Part, picture: bool = True) -> list[str]:
    rows = [(key, _plain(value)) for key, value in numbers(part.member).items()]
    drawn = picture and example.picture is not None
    image = [f"![The loss of this member]({example.name}.png)"] if drawn else []
    return [
        _plain(_doc(part.canonical)),
        _table(("", ""), rows),
        *_problem(part.member),
        *image,
        _claims(example, part),
    ]


def _problem(member: Member) -> list[str]:
    """The member as a problem file, which a reader can copy."""
    asked = ProblemFile(member.objective, member.candidate, member.better)
    text = to_toml(problem_to_mapping(asked))
    block = f"```toml\n{text}```"
    words = "As a problem file, for `pgb check`"
    if text.count("\n") <= _SHORT:
        return [f"{words}:", block]
    summary = "As a problem file, for <code>pgb check</code>"
    return ["<details>", f"<summary>{summary}</summary>", block, "</details>"]


def _claims(example: Example, part: Part) -> str:
    rows = []
    for claim in part.claims:
        outcome = claim.holds(part.member)
        rows.append(
            (
                _plain(claim.text),
                f"{outcome.decision.value}: {_plain(outcome.detail)}",
                _evidence(example, claim),
            )
        )
    return _table(("claim of every member", "for this one", "rests on"), rows)


def _evidence(example: Example, claim: Claim) -> str:
    if claim.question is None:
        return claim.rests_on
    return f"{claim.rests_on}, [certificate](certificates/{example.name}/{claim.slug}.json)"


def _further(example: Example) -> list[str]:
    sections = []
    for part in example.further:
        sections += [f"## Another family: {part.label}", *_part(example, part)]
    return sections


def _correction(example: Example) -> list[str]:
    correction = example.correction
    if correction is None:
        return []
    return [
        "## A correction" if correction.printed else "## An easy misreading",
        f"**{correction.label.capitalize()}.** {_plain(correction.stated)}",
        f"**As it holds.** {_plain(correction.corrected)} The claims above prove it for "
        "every member drawn; those below refute the statement without the correction.",
        *_part(example, example.parts[-1]),
    ]


def _part(example: Example, part: Part) -> list[str]:
    return [_plain(_doc(part.family)), *_member(example, part, picture=False)]


def _commands(example: Example) -> str:
    cost = ""
    if example.members_for(100) < 100:
        cost = (
            f"\n\nOne member takes about {example.cost:g} s, so that the tests draw "
            f"{example.members_for(100)} instead of 100."
        )
    lines = [
        f"$ pgb examples run {example.name} --certificates certificates",
        f"$ pgb examples show {example.name} --problem > problem.toml && pgb check problem.toml",
    ]
    return "\n".join(["```console", *lines, "```"]) + cost


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [list(head), ["---"] * len(head), *escaped]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


def _doc(function: object) -> str:
    return " ".join((inspect.getdoc(function) or "").split())


def _plain(text: str) -> str:
    """Text whose stars and angle brackets mean themselves in Markdown."""
    for character in "*<>":
        text = text.replace(character, f"\\{character}")
    return text
