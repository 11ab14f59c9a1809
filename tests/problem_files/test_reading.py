"""What a valid problem file means: numbers, data from files, transforms, points."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from pgb.numbers import Exact, Float64
from pgb.problem_files import problem_from_mapping, read_candidate, read_problem
from pgb.problem_files.reading import ProblemFile

LINE = {"kind": "network", "layers": [1, 1]}


def problem(**sections: Any) -> ProblemFile:
    mapping = {"data": {"x": [0, 1], "y": [1, 2]}, "model": LINE, **sections}
    return problem_from_mapping(mapping)


def value_at(found: ProblemFile, *theta: Any) -> Any:
    ar = Exact()
    return found.objective.value(ar, ar.asarray(list(theta)))[()]


def test_a_float_is_its_double_and_text_is_exact() -> None:
    found = problem(candidate={"vector": [0.1, "0.1"]})
    assert found.candidate is not None and not found.candidate.exact
    assert found.candidate.point[0] == fmpq(*(0.1).as_integer_ratio())
    assert found.candidate.point[1] == fmpq(1, 10)


@pytest.mark.parametrize(
    ("text", "double"), [("1/3", 1 / 3), ("log(2)", 0.6931471805599453), ("1/3+tanh(1)", 1.0949274)]
)
def test_text_follows_the_grammar(text: str, double: float) -> None:
    found = problem(candidate={"W1": [[text]], "b1": ["-2e-1"]})
    assert found.candidate is not None and found.candidate.exact
    assert Float64().asarray(found.candidate.point) == pytest.approx([double, -0.2])


def test_loss_and_reduction_default_to_the_mean_of_squares() -> None:
    assert value_at(problem(), 0, 0) == fmpq(5, 2)
    assert value_at(problem(loss={"name": "half-squared", "reduction": "sum"}), 0, 0) == fmpq(5, 2)


def test_weights_enter_the_mean() -> None:
    found = problem(data={"x": [[0], [1]], "y": [[1], [2]], "weights": [3, "1"]})
    assert value_at(found, 0, 0) == fmpq(7, 4)


def test_decay_is_on_the_named_parameters_or_on_all() -> None:
    decay = {"weight_decay": "1/2"}
    assert value_at(problem(regularizer=decay), 1, 1) == 1
    assert value_at(problem(regularizer={**decay, "parameters": ["W1"]}), 1, 1) == fmpq(1, 2)
    by_name = {"weight_decay": {"W1": [["1/4"]], "b1": 2}}
    assert value_at(problem(regularizer=by_name), 1, 1) == fmpq(9, 4)


def test_elimination_adds_its_neurons_after_the_models_parameters() -> None:
    found = problem(elimination={"lambda": 2})
    assert [p.name for p in found.objective.parameters] == ["W1", "b1", "a", "b", "W"]
    assert value_at(found, 1, 1, 1, 0, 0) == 3
    assert value_at(problem(elimination={"lambda": 2, "penalty": "absolute"}), 1, 1, -1, 0, 0) == 3


def test_elimination_without_units_adds_two_scalars() -> None:
    found = problem(elimination={"lambda": 2, "kind": "without-units"}, candidate={
        "W1": [[1]], "b1": [1], "a": 0, "b": 5
    })  # fmt: skip
    assert [p.name for p in found.objective.parameters] == ["W1", "b1", "a", "b"]
    assert found.candidate is not None
    assert value_at(found, 0, 0, 0, 5) == 5


def test_decay_on_the_added_neurons_has_to_name_them() -> None:
    decay = {"weight_decay": 1}
    lam = {"lambda": 1}
    assert value_at(problem(regularizer=decay, elimination=lam), 1, 1, 0, 3, 3) == 2
    named = {**decay, "parameters": ["b"]}
    found = problem(regularizer=named, elimination=lam)
    assert value_at(found, 1, 1, 0, 3, 3) == 9
    assert found.objective.elimination is not None
    assert not found.objective.elimination.is_intact(found.objective)


def test_a_clashing_name_gets_elimination_in_front() -> None:
    model = {"kind": "expression", "inputs": ["x"], "parameters": ["a"], "outputs": ["a*x"]}
    point = {"a": 1, "elimination": {"a": [0]}, "b": [0], "W": [[0]]}
    found = problem(model=model, elimination={"lambda": 1}, candidate=point)
    assert [p.name for p in found.objective.parameters] == ["a", "elimination.a", "b", "W"]
    dotted = {"a": 1, "elimination.a": [0], "b": [0], "W": [[0]]}
    again = problem(model=model, elimination={"lambda": 1}, candidate=dotted)
    assert found.candidate is not None and again.candidate is not None
    assert found.candidate.point.tolist() == again.candidate.point.tolist()


def test_a_model_may_have_neither_inputs_nor_parameters() -> None:
    model = {"kind": "expression", "inputs": [], "parameters": [], "outputs": ["1/2"]}
    found = problem(model=model, data={"x": [[]], "y": [1]}, candidate={})
    assert found.objective.size == 0
    assert value_at(found) == fmpq(1, 4)


def test_class_indices_and_class_probabilities() -> None:
    model = {"kind": "network", "layers": [1, 2]}
    loss = {"name": "cross-entropy"}
    indices = problem(model=model, loss=loss, data={"x": [[0], [1]], "y": [0, 1]})
    rows = problem(model=model, loss=loss, data={"x": [[0], [1]], "y": [[1, 0], [0, 1]]})
    theta = Float64().asarray([0.3, -0.2, 0.5, 0.1])
    values = [float(found.objective.value(Float64(), theta)) for found in (indices, rows)]
    assert values[0] == pytest.approx(values[1], rel=1e-15)


def write_table(folder: Path) -> None:
    (folder / "t.csv").write_text("u,v,label,w\n0.1,2,1,1\n-3,0.5,0,2\n")
    np.savez(
        folder / "t.npz",
        x=np.array([[0.1, 2], [-3, 0.5]]),
        y=np.array([1, 0]),
        weights=np.array([1.0, 2.0]),
    )


@pytest.mark.parametrize(
    "data",
    [
        {"file": "t.csv", "inputs": ["u", "v"], "targets": ["label"], "weights": "w"},
        {"file": "t.csv", "inputs": ["u", "v"], "targets": "label", "weights": ["w"]},
        {"file": "t.npz"},
        {"file": "t.npz", "inputs": "x", "targets": "y", "weights": "weights"},
        {"x": [[0.1, 2], [-3, 0.5]], "y": [1, 0], "weights": [1, 2]},
    ],
)
@pytest.mark.parametrize(
    ("layers", "loss"),
    [([2, 1], "squared"), ([2, 2], "cross-entropy"), ([2, 3], "polynomial-hinge")],
)
def test_data_are_the_same_from_every_source(
    tmp_path: Path, data: dict[str, Any], layers: list[int], loss: str
) -> None:
    write_table(tmp_path)
    mapping = {"data": data, "model": {"kind": "network", "layers": layers}, "loss": {"name": loss}}
    objective = problem_from_mapping(mapping, tmp_path).objective
    assert objective.data.inputs.tolist() == [[0.1, 2.0], [-3.0, 0.5]]
    assert objective.data.targets.ravel().tolist() == [1, 0]
    assert objective.data.weights is not None
    assert objective.data.weights.tolist() == [1.0, 2.0]


def test_names_that_a_file_does_not_have_are_said(tmp_path: Path) -> None:
    write_table(tmp_path)
    data = {"file": "t.csv", "inputs": ["u", "vv"], "targets": ["z"]}
    with pytest.raises(
        ValueError, match=r"data\.inputs: found no column 'vv', expected 'v'"
    ) as caught:
        problem_from_mapping(
            {"data": data, "model": {"kind": "network", "layers": [2, 1]}}, tmp_path
        )
    assert "data.targets: found no column 'z'" in str(caught.value)


def test_points_from_all_kinds_of_files_agree(tmp_path: Path) -> None:
    objective = problem().objective
    np.savez(tmp_path / "named.npz", W1=[[0.5]], b1=[2.0])
    np.savez(tmp_path / "vector.npz", vector=[0.5, 2.0])
    (tmp_path / "top.toml").write_text("W1 = [[0.5]]\nb1 = [2.0]\n")
    (tmp_path / "under.json").write_text(json.dumps({"candidate": {"vector": [0.5, 2.0]}}))
    (tmp_path / "file.toml").write_text('file = "named.npz"\n')
    for name in ("named.npz", "vector.npz", "top.toml", "under.json", "file.toml"):
        candidate = read_candidate(tmp_path / name, objective)
        assert candidate.point.tolist() == [0.5, 2.0]
        assert not candidate.exact


def test_files_are_relative_to_the_problem_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    write_table(folder)
    np.savez(folder / "theta.npz", W1=[[0.5, 1.0]], b1=[2.0])
    text = """
[data]
file = "t.csv"
inputs = ["u", "v"]
targets = ["label"]
[model]
kind = "network"
layers = [2, 1]
[candidate]
file = "theta.npz"
[better]
vector = [0, 0, "1/2"]
"""
    (folder / "p.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    found = read_problem("deep/p.toml")
    assert found.name == "p" and found.path == Path("deep/p.toml")
    assert found.candidate is not None and found.candidate.point.tolist() == [0.5, 1.0, 2.0]
    assert found.better is not None and found.better.exact


@pytest.mark.parametrize(
    "activation",
    [{"name": "leaky-relu", "slopes": ["101/100", 1]}, "gelu", ["relu"], [{"name": "elu"}]],
)
def test_activations_are_names_or_tables_one_or_one_a_layer(activation: Any) -> None:
    model = {"kind": "network", "layers": [1, 2, 1], "activation": activation, "bias": False}
    assert problem(model=model).objective.size == 4
