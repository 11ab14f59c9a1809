"""Progress of long calculations on stderr, while somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pgb.progress import Progress, silent

# Parameters from which a check takes long enough to say what it is doing.
_LONG = 500


@contextmanager
def shown(size: int) -> Iterator[Progress]:
    """A line on stderr that says what is being done, and for how long, and then disappears.

    Nothing is written if stderr is no terminal, or for less than 500 parameters (``size``).
    """
    if size < _LONG or not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Display

    columns = (
        SpinnerColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
        BarColumn(20),
    )
    with Display(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("reading", total=None)

        def tell(stage: str, share: float | None, /) -> None:
            total = None if share is None else 1.0
            display.update(task, description=stage, total=total, completed=share or 0.0)

        yield tell
