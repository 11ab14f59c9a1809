"""Permuting units, rescaling homogeneous units or permuting samples changes no answer."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from pgb.check import check
from pgb.numbers import Float64
from pgb.problem_files import problem_from_mapping

Document = dict[str, Any]

TESTS = Path(__file__).resolve().parents[1]
FILES = sorted(
    path
    for corpus in ("traps", "catalogue")
    for path in (TESTS / corpus / "problems").glob("*.toml")
)
RADII = {
    name: truth["radius"]
    for name, truth in tomllib.loads((TESTS / "traps" / "expected.toml").read_text()).items()
    if "radius" in truth
}
DEGREES = {"identity": 1, "relu": 1, "leaky-relu": 1, "quadratic": 2, "cubic": 3}
FACTORS = (Fraction(3, 2), Fraction(1, 5), Fraction(7))


@cache
def document_of(path: Path) -> Document:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def answer(document: Mapping[str, Any], radius: float | None) -> tuple[object, ...]:
    problem = problem_from_mapping(document)
    report = check(problem.objective, problem.candidate, better=problem.better, radius=radius)
    return report.verdict.name, report.proved, report.bad, report.is_global


@cache
def answer_of_file(path: Path) -> tuple[object, ...]:
    return answer(document_of(path), RADII.get(path.stem))


def hidden_widths(document: Mapping[str, Any]) -> list[int]:
    return list(document["model"].get("layers", [0, 0]))[1:-1]


def hidden_degrees(document: Mapping[str, Any]) -> list[int | None]:
    """The degree of homogeneity of each hidden layer's activation; None where there is none."""
    spec = document["model"].get("activation")
    specs = spec if isinstance(spec, list) else [spec] * len(hidden_widths(document))
    names = [entry["name"] if isinstance(entry, dict) else entry for entry in specs]
    return [DEGREES.get(name) for name in names]


def is_exact(value: Any) -> bool:
    if isinstance(value, dict):
        return all(is_exact(entry) for entry in value.values())
    if isinstance(value, list):
        return all(is_exact(entry) for entry in value)
    return not isinstance(value, float)


def points(document: Document) -> list[dict[str, Any]]:
    return [document[key] for key in ("candidate", "better") if key in document]


def with_reversed_samples(document: Document) -> Document:
    result = copy.deepcopy(document)
    for key in ("x", "y", "weights"):
        if key in result["data"]:
            result["data"][key].reverse()
    return result


def with_reversed_units(document: Document) -> Document:
    """The same network with the units of every hidden layer in the opposite order."""
    result = copy.deepcopy(document)
    for point in points(result):
        for layer in range(1, len(hidden_widths(document)) + 1):
            point[f"W{layer}"].reverse()
            if f"b{layer}" in point:
                point[f"b{layer}"].reverse()
            for row in point[f"W{layer + 1}"]:
                row.reverse()
    return result


def times(value: int | str, factor: Fraction) -> str:
    return f"({value})*({factor})"


def with_rescaled_units(document: Document) -> Document:
    """Homogeneous units with incoming weights times s > 0 and outgoing ones over s^degree."""
    result = copy.deepcopy(document)
    for layer, degree in enumerate(hidden_degrees(document), start=1):
        if degree is None:
            continue
        for point in points(result):
            for unit, row in enumerate(point[f"W{layer}"]):
                factor = FACTORS[unit % len(FACTORS)]
                point[f"W{layer}"][unit] = [times(entry, factor) for entry in row]
                if f"b{layer}" in point:
                    point[f"b{layer}"][unit] = times(point[f"b{layer}"][unit], factor)
                for consumer in point[f"W{layer + 1}"]:
                    consumer[unit] = times(consumer[unit], 1 / factor**degree)
    return result


def several_units(document: Document) -> bool:
    return any(width > 1 for width in hidden_widths(document))


def rescalable(document: Document) -> bool:
    exact = all(is_exact(point) for point in points(document))
    homogeneous = any(degree is not None for degree in hidden_degrees(document))
    return exact and homogeneous and "regularizer" not in document


def chosen(condition: Callable[[Document], bool]) -> list[Path]:
    return [path for path in FILES if condition(document_of(path))]


@pytest.mark.parametrize(
    "path", chosen(lambda doc: len(doc["data"]["x"]) > 1), ids=lambda path: path.stem
)
def test_the_order_of_the_samples_does_not_matter(path: Path) -> None:
    changed = with_reversed_samples(document_of(path))
    assert answer(changed, RADII.get(path.stem)) == answer_of_file(path)


@pytest.mark.parametrize("path", chosen(several_units), ids=lambda path: path.stem)
def test_the_order_of_the_units_does_not_matter(path: Path) -> None:
    changed = with_reversed_units(document_of(path))
    assert answer(changed, RADII.get(path.stem)) == answer_of_file(path)


@pytest.mark.parametrize("path", chosen(rescalable), ids=lambda path: path.stem)
def test_rescaling_homogeneous_units_does_not_matter(path: Path) -> None:
    changed = with_rescaled_units(document_of(path))
    assert answer(changed, RADII.get(path.stem)) == answer_of_file(path)


def test_the_transformations_keep_the_value() -> None:
    """Guards the helpers: a transformation that changed the problem would prove nothing."""
    ar = Float64()
    for path in chosen(rescalable):
        document = document_of(path)
        values = []
        for changed in (document, with_rescaled_units(document), with_reversed_units(document)):
            problem = problem_from_mapping(changed)
            values.append(float(problem.objective.value(ar, ar.asarray(problem.candidate.point))))
        assert values[1:] == pytest.approx([values[0]] * 2, rel=1e-12)
