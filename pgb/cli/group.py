"""The group ``pgb`` and what becomes of bad input: a sentence for each mistake, exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from pgb import __version__
from pgb.errors import InputError, short_name

BAD_INPUT = 2
INTERRUPTED = 130
BROKEN_PIPE = 141  # as of programs that SIGPIPE ends


class Group(click.Group):
    """A group whose commands turn the errors of users and systems into sentences on stderr."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            complain(ctx, error.problems)
        except UnicodeDecodeError as error:
            complain(ctx, [f"found bytes that are not UTF-8 ({error.reason})"])
        except BrokenPipeError:  # `pgb ... | head` closed it; what is left has no reader
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        except OSError as error:
            where = f"{short_name(error.filename)}: " if error.filename else ""
            complain(ctx, [f"{where}{error.strerror or error}"])
        except MemoryError as error:
            found = f" ({error})" if str(error) else ""
            complain(ctx, [f"found too little memory{found}, expected a problem that fits into it"])
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


def complain(ctx: click.Context, sentences: Iterable[str]) -> None:
    """Print the sentences on stderr and exit with 2."""
    for sentence in sentences:
        click.echo(sentence, err=True)
    ctx.exit(BAD_INPUT)


@contextmanager
def about(name: str) -> Iterator[None]:
    """Put the name of a file in front of the sentences of an ``InputError`` raised inside."""
    try:
        yield
    except InputError as error:
        raise InputError(
            [f"{short_name(name)}: {sentence}" for sentence in error.problems]
        ) from error


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pgb")
def main() -> None:
    """Check candidate minima of loss landscapes, and search for minima.

    Exit codes: 0 a local minimum (examples, search: all claims hold), 10 not a local minimum, 11
    escaping to infinity, 20 undecided, 1 a claim fails, 2 bad input.
    """
