"""Directions across a critical manifold on which the Hessian is positive definite."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from pgb.conditions.complement import positive_complement, rational_columns, rational_rows
from pgb.models import Expression
from pgb.numbers import Exact
from pgb.problems import Data, Objective
from pgb.strategies import exact_arrays, float_arrays

EXACT = Exact()
LINEAR = Expression(["x1", "x2", "x3"], ["u", "v", "w"], ["x1*u + x2*v + x3*w"])


def sum_of_squares(x: Any) -> Objective:
    """sum_i (x_i . theta)^2 with the Hessian 2 X'X."""
    return Objective(LINEAR, Data(x, [[0]] * len(x)), reduction="sum")


@given(exact_arrays([3, 3], st.integers(-2, 2).map(fmpq)), st.integers(0, 3))
@settings(max_examples=60)
def test_a_positive_semidefinite_form_has_a_complement_exactly_up_to_its_rank(
    evaluate: Any, x: Any, dimension: int
) -> None:
    found = positive_complement(evaluate(sum_of_squares(x), [0, 0, 0]), dimension)
    rank = fmpq_mat(x.tolist()).rank()
    assert (found is not None) == (3 - dimension <= rank)
    if found is None or dimension == 3:
        return
    T = fmpq_mat(found[0].tolist())
    assert T.ncols() == T.rank() == 3 - dimension
    X = fmpq_mat(x.tolist())
    form = T.transpose() * X.transpose() * X * T
    minors = [
        fmpq_mat([row[:k] for row in form.tolist()[:k]]).det() for k in range(1, form.nrows() + 1)
    ]
    assert all(minor > 0 for minor in minors)


@pytest.mark.parametrize("power", [1, 5, 15, 30, 60])
def test_small_curvature_is_told_from_none_by_precision(evaluate: Any, power: int) -> None:
    """2^-2 power times the largest, in a direction that is no coordinate's."""
    epsilon = fmpq(1, 2**power)
    full = [[1, 1, 0], [0, epsilon, 0], [0, 0, 1]]
    flat = [[1, 1, 0], [0, 0, 0], [0, 0, 1]]
    found = positive_complement(evaluate(sum_of_squares(full), [0, 0, 0]), 0)
    assert found is not None
    assert positive_complement(evaluate(sum_of_squares(flat), [0, 0, 0]), 0) is None
    assert positive_complement(evaluate(sum_of_squares(flat), [0, 0, 0]), 1) is not None


def test_negative_curvature_leaves_fewer_directions(evaluate: Any, formula: Any) -> None:
    """(u v - 1)^2 at 0 has one positive and one negative eigenvalue."""
    at = evaluate(formula("u*v", "u v", y=[1]), [0, 0])
    assert positive_complement(at, 0) is None
    assert positive_complement(at, 1) is not None


def test_a_manifold_of_more_dimensions_than_the_space_has_no_complement(evaluate: Any) -> None:
    at = evaluate(sum_of_squares([[1, 0, 0]]), [0, 0, 0])
    assert positive_complement(at, 4) is None


def test_a_hessian_beyond_floats_has_no_complement(evaluate: Any, formula: Any) -> None:
    assert positive_complement(evaluate(formula("exp(w)", "w"), [1000]), 0) is None


@given(float_arrays([3, 2], 1.0))
@settings(max_examples=30)
def test_columns_are_rounded_to_rationals_that_can_be_read_back(vectors: Any) -> None:
    columns = rational_columns(vectors)
    assert columns.shape == vectors.shape
    assert np.max(np.abs(EXACT.to_float(columns) - vectors)) <= 2.0**-21
    read = [[fmpq(*map(int, text.split("/"))) for text in row] for row in rational_rows(columns)]
    assert read == columns.tolist()


def test_no_columns_are_written_as_empty_rows() -> None:
    assert rational_rows(rational_columns(np.zeros((3, 0)))) == [[], [], []]
