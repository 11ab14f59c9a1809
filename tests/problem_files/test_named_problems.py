"""The problems that ship with pgb say exactly what scikit-learn minimised."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from pgb.errors import InputError
from pgb.numbers import Exact, Float64
from pgb.problem_files import problem_names, read_problem, resolve

#: What scikit-learn reports at the shipped parameters (benchmarks/training/train.py prints it), and
#: a bound for the gradient that its solver leaves.
REPORTED = {
    "breast-cancer": (0.2674070533621053, 1e-12),
    "diabetes": (0.21611612626251536, 5e-5),
    "iris": (0.20335377823102058, 1e-10),
    "linnerud": (0.3215422601584513, 1e-4),
}
BETTER = {"diabetes": 0.21584539341897963, "linnerud": 0.07595501871218793}


def test_the_names_are_those_of_the_files() -> None:
    names = problem_names()
    assert list(names) == ["breast-cancer", "diabetes", "iris", "linnerud", "xor"]
    assert all(text.endswith(".") for text in names.values())


@pytest.mark.parametrize("name", REPORTED)
def test_the_value_is_the_loss_that_scikit_learn_reports(name: str) -> None:
    problem = read_problem(name)
    assert problem.candidate is not None and not problem.candidate.exact
    ar = Float64()
    theta = ar.asarray(problem.candidate.point)
    loss, gradient = REPORTED[name]
    assert float(problem.objective.value(ar, theta)) == pytest.approx(loss, rel=1e-12, abs=0)
    assert np.max(np.abs(problem.objective.gradient(ar, theta))) < gradient


@pytest.mark.parametrize("name", BETTER)
def test_the_better_point_is_lower_by_what_scikit_learn_reports(name: str) -> None:
    problem = read_problem(name)
    assert problem.better is not None
    ar = Float64()
    value = float(problem.objective.value(ar, ar.asarray(problem.better.point)))
    assert value == pytest.approx(BETTER[name], rel=1e-12, abs=0)
    assert value < REPORTED[name][0]


def test_the_decay_of_the_diabetes_network_leaves_biases_alone() -> None:
    objective = read_problem("diabetes").objective
    ar = Exact()
    theta = ar.zeros((objective.size,))
    at_zero = objective.hessian(ar, theta)
    # At 0 the hidden units are 0: only the decay and the output layer bend the loss.
    assert str(at_zero[0, 0]) == "1/442"
    b1 = objective.slices["b1"]
    assert ar.certainly_zero(at_zero[b1, b1]).all()


def test_xor_is_solved_exactly() -> None:
    problem = read_problem("xor")
    assert problem.candidate is not None and problem.candidate.exact
    ar = Exact()
    theta = ar.asarray(problem.candidate.point)
    assert ar.certainly_zero(problem.objective.value(ar, theta).reshape(1)).all()
    assert [parameter.name for parameter in problem.objective.parameters][-3:] == ["a", "b", "W"]


def test_iris_has_repeated_inputs() -> None:
    groups = read_problem("iris").objective.data.groups
    assert max(len(group) for group in groups) > 1


@pytest.mark.parametrize("name", problem_names())
def test_the_file_is_plain_toml_with_a_comment(name: str) -> None:
    text = resolve(name).read_text()
    assert text.startswith("# ")
    assert set(tomllib.loads(text)) <= {
        "data", "model", "loss", "regularizer", "elimination", "candidate", "better"
    }  # fmt: skip


def test_a_file_comes_before_a_named_problem(
    tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(str(tmp_path))
    assert resolve("xor").suffix == ".toml"
    with open("xor", "w", encoding="utf-8") as stream:
        stream.write("[model]\n")
    assert str(resolve("xor")) == "xor"
    with pytest.raises(InputError, match="data: found nothing"):
        read_problem("xor")
