"""From a problem file, or the mapping in it, to an objective and the points to ask about."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pgb.errors import InputError, kind_of
from pgb.models import Model, Parameter
from pgb.problem_files.candidate_section import read_archive, read_point
from pgb.problem_files.data_section import build_data, read_raw_data
from pgb.problem_files.documents import load_document
from pgb.problem_files.mistakes import Mistakes, Table, describe
from pgb.problem_files.model_section import read_model
from pgb.problem_files.named import resolve
from pgb.problem_files.objective_sections import (
    EliminationSpec,
    read_decay,
    read_elimination,
    read_loss,
    spread,
)
from pgb.problems import Candidate, Data, Loss, Objective, Regularizer
from pgb.transforms import eliminate, without_units

# What pgb writes and is no problem file: keys that tell it, its name, what to do with it.
_WRITTEN = (
    (("schema", "claim", "evidence"), "a certificate", "; `pgb verify` re-checks certificates"),
    (
        ("points", "escapes", "runs"),
        "what `pgb search --json` prints",
        ", or for `pgb plot` the file of `pgb search --store`",
    ),
    (("statement", "points", "boxes"), "what `pgb search --exhaustive --json` prints", ""),
    (("verdict", "proved", "findings"), "what `pgb check --json` prints", ""),
)

SECTIONS = ("data", "model", "loss", "regularizer", "elimination", "candidate", "better")


@dataclass(frozen=True)
class ProblemFile:
    """What a problem file says: the objective, the point to check, a point claimed to be lower."""

    objective: Objective
    candidate: Candidate | None = None
    better: Candidate | None = None
    name: str = "problem"
    path: Path | None = None


def read_problem(path_or_name: str | Path) -> ProblemFile:
    """Read a TOML or JSON problem file, or a named problem such as "diabetes".

    Raises:
        InputError: with one sentence for each mistake in the file, each with its key.
    """
    path = resolve(path_or_name)
    base_dir = path.parent if path.is_file() else Path()  # data are not beside a pipe
    return problem_from_mapping(load_document(path), base_dir, name=path.stem, path=path)


def problem_of(problem: Objective | ProblemFile | str | Path) -> ProblemFile:
    """From whatever stands for a problem: an objective, a problem file, its path or its name.

    Raises:
        InputError: for anything else, and as ``read_problem`` does.
    """
    if isinstance(problem, ProblemFile):
        return problem
    if isinstance(problem, Objective):
        return ProblemFile(problem)
    if isinstance(problem, (str, os.PathLike)):
        return read_problem(problem)
    raise InputError(
        f"problem: found {kind_of(problem)}, expected an Objective, a problem file, or its name"
    )


def problem_from_mapping(
    mapping: Mapping[str, Any],
    base_dir: str | Path = ".",
    *,
    name: str = "problem",
    path: Path | None = None,
) -> ProblemFile:
    """The problem in a mapping of the same shape as a problem file.

    ``base_dir`` is the folder to which file names in the mapping are relative.

    Raises:
        InputError: with one sentence for each mistake, each with its key.
    """
    given: Any = mapping
    if not isinstance(given, Mapping):
        raise InputError(f"problem: found {kind_of(given)}, expected a mapping")
    _refuse_what_pgb_writes(given)
    base_dir = Path(base_dir)
    mistakes = Mistakes()
    top = Table(mapping, "", mistakes)
    top.check_keys(SECTIONS)
    objective, parameters = _read_objective(top, base_dir)
    points = {}
    for key in ("candidate", "better"):
        table = top.table(key)
        if table is not None:
            points[key] = read_point(table, parameters, base_dir)
    mistakes.raise_if_any()
    assert objective is not None
    return ProblemFile(objective, points.get("candidate"), points.get("better"), name, path)


def _refuse_what_pgb_writes(mapping: Mapping[str, Any]) -> None:
    for keys, name, hint in _WRITTEN:
        if all(key in mapping for key in keys):
            raise InputError(f"file: found {name}, expected a problem file{hint}")


def read_candidate(path: str | Path, objective: Objective, key: str = "candidate") -> Candidate:
    """A point from a file: NPZ, or TOML/JSON with the parameters on top or under the key.

    Raises:
        InputError: with one sentence for each mistake.
    """
    given: Any = path
    if not isinstance(given, (str, os.PathLike)):
        raise InputError(f"{key}: found {kind_of(given)}, expected the path of a file")
    path = Path(path)
    mistakes = Mistakes()
    if path.suffix.lower() == ".npz":
        candidate = read_archive(path, objective.model.parameters, key, mistakes)
    else:
        document = load_document(path)
        inner = document.get(key, document)
        if not isinstance(inner, Mapping):
            raise InputError(f"{key}: found {describe(inner)}, expected a table")
        table = Table(inner, key, mistakes)
        candidate = read_point(table, objective.model.parameters, path.parent)
    mistakes.raise_if_any()
    assert candidate is not None
    return candidate


def _read_objective(
    top: Table, base_dir: Path
) -> tuple[Objective | None, tuple[Parameter, ...] | None]:
    """The objective, and its parameters even where only the data or the loss are wrong."""
    for section in ("data", "model"):
        if section not in top:
            top.missing(section, f"a table ([{section}])")
    model_table, data_table = top.table("model"), top.table("data")
    model = None if model_table is None else read_model(model_table)
    loss, reduction = read_loss(top.table("loss"))
    transform = read_elimination(top.table("elimination"))
    data = None
    if data_table is not None:
        data = build_data(read_raw_data(data_table, base_dir), model, loss, data_table)
    shape = None if model is None else _transformed(_blank(model), transform)
    decay = read_decay(top.table("regularizer"), model, None if shape is None else shape.model)
    if model is None or shape is None:
        return None, None
    if data is None or loss is None or top.mistakes.sentences:
        return None, shape.parameters
    with top.mistakes.under("file"):
        return _objective(model, data, loss, reduction, transform, decay), shape.parameters
    return None, shape.parameters


def _blank(model: Model) -> Objective:
    """An objective with some data, to see which parameters a transform adds."""
    return Objective(
        model, Data(np.zeros((1, model.inputs)), np.zeros((1, model.output_dimension)))
    )


def _transformed(base: Objective, transform: EliminationSpec | None) -> Objective:
    if transform is None:
        return base
    if transform.kind == "without-units":
        return without_units(base, transform.lam)
    return eliminate(base, transform.lam, transform.penalty)


def _objective(
    model: Model,
    data: Data,
    loss: Loss,
    reduction: str,
    transform: EliminationSpec | None,
    decay: dict[str, Any],
) -> Objective:
    """Decay on the model's own parameters goes below the transform, on the added ones above it."""
    own = {name: value for name, value in decay.items() if name in model.slices}
    added = {name: value for name, value in decay.items() if name not in own}
    below = Regularizer(spread(own, model)) if own else None
    objective = _transformed(Objective(model, data, loss, reduction, below), transform)
    return (
        objective.add_regularizer(Regularizer(spread(added, objective.model)))
        if added
        else objective
    )
