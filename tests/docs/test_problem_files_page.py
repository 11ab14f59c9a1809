"""The page on problem files: its examples are read, its recipes run, its lists are the code's."""

from __future__ import annotations

import json
import math
import re
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pgb.expressions import CONSTANTS, FUNCTIONS, evaluate, parse
from pgb.expressions.functions import ALIASES
from pgb.expressions.tree import MAX_DEPTH, MAX_EXPONENT, MAX_LENGTH
from pgb.models.activations import ACTIVATIONS
from pgb.numbers import Exact, Float64
from pgb.problem_files import problem_from_mapping
from pgb.problem_files.reading import SECTIONS
from pgb.problems.losses import LOSSES, loss

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "problem-files.md").read_text(
    encoding="utf-8"
)
POINTS = (-2.5, -0.5, 0.0, 0.75, 3.0)
FORMULA_NAMES: dict[str, Any] = {
    **{name: getattr(math, name) for name in ("exp", "log", "sqrt", "tanh", "sin", "cosh", "erf")},
    "arctan": math.atan,
    "max": max,
    "min": min,
    "abs": abs,
}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def table(first_header: str) -> list[list[str]]:
    """The rows of the table whose first column has this header."""
    found = re.search(
        rf"^\| {re.escape(first_header)} \|.*\n\|[ -|]*\n((?:\|.*\n)+)", TEXT, re.MULTILINE
    )
    assert found is not None
    return [[cell.strip() for cell in row.strip("|").split(" |")] for row in found[1].splitlines()]


def code(cell: str) -> str:
    """The first thing in backticks."""
    found = re.search(r"`([^`]+)`", cell)
    assert found is not None
    return found[1]


def number(formula: str, **names: Any) -> float:
    return float(eval(formula.replace("^", "**"), {**FORMULA_NAMES, **names}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the page makes; its recipes run in order."""
    path = tmp_path_factory.mktemp("page")
    (text,) = blocks("csv")
    (path / "points.csv").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        for block in blocks("python"):
            names: dict[str, Any] = {}
            exec(compile(block, "problem-files.md", "exec"), names)
    return path


@pytest.mark.parametrize("block", blocks("toml"))
def test_every_toml_example_is_a_problem(block: str, folder: Path) -> None:
    problem = problem_from_mapping(tomllib.loads(block), folder)
    assert (problem.candidate is not None) == ("[candidate]" in block)
    assert (problem.better is not None) == ("[better]" in block)


def test_the_json_example_is_the_first_toml_example() -> None:
    (block,) = blocks("json")
    assert json.loads(block) == tomllib.loads(blocks("toml")[0])


def test_the_recipes_write_their_files(folder: Path) -> None:
    made = {"arrays.npz", "regressor.toml", "weights.npz", "train.npz", "mine.toml"}
    assert made <= {path.name for path in folder.iterdir()}


def test_every_section_is_described() -> None:
    assert tuple(code(row[0]).strip("[]") for row in table("section")) == SECTIONS


def test_the_activations_are_those_of_the_code() -> None:
    rows = table("in a network")
    assert [code(row[0]) for row in rows] == list(ACTIVATIONS)
    ar = Float64()
    s = ar.asarray(np.array(POINTS))
    for name, formula, meaning in ([code(cell) for cell in row] for row in rows):
        expected = pytest.approx([number(meaning, s=point) for point in POINTS], abs=1e-15)
        assert ACTIVATIONS[name].value(ar, s) == expected
        assert evaluate(parse(formula, ["s"]), ar, {"s": s}) == expected


def test_the_functions_are_those_of_the_grammar() -> None:
    (item,) = re.findall(r"^\* functions: (.*?);$", TEXT, re.MULTILINE | re.DOTALL)
    others, _, aliases = item.partition(". ")
    in_table = {code(row[1]).partition("(")[0] for row in table("in a network")}
    assert in_table | set(re.findall(r"`(\w+)`", others)) == set(FUNCTIONS)
    assert dict(re.findall(r"`(\w+)` means\s+`(\w+)`", aliases)) == ALIASES
    assert "The constants are\n  " + " and ".join(f"`{name}`" for name in CONSTANTS) in TEXT


def test_the_limits_of_the_grammar_are_those_of_the_code() -> None:
    assert f"from -{MAX_EXPONENT} to {MAX_EXPONENT}" in TEXT
    assert f"at most {MAX_LENGTH} characters and {MAX_DEPTH} levels" in TEXT


@pytest.mark.parametrize(
    ("formula", "value"),
    [("-x^2", -9), ("x^1/2", 1.5), ("x^(1/2)", 3**0.5), ("2^3^2", 512),
     ("0.1*x*10", 3), ("2x", None), ("e^(x)", math.exp(3)), ("leaky_relu(-x, 1/5)", -0.6),
     ("leaky_relu(-x, 1/5, 1)", -0.6)],
)  # fmt: skip
def test_the_grammar_is_as_described(formula: str, value: float | None) -> None:
    if value is None:
        with pytest.raises(ValueError, match="expected"):
            parse(formula, ["x"])
        return
    ar = Float64()
    assert evaluate(parse(formula, ["x"]), ar, {"x": ar.asarray([3])}) == pytest.approx([value])


def test_the_losses_are_those_of_the_code() -> None:
    rows = table("name")
    assert {code(row[0]) for row in rows} == set(LOSSES) and len(rows) == len(LOSSES)
    for name, _, targets, options in rows:
        kind, allowed = LOSSES[code(name)]
        assert targets.startswith(kind.unit_of_targets)
        assert re.findall(r"`(\w+)`", options) == list(allowed)


def test_the_formulas_of_the_losses_are_those_of_the_code() -> None:
    ar = Float64()
    checked = 0
    for name, formula, targets, _ in table("name"):
        if "`" not in formula:
            continue
        for q in POINTS:
            y = 1.0 if targets.startswith("sign") else 0.25
            names = {"q": q, "y": y, "d": q - y, "delta": 1, "degree": 2}
            found = loss(code(name)).terms(ar, ar.asarray([[q]]), np.array([[y]]))
            assert found[0, 0] == pytest.approx(number(code(formula), **names), abs=1e-15)
        checked += 1
    assert checked == len(LOSSES) - 1  # the cross-entropy is a sum over classes


def test_weight_decay_has_no_factor_one_half() -> None:
    (block,) = [text for text in blocks("toml") if "the regularizer is 9/10 here" in text]
    problem = problem_from_mapping(tomllib.loads(block))
    assert problem.candidate is not None
    ar = Exact()
    theta = ar.asarray(problem.candidate.point)
    rest = problem.objective.value(ar, theta) - problem.objective.data_value(ar, theta)
    assert str(rest) == "9/10"


def test_links_lead_somewhere() -> None:
    folder = Path(__file__).resolve().parents[2] / "docs"
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", TEXT)
    assert targets and all((folder / target).exists() for target in targets)
