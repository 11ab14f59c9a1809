from __future__ import annotations

import numpy as np
import pytest
from flint import fmpq

from pgb.errors import InputError
from pgb.models import Parameter
from pgb.numbers import Symbolic
from pgb.problems import Candidate

PARAMETERS = (Parameter("W1", (1, 2)), Parameter("b1", (1,)), Parameter("c", ()))


def test_integers_and_strings_are_exact() -> None:
    found = Candidate.from_mapping(
        PARAMETERS, {"W1": [["1/2", 0]], "b1": ["log(2)"], "c": fmpq(2, 3)}
    )
    assert found.exact
    assert found.point[0] == fmpq(1, 2)
    assert isinstance(found.point[2], Symbolic)
    assert found.point[3] == fmpq(2, 3)


def test_a_float_makes_it_a_ball() -> None:
    mixed = Candidate.from_mapping(PARAMETERS, {"W1": [[0.1, 0]], "b1": ["1/3"], "c": 1})
    assert not mixed.exact
    assert mixed.point[0] == fmpq(*(0.1).as_integer_ratio())
    floats = Candidate.from_vector(PARAMETERS, np.array([0.1, 2.0, 3.0, -4.0]))
    assert not floats.exact
    assert floats.point.dtype == np.float64
    assert Candidate.from_vector(PARAMETERS, np.array([1, 2, 3, 4])).exact


def test_default_radii_are_relative_to_large_entries() -> None:
    point = Candidate.from_vector(PARAMETERS, [0.0, 0.5, -100.0, 1.0])
    np.testing.assert_allclose(point.radii(), [1e-6, 1e-6, 1e-4, 1e-6])
    np.testing.assert_array_equal(point.radii(0.5), [0.5] * 4)


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Candidate.from_mapping(PARAMETERS, {"W1": [[1, 2, 3]], "b": [1], "b1": [float("nan")]})
    problems = caught.value.problems
    assert problems[0] == "b: found an unknown parameter, expected one of W1, b1, c"
    assert problems[1] == "W1: found shape (1, 3), expected shape (1, 2)"
    assert problems[2].startswith("b1[0]: found nan, expected a finite number")
    assert problems[3] == "c: found nothing, expected a single number"
    assert len(problems) == 4


def test_strings_are_never_executed() -> None:
    with pytest.raises(InputError):
        Candidate.from_vector(PARAMETERS[2:], ['__import__("os").getcwd()'])


def test_wrong_lengths_are_refused() -> None:
    with pytest.raises(InputError, match=r"vector: found shape \(2,\), expected \(4,\) for W1, b1"):
        Candidate.from_vector(PARAMETERS, [1, 2])


def test_models_without_parameters_have_one_candidate() -> None:
    assert Candidate.from_mapping((), {}).exact
    assert Candidate.from_vector((), []).point.shape == (0,)
