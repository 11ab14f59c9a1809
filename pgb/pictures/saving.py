"""Writing a figure to a file, by a format that its name says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pgb.errors import InputError, short_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("png", "pdf", "svg")


def save(figure: Figure, path: str | Path, dots_per_inch: int = 200) -> None:
    """Write the figure as .png, .pdf or .svg; the same figure gives the same bytes.

    Raises:
        InputError: for another ending or a place that cannot be written.
    """
    from matplotlib import rc_context

    kind = checked_format(path)
    # Without dates and random identifiers, so that files under version control stay the same.
    metadata = {"png": {}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}[kind]
    try:
        with rc_context({"svg.hashsalt": "pgb", "pdf.fonttype": 42, "svg.fonttype": "path"}):
            figure.savefig(path, format=kind, dpi=dots_per_inch, metadata=metadata)
    except OSError as error:
        raise InputError(f"picture {short_name(path)}: {error.strerror or error}") from None


def checked_format(path: str | Path) -> str:
    """The format of a file that a picture can be written to.

    Raises:
        InputError: for another ending, a folder, or a folder that does not exist.
    """
    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise InputError(
            f"picture: found the name {short_name(path)!r}, expected one that ends in "
            ".png, .pdf or .svg"
        )
    found = None
    if target.is_dir():
        found = "a folder"
    elif not target.parent.is_dir():
        found = f"no folder {short_name(target.parent)}"
    elif not os.access(target.parent, os.W_OK | os.X_OK):
        found = f"the folder {short_name(target.parent)}, which is not writable"
    if found:
        raise InputError(
            f"picture {short_name(path)}: found {found}, expected a file that can be written"
        )
    return kind
