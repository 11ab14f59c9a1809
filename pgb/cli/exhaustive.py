"""``pgb search --exhaustive LO HI``: all critical points in a box."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgb.cli.group import print_json
from pgb.errors import InputError, short_name

if TYPE_CHECKING:
    from pgb.problems import Objective
    from pgb.search.exhaustive import CompleteList, Progress

# Options that say something about the box; all the others are about starts.
_OPTIONS = {"problem", "exhaustive", "seconds", "workers", "claim", "certificates", "as_json"}
_CODES = {True: 0, False: 1, None: 20}


def refuse_other_options(ctx: click.Context) -> None:
    """Name every option that was given and means nothing for a box.

    Raises:
        InputError: a sentence for each.
    """
    given = [
        option
        for option in ctx.command.params
        if option.name not in _OPTIONS
        and ctx.get_parameter_source(str(option.name)) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        raise InputError(
            [
                f"{option.opts[0]}: found beside --exhaustive, expected none, since the whole box "
                "is searched"
                for option in given
            ]
        )


def search_box(
    objective: Objective,
    box: tuple[float, float],
    seconds: float | None,
    workers: int | None,
    claim: str | None,
    certificates: str | None,
    as_json: bool,
) -> int:
    """Print all critical points in a box; the exit code.

    0 if the list is complete or the claim holds in the box, 1 if the claim fails, 20 if undecided.
    """
    from pgb.search.exhaustive import exhaustive

    if not all(map(math.isfinite, box)) or not box[0] < box[1]:
        raise InputError(
            f"--exhaustive: found {box[0]:g} {box[1]:g}, expected finite numbers LO < HI"
        )
    with _progress_bar() as progress:
        found = exhaustive(objective, *box, seconds=seconds, workers=workers, progress=progress)
    decided, words = _decide(found, claim)
    if as_json:
        asked = None if claim is None else {"name": claim, "holds": decided}
        print_json({**found.to_json_object(), "claim": asked})
    else:
        click.echo(found.to_text())
        if words:
            click.echo(words)
        if found.complete and found.assumed and certificates is None:
            click.echo("--certificates DIR writes a proof of the list that does not assume this.")
    if certificates is not None and found.complete:
        _save(found, Path(certificates) / "complete-list.json")
    return _CODES[decided]


def _save(found: CompleteList, path: Path) -> None:
    found.certificate().save(path)
    without = ", a proof of the list that does not assume this" if found.assumed else ""
    click.echo(f"{short_name(path)}: written{without}", err=True)


def _decide(found: CompleteList, name: str | None) -> tuple[bool | None, str]:
    """Whether the claim holds in the box (without one: whether the list is complete), in words."""
    if name is None:
        return (True if found.complete else None), ""
    from pgb.search.claims import claim_of, decide_in_box

    claim = claim_of(name)
    decided = decide_in_box(claim, found)
    words = {True: "holds in the box", False: "fails in the box", None: "is undecided"}
    return decided, f"Claim: {claim.sentence}; it {words[decided]}."


@contextmanager
def _progress_bar() -> Iterator[Callable[[Progress], object] | None]:
    """A bar on stderr over the share of the box that is decided; none without a terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("box", total=1.0)

        def report(progress: Progress) -> None:
            words = f"{progress.boxes} boxes, {progress.points} points"
            bar.update(task, completed=progress.fraction, description=words)

        yield report
