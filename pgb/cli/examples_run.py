"""``pgb examples run``: decide claims on drawn members, write certificates, sum up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgb.cli.group import print_json
from pgb.errors import InputError

if TYPE_CHECKING:
    from counterexamples import Example, Result
    from counterexamples.kit.certification import Certified
    from counterexamples.kit.failures import Failure

    #: Where the problem file of a member is, or why there is none.
    Written = dict[Failure, str]

_COLORS = {"holds": "green", "fails": "red", "undecided": "yellow"}


@click.command()
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Run all examples.")
@click.option(
    "--examples",
    "count",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Members to draw for each family besides the canonical one; fewer where one is slow.",
)
@click.option("--seed", type=int, help="Draw other members (by default the same every time).")
@click.option(
    "--certificates",
    metavar="DIR",
    help="Write the certificates of the canonical members to DIR and have them checked; also the "
    "problem files of members for which a claim does not hold.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object.")
@click.pass_context
def run(
    ctx: click.Context,
    names: tuple[str, ...],
    everything: bool,
    count: int,
    seed: int | None,
    certificates: str | None,
    as_json: bool,
) -> None:
    """Decide the claims of examples on members of their families.

    Exit codes: 0 every claim holds for every member (and every certificate is accepted), 1 a claim
    fails or a certificate is refused, 20 something stays undecided, 2 bad input.
    """
    from counterexamples import exit_code
    from counterexamples import run as run_examples

    chosen = _chosen(names, everything)
    results: list[Result] = []
    certified: dict[str, list[Certified]] = {}
    with _progress_bar(len(chosen)) as progress:
        for example in chosen:
            results += run_examples([example], examples=count, seed=seed, progress=progress)
            if certificates is not None:
                certified[example.name] = _certify(example, certificates)
    written = {} if certificates is None else _write_failures(results, Path(certificates))
    code = exit_code(results)
    if any(c.accepted is False for found in certified.values() for c in found):
        code = 1
    if as_json:
        print_json(
            {
                "results": [_outcome(result, written) for result in results],
                "certificates": {n: [_file(c) for c in found] for n, found in certified.items()},
                "exit_code": code,
            }
        )
    else:
        for example in chosen:
            own = [result for result in results if result.example == example.name]
            _print_example(example.name, own, certified.get(example.name, []), written)
        _print_total(results, certified)
    ctx.exit(code)


def _chosen(names: Sequence[str], everything: bool) -> list[Example]:
    from counterexamples import examples as all_examples
    from counterexamples import find

    if everything and names:
        raise InputError(f"--all: found beside {names[0]!r}, expected one or the other")
    if not everything and not names:
        raise InputError("NAME: found none, expected names of examples or --all")
    if everything:
        return list(all_examples())
    return list({example.name: example for example in map(find, names)}.values())


def _certify(example: Example, folder: str) -> list[Certified]:
    from counterexamples.kit.certification import certify

    return certify(example, Path(folder))


def _failures(result: Result) -> list[Failure]:
    """The first member for which the claim does not hold, and the simplest."""
    return [found for found in (result.first, result.simplest) if found is not None]


def _write_failures(results: Sequence[Result], folder: Path) -> Written:
    """Write the problem files of members for which a claim does not hold."""
    written: Written = {}
    for result in results:
        for found in _failures(result):
            try:
                written[found] = str(found.save(folder / result.example / "failures"))
            except InputError as error:
                written[found] = f"no problem file: {'; '.join(error.problems)}"
    return written


def _outcome(result: Result, written: Written) -> dict[str, Any]:
    return {
        "example": result.example,
        "claim": result.claim,
        "about": result.about,
        "decision": result.decision.value,
        "members": result.members,
        "counts": {decision.value: number for decision, number in result.counts.items()},
        "witness": result.witness,
        "failures": [
            {
                "member": found.number,
                "detail": found.detail,
                "candidate": found.point,
                "problem": written.get(found),
            }
            for found in _failures(result)
        ],
        "seconds": round(result.seconds, 3),
    }


def _file(certified: Certified) -> dict[str, Any]:
    return {
        "claim": certified.claim.text,
        "path": None if certified.path is None else str(certified.path),
        "accepted": certified.accepted,
        "sentence": certified.sentence,
    }


def _print_example(
    name: str, results: Sequence[Result], certified: Sequence[Certified], written: Written
) -> None:
    click.echo(click.style(name, bold=True))
    for result in results:
        _print_result(result, written)
    for found in certified:
        if found.accepted is None:
            continue
        word = "accepted" if found.accepted else "REFUSED"
        where = found.sentence if found.path is None else str(found.path)
        click.echo(
            f"    {click.style(f'{word:9}', fg='green' if found.accepted else 'red')} {where}"
        )


def _print_result(result: Result, written: Written) -> None:
    word = result.decision.value
    members = f"{result.members} members"
    if word != "holds":
        members = f"{result.counts[result.decision]} of {members}"
    colored = click.style(f"{word:9}", fg=_COLORS[word])
    click.echo(f"    {colored} {result.claim} ({members}, {result.seconds:.1f} s)")
    if word == "holds":
        return
    found = _failures(result)
    lines = [] if found else [result.witness]
    for failure in found:
        lines += [f"{failure.name}: {failure.detail}", f"    at {failure.point}"]
        if failure in written:
            lines.append(f"    {written[failure]}")
    if found and not written:
        lines.append("--certificates DIR writes the problem files of these members")
    for line in lines:
        click.echo(f"              {line}")


def _print_total(results: Sequence[Result], certified: dict[str, list[Certified]]) -> None:
    """The table of all runs: one line of counts for each decision."""
    names = {result.example for result in results}
    members = {name: 0 for name in names}
    for result in results:
        members[result.example] = max(members[result.example], result.members)
    words = [result.decision.value for result in results]
    counts = ", ".join(f"{words.count(word)} {word}" for word in _COLORS)
    click.echo()
    click.echo(f"examples      {len(names)}, {sum(members.values())} members")
    click.echo(f"claims        {counts}")
    if certified:
        found = [c.accepted for every in certified.values() for c in every]
        click.echo(
            f"certificates  {found.count(True)} accepted, {found.count(False)} refused; "
            f"{found.count(None)} without one"
        )
    click.echo(f"time          {sum(result.seconds for result in results):.1f} s in claims")


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
