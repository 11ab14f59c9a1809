"""``pgb verify``: re-check certificates with the stand-alone checker."""

from __future__ import annotations

import os

import click

from pgb.cli.group import BAD_INPUT
from pgb.errors import short_name


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.pass_context
def verify(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Re-check certificates, trusting nothing in them.

    The same as `python checker.py FILE...` with pgb/certificates/checker.py and the folder
    checking/ beside it, which need only python-flint. Exit codes: 0 accepted, 1 refused,
    2 unreadable.
    """
    from pgb.certificates import checking

    ctx.exit(max(_missing(file) or checking.main([file]) for file in files))


def _missing(file: str) -> int:
    """2 after saying so if there is no such file, else 0."""
    if not os.path.exists(file):
        reason = "no such file"
    elif os.path.isdir(file):
        reason = "a folder"
    elif not os.access(file, os.R_OK):
        reason = "a file that may not be read"
    else:
        return 0
    click.echo(f"{short_name(file)}\nUNREADABLE: found {reason}, expected a certificate")
    return BAD_INPUT
