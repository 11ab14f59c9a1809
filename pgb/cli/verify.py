"""``pgb verify``: re-check certificates with the stand-alone checker."""

from __future__ import annotations

import click


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

    ctx.exit(checking.main(list(files)))
