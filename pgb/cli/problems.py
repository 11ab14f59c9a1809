"""``pgb problems``: the problems that ship with pgb."""

from __future__ import annotations

import click

from pgb.cli.group import print_json


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def problems(as_json: bool) -> None:
    """List the problems that ship with pgb, for `pgb check NAME`."""
    from pgb.problem_files import problem_names, resolve

    found = problem_names()
    if as_json:
        print_json(
            [
                {"name": name, "description": text, "path": str(resolve(name))}
                for name, text in found.items()
            ]
        )
        return
    width = max(map(len, found), default=0)
    for name, text in found.items():
        click.echo(f"{name:{width}}  {text}")
