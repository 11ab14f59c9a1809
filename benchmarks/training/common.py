"""Problems that were trained: standardising their data, and writing their files."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """A problem, what scikit-learn returned for it, and the loss that scikit-learn reports there.

    ``data`` maps column names to columns, ``inputs`` and ``targets`` name the columns to use,
    ``settings`` is the part of the problem file between [data] and [candidate].
    """

    name: str
    comment: str
    data: dict[str, Floats]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    settings: str
    candidate: dict[str, Floats]
    loss: float
    better: dict[str, Floats] | None = None
    better_loss: float | None = None


def standardise(columns: Floats) -> Floats:
    """Mean 0 and deviation 1 by column, rounded to six decimals so that the CSV files stay short.

    The networks are trained on the rounded numbers, so the problem files state them exactly.
    """
    return np.round((columns - columns.mean(axis=0)) / columns.std(axis=0), 6)


def write(trained: Trained, folder: Path) -> None:
    """Write ``name.csv`` and ``name.toml``."""
    with open(folder / f"{trained.name}.csv", "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(trained.data)
        for row in zip(*trained.data.values(), strict=True):
            writer.writerow([short(value) for value in row])
    (folder / f"{trained.name}.toml").write_text(problem_text(trained), encoding="utf-8")


def problem_text(trained: Trained) -> str:
    """The problem file, with the comment on top."""
    comment = "".join(f"# {line}".rstrip() + "\n" for line in trained.comment.splitlines())
    parts = [
        comment,
        "[data]",
        f'file = "{trained.name}.csv"',
        f"inputs = {names(trained.inputs)}",
        f"targets = {names(trained.targets)}",
        "",
        trained.settings.strip(),
        "",
        f"# scikit-learn reports the loss {trained.loss!r} here.",
        "[candidate]",
        *(f"{name} = {nested(value)}" for name, value in trained.candidate.items()),
    ]
    if trained.better is not None:
        parts += [
            "",
            f"# Another start of the same training; scikit-learn reports {trained.better_loss!r}.",
            "[better]",
            *(f"{name} = {nested(value)}" for name, value in trained.better.items()),
        ]
    return "\n".join(parts) + "\n"


def names(values: tuple[str, ...]) -> str:
    """A TOML array of strings."""
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def nested(value: Any) -> str:
    """A TOML array in which every float has all its digits, one matrix row to a line."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 1:
        return "[" + ", ".join(repr(float(entry)) for entry in array) + "]"
    return "[\n" + "".join(f"    {nested(row)},\n" for row in array) + "]"


def short(value: float) -> str:
    """An integer without its decimal point, any other double with all its digits."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))
