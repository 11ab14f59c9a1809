"""The problems that ship with pgb, reachable by name."""

from __future__ import annotations

import os
from importlib import resources
from pathlib import Path
from typing import Any

from pgb.errors import InputError, kind_of, short_name
from pgb.problem_files.mistakes import expected_name

_ENDINGS = (".toml", ".json")


def problem_names() -> dict[str, str]:
    """The names of the problems that ship with pgb, each with the first line of its comment."""
    return {
        path.stem: path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
        for path in sorted(_folder().glob("*.toml"))
    }


def resolve(path_or_name: str | Path) -> Path:
    """The file or pipe of a path, or of a named problem; a file of that very name comes first.

    Raises:
        InputError: if there is neither.
    """
    given: Any = path_or_name
    if not isinstance(given, (str, os.PathLike)):
        raise InputError(
            f"problem: found {kind_of(given)}, expected the path of a problem file or the name of "
            "a problem that ships with pgb"
        )
    path = Path(path_or_name)
    try:
        if path.is_file() or path.is_fifo():
            return path
    except OSError as error:
        raise InputError(
            f"problem: found {short_name(path)!r} ({error.strerror}), expected a problem file"
        ) from None
    name = os.fspath(path_or_name)
    named = _folder() / f"{name}.toml"
    if path.name == name and named.is_file():
        return named
    if path.suffix.lower() in _ENDINGS or path.name != name:
        raise InputError(
            f"problem: found {_kind(path)} {short_name(name)!r}, expected a problem file"
        )
    raise InputError(
        f"problem: found neither a file nor a problem called {short_name(name)!r}, expected "
        f"{expected_name(name, problem_names())}"
    )


def _kind(path: Path) -> str:
    if path.is_dir():
        return "the folder"
    return "neither a file nor a pipe at" if path.exists() else "no file"


def _folder() -> Path:
    # pip always unpacks wheels, so the package's resources are files.
    return Path(str(resources.files("pgb").joinpath("data")))
