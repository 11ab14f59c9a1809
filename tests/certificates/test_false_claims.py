"""Every kind of evidence against the truth of every trap: nothing false is accepted."""

from __future__ import annotations

import itertools
import random
import tomllib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgb.certificates.certificate import Certificate
from pgb.certificates.export import export_number, export_point, export_problem
from pgb.problem_files import read_problem

from .conftest import seal

TRAPS = Path(__file__).parents[1] / "traps"
FILES = sorted((TRAPS / "problems").glob("*.toml"))
TRUTHS = tomllib.loads((TRAPS / "expected.toml").read_text(encoding="utf-8"))
REFUTED = {"NOT_A_LOCAL_MINIMUM", "ESCAPING"}
Json = dict[str, Any]


def claims_about(problem: Any, radius: float | None) -> Json:
    point = export_point(problem.candidate.point)
    if problem.candidate.exact:
        return {"kind": "point", "point": point}
    radii = [export_number(float(v)) for v in problem.candidate.radii(radius)]
    return {"kind": "ball", "center": point, "radii": radii}


def critical_point(size: int) -> Json:
    """A witness that is right where the Hessian is strictly diagonally dominant."""
    basis = [[str(int(j == k)) for k in range(size)] for j in range(size)]
    return {"method": "critical-point", "precision": 256, "basis": basis}


def evidence_of_minima(size: int, samples: int, center: list[Any]) -> Iterator[tuple[Any, Json]]:
    """Kinds and witnesses of minima, many of them nonsense for the problem at hand."""
    yield "strict", {"method": "strict", "precision": 256}
    yield "function-optimal", {"method": "function-optimal"}
    yield "strict", critical_point(size)
    frees = [[j] for j in range(size)] + [list(range(k)) for k in range(2, size + 1)]
    for free in frees:
        yield "branch", {"method": "branch", "precision": 128, "free": free, "width": "1/4096"}
    everything = list(range(samples))
    for dead in (None, 1, 2):
        part = [{"samples": everything, "dead_layer": dead}]
        yield "region", {"method": "region", "classes": part, "fitted": []}
    singles = [{"samples": [i], "dead_layer": None} for i in everything]
    yield "region", {"method": "region", "classes": singles, "fitted": []}
    yield "region", {"method": "region", "classes": [], "fitted": everything}
    if all(isinstance(v, str) for v in center):
        for width in ("1/100", "1/10000000"):
            box = {"center": center, "radius": [width] * size}
            yield "strict", {"method": "krawczyk", "precision": 128, **box}
            yield "strict", {**critical_point(size), **box}
        for j in range(size):
            widths = ["0" if k == j else "1/10000000" for k in range(size)]
            box = {"precision": 128, "center": center, "radius": widths}
            field = {"entries": [], "shift": [[j, "1"]]}
            yield "symmetry", {"method": "slice", "fields": [field], "frozen": [j], **box}
            moved = [k for k in range(size) if k != j]
            yield "function-optimal", {"method": "interpolation", "moved": moved, **box}
        yield from interpolations(size, center)


def interpolations(size: int, center: list[str]) -> Iterator[tuple[str, Json]]:
    """Boxes in few coordinates, the small ones among the others at 0."""
    least = Fraction(1, 10**5)
    near_0 = ["0" if abs(Fraction(v)) < least else v for v in center]
    chosen = [list(m) for n in (1, 2) for m in itertools.combinations(range(size), n)]
    for moved in random.Random(6).sample(chosen, min(len(chosen), 20)):
        widths = ["1/10000000" if k in moved else "0" for k in range(size)]
        box = {"precision": 128, "moved": moved, "center": near_0, "radius": widths}
        yield "function-optimal", {"method": "interpolation", **box}


def evidence_against(size: int, outputs: int, samples: int) -> Iterator[Json]:
    """Witnesses of no minimum, many of them nonsense for the problem at hand."""
    rng = random.Random(5)
    units = [[str(int(j == k) * s) for k in range(size)] for j in range(size) for s in (1, -1)]
    drawn = [[str(rng.randint(-2, 2)) for _ in range(size)] for _ in range(4)]
    yield critical_point(size)
    for j in range(size):
        yield {"method": "gradient", "precision": 128, "index": j}
        yield {"method": "regularizer-gradient", "index": j}
    for v in [*units, *drawn]:
        yield {"method": "one-sided", "direction": v}
        yield {"method": "curvature", "precision": 128, "direction": v}
        for index in range(size):
            probe = {"method": "probe", "precision": 128, "direction": v, "index": index}
            yield {**probe, "family": {"kind": "coordinates"}}
        for w in units:
            yield {"method": "ray", "precision": 128, "rates": v, "drifts": w}
    for k in range(outputs):
        yield {"method": "auxiliary-weight", "output": k}
        for group in [[i] for i in range(samples)] + [list(range(samples))]:
            yield {"method": "group-sum", "precision": 128, "group": group, "output": k}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_evidence_for_what_is_not_true(path: Path, verdict: Callable[..., Any]) -> None:
    truth = TRUTHS[path.stem]
    problem = read_problem(path)
    objective, verdicts = problem.objective, set(truth["verdicts"])
    raw, about = export_problem(objective), claims_about(problem, truth.get("radius"))
    empty = dict.fromkeys(("kind", "dimension", "global", "bad", "better", "critical_point"))

    def accepted(claim: Json, witness: Json) -> bool:
        value = Certificate(raw, {**empty, **claim, "about": about, "words": ""}, (witness,))
        return bool(verdict(seal(value.to_json_object()), "of false claims")[0] == 0)

    size, samples = objective.size, min(objective.data.samples, 4)
    if "LOCAL_MINIMUM" not in verdicts:
        floats = np.asarray(problem.candidate.point, dtype=object)
        for _, witness in evidence_of_minima(size, objective.data.samples, export_point(floats)):
            assert not accepted({"verdict": "LOCAL_MINIMUM"}, witness), witness
    elif not verdicts & REFUTED:
        for witness in evidence_against(size, objective.model.output_dimension, samples):
            assert not accepted({"verdict": "NOT_A_LOCAL_MINIMUM"}, witness), witness
