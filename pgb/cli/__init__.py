"""The command line: ``pgb check``, ``search``, ``plot``, ``verify``, ``problems``, ``examples``.

Commands import what they need when they run, so that ``pgb --help`` starts at once.
"""

from __future__ import annotations

from pgb.cli.check import check
from pgb.cli.examples import examples
from pgb.cli.group import main
from pgb.cli.plot import plot
from pgb.cli.problems import problems
from pgb.cli.search import search
from pgb.cli.verify import verify

__all__ = ["main"]

for command in (check, search, plot, verify, problems, examples):
    main.add_command(command)
