"""Writing and reading again gives the same problem, number by number."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from pgb.errors import InputError
from pgb.models import ExponentialNeurons, Expression, Network
from pgb.numbers import exact_number
from pgb.problem_files import (
    ProblemFile,
    problem_from_mapping,
    problem_names,
    problem_to_mapping,
    read_problem,
    to_toml,
    write_problem,
)
from pgb.problems import Candidate, Data, Objective, Regularizer
from pgb.strategies import eliminated_objectives, objectives
from pgb.transforms import without_units

EXACT = ["log(2)", "exp(18)/(exp(36)+1/10)", "1/3+tanh(1)", "-7/3", "sqrt(2)/5", "2^40", "0"]


def same_numbers(a: Any, b: Any) -> bool:
    """Equal value by value, and floats where the other has floats."""
    if a is None or b is None:
        return a is b
    a, b = np.asarray(a), np.asarray(b)
    pairs = zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)
    return a.shape == b.shape and a.dtype == b.dtype and all(x == y for x, y in pairs)


def assert_same(first: ProblemFile, second: ProblemFile) -> None:
    one, other = first.objective, second.objective
    assert [(p.name, p.shape) for p in one.parameters] == [
        (p.name, p.shape) for p in other.parameters
    ]
    assert one.reduction == other.reduction
    assert one.loss == other.loss
    for name in ("inputs", "targets", "weights"):
        assert same_numbers(getattr(one.data, name), getattr(other.data, name)), name
    for name in ("quadratic", "absolute"):
        assert same_numbers(getattr(one.regularizer, name), getattr(other.regularizer, name))
    for a, b in ((first.candidate, second.candidate), (first.better, second.better)):
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            assert a.exact == b.exact
            assert same_numbers(a.point, b.point)


def through_text(problem: ProblemFile) -> None:
    mapping = problem_to_mapping(problem)
    assert tomllib.loads(to_toml(mapping)) == mapping
    assert json.loads(json.dumps(mapping, allow_nan=False)) == mapping
    assert_same(problem, problem_from_mapping(mapping))


@st.composite
def problems(draw: st.DrawFn) -> ProblemFile:
    kinds = [objectives(regularized=None), objectives(exact=False), eliminated_objectives()]
    objective = draw(st.one_of(kinds))
    floats = st.floats(-1e300, 1e300)
    exacts = st.one_of(st.sampled_from(EXACT), st.fractions())
    points = [draw(st.sampled_from([floats, exacts])) for _ in range(2)]
    values = [draw(st.lists(p, min_size=objective.size, max_size=objective.size)) for p in points]
    candidate, better = (Candidate.from_vector(objective.parameters, v) for v in values)
    return ProblemFile(objective, candidate, draw(st.sampled_from([None, better])))


@given(problems())
def test_a_problem_survives_writing_and_reading(problem: ProblemFile) -> None:
    through_text(problem)


@pytest.mark.parametrize("name", problem_names())
@pytest.mark.parametrize("ending", [".toml", ".json"])
def test_named_problems_survive_a_file(name: str, ending: str, tmp_path: Path) -> None:
    problem = read_problem(name)
    write_problem(problem, tmp_path / f"p{ending}")
    assert_same(problem, read_problem(tmp_path / f"p{ending}"))


def test_expressions_are_written_as_formulas() -> None:
    model = Expression(inputs=["x"], parameters=["w", "u"], outputs=["u*tanh(w*x) - x^2/3"])
    objective = Objective(model, Data([["log(2)"], [1]], [[0], [1]]), "log-cosh")
    through_text(ProblemFile(objective, Candidate.from_vector(model.parameters, ["pi", 1])))


def test_slopes_options_and_weights_are_written() -> None:
    slopes = {"name": "leaky-relu", "slopes": ["101/100", 1]}
    model = Network([1, 2, 1, 2], activation=[slopes, "selu"], output_activation="sine", bias=False)
    data = Data([[0.5], [2]], [[0, 1], [1, 0.25]], [[1, 2], [0.5, 3]])
    objective = Objective(model, data, {"name": "huber", "delta": "1/3"}, "sum")
    written = problem_to_mapping(ProblemFile(objective))
    assert written["model"]["activation"] == [
        {"name": "leaky-relu", "slopes": ["101/100", "1"]},
        "selu",
    ]
    through_text(ProblemFile(objective))


def test_the_variant_without_units_and_decay_on_added_neurons_are_written() -> None:
    base = Objective(Network([1, 1]), Data([[0], [1]], [[0], [1]]), weight_decay="1/7")
    through_text(ProblemFile(without_units(base, "1/10")))
    lam = {"lambda": 0.1, "kind": "exponential", "penalty": "absolute"}
    mapping = problem_to_mapping(ProblemFile(base)) | {"elimination": lam}
    mapping["regularizer"]["weight_decay"]["W"] = "2/3"
    through_text(problem_from_mapping(mapping))


def test_exact_numbers_are_text_and_floats_are_floats() -> None:
    objective = Objective(Network([1, 1]), Data([[0.1], [2.0]], [[1], ["1/3"]]))
    point = Candidate.from_vector(objective.parameters, [0.1, 2.0])
    written = problem_to_mapping(ProblemFile(objective, point))
    assert written["data"]["x"] == [[0.1], [2.0]]
    assert written["data"]["y"] == [[1], ["1/3"]]
    assert repr(written["candidate"]) == "{'W1': [[0.1]], 'b1': [2.0]}"


def test_parts_without_words_in_the_format_are_refused() -> None:
    data = Data([[0], [1]], [[0], [1]])
    with pytest.raises(InputError, match="model: found ExponentialNeurons, expected a Network"):
        problem_to_mapping(ProblemFile(Objective(ExponentialNeurons(1, 1), data)))
    absolute = np.array([exact_number(1), exact_number(0)], dtype=object)
    penalty = Regularizer(absolute * fmpq(0), absolute)
    with pytest.raises(InputError, match="regularizer: found absolute values, expected squares"):
        problem_to_mapping(ProblemFile(Objective(Network([1, 1]), data, regularizer=penalty)))


def test_toml_text_escapes_what_has_to_be_escaped() -> None:
    mapping = {"a\x7fb": 'q"\\\n\x00é😀', "t": {"x y": [[1.5, 1e-30], [True, -3]], "z": {"k": "v"}}}
    assert tomllib.loads(to_toml(mapping)) == mapping
    with pytest.raises(TypeError, match="cannot write nan as TOML"):
        to_toml({"a": float("nan")})
