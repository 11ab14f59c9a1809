"""The problems that ship with pgb, reachable by name."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path

from pgb.errors import InputError
from pgb.problem_files.mistakes import expected_name

_ENDINGS = (".toml", ".json")


def problem_names() -> dict[str, str]:
    """The names of the problems that ship with pgb, each with the first line of its comment."""
    return {
        path.stem: path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        for path in sorted(_folder().glob("*.toml"))
    }


def resolve(path_or_name: str | Path) -> Path:
    """The file of a path, or of a named problem; a file of that very name comes first.

    Raises:
        InputError: if there is neither.
    """
    path = Path(path_or_name)
    if path.is_file():
        return path
    name = os.fspath(path_or_name)
    named = _folder() / f"{name}.toml"
    if path.name == name and named.is_file():
        return named
    if path.suffix.lower() in _ENDINGS or path.name != name:
        found = f"the folder {name!r}" if path.is_dir() else f"no file {name!r}"
        raise InputError(f"problem: {'found ' + found}, expected a problem file")
    expected = expected_name(name, problem_names())
    raise InputError(
        f"problem: found neither a file nor a problem called {name!r}, expected {expected}"
    )


def _folder() -> Path:
    # pip always unpacks wheels, so the package's resources are files.
    return Path(str(resources.files("pgb").joinpath("data")))
