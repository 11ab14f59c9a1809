"""``pgb check``: a problem and a candidate in, a verdict out."""

from __future__ import annotations

import math
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pgb.cli.group import about, print_json
from pgb.cli.progress import shown
from pgb.errors import InputError, short_name

if TYPE_CHECKING:
    from pgb.check import Effort
    from pgb.problem_files import ProblemFile
    from pgb.problems import Candidate, Objective
    from pgb.reports import Report

# In bytes, of most file systems.
_LONGEST_FILE_NAME = 255


def _positive(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (math.isfinite(value) and value > 0):
        raise click.BadParameter(f"found {value}, expected a positive finite number")
    return value


@click.command()
@click.argument("problem", metavar="PROBLEM")
@click.option("--candidate", metavar="FILE", help="The point to check: .toml, .json or .npz.")
@click.option("--better", metavar="FILE", help="A point claimed to have a lower value.")
@click.option(
    "--find-better",
    is_flag=True,
    help="Look for a point with a lower value by a search from 100 starts, if none is given.",
)
@click.option(
    "--radius",
    type=float,
    callback=_positive,
    help="Ask about |theta_i - candidate_i| <= RADIUS (default 1e-6 max(1, |candidate_i|)); only "
    "for candidates with floats.",
)
@click.option("--polish", is_flag=True, help="First improve the candidate by Newton's method.")
@click.option(
    "--prove",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Look for a rigorous proof about a ball: auto where that is cheap.",
)
@click.option(
    "--require-proof",
    is_flag=True,
    help="Exit with 20 unless the verdict is proved, and its certificate, if asked for, accepted.",
)
@click.option(
    "--certificate",
    metavar="OUT.json",
    help="Write the proof to a file that `pgb verify` re-checks; only if the verdict is proved.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def check(
    ctx: click.Context,
    problem: str,
    candidate: str | None,
    better: str | None,
    find_better: bool,
    radius: float | None,
    polish: bool,
    prove: Effort,
    require_proof: bool,
    certificate: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Decide whether the candidate of PROBLEM is a local minimum.

    PROBLEM is a problem file (.toml or .json) or the name of one that ships with pgb: see `pgb
    problems`. An exact candidate (integers and strings such as "1/3") is asked about itself, one
    with floats about the ball around it.
    """
    from pgb.check import check as run_check
    from pgb.conditions import Verdict
    from pgb.problem_files import read_problem

    if certificate is not None:
        _check_writable(certificate)
    with about(problem):
        file = read_problem(problem)
    point = _point(file, problem, "candidate", candidate)
    if point is None:
        raise InputError(f"{problem}: candidate: found none, expected [candidate] or --candidate")
    lower = _point(file, problem, "better", better)
    if find_better and lower is None:
        lower = _found(file.objective, point, seed)
    with about(problem), shown(file.objective.size) as progress:
        report = run_check(
            file.objective,
            point,
            better=lower,
            radius=radius,
            polish=polish,
            prove=prove,
            seed=seed,
            progress=progress,
        )
    if as_json:
        print_json(report.to_json_object())
    else:
        width = min(shutil.get_terminal_size().columns, 120)
        click.echo(report.to_text(width=width, color=_colored()), color=_colored())
    accepted = certificate is None or _certify(report, certificate)
    unproved = require_proof and not (report.proved and accepted)
    ctx.exit(Verdict.UNDECIDED.exit_code if unproved else report.verdict.exit_code)


def _point(file: ProblemFile, problem: str, key: str, option: str | None) -> Candidate | None:
    """The point of the option if it is given, else the problem file's own."""
    from pgb.problem_files import read_candidate

    if option is None:
        own: Candidate | None = getattr(file, key)
        return own
    with about(option):
        return read_candidate(option, file.objective, key)


def _check_writable(path: str) -> None:
    """Refuse a place at which no certificate can be written, before the work begins."""
    target = Path(path)
    folder, found = target.parent, None
    if len(os.fsencode(target.name)) > _LONGEST_FILE_NAME:
        found = f"a name of {len(target.name)} characters"
    elif not path or target.is_dir():
        found = "a folder" if path else "an empty name"
    elif os.path.lexists(path) and not target.is_file():
        found = "something that is no plain file"
    elif not folder.is_dir():
        found = f"no folder {short_name(folder)}"
    elif not os.access(folder, os.W_OK | os.X_OK):
        found = f"the folder {short_name(folder)}, which is not writable"
    if found:
        raise InputError(
            f"--certificate {short_name(path)}: found {found}, expected a file that can be written"
        )


def _found(objective: Objective, point: Candidate, seed: int) -> Candidate | None:
    """A lower point that a search finds; what came of it is said on stderr."""
    from pgb.search import find_better

    found = find_better(objective, point, seed=seed)
    what = "no lower point" if found is None else "a lower point"
    click.echo(f"--find-better: 100 starts found {what}", err=True)
    return found


def _certify(report: Report, path: str) -> bool:
    """Write the certificate of a proved verdict and check it, or say on stderr what is wrong."""
    from pgb.certificates import verify

    if not report.proved:
        click.echo(f"{path}: not written, since the verdict is not proved", err=True)
        return False
    try:
        proof = report.certificate()
    except InputError as error:
        click.echo(f"{path}: not written: {'; '.join(error.problems)}", err=True)
        return False
    try:
        proof.save(path)
    except OSError as error:
        raise InputError(f"--certificate {short_name(path)}: {error.strerror or error}") from None
    accepted, sentence = verify(path)
    word = "accepted" if accepted else "REFUSED"
    click.echo(f"{path}: written; the checker says: {word}, {sentence}", err=True)
    return accepted


def _colored() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
