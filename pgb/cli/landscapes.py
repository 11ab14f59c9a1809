"""Where pictures take their landscape from: a store, or a small search of a problem."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pgb.cli.group import about
from pgb.errors import InputError, short_name

if TYPE_CHECKING:
    from pgb.search import Landscape

#: Runs of a search for a picture.
DEFAULT_STARTS = 300

# What every SQLite file begins with.
_SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True)
class Source:
    """A store, or a problem to search.

    Attributes:
        name: of the store, the problem file or the problem that ships with pgb.
        starts, saddles, seed, distribution: of the search; None where they are not given.
    """

    name: str
    starts: int | None
    saddles: int | None
    seed: int | None
    distribution: str | None

    def landscape(self, saddles: int) -> Landscape:
        """Read it, or search for it with so many runs to saddles unless asked otherwise."""
        if is_store(self.name):
            self._refuse_options()
            from pgb.search import Landscape

            with about(self.name):
                return Landscape.from_store(self.name)
        from pgb.problem_files import read_problem
        from pgb.search.run import search

        with about(self.name):
            objective = read_problem(self.name).objective
        return search(
            objective,
            starts=DEFAULT_STARTS if self.starts is None else self.starts,
            saddles=saddles if self.saddles is None else self.saddles,
            seed=self.seed or 0,
            distribution=self.distribution or "mixed",
        )

    def _refuse_options(self) -> None:
        names = ("starts", "saddles", "seed", "distribution")
        given = [f"--{name}" for name in names if getattr(self, name) is not None]
        if given:
            raise InputError(
                f"{', '.join(given)}: found with the store {short_name(self.name)}, expected only "
                "with a problem, since a store is drawn as it is"
            )


def is_store(name: str) -> bool:
    """Whether the name is that of an SQLite file, as stores are."""
    path = Path(name)
    try:
        if not path.is_file():  # what is read from a pipe is gone
            return False
        with path.open("rb") as file:
            return file.read(len(_SQLITE)) == _SQLITE
    except OSError:
        return False
