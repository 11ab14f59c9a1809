"""``pgb examples``: false statements, the families that refute them, and runs of their claims."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgb.cli.examples_run import run
from pgb.cli.group import Group, print_json

if TYPE_CHECKING:
    from counterexamples import Example


@click.group(cls=Group)
def examples() -> None:
    """Families of problems that refute tempting statements."""


examples.add_command(run)


@examples.command("list")
@click.option("--activation", metavar="NAME", help="Only with this activation, such as relu.")
@click.option("--loss", metavar="NAME", help="Only with this loss, such as squared.")
@click.option("--depth", metavar="N", help="Only with N layers of weights; 0 is a fixed output.")
@click.option("--phenomenon", metavar="WORDS", help="Only this, such as 'escape to infinity'.")
@click.option("--kind", metavar="WORDS", help="Only this, such as 'bad minimum'.")
@click.option(
    "--certificate",
    metavar="KIND",
    help="Only with a certificate of this verdict, evidence or kind of minimum, such as strict.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_examples(as_json: bool, **tags: str | None) -> None:
    """List the examples, each with the false statement that it refutes."""
    from counterexamples import examples as all_examples
    from counterexamples import select

    found = select(all_examples(), **tags)
    if as_json:
        print_json([_summary(example) for example in found])
        return
    for example in found:
        click.echo(f"{click.style(example.name, bold=True)} ({example.kind}, {example.phenomenon})")
        click.echo(f"    not true: {example.title}")
    if not found:
        click.echo("no example has all of these", err=True)


@examples.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option(
    "--problem", is_flag=True, help="Print only the problem file of the canonical member."
)
@click.option("--picture", metavar="OUT", help="Draw its picture into a .png, .svg or .pdf file.")
def show(name: str, as_json: bool, problem: bool, picture: str | None) -> None:
    """Show an example: what it refutes, why, its claims, and its canonical member in numbers."""
    from counterexamples import find
    from pgb.problem_files import ProblemFile, problem_to_mapping, to_toml

    example = find(name)
    if picture is not None:
        _draw(example, picture)
    member = example.member
    mapping = problem_to_mapping(
        ProblemFile(member.objective, member.candidate, member.better, name=example.name)
    )
    if problem:
        click.echo(to_toml(mapping), nl=False)
    elif as_json:
        print_json({**_summary(example), "numbers": _numbers(example), "problem": mapping})
    else:
        click.echo(_description(example))


def _draw(example: Example, picture: str) -> None:
    from counterexamples.kit.drawing import draw
    from pgb.errors import InputError

    if Path(picture).suffix not in (".png", ".svg", ".pdf"):
        raise InputError(f"--picture: found {picture}, expected .png, .svg or .pdf")
    draw(example, picture)
    click.echo(f"{picture}: written", err=True)


def _description(example: Example) -> str:
    """The example on a page of the terminal."""
    lines = [
        click.style(example.name, bold=True),
        f"not true: {example.title}",
        f"true:     {example.statement}",
        f"source:   {example.source}",
        *(f"tags:     {key}: {', '.join(words)}" for key, words in example.tags.items()),
    ]
    if example.correction is not None:
        lines += [
            f"{'printed:  ' if example.correction.printed else 'misread:  '}"
            f"{example.correction.stated}",
            f"holds:    {example.correction.corrected}",
        ]
    lines += [f"claim:    {claim.text} [{claim.rests_on}]" for claim in example.all_claims]
    lines += ["", example.mathematics, "", f"shown:    {_first_line(example.canonical.__doc__)}"]
    lines += [f"          {key}: {value}" for key, value in _numbers(example).items()]
    return "\n".join([*lines, "", f"pgb examples show {example.name} --problem prints its file."])


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


def _numbers(example: Example) -> dict[str, str]:
    from counterexamples.kit.numbers import numbers

    return numbers(example.member)


def _summary(example: Example) -> dict[str, Any]:
    correction = example.correction
    corrected = correction and {
        "stated": correction.stated,
        "printed": correction.printed,
        "holds": correction.corrected,
    }
    return {
        "name": example.name,
        "title": example.title,
        "statement": example.statement,
        "source": example.source,
        **example.tags,
        "phenomenon": example.phenomenon,
        "kind": example.kind,
        "cost": example.cost,
        "correction": corrected,
        "claims": [
            {
                "text": claim.text,
                "about": claim.about,
                "verdict": None if claim.expected is None else claim.expected.name,
                "evidence": claim.rests_on,
            }
            for claim in example.all_claims
        ],
    }
