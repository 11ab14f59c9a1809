"""``pgb examples``: the failure-mode families, their claims, and runs of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from pgb.cli.group import Group, print_json

if TYPE_CHECKING:
    from counterexamples import Example, Result


@click.group(cls=Group)
def examples() -> None:
    """Families of problems that refute tempting statements."""


@examples.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def list_examples(as_json: bool) -> None:
    """List the examples, each with the false statement that it refutes."""
    from counterexamples import examples as all_examples

    found = all_examples()
    if as_json:
        print_json([_summary(example) for example in found])
        return
    for example in found:
        click.echo(f"{click.style(example.name, bold=True)} ({example.phenomenon})")
        click.echo(f"    not true: {example.title}")


@examples.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.option(
    "--problem", is_flag=True, help="Print only the problem file of the canonical member."
)
def show(name: str, as_json: bool, problem: bool) -> None:
    """Show an example: what it refutes, its claims, and its canonical member as a problem file."""
    from counterexamples import find
    from pgb.problem_files import ProblemFile, problem_to_mapping, to_toml

    example = find(name)
    member = example.canonical
    mapping = problem_to_mapping(ProblemFile(member.objective, member.candidate, name=example.name))
    if as_json:
        print_json({**_summary(example), "problem": mapping})
        return
    if not problem:
        click.echo(click.style(example.name, bold=True))
        click.echo(f"not true: {example.title}")
        click.echo(f"true:     {example.statement}")
        click.echo(f"source:   {example.source}")
        for claim in example.claims:
            click.echo(f"claim:    {claim.text}")
        click.echo()
    click.echo(to_toml(mapping), nl=False)


@examples.command()
@click.argument("names", nargs=-1)
@click.option(
    "--examples",
    "count",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Members to draw for each example, besides the canonical one.",
)
@click.option("--seed", type=int, help="Draw other members (by default the same every time).")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_context
def run(
    ctx: click.Context, names: tuple[str, ...], count: int, seed: int | None, as_json: bool
) -> None:
    """Decide the claims of examples (all of them, or those named) on members of their families."""
    from counterexamples import examples as all_examples
    from counterexamples import exit_code, find
    from counterexamples import run as run_examples

    chosen = [find(name).name for name in names] or [example.name for example in all_examples()]
    results: list[Result] = []
    with _progress_bar(len(chosen)) as progress:
        for name in chosen:
            found = run_examples([name], examples=count, seed=seed, progress=progress)
            if not as_json:
                click.echo(click.style(name, bold=True))
                for result in found:
                    _print_result(result)
            results += found
    code = exit_code(results)
    if as_json:
        print_json({"results": [_outcome(result) for result in results], "exit_code": code})
    ctx.exit(code)


def _summary(example: Example) -> dict[str, Any]:
    return {
        "name": example.name,
        "title": example.title,
        "statement": example.statement,
        "source": example.source,
        "phenomenon": example.phenomenon,
        "claims": [claim.text for claim in example.claims],
    }


def _outcome(result: Result) -> dict[str, Any]:
    return {
        "example": result.example,
        "claim": result.claim,
        "about": result.about,
        "decision": result.decision.value,
        "counts": {decision.value: number for decision, number in result.counts.items()},
        "witness": result.witness,
        "seconds": round(result.seconds, 3),
    }


def _print_result(result: Result) -> None:
    word = result.decision.value
    color = {"holds": "green", "fails": "red"}.get(word, "yellow")
    members = f"{result.members} members, {result.seconds:.1f} s"
    click.echo(f"    {click.style(f'{word:9}', fg=color)} {result.claim} ({members})")
    if word != "holds":
        click.echo(f"              {result.witness}")


@contextmanager
def _progress_bar(runs: int) -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on stderr over all runs of a command; none where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("examples", total=float(runs))
        before: dict[str, float] = {}

        def report(name: str, done: int, asked: int) -> None:
            before[name] = min(done / max(asked, 1), 1.0)
            bar.update(task, completed=sum(before.values()), description=name[:40])

        yield report
