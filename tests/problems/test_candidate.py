from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq

from pgb.errors import InputError
from pgb.models import Network, Parameter
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
    assert (
        problems[0]
        == "b: found an unknown parameter, expected one of W1, b1, c; did you mean 'b1'?"
    )
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


@pytest.mark.parametrize(
    "value",
    [
        [0.5, 0.0, 1.0, 2.0],
        (0.5, 0.0, 1.0, 2.0),
        np.array([0.5, 0.0, 1.0, 2.0]),
        np.array([0.5, 0.0, 1.0, 2.0], dtype=np.float32),
        {"W1": [[0.5, 0.0]], "b1": [1.0], "c": 2.0},
        {"W1": np.array([[0.5, 0.0]]), "b1": np.array([1.0]), "c": np.float64(2.0)},
    ],
)
def test_natural_forms_of_a_point_are_taken(value: Any) -> None:
    found = Candidate.of(PARAMETERS, value)
    assert not found.exact
    np.testing.assert_array_equal(found.point, [0.5, 0.0, 1.0, 2.0])


def test_ranges_and_arrays_of_other_libraries_are_vectors() -> None:
    class Tensor:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return np.array([1, 2, 3, 4])

    for value in (range(1, 5), Tensor()):
        found = Candidate.of(PARAMETERS, value)
        assert found.exact
        assert found.point.tolist() == [1, 2, 3, 4]


def test_a_candidate_stays_itself() -> None:
    point = Candidate.from_vector(PARAMETERS, [1, 2, 3, 4])
    assert Candidate.of(PARAMETERS, point) is point


@pytest.mark.parametrize("value", [None, "xor", b"1", 3, {1, 2}, object()])
def test_anything_else_is_no_point(value: Any) -> None:
    with pytest.raises(InputError, match=r"^better: found .*, expected a Candidate, a mapping"):
        Candidate.of(PARAMETERS, value, "better")


def test_sentences_about_a_point_have_its_name() -> None:
    with pytest.raises(InputError, match=r"^better: found shape \(2,\), expected \(4,\)"):
        Candidate.of(PARAMETERS, [1, 2], "better")
    with pytest.raises(InputError, match=r"^candidate\.c: found nothing"):
        Candidate.of(PARAMETERS, {"W1": [[1, 2]], "b1": [0]})


def test_many_wrong_entries_are_five_sentences_and_a_count() -> None:
    parameters = (Parameter("w", (13,)),)
    with pytest.raises(InputError) as caught:
        Candidate.from_vector(parameters, np.full(13, np.nan))
    assert len(caught.value.problems) == 6
    assert caught.value.problems[-1] == "vector: ... and 8 more"


def test_a_point_given_directly_is_checked_and_copied() -> None:
    values = np.array([0.5, 1.0])
    point = Candidate(values, exact=False)
    values[0] = 7.0
    assert point.point[0] == 0.5
    assert Candidate(np.array([0.5, 1.0]), exact=True).point.tolist() == [fmpq(1, 2), fmpq(1)]
    assert not Candidate(np.array([fmpq(1, 3)], dtype=object), exact=False).exact


@pytest.mark.parametrize(
    ("values", "exact", "sentence"),
    [
        (np.array([0.0, np.nan]), False, r"point\[1\]: found nan"),
        (np.zeros((2, 2)), True, r"point: found shape \(2, 2\), expected \(p,\)"),
        (None, True, "point: found None"),
        ([1], "yes", "exact: found a str, expected true or false"),
    ],
)
def test_a_bad_point_given_directly_is_refused(values: Any, exact: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        Candidate(values, exact)


def test_parameters_have_to_be_a_models() -> None:
    network = Network([1, 1])
    wrong: list[Any] = [network, None, [1, 2], "W1"]
    for parameters in wrong:
        with pytest.raises(InputError, match="expected the parameters of a"):
            Candidate.from_vector(parameters, [1, 2])
        with pytest.raises(InputError, match="expected the parameters of a"):
            Candidate.from_mapping(parameters, {})
    with pytest.raises(InputError, match="mapping: found None, expected one from parameter names"):
        Candidate.from_mapping(network.parameters, None)  # type: ignore[arg-type]


def test_a_candidate_prints_its_numbers() -> None:
    point = Candidate.from_vector(PARAMETERS, ["1/3", 0, "log(2)", -1])
    assert repr(point) == "Candidate(['1/3', 0, 'log(2)', -1], exact=True)"
    assert repr(Candidate([1.0, 0.5], exact=False)) == "Candidate([1.0, 0.5], exact=False)"
    assert repr(Candidate(np.zeros(500), exact=False)) == "Candidate(<500 floats>, exact=False)"
