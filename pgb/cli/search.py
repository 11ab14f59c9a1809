"""``pgb search``: the critical points of a problem, from many starts."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pgb.cli.exhaustive import refuse_other_options, search_box
from pgb.cli.group import INTERRUPTED, about, print_json
from pgb.errors import InputError, counted, short_name

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from pgb.search import Landscape, Progress

_UNDECIDED = 20
# What suits a problem of which nobody knows how long its runs take.
_STARTS, _SECONDS = 1000, 40.0


@click.command()
@click.argument("problem", metavar="PROBLEM")
@click.option(
    "--starts",
    type=click.IntRange(0, 10**7),
    help="Runs that look for local minima (default 1000).",
)
@click.option(
    "--saddles",
    type=click.IntRange(0, 10**7),
    default=0,
    show_default=True,
    help="Further runs that look for critical points of any index.",
)
@click.option(
    "--time",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Give out no more work after so many seconds (default: 40 if --starts is not given).",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--distribution",
    default="mixed",
    show_default=True,
    help="Of the starts: normal, wide, log-uniform, uniform:LOW:HIGH or mixed.",
)
@click.option("--prove", is_flag=True, help="Try to prove each distinct point.")
@click.option(
    "--claim",
    metavar="NAME",
    help="Look for a proved counterexample and stop at it: every-local-minimum-is-global, "
    "every-critical-point-is-a-minimum or no-local-minimum.",
)
@click.option(
    "--store", metavar="FILE", help="Keep what is found; the same command goes on from there."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Processes (default: one for each core); 1 stays in this one.",
)
@click.option("--dask", metavar="ADDRESS", help="Work on the Dask cluster of this scheduler.")
@click.option(
    "--certificates", metavar="DIR", help="Write the certificate of each proved point there."
)
@click.option(
    "--exhaustive",
    metavar="LO HI",
    nargs=2,
    type=float,
    help="Instead of starts: all critical points with every parameter from LO to HI, for at most 4 "
    "parameters.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the landscape as JSON.")
@click.pass_context
def search(
    ctx: click.Context,
    /,
    problem: str,
    starts: int | None,
    seconds: float | None,
    claim: str | None,
    dask: str | None,
    certificates: str | None,
    exhaustive: tuple[float, float] | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Find the local minima of PROBLEM, each once, and tell escaping runs apart.

    PROBLEM is a problem file (.toml or .json) or the name of one that ships with pgb. A candidate
    in it is not used. Exit codes: 0, or with --claim 1 if a counterexample is proved and 20 if none
    was found; with --exhaustive 0 if the list is complete or the claim holds, 20 if not; 2 bad
    input; 130 interrupted, after printing what was found so far.
    """
    # Before NumPy is imported: batches of small matrices gain nothing from threads.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from pgb.problem_files import read_problem
    from pgb.search.claims import claim_of
    from pgb.search.run import search as run_search

    if certificates is not None:
        _make_folder(certificates)
    until = None if claim is None else claim_of(claim)
    with about(problem):
        objective = read_problem(problem).objective
    if exhaustive is not None:
        refuse_other_options(ctx)
        workers = options["workers"]
        ctx.exit(search_box(objective, exhaustive, seconds, workers, claim, certificates, as_json))
    with _executor(dask) as executor, _progress_bar() as progress:
        landscape = run_search(
            objective,
            starts=_STARTS if starts is None else starts,
            time=_SECONDS if starts is None and seconds is None else seconds,
            until=until,
            executor=executor,
            progress=progress,
            keep_interrupted=True,
            **options,
        )
    if as_json:
        print_json(landscape.to_json_object())
    else:
        width = min(shutil.get_terminal_size((100, 24)).columns, 120)
        colored = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        click.echo(landscape.to_text(width=width, color=colored), color=colored)
    if certificates is not None:
        _write_certificates(landscape, certificates)
    if landscape.work.interrupted:
        click.echo("interrupted", err=True)
        ctx.exit(INTERRUPTED)
    if until is not None:
        ctx.exit(1 if landscape.counterexample is not None else _UNDECIDED)


@contextmanager
def _executor(address: str | None) -> Iterator[Executor | None]:
    if address is None:
        yield None
        return
    from pgb.search.executors import dask_executor

    with dask_executor(address) as executor:
        yield executor


def _make_folder(path: str) -> None:
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"--certificates: found {short_name(path)} ({error.strerror}), expected a folder"
        ) from None


def _write_certificates(landscape: Landscape, folder: str) -> None:
    """One file for each proved point, numbered as in the table from 1."""
    written = 0
    for number, point in enumerate(landscape.points, start=1):
        if point.certificate is not None:
            landscape.certificate(point).save(Path(folder) / f"point-{number}.json")
            written += 1
    click.echo(f"{short_name(folder)}: {counted(written, 'certificate')} written", err=True)


@contextmanager
def _progress_bar() -> Iterator[Callable[[Progress], None] | None]:
    """A bar on stderr; none where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[found]}"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("searching", total=None, found="")

        def report(progress: Progress) -> None:
            bar.update(
                task,
                description=progress.stage,
                completed=progress.done,
                total=progress.total,
                found=f"{progress.distinct} distinct, {progress.escaping} escaping, "
                f"{progress.proved} proved",
            )

        yield report
